// Open-addressing map from a 64-bit key to a small value: linear probing, power-of-two table, backward-shift deletion.
//   FlatMap<FillRecord> fills(4096);   fills.try_emplace(id, record);   if (auto* f = fills.find(id)) ...
// Allocates only in the constructor and when more than half full. Pointers are valid until the next insert or erase.
#pragma once

#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/stable_hash.hpp"

namespace underround {

template <class V>
class FlatMap {
 public:
  explicit FlatMap(std::size_t expected = 32) : slots_(std::bit_ceil(expected * 2 + 2)) {}

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] V* find(std::uint64_t key) noexcept {
    for (std::size_t i = home(key);; i = (i + 1) & mask()) {
      if (!slots_[i].used) return nullptr;
      if (slots_[i].key == key) return &slots_[i].value;
    }
  }
  [[nodiscard]] const V* find(std::uint64_t key) const noexcept { return const_cast<FlatMap*>(this)->find(key); }
  [[nodiscard]] bool contains(std::uint64_t key) const noexcept { return find(key) != nullptr; }

  // The stored value, and whether it is new.
  std::pair<V*, bool> try_emplace(std::uint64_t key, const V& value = V{}) {
    if (V* held = find(key)) return {held, false};
    if ((size_ + 1) * 2 > slots_.size()) grow();
    return {place(key, value), true};
  }

  bool erase(std::uint64_t key) noexcept {
    std::size_t hole = home(key);
    for (;; hole = (hole + 1) & mask()) {
      if (!slots_[hole].used) return false;
      if (slots_[hole].key == key) break;
    }
    // Pull later members of the probe run forward so that no search meets a gap.
    for (std::size_t i = (hole + 1) & mask(); slots_[i].used; i = (i + 1) & mask()) {
      const std::size_t ideal = home(slots_[i].key);
      if (((i - ideal) & mask()) >= ((i - hole) & mask())) {
        slots_[hole] = std::move(slots_[i]);
        hole = i;
      }
    }
    slots_[hole] = Slot{};
    --size_;
    return true;
  }

  void clear() noexcept {
    for (Slot& slot : slots_) slot = Slot{};
    size_ = 0;
  }

  // Slot by slot, so that what is read back is walked in the same order.
  template <class A>
  void archive(A& a) {
    a(size_, slots_);
    if constexpr (A::kReads) {
      if (!std::has_single_bit(slots_.size()) || size_ * 2 > slots_.size()) a.fail();
    }
  }

  template <class F>
  void for_each(F&& f) const {
    for (const Slot& slot : slots_) {
      if (slot.used) f(slot.key, slot.value);
    }
  }

 private:
  struct Slot {
    std::uint64_t key = 0;
    V value{};
    bool used = false;
  };
  [[nodiscard]] std::size_t mask() const noexcept { return slots_.size() - 1; }
  [[nodiscard]] std::size_t home(std::uint64_t key) const noexcept { return mix64(key) & mask(); }
  V* place(std::uint64_t key, const V& value) {
    std::size_t i = home(key);
    while (slots_[i].used) i = (i + 1) & mask();
    slots_[i] = Slot{key, value, true};
    ++size_;
    return &slots_[i].value;
  }
  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    size_ = 0;
    for (const Slot& slot : old) {
      if (slot.used) place(slot.key, slot.value);
    }
  }
  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

}  // namespace underround
