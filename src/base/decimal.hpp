// Decimal text to scaled integers and back, without floating point.
//   parse_decimal("0.52", 4) == 5200      parse_decimal(".48", 4) == 4800      parse_decimal("1e-3", 4) -> malformed
// Venues send prices and sizes as text; a double would lose the last digit of a 78-digit world.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace underround {

enum class DecimalError : std::uint8_t {
  kEmpty,      // "" (Polymarket's "absent")
  kMalformed,  // anything but [+-]?digits[.digits] with at least one digit
  kTooFine,    // a non-zero digit beyond `decimals`
  kOverflow,   // does not fit int64 after scaling
};

// value * 10^decimals. `decimals` in [0, 18].
[[nodiscard]] std::expected<std::int64_t, DecimalError> parse_decimal(std::string_view text, int decimals) noexcept;

// Same, but digits beyond `decimals` are cut towards zero instead of refused.
[[nodiscard]] std::expected<std::int64_t, DecimalError> parse_decimal_truncating(std::string_view text,
                                                                                 int decimals) noexcept;

// Shortest text: no trailing zeros, "0.5", "12", "-0.001". Writes at most 24 bytes to `out`, returns the length.
std::size_t format_decimal(std::int64_t scaled, int decimals, char* out) noexcept;
[[nodiscard]] std::string format_decimal(std::int64_t scaled, int decimals);

[[nodiscard]] const char* to_string(DecimalError error) noexcept;

}  // namespace underround
