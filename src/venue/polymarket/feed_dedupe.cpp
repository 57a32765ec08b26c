#include "venue/polymarket/feed_dedupe.hpp"

#include <algorithm>
#include <bit>

#include "base/stable_hash.hpp"

namespace underround::polymarket {

FirstArrival::FirstArrival(std::size_t keys_remembered)
    : table_(std::bit_ceil(std::max<std::size_t>(keys_remembered, 2)) * 2),
      order_(table_.size() / 2, 0),
      mask_(table_.size() - 1) {}

std::size_t FirstArrival::slot_of(std::uint64_t key) const noexcept {
  std::size_t slot = mix64(key) & mask_;
  while (table_[slot].key != 0 && table_[slot].key != key) slot = (slot + 1) & mask_;
  return slot;
}

bool FirstArrival::accept(std::uint64_t key, Nanos venue_time, unsigned lane) noexcept {
  if (key == 0) key = 1;
  std::size_t slot = slot_of(key);
  if (table_[slot].key == 0) {
    if (venue_time <= forgotten_until_) return false;
    if (used_ == order_.size()) {
      forget_oldest();
      slot = slot_of(key);
    }
    table_[slot] = Entry{key, {0, 0}, venue_time};
    order_[(next_ + used_++) & (order_.size() - 1)] = key;
  }
  Entry& entry = table_[slot];
  return ++entry.count[lane] > entry.count[1 - lane];
}

void FirstArrival::forget_oldest() noexcept {
  const std::size_t slot = slot_of(order_[next_]);
  forgotten_until_ = std::max(forgotten_until_, table_[slot].venue_time);
  erase(slot);
  next_ = (next_ + 1) & (order_.size() - 1);
  --used_;
}

// Backward-shift deletion: no tombstones, so lookups never degrade.
void FirstArrival::erase(std::size_t hole) noexcept {
  for (std::size_t slot = (hole + 1) & mask_; table_[slot].key != 0; slot = (slot + 1) & mask_) {
    const std::size_t home = mix64(table_[slot].key) & mask_;
    if (((slot - home) & mask_) >= ((slot - hole) & mask_)) {
      table_[hole] = table_[slot];
      hole = slot;
    }
  }
  table_[hole] = Entry{};
}

}  // namespace underround::polymarket
