// Level-2 book of one price grid: per side an array of sizes plus a two-level bitmap, best price kept.
//   L2Book book(kTick001);  book.set(Side::kBuy, Price{4900}, Shares::whole(10));  book.best_bid() == Price{4900}
// Shapes: 10,000 / tick + 1 slots a side (101 at one cent, 1,001 at a tenth). Side kBuy holds bids, kSell asks.
// Owner: one thread. set() never allocates; regrid() may, once per finer tick (a tick change is rare and starts a new
// epoch anyway).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/level_bitmap.hpp"
#include "core/units.hpp"

namespace underround {

class L2Book {
 public:
  explicit L2Book(Tick tick = kTick001) { regrid(tick); }

  // Empties the book and changes its grid. `tick` must be known().
  void regrid(Tick tick);
  // Changes to a grid that holds every level of this one, keeping the levels.
  void refine(Tick finer);
  void clear() noexcept;

  [[nodiscard]] Tick tick() const noexcept { return tick_; }
  // True when `price` is a slot of this grid strictly between 0 and 1 USD.
  [[nodiscard]] bool on_grid(Price price) const noexcept {
    return price.pips > 0 && price.pips < Price::kPipsPerUsd && price.pips % tick_.pips == 0;
  }

  // Sets the aggregate size at `price`; zero removes the level. `price` must be on_grid(), `size` not negative.
  void set(Side side, Price price, Shares size) noexcept {
    const int slot = slot_of(price);
    Ladder& ladder = ladders_[static_cast<std::size_t>(side)];
    std::int64_t& held = ladder.sizes[static_cast<std::size_t>(slot)];
    if (size.micros > 0) {
      if (held == 0) {
        ladder.occupied.set(slot);
        if (side == Side::kBuy ? slot > ladder.best : slot < ladder.best) ladder.best = slot;
      }
      held = size.micros;
    } else if (held != 0) {
      held = 0;
      ladder.occupied.reset(slot);
      if (slot == ladder.best) {
        const int next = side == Side::kBuy ? ladder.occupied.next_below(slot) : ladder.occupied.next_above(slot);
        ladder.best = next == LevelBitmap::kNone ? empty_best(side) : next;
      }
    }
  }

  // Replaces the whole book in place: begin, one call per level, end. What no call named is removed at the end.
  // end_replace() returns whether anything differed from what was there.
  void begin_replace() noexcept;
  void replace_level(Side side, Price price, Shares size) noexcept {
    const int slot = slot_of(price);
    Ladder& ladder = ladders_[static_cast<std::size_t>(side)];
    replaced_changed_ = replaced_changed_ || ladder.sizes[static_cast<std::size_t>(slot)] != size.micros;
    if (size.micros > 0) ladder.named.set(slot);
    set(side, price, size);
  }
  bool end_replace() noexcept;

  [[nodiscard]] Shares size_at(Side side, Price price) const noexcept {
    return Shares{ladders_[static_cast<std::size_t>(side)].sizes[static_cast<std::size_t>(slot_of(price))]};
  }
  // An empty side reads as the worst possible price: bid 0, ask 1 USD, size 0.
  [[nodiscard]] Price best_bid() const noexcept { return Price{ladders_[0].best * tick_.pips}; }
  [[nodiscard]] Price best_ask() const noexcept { return Price{ladders_[1].best * tick_.pips}; }
  [[nodiscard]] bool empty(Side side) const noexcept {
    return ladders_[static_cast<std::size_t>(side)].best == empty_best(side);
  }
  [[nodiscard]] bool crossed() const noexcept { return ladders_[0].best >= ladders_[1].best; }

  // The next occupied level strictly worse than `price` on `side`; false when there is none.
  [[nodiscard]] bool next_worse(Side side, Price& price) const noexcept {
    const Ladder& ladder = ladders_[static_cast<std::size_t>(side)];
    const int slot = slot_of(price);
    const int next = side == Side::kBuy ? ladder.occupied.next_below(slot) : ladder.occupied.next_above(slot);
    if (next == LevelBitmap::kNone) return false;
    price = Price{next * tick_.pips};
    return true;
  }
  [[nodiscard]] int depth(Side side) const noexcept;

  // Between replacements only.
  template <class A>
  void archive(A& a);

  // Same levels on both sides, whatever the grids.
  [[nodiscard]] bool same_levels(const L2Book& other) const noexcept;

 private:
  struct Ladder {
    std::vector<std::int64_t> sizes;
    LevelBitmap occupied;
    LevelBitmap named;  // by the replacement in progress
    int best = 0;
  };
  [[nodiscard]] int slot_of(Price price) const noexcept {
    // pips / tick by reciprocal multiplication: exact for 0..10,000 and every supported tick.
    return static_cast<int>((static_cast<std::uint64_t>(static_cast<std::uint32_t>(price.pips)) * reciprocal_) >> 32);
  }
  [[nodiscard]] int empty_best(Side side) const noexcept { return side == Side::kBuy ? 0 : slots_ - 1; }

  Tick tick_;
  int slots_ = 0;
  std::uint64_t reciprocal_ = 0;
  bool replaced_changed_ = false;
  std::array<Ladder, 2> ladders_;
};

template <class A>
void L2Book::archive(A& a) {
  Tick tick = tick_;
  a(tick);
  if constexpr (A::kReads) {
    if (!tick.known() || Price::kPipsPerUsd % tick.pips != 0) return a.fail();
    regrid(tick);
    for (const Side side : {Side::kBuy, Side::kSell}) {
      std::uint32_t levels = 0;
      for (a(levels); levels > 0 && a.good(); --levels) {
        Price price;
        Shares size;
        a(price, size);
        if (!on_grid(price) || size.micros <= 0) return a.fail();
        set(side, price, size);
      }
    }
  } else {
    for (const Side side : {Side::kBuy, Side::kSell}) {
      a(static_cast<std::uint32_t>(depth(side)));
      if (empty(side)) continue;
      Price price = side == Side::kBuy ? best_bid() : best_ask();
      do a(price, size_at(side, price));
      while (next_worse(side, price));
    }
  }
}

}  // namespace underround
