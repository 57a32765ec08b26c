// Words and progress for a person, to stderr only, so that stdout stays a clean result.
//   terminal::Progress progress("replay", total_bytes);  progress.update(done_bytes);  progress.finish("12 files");
// On a terminal the bar redraws in place at most ten times a second; elsewhere (pipe, CI) it stays silent until
// finish(). Owner: one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace underround::terminal {

[[nodiscard]] bool stderr_is_terminal() noexcept;
void say(std::string_view words);  // one line to stderr

// The bar itself: "replay [#####.....]  50 %  1.2 G of 2.4 G". Pure, for tests. total 0 = unknown, shows the count
// only.
[[nodiscard]] std::string progress_line(std::string_view label, std::int64_t done, std::int64_t total, int columns);

class Progress {
 public:
  Progress(std::string label, std::int64_t total);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();  // clears an unfinished bar
  void update(std::int64_t done);
  void finish(std::string_view summary);  // replaces the bar with "label: summary"

 private:
  std::string label_;
  std::int64_t total_;
  std::int64_t drawn_at_ns_ = 0;
  bool visible_ = false;
  bool enabled_;
};

}  // namespace underround::terminal
