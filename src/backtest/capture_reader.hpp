// Recorded files -> frames in time order. The format is detected from the content of each line or document:
//   raw frames (one a line, bare or behind a nanosecond timestamp), recorder envelopes (payload / data / books), whole
//   JSON documents, Python repr, notes between the lines, L1 CSV, per-token arrays of books and trades, tar archives;
//   plain, gzip or zstd, whatever the name; folders of our own recorder. Market lists (Gamma dumps, *.markets.jsonl)
//   become catalogue entries. auto reader = CaptureReader::open(paths, {});   CaptureFrame f;   while (reader->next(f))
//   codec.decode(f.text, ...)
// Time order: across files by receive time; within a file the recorded order stands, and where its clock goes back the
// latest time so far stands in.
// Files of lines are streamed; JSON documents and archives are held whole. One thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/units.hpp"
#include "market/catalogue.hpp"

namespace underround::backtest {

struct CaptureFrame {
  std::string_view text;   // followed by polymarket::kFramePadding readable bytes; valid until the next call
  Nanos received{};        // the recorder's clock (the frame's own timestamp when it kept none); never goes back
  std::string_view file;   // as given; "archive.tar.zst:member" inside an archive
  std::uint64_t line = 0;  // 1-based; of the document's first line; in a recording the number of the record
  // "" = Polymarket market channel or REST book; "gap" = continuity of the market that `text` names was lost
  // (capture_recording.hpp); else another feed the recorder kept alongside
  std::string_view feed;
  std::string_view type;  // what the recorder called it, when the frame was rebuilt (CSV rows); else ""
};

struct BadLine {
  std::string file;
  std::uint64_t line = 0;
  std::string reason;
};

struct CaptureProgress {
  std::uint64_t bytes_done = 0;  // compressed bytes read
  std::uint64_t bytes_total = 0;
};

struct CaptureOptions {
  bool find_companions = true;  // look for market lists beside each capture
  std::function<void(const CaptureProgress&)> progress;
};

class CaptureReader {
 public:
  // Opens everything, so that a missing or unsupported file is an error now and not in the middle.
  [[nodiscard]] static Result<CaptureReader> open(std::span<const std::filesystem::path> paths,
                                                  const CaptureOptions& options);
  ~CaptureReader();
  CaptureReader(CaptureReader&&) noexcept;
  CaptureReader& operator=(CaptureReader&&) noexcept;

  [[nodiscard]] bool next(CaptureFrame& frame);

  // Grows while reading: market lists met on the way, after those found at open().
  [[nodiscard]] const std::vector<ConditionSpec>& markets() const noexcept;
  [[nodiscard]] const std::vector<BadLine>& bad_lines() const noexcept;  // the first 1,000
  [[nodiscard]] std::uint64_t bad_line_count() const noexcept;
  [[nodiscard]] std::uint64_t note_count() const noexcept;  // prose between frames, skipped

 private:
  struct State;
  explicit CaptureReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace underround::backtest
