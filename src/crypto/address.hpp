// Ethereum addresses: 20 bytes, printed with the EIP-55 checksum as the venue's clients do (protocol page 19, row 15).
//   Address a = parse_address("0xf39F...2266").value();   char text[42]; write_checksum(a, text);
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace underround::crypto {

using Address = std::array<std::uint8_t, 20>;
inline constexpr std::size_t kAddressChars = 42;

// "0x" and 40 hex digits. Mixed case must carry the right EIP-55 checksum (a typo is refused); all-lower and all-upper
// case are accepted without one.
[[nodiscard]] std::optional<Address> parse_address(std::string_view text) noexcept;

// Exactly kAddressChars characters; returns the end.
char* write_checksum(const Address& address, char* out) noexcept;
[[nodiscard]] std::string checksum(const Address& address);

}  // namespace underround::crypto
