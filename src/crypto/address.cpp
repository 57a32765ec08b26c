#include "crypto/address.hpp"

#include <cstring>

#include "crypto/encoding.hpp"
#include "crypto/keccak.hpp"

namespace underround::crypto {

char* write_checksum(const Address& address, char* out) noexcept {
  *out++ = '0';
  *out++ = 'x';
  char* const digits = out;
  out = encode_hex(address, out);
  const Digest hash = keccak256(std::string_view(digits, 40));
  for (std::size_t i = 0; i < 40; ++i) {
    const unsigned nibble = (i % 2 == 0 ? hash[i / 2] >> 4 : hash[i / 2]) & 15U;
    if (digits[i] >= 'a' && nibble >= 8) digits[i] = static_cast<char>(digits[i] - 'a' + 'A');
  }
  return out;
}

std::string checksum(const Address& address) {
  std::string text(kAddressChars, '\0');
  write_checksum(address, text.data());
  return text;
}

std::optional<Address> parse_address(std::string_view text) noexcept {
  Address address;
  if (text.size() != kAddressChars || !text.starts_with("0x") || !decode_hex(text.substr(2), address)) {
    return std::nullopt;
  }
  const std::string_view digits = text.substr(2);
  bool lower = false;
  bool upper = false;
  for (const char c : digits) {
    lower |= c >= 'a';
    upper |= c >= 'A' && c <= 'F';
  }
  char expected[kAddressChars];
  write_checksum(address, expected);
  if (lower && upper && std::memcmp(expected, text.data(), kAddressChars) != 0) return std::nullopt;
  return address;
}

}  // namespace underround::crypto
