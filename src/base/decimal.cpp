#include "base/decimal.hpp"

#include <limits>

#include "base/check.hpp"

namespace underround {
namespace {

constexpr std::uint64_t kPow10[19] = {1ULL,
                                      10ULL,
                                      100ULL,
                                      1000ULL,
                                      10000ULL,
                                      100000ULL,
                                      1000000ULL,
                                      10000000ULL,
                                      100000000ULL,
                                      1000000000ULL,
                                      10000000000ULL,
                                      100000000000ULL,
                                      1000000000000ULL,
                                      10000000000000ULL,
                                      100000000000000ULL,
                                      1000000000000000ULL,
                                      10000000000000000ULL,
                                      100000000000000000ULL,
                                      1000000000000000000ULL};
constexpr std::uint64_t kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

bool push_digit(std::uint64_t& value, char c) noexcept {
  const auto digit = static_cast<std::uint64_t>(c - '0');
  if (value > (kMax - digit) / 10) return false;
  value = value * 10 + digit;
  return true;
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

std::expected<std::int64_t, DecimalError> parse(std::string_view text, int decimals, bool truncate) noexcept {
  UR_CHECK(decimals >= 0 && decimals <= 18);
  if (text.empty()) return std::unexpected(DecimalError::kEmpty);
  const char* p = text.data();
  const char* const end = p + text.size();
  const bool negative = *p == '-';
  if (*p == '-' || *p == '+') ++p;

  std::uint64_t value = 0;
  const char* const whole = p;
  for (; p != end && is_digit(*p); ++p) {
    if (!push_digit(value, *p)) return std::unexpected(DecimalError::kOverflow);
  }
  bool any_digit = p != whole;
  int kept = 0;
  if (p != end && *p == '.') {
    ++p;
    const char* const fraction = p;
    for (; p != end && is_digit(*p); ++p) {
      if (kept < decimals) {
        if (!push_digit(value, *p)) return std::unexpected(DecimalError::kOverflow);
        ++kept;
      } else if (*p != '0' && !truncate) {
        return std::unexpected(DecimalError::kTooFine);
      }
    }
    any_digit = any_digit || p != fraction;
  }
  if (p != end || !any_digit) return std::unexpected(DecimalError::kMalformed);
  const std::uint64_t scale = kPow10[decimals - kept];
  if (value > kMax / scale) return std::unexpected(DecimalError::kOverflow);
  const auto scaled = static_cast<std::int64_t>(value * scale);
  return negative ? -scaled : scaled;
}

}  // namespace

std::expected<std::int64_t, DecimalError> parse_decimal(std::string_view text, int decimals) noexcept {
  return parse(text, decimals, false);
}

std::expected<std::int64_t, DecimalError> parse_decimal_truncating(std::string_view text, int decimals) noexcept {
  return parse(text, decimals, true);
}

std::size_t format_decimal(std::int64_t scaled, int decimals, char* out) noexcept {
  UR_CHECK(decimals >= 0 && decimals <= 18);
  char* p = out;
  // Two's complement negation through unsigned also covers the most negative value.
  const std::uint64_t magnitude =
      scaled < 0 ? 0 - static_cast<std::uint64_t>(scaled) : static_cast<std::uint64_t>(scaled);
  if (scaled < 0) *p++ = '-';
  std::uint64_t whole = magnitude / kPow10[decimals];
  std::uint64_t fraction = magnitude % kPow10[decimals];
  char digits[20];
  int n = 0;
  do {
    digits[n++] = static_cast<char>('0' + whole % 10);
    whole /= 10;
  } while (whole != 0);
  while (n > 0) *p++ = digits[--n];
  if (fraction != 0) {
    *p++ = '.';
    int width = decimals;
    while (fraction % 10 == 0) {
      fraction /= 10;
      --width;
    }
    for (int i = width - 1; i >= 0; --i) {
      p[i] = static_cast<char>('0' + fraction % 10);
      fraction /= 10;
    }
    p += width;
  }
  return static_cast<std::size_t>(p - out);
}

std::string format_decimal(std::int64_t scaled, int decimals) {
  char buffer[24];
  return {buffer, format_decimal(scaled, decimals, buffer)};
}

const char* to_string(DecimalError error) noexcept {
  switch (error) {
    case DecimalError::kEmpty: return "empty";
    case DecimalError::kMalformed: return "malformed";
    case DecimalError::kTooFine: return "too many decimals";
    case DecimalError::kOverflow: return "overflow";
  }
  return "?";
}

}  // namespace underround
