// 256-bit unsigned integers as the chain sees them: 32 bytes, big-endian. Only parsing, printing and comparing; token
// ids are names here, nothing adds them up.
//   U256 id = U256::parse("92731036366405609852694902829538320700924201907850005869413758921303000888856").value();
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace underround::crypto {

struct U256 {
  std::array<std::uint8_t, 32> bytes{};  // big-endian, an ABI word

  constexpr U256() noexcept = default;
  constexpr explicit U256(std::uint64_t value) noexcept {
    for (std::size_t i = 0; i < 8; ++i) bytes[31 - i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
  // Decimal digits, or "0x" and 1..64 hex digits. Nothing else, no sign, no blanks, no overflow.
  [[nodiscard]] static std::optional<U256> parse(std::string_view text) noexcept;

  static constexpr std::size_t kMaxDecimalDigits = 78;
  // Decimal, no leading zeros; writes at most kMaxDecimalDigits characters, returns the end.
  char* format_decimal(char* out) const noexcept;
  [[nodiscard]] std::string to_decimal() const;
  [[nodiscard]] std::string to_hex() const;  // 0x + 64 digits

  constexpr auto operator<=>(const U256&) const noexcept = default;
};

}  // namespace underround::crypto
