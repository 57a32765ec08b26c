// Venue token string (78-digit decimal) -> InstrumentId: open addressing over the last 16 characters, verified in full.
// A token id is a keccak output, so its low decimal digits are as good a hash as any. find() never allocates.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/stable_hash.hpp"
#include "core/ids.hpp"

namespace underround {

class TokenIndex {
 public:
  TokenIndex() : slots_(64) {}

  // Later additions of the same token replace the id.
  void add(std::string_view token, InstrumentId id) {
    if ((count_ + 1) * 2 > slots_.size()) grow();
    place(Slot{key_of(token), id, std::string(token)});
  }

  [[nodiscard]] InstrumentId find(std::string_view token) const noexcept {
    const std::uint64_t key = key_of(token);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t i = mix64(key) & mask;; i = (i + 1) & mask) {
      const Slot& slot = slots_[i];
      if (!slot.id.valid()) return InstrumentId{};
      if (slot.key == key && slot.token == token) return slot.id;
    }
  }

 private:
  struct Slot {
    std::uint64_t key = 0;
    InstrumentId id;
    std::string token;
  };
  static std::uint64_t key_of(std::string_view token) noexcept {
    std::uint64_t words[2] = {token.size(), 0};
    if (token.size() >= 16) {
      std::memcpy(words, token.data() + token.size() - 16, 16);
    } else if (!token.empty()) {  // memcpy may not see the null of an empty view
      std::memcpy(&words[1], token.data(), token.size() < 8 ? token.size() : 8);
    }
    return words[0] * 0x9e3779b97f4a7c15ULL ^ words[1];
  }
  void place(Slot slot) {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t i = mix64(slot.key) & mask;; i = (i + 1) & mask) {
      if (!slots_[i].id.valid()) {
        slots_[i] = std::move(slot);
        ++count_;
        return;
      }
      if (slots_[i].key == slot.key && slots_[i].token == slot.token) {
        slots_[i].id = slot.id;
        return;
      }
    }
  }
  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    count_ = 0;
    for (Slot& slot : old) {
      if (slot.id.valid()) place(std::move(slot));
    }
  }
  std::vector<Slot> slots_;
  std::size_t count_ = 0;
};

}  // namespace underround
