#include "book/l2_book.hpp"

namespace underround {

void L2Book::regrid(Tick tick) {
  UR_CHECK(tick.known());
  tick_ = tick;
  slots_ = Price::kPipsPerUsd / tick.pips + 1;
  reciprocal_ = ((1ULL << 32) + static_cast<std::uint64_t>(tick.pips) - 1) / static_cast<std::uint64_t>(tick.pips);
  for (const Side side : {Side::kBuy, Side::kSell}) {
    Ladder& ladder = ladders_[static_cast<std::size_t>(side)];
    ladder.sizes.assign(static_cast<std::size_t>(slots_), 0);
    ladder.occupied.resize(slots_);
    ladder.named.resize(slots_);
    ladder.best = empty_best(side);
  }
}

void L2Book::refine(Tick finer) {
  UR_CHECK(finer.known() && tick_.pips % finer.pips == 0);
  const L2Book old = *this;
  regrid(finer);
  for (const Side side : {Side::kBuy, Side::kSell}) {
    if (old.empty(side)) continue;
    const LevelBitmap& named = old.ladders_[static_cast<std::size_t>(side)].named;
    Price price = side == Side::kBuy ? old.best_bid() : old.best_ask();
    do {
      set(side, price, old.size_at(side, price));
      // A replacement may be under way.
      if (named.test(old.slot_of(price))) ladders_[static_cast<std::size_t>(side)].named.set(slot_of(price));
    } while (old.next_worse(side, price));
  }
}

void L2Book::begin_replace() noexcept {
  replaced_changed_ = false;
  for (auto& ladder : ladders_) ladder.named.clear();
}

bool L2Book::end_replace() noexcept {
  for (const Side side : {Side::kBuy, Side::kSell}) {
    const LevelBitmap& occupied = ladders_[static_cast<std::size_t>(side)].occupied;
    const LevelBitmap& named = ladders_[static_cast<std::size_t>(side)].named;
    for (int slot = occupied.lowest(); slot != LevelBitmap::kNone; slot = occupied.next_above(slot)) {
      if (named.test(slot)) continue;
      replaced_changed_ = true;
      set(side, Price{slot * tick_.pips}, Shares{});
    }
  }
  return replaced_changed_;
}

void L2Book::clear() noexcept {
  for (const Side side : {Side::kBuy, Side::kSell}) {
    Ladder& ladder = ladders_[static_cast<std::size_t>(side)];
    // Only occupied slots hold anything: walk the bitmap, not the array.
    for (int slot = ladder.occupied.lowest(); slot != LevelBitmap::kNone; slot = ladder.occupied.next_above(slot)) {
      ladder.sizes[static_cast<std::size_t>(slot)] = 0;
    }
    ladder.occupied.clear();
    ladder.best = empty_best(side);
  }
}

int L2Book::depth(Side side) const noexcept {
  const Ladder& ladder = ladders_[static_cast<std::size_t>(side)];
  int n = 0;
  for (int slot = ladder.occupied.lowest(); slot != LevelBitmap::kNone; slot = ladder.occupied.next_above(slot)) ++n;
  return n;
}

bool L2Book::same_levels(const L2Book& other) const noexcept {
  for (const Side side : {Side::kBuy, Side::kSell}) {
    Price a = side == Side::kBuy ? best_bid() : best_ask();
    const Price b = side == Side::kBuy ? other.best_bid() : other.best_ask();
    if (a != b || empty(side) != other.empty(side)) return false;
    if (empty(side)) continue;
    Price mine = a;
    Price theirs = b;
    for (;;) {
      if (mine != theirs || size_at(side, mine) != other.size_at(side, theirs)) return false;
      const bool more = next_worse(side, mine);
      if (more != other.next_worse(side, theirs)) return false;
      if (!more) break;
    }
  }
  return true;
}

}  // namespace underround
