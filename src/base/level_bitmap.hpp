// A two-level bitmap over at most 64*64*4 = 16,384 slots: which prices hold size.
// Finding the highest or lowest set slot is at most two bit scans plus a walk over 4 summary words.
//   LevelBitmap bits(1001);  bits.set(520);  bits.highest() == 520;  bits.next_below(520) == LevelBitmap::kNone;
// Why: prices live on a bounded grid, so "best price" is a bit scan instead of a tree walk.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "base/check.hpp"

namespace underround {

class LevelBitmap {
 public:
  static constexpr int kNone = -1;
  static constexpr int kMaxSlots = 64 * 64 * 4;

  explicit LevelBitmap(int slots = 0) { resize(slots); }

  // Empties the map. Allocates only when it grows beyond every earlier size.
  void resize(int slots) {
    UR_CHECK(slots >= 0 && slots <= kMaxSlots);
    words_.assign(static_cast<std::size_t>((slots + 63) / 64), 0);
    summary_.fill(0);
  }
  void reserve(int slots) { words_.reserve(static_cast<std::size_t>((slots + 63) / 64)); }

  void clear() noexcept {
    for (auto& word : words_) word = 0;
    summary_.fill(0);
  }

  void set(int slot) noexcept {
    const auto word = static_cast<unsigned>(slot) >> 6;
    words_[word] |= 1ULL << (slot & 63);
    summary_[word >> 6] |= 1ULL << (word & 63);
  }

  void reset(int slot) noexcept {
    const auto word = static_cast<unsigned>(slot) >> 6;
    words_[word] &= ~(1ULL << (slot & 63));
    if (words_[word] == 0) summary_[word >> 6] &= ~(1ULL << (word & 63));
  }

  [[nodiscard]] bool test(int slot) const noexcept {
    return ((words_[static_cast<unsigned>(slot) >> 6] >> (slot & 63)) & 1U) != 0;
  }

  [[nodiscard]] int highest() const noexcept {
    for (int s = 3; s >= 0; --s) {
      if (summary_[static_cast<unsigned>(s)] != 0) return last_in(s, summary_[static_cast<unsigned>(s)]);
    }
    return kNone;
  }

  [[nodiscard]] int lowest() const noexcept {
    for (int s = 0; s < 4; ++s) {
      if (summary_[static_cast<unsigned>(s)] != 0) return first_in(s, summary_[static_cast<unsigned>(s)]);
    }
    return kNone;
  }

  // The nearest set slot strictly below / above `slot`, or kNone. `slot` itself need not be set.
  [[nodiscard]] int next_below(int slot) const noexcept {
    if (slot <= 0) return kNone;
    const int top = slot - 1;
    const int word = top >> 6;
    const std::uint64_t here = words_[static_cast<unsigned>(word)] & (~0ULL >> (63 - (top & 63)));
    if (here != 0) return word * 64 + 63 - std::countl_zero(here);
    int s = word >> 6;
    std::uint64_t rest = summary_[static_cast<unsigned>(s)] & ((1ULL << (word & 63)) - 1);
    for (;;) {
      if (rest != 0) return last_in(s, rest);
      if (--s < 0) return kNone;
      rest = summary_[static_cast<unsigned>(s)];
    }
  }

  [[nodiscard]] int next_above(int slot) const noexcept {
    const int bottom = slot + 1;
    const int word = bottom >> 6;
    if (word >= static_cast<int>(words_.size())) return kNone;
    const std::uint64_t here = words_[static_cast<unsigned>(word)] & (~0ULL << (bottom & 63));
    if (here != 0) return word * 64 + std::countr_zero(here);
    int s = word >> 6;
    const int bit = word & 63;
    std::uint64_t rest = bit == 63 ? 0 : summary_[static_cast<unsigned>(s)] & (~0ULL << (bit + 1));
    for (;;) {
      if (rest != 0) return first_in(s, rest);
      if (++s > 3) return kNone;
      rest = summary_[static_cast<unsigned>(s)];
    }
  }

 private:
  [[nodiscard]] int first_in(int s, std::uint64_t summary) const noexcept {
    const int word = s * 64 + std::countr_zero(summary);
    return word * 64 + std::countr_zero(words_[static_cast<unsigned>(word)]);
  }
  [[nodiscard]] int last_in(int s, std::uint64_t summary) const noexcept {
    const int word = s * 64 + 63 - std::countl_zero(summary);
    return word * 64 + 63 - std::countl_zero(words_[static_cast<unsigned>(word)]);
  }

  std::vector<std::uint64_t> words_;
  std::array<std::uint64_t, 4> summary_{};
};

}  // namespace underround
