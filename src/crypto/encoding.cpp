#include "crypto/encoding.hpp"

#include <array>
#include <cstring>

namespace underround::crypto {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";
// Both digits of a byte at once: signatures make up half of an order's body.
constexpr auto kHexPairs = [] {
  std::array<std::array<char, 2>, 256> pairs{};
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = {kHexDigits[i >> 4], kHexDigits[i & 15]};
  return pairs;
}();
constexpr char kStandard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char kUrlSafe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

int base64_value(char c) noexcept {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

}  // namespace

char* encode_hex(std::span<const std::uint8_t> bytes, char* out) noexcept {
  for (const std::uint8_t byte : bytes) {
    std::memcpy(out, kHexPairs[byte].data(), 2);
    out += 2;
  }
  return out;
}

std::string hex(std::span<const std::uint8_t> bytes) {
  std::string text(bytes.size() * 2, '\0');
  encode_hex(bytes, text.data());
  return text;
}

std::string hex_0x(std::span<const std::uint8_t> bytes) { return "0x" + hex(bytes); }

bool decode_hex(std::string_view text, std::span<std::uint8_t> out) noexcept {
  if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
  if (text.size() != out.size() * 2) return false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = hex_value(text[2 * i]);
    const int low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

char* encode_base64(std::span<const std::uint8_t> bytes, Base64Alphabet alphabet, char* out) noexcept {
  const char* digits = alphabet == Base64Alphabet::kUrlSafe ? kUrlSafe : kStandard;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    const unsigned word = static_cast<unsigned>(bytes[i]) << 16 |
                          (left > 1 ? static_cast<unsigned>(bytes[i + 1]) << 8 : 0U) | (left > 2 ? bytes[i + 2] : 0U);
    *out++ = digits[word >> 18];
    *out++ = digits[word >> 12 & 63];
    *out++ = left > 1 ? digits[word >> 6 & 63] : '=';
    *out++ = left > 2 ? digits[word & 63] : '=';
  }
  return out;
}

std::string base64(std::span<const std::uint8_t> bytes, Base64Alphabet alphabet) {
  std::string text(base64_size(bytes.size()), '\0');
  encode_base64(bytes, alphabet, text.data());
  return text;
}

std::optional<std::vector<std::uint8_t>> decode_base64(std::string_view text) {
  for (int pad = 0; pad < 2 && text.ends_with('='); ++pad) text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::vector<std::uint8_t> bytes;
  bytes.reserve(text.size() * 3 / 4);
  unsigned word = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const int value = base64_value(c);
    if (value < 0) return std::nullopt;
    word = (word << 6 | static_cast<unsigned>(value)) & 0xffffU;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(static_cast<std::uint8_t>(word >> bits));
    }
  }
  return bytes;
}

}  // namespace underround::crypto
