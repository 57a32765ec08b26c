// First arrival of two redundant lanes: every event passes once, from whichever lane brings it first.
//   FirstArrival first(8192);   if (first.accept(key, venue_time, lane)) use(event);
// Counts per key and lane instead of a plain "seen" set: the same change can truly happen twice within a millisecond
// (size 5, size 0, size 5 again), and then each lane brings it twice.
// What the memory has forgotten counts as seen: an old size applied again would silently corrupt the book.
#pragma once

#include <cstdint>
#include <vector>

#include "core/units.hpp"

namespace underround::polymarket {

class FirstArrival {
 public:
  explicit FirstArrival(std::size_t keys_remembered);  // rounded up to a power of two; no allocation afterwards

  // `lane` is 0 or 1. `venue_time`: the venue's clock, the same on both lanes.
  [[nodiscard]] bool accept(std::uint64_t key, Nanos venue_time, unsigned lane) noexcept;

 private:
  struct Entry {
    std::uint64_t key = 0;  // 0 = free
    std::uint32_t count[2] = {0, 0};
    Nanos venue_time{};
  };
  [[nodiscard]] std::size_t slot_of(std::uint64_t key) const noexcept;  // its entry, or the free one where it belongs
  void forget_oldest() noexcept;
  void erase(std::size_t slot) noexcept;

  std::vector<Entry> table_;          // open addressing, at most half full
  std::vector<std::uint64_t> order_;  // ring of keys in order of first arrival
  std::size_t mask_;
  std::size_t next_ = 0, used_ = 0;
  Nanos forgotten_until_{-1};
};

}  // namespace underround::polymarket
