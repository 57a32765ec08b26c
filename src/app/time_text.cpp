#include "app/time_text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

#include "market/iso_time.hpp"

namespace underround::cli {
namespace {

constexpr std::int64_t kDay_s = 86'400;

}  // namespace

Result<Nanos> parse_moment(std::string_view text) {
  const auto refuse = [whole = std::string(text)] {
    return fail(ErrorCode::kInvalidInput, "'" + whole +
                                              "' is no moment: write 2026-04-29, 2026-04-29T02:10:43Z, or seconds, "
                                              "milliseconds or nanoseconds since 1970");
  };
  if (!text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos) {
    std::int64_t n = 0;
    // Nine digits are 1973: what is shorter is a year, or a slip.
    if (text.size() < 9 || std::from_chars(text.data(), text.data() + text.size(), n).ec != std::errc{})
      return refuse();
    if (text.size() <= 11) return Nanos::from_seconds(n);
    return text.size() <= 14 ? Nanos::from_millis(n) : Nanos{n};
  }
  const auto at = parse_iso_time(text);
  return at ? Result<Nanos>(*at) : refuse();
}

std::string moment_text(Nanos at) {
  const std::int64_t seconds = at.seconds();
  const std::int64_t days = seconds >= 0 ? seconds / kDay_s : (seconds - kDay_s + 1) / kDay_s;
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  const std::int64_t rest = seconds - days * kDay_s;
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), rest / 3600,
                     rest / 60 % 60, rest % 60);
}

}  // namespace underround::cli
