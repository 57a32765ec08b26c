// 64-bit hashes that mean the same on every machine and build: state hashes, hash-table keys, deterministic ids.
// FNV-1a for short text; StableHasher mixes words (splitmix finaliser). Not cryptographic.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace underround {

[[nodiscard]] constexpr std::uint64_t mix64(std::uint64_t z) noexcept {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

[[nodiscard]] constexpr std::uint64_t stable_hash(std::string_view text) noexcept {
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (const char c : text) {
    h ^= static_cast<unsigned char>(c);
    h *= 0x100000001b3ULL;
  }
  return mix64(h);
}

class StableHasher {
 public:
  void add(std::uint64_t word) noexcept { state_ = mix64(state_ ^ (word + 0x9e3779b97f4a7c15ULL)); }
  void add_signed(std::int64_t word) noexcept { add(static_cast<std::uint64_t>(word)); }
  void add_bytes(const void* data, std::size_t size) noexcept {
    const auto* p = static_cast<const unsigned char*>(data);
    for (; size >= 8; size -= 8, p += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, p, 8);
      add(word);
    }
    std::uint64_t tail = size;
    for (std::size_t i = 0; i < size; ++i) tail = (tail << 8) | p[i];
    add(tail);
  }
  [[nodiscard]] std::uint64_t value() const noexcept { return state_; }

 private:
  std::uint64_t state_ = 0x756e646572726f75ULL;
};

}  // namespace underround
