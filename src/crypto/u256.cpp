#include "crypto/u256.hpp"

#include <algorithm>

#include "base/int128.hpp"
#include "crypto/encoding.hpp"

namespace underround::crypto {
namespace {

using Limbs = std::array<std::uint64_t, 4>;                      // little-endian
constexpr std::uint64_t kChunk = 10'000'000'000'000'000'000ULL;  // 10^19, the largest power of ten in 64 bits
constexpr int kChunkDigits = 19;

// limbs = limbs * factor + addend; false on overflow.
bool multiply_add(Limbs& limbs, std::uint64_t factor, std::uint64_t addend) noexcept {
  UInt128 carry = addend;
  for (auto& limb : limbs) {
    carry += static_cast<UInt128>(limb) * factor;
    limb = static_cast<std::uint64_t>(carry);
    carry >>= 64;
  }
  return carry == 0;
}

std::uint64_t divide(Limbs& limbs, std::uint64_t divisor) noexcept {
  UInt128 remainder = 0;
  for (std::size_t i = 4; i-- > 0;) {
    remainder = remainder << 64 | limbs[i];
    limbs[i] = static_cast<std::uint64_t>(remainder / divisor);
    remainder %= divisor;
  }
  return static_cast<std::uint64_t>(remainder);
}

std::optional<U256> parse_hex(std::string_view digits) noexcept {
  if (digits.empty() || digits.size() > 64) return std::nullopt;
  std::array<char, 64> padded;
  padded.fill('0');
  std::copy(digits.begin(), digits.end(), padded.end() - static_cast<std::ptrdiff_t>(digits.size()));
  U256 value;
  // A "0x" inside the digits would be eaten by decode_hex; its length check then refuses it.
  if (!decode_hex({padded.data(), padded.size()}, value.bytes)) return std::nullopt;
  return value;
}

}  // namespace

std::optional<U256> U256::parse(std::string_view text) noexcept {
  if (text.starts_with("0x")) return parse_hex(text.substr(2));
  if (text.empty() || text.size() > kMaxDecimalDigits) return std::nullopt;
  Limbs limbs{};
  while (!text.empty()) {
    const std::size_t digits = std::min<std::size_t>(text.size(), kChunkDigits);
    std::uint64_t chunk = 0;
    std::uint64_t scale = 1;
    for (const char c : text.substr(0, digits)) {
      if (c < '0' || c > '9') return std::nullopt;
      chunk = chunk * 10 + static_cast<std::uint64_t>(c - '0');
      scale *= 10;
    }
    if (!multiply_add(limbs, scale, chunk)) return std::nullopt;
    text.remove_prefix(digits);
  }
  U256 value;
  for (std::size_t i = 0; i < 32; ++i) value.bytes[31 - i] = static_cast<std::uint8_t>(limbs[i / 8] >> (8 * (i % 8)));
  return value;
}

char* U256::format_decimal(char* out) const noexcept {
  Limbs limbs{};
  for (std::size_t i = 0; i < 32; ++i) limbs[i / 8] |= static_cast<std::uint64_t>(bytes[31 - i]) << (8 * (i % 8));
  std::array<char, 5 * kChunkDigits> digits;
  std::size_t count = 0;
  while (limbs != Limbs{}) {
    std::uint64_t chunk = divide(limbs, kChunk);
    const bool last = limbs == Limbs{};
    for (int i = 0; last ? chunk != 0 : i < kChunkDigits; ++i) {
      digits[count++] = static_cast<char>('0' + chunk % 10);
      chunk /= 10;
    }
  }
  if (count == 0) digits[count++] = '0';
  return std::reverse_copy(digits.begin(), digits.begin() + static_cast<std::ptrdiff_t>(count), out);
}

std::string U256::to_decimal() const {
  std::array<char, kMaxDecimalDigits> text;
  return {text.data(), format_decimal(text.data())};
}

std::string U256::to_hex() const { return hex_0x(bytes); }

}  // namespace underround::crypto
