#include "market/series.hpp"

#include <charconv>

#include "base/check.hpp"

namespace underround {
namespace {

constexpr std::string_view infix(UpDownSpan span) noexcept {
  return span == UpDownSpan::k5Minutes ? "-updown-5m-" : "-updown-15m-";
}

UpDownWindow window_at(const UpDownSeries& series, std::int64_t start_s) {
  const Nanos start = Nanos::from_seconds(start_s);
  return {series, series.asset + std::string(infix(series.span)) + std::to_string(start_s), start,
          start + length_of(series.span)};
}

}  // namespace

std::vector<UpDownWindow> upcoming_windows(const UpDownSeries& series, Nanos now, std::size_t count) {
  UR_CHECK(now.ns >= 0);
  const std::int64_t length_s = length_of(series.span).seconds();
  std::int64_t start_s = now.seconds() / length_s * length_s;
  std::vector<UpDownWindow> windows;
  windows.reserve(count);
  for (; windows.size() < count; start_s += length_s) windows.push_back(window_at(series, start_s));
  return windows;
}

std::optional<UpDownWindow> parse_updown_slug(std::string_view slug) {
  for (const UpDownSpan span : {UpDownSpan::k5Minutes, UpDownSpan::k15Minutes}) {
    const std::size_t at = slug.find(infix(span));
    if (at == std::string_view::npos || at == 0) continue;
    const std::string_view digits = slug.substr(at + infix(span).size());
    std::int64_t start_s = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), start_s);
    // 10^10 s is the year 2286: beyond it nanoseconds overflow.
    if (error != std::errc{} || end != digits.data() + digits.size() || start_s < 0 || start_s >= 9'000'000'000 ||
        start_s % length_of(span).seconds() != 0) {
      return std::nullopt;
    }
    return window_at({std::string(slug.substr(0, at)), span}, start_s);
  }
  return std::nullopt;
}

}  // namespace underround
