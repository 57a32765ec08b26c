#include "app/terminal.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

namespace underround::terminal {
namespace {

constexpr std::int64_t kRedrawNs = 100'000'000;
constexpr int kBarCells = 24;

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

int columns_of_stderr() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

// 1234567 -> "1.2 M"
std::string short_count(std::int64_t count) {
  static constexpr std::pair<double, char> kSteps[] = {{1e9, 'G'}, {1e6, 'M'}, {1e3, 'k'}};
  for (const auto& [size, letter] : kSteps) {
    if (static_cast<double>(count) >= size) return fmt::format("{:.1f} {}", static_cast<double>(count) / size, letter);
  }
  return fmt::format("{}", count);
}

}  // namespace

bool stderr_is_terminal() noexcept { return ::isatty(STDERR_FILENO) == 1; }

void say(std::string_view words) { fmt::print(stderr, "{}\n", words); }

std::string progress_line(std::string_view label, std::int64_t done, std::int64_t total, int columns) {
  std::string line;
  if (total <= 0) {
    line = fmt::format("{}  {}", label, short_count(done));
  } else {
    const double share = std::clamp(static_cast<double>(done) / static_cast<double>(total), 0.0, 1.0);
    const auto filled = static_cast<int>(share * kBarCells);
    line = fmt::format("{} [{:#<{}}{:.<{}}] {:3.0f} %  {} of {}", label, "", filled, "", kBarCells - filled,
                       share * 100, short_count(done), short_count(total));
  }
  // One column short: writing the last cell makes some terminals wrap.
  return line.substr(0, static_cast<std::size_t>(std::max(columns - 1, 1)));
}

Progress::Progress(std::string label, std::int64_t total)
    : label_(std::move(label)), total_(total), enabled_(stderr_is_terminal()) {}

Progress::~Progress() {
  if (visible_) fmt::print(stderr, "\r\x1b[K");
}

void Progress::update(std::int64_t done) {
  if (!enabled_) return;
  const std::int64_t now = now_ns();
  if (visible_ && now - drawn_at_ns_ < kRedrawNs) return;
  drawn_at_ns_ = now;
  visible_ = true;
  fmt::print(stderr, "\r{}\x1b[K", progress_line(label_, done, total_, columns_of_stderr()));
}

void Progress::finish(std::string_view summary) {
  fmt::print(stderr, "{}{}: {}\n", visible_ ? "\r\x1b[K" : "", label_, summary);
  visible_ = false;
}

}  // namespace underround::terminal
