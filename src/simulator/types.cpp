#include "simulator/types.hpp"

#include "base/stable_hash.hpp"

namespace underround::simulator {
namespace {

constexpr char kHex[] = "0123456789abcdef";

void append_hex(std::string& out, std::uint64_t value, int digits) {
  for (int i = digits - 1; i >= 0; --i) out.push_back(kHex[(value >> (i * 4)) & 15U]);
}

}  // namespace

const char* to_string(OrderState state) noexcept {
  switch (state) {
    case OrderState::kLive: return "LIVE";
    case OrderState::kMatched: return "MATCHED";
    case OrderState::kDelayed: return "DELAYED";
    case OrderState::kUnmatched: return "UNMATCHED";
    case OrderState::kCancelled: return "CANCELED";
    case OrderState::kInvalid: return "INVALID";
  }
  return "?";
}

std::string uuid_text(std::uint64_t value, std::uint64_t salt) {
  // mix64 is a bijection, so different values stay different in the first half.
  const std::uint64_t high = mix64(value ^ salt);
  const std::uint64_t low = mix64(high ^ 0x756e6465'72726f75ULL);
  std::string out;
  out.reserve(36);
  append_hex(out, high >> 32, 8);
  out.push_back('-');
  append_hex(out, high >> 16, 4);
  out.push_back('-');
  append_hex(out, high, 4);
  out.push_back('-');
  append_hex(out, low >> 48, 4);
  out.push_back('-');
  append_hex(out, low, 12);
  return out;
}

std::string hex_text(const Digest& digest) {
  std::string out = "0x";
  out.reserve(66);
  for (const std::uint8_t byte : digest) append_hex(out, byte, 2);
  return out;
}

Digest counter_digest(std::uint64_t value, std::uint64_t salt) noexcept {
  Digest digest{};
  std::uint64_t word = value ^ salt;
  for (std::size_t i = 0; i < digest.size(); i += 8) {
    word = mix64(word + 0x9e3779b97f4a7c15ULL);
    for (std::size_t b = 0; b < 8; ++b) digest[i + b] = static_cast<std::uint8_t>(word >> (b * 8));
  }
  return digest;
}

}  // namespace underround::simulator
