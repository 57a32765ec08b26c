#include "market/iso_time.hpp"

#include <fmt/format.h>

#include <chrono>

namespace underround {
namespace {

class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}
  [[nodiscard]] bool done() const noexcept { return at_ == text_.size(); }
  bool take(char c) noexcept {
    if (done() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  // Exactly `width` digits.
  bool number(int width, int& out) noexcept {
    out = 0;
    for (int i = 0; i < width; ++i) {
      if (done() || text_[at_] < '0' || text_[at_] > '9') return false;
      out = out * 10 + (text_[at_++] - '0');
    }
    return true;
  }
  // One or more digits as a fraction of a second; what is finer than a nanosecond is cut.
  bool fraction(std::int64_t& ns) noexcept {
    std::int64_t scale = 100'000'000;
    const std::size_t begin = at_;
    for (; !done() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
      ns += (text_[at_] - '0') * scale;
      scale /= 10;
    }
    return at_ != begin;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

// "Z", "+00", "+00:00", "-0330" or nothing (UTC): seconds east of Greenwich.
bool zone(Cursor& cursor, int& offset_s) noexcept {
  offset_s = 0;
  if (cursor.done() || (cursor.take('Z') && cursor.done())) return true;
  const bool east = cursor.take('+');
  if (!east && !cursor.take('-')) return false;
  int hours = 0;
  int minutes = 0;
  if (!cursor.number(2, hours)) return false;
  cursor.take(':');
  if (!cursor.done() && !cursor.number(2, minutes)) return false;
  if (!cursor.done() || hours > 14 || minutes > 59) return false;
  offset_s = (hours * 60 + minutes) * (east ? 60 : -60);
  return true;
}

}  // namespace

std::optional<Nanos> parse_iso_time(std::string_view text) noexcept {
  Cursor cursor(text);
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, offset_s = 0;
  std::int64_t fraction_ns = 0;
  if (!cursor.number(4, year) || !cursor.take('-') || !cursor.number(2, month) || !cursor.take('-') ||
      !cursor.number(2, day)) {
    return std::nullopt;
  }
  if (!cursor.done()) {
    if (!cursor.take('T') && !cursor.take(' ')) return std::nullopt;
    if (!cursor.number(2, hour) || !cursor.take(':') || !cursor.number(2, minute)) return std::nullopt;
    if (cursor.take(':') && !cursor.number(2, second)) return std::nullopt;
    if (cursor.take('.') && !cursor.fraction(fraction_ns)) return std::nullopt;
    if (!zone(cursor, offset_s)) return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || year < 1970 || year > 2261 || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t seconds = days * 86'400 + hour * 3600 + minute * 60 + second - offset_s;
  return Nanos{seconds * Nanos::kPerSecond + fraction_ns};
}

std::string iso_time_text(Nanos at) {
  constexpr std::int64_t kDaySeconds = 86'400;
  const std::int64_t seconds = at.seconds();
  const std::int64_t days = seconds >= 0 ? seconds / kDaySeconds : (seconds - kDaySeconds + 1) / kDaySeconds;
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  const std::int64_t rest = seconds - days * kDaySeconds;
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), rest / 3600,
                     rest / 60 % 60, rest % 60);
}

}  // namespace underround
