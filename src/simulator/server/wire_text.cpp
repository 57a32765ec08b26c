#include "simulator/server/wire_text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

#include "base/decimal.hpp"
#include "crypto/encoding.hpp"
#include "market/iso_time.hpp"

namespace underround::simulator {
namespace {

struct Calendar {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<std::chrono::seconds> time;
};

Calendar calendar(Nanos time) {
  const std::chrono::sys_seconds seconds{std::chrono::seconds{time.seconds()}};
  const auto day = std::chrono::floor<std::chrono::days>(seconds);
  return {std::chrono::year_month_day{day}, std::chrono::hh_mm_ss{seconds - day}};
}

std::string date_text(const Calendar& c) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(c.date.year()), static_cast<unsigned>(c.date.month()),
                     static_cast<unsigned>(c.date.day()));
}

std::string clock_text(const Calendar& c) {
  return fmt::format("{:02}:{:02}:{:02}", c.time.hours().count(), c.time.minutes().count(), c.time.seconds().count());
}

}  // namespace

std::string price_text(Price price) { return format_decimal(price.pips, Price::kDecimals); }
std::string shares_text(Shares shares) { return format_decimal(shares.micros, Shares::kDecimals); }
std::string usd_text(Usd usd) { return format_decimal(usd.micros, Usd::kDecimals); }
std::string tick_text(Tick tick) { return format_decimal(tick.pips, Price::kDecimals); }
std::string millis_text(Nanos time) { return std::to_string(time.millis()); }
std::string seconds_text(Nanos time) { return std::to_string(time.seconds()); }

std::string iso_time(Nanos time) {
  if (time.ns == 0) return {};
  const Calendar c = calendar(time);
  return date_text(c) + "T" + clock_text(c) + "Z";
}

std::string iso_date(Nanos time) { return time.ns == 0 ? std::string{} : date_text(calendar(time)); }

std::string game_time_text(Nanos time) {
  if (time.ns == 0) return {};
  const Calendar c = calendar(time);
  return date_text(c) + " " + clock_text(c) + "+00";
}

std::optional<Nanos> parse_time_filter(std::string_view text) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (!text.empty() && error == std::errc{} && end == text.data() + text.size() && seconds < 4'000'000'000) {
    return Nanos::from_seconds(seconds);
  }
  return parse_iso_time(text);
}

std::string offset_cursor(std::size_t offset) {
  const std::string digits = std::to_string(offset);
  return crypto::base64({reinterpret_cast<const std::uint8_t*>(digits.data()), digits.size()});
}

std::optional<std::size_t> parse_offset_cursor(std::string_view cursor) {
  if (cursor.empty()) return 0;
  const auto bytes = crypto::decode_base64(cursor);
  if (!bytes || bytes->empty()) return std::nullopt;
  const char* begin = reinterpret_cast<const char*>(bytes->data());
  std::size_t offset = 0;
  const auto [end, error] = std::from_chars(begin, begin + bytes->size(), offset);
  return error == std::errc{} && end == begin + bytes->size() ? std::optional(offset) : std::nullopt;
}

const char* settlement_text(SettlementStatus status) noexcept {
  switch (status) {
    case SettlementStatus::kMatched: return "MATCHED";
    case SettlementStatus::kMined: return "MINED";
    case SettlementStatus::kConfirmed: return "CONFIRMED";
    case SettlementStatus::kRetrying: return "RETRYING";
    case SettlementStatus::kFailed: return "FAILED";
  }
  return "";
}

std::optional<Digest> parse_digest(std::string_view text) {
  Digest digest{};
  if (text.size() != 66 || !text.starts_with("0x") || !crypto::decode_hex(text, digest)) return std::nullopt;
  return digest;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace underround::simulator
