#include "book/ladder.hpp"

#include <algorithm>

namespace underround {
namespace {

bool within(const Ladder& ladder, Price price, Price limit) noexcept {
  return ladder.buying() ? price <= limit : price >= limit;
}

Rounding against_us(const Ladder& ladder) noexcept { return ladder.buying() ? Rounding::kUp : Rounding::kDown; }

Price no_limit(const Ladder& ladder) noexcept { return ladder.buying() ? kOneUsd : Price{0}; }

void take(Walk& walk, const Ladder& ladder, Price price, Shares size) noexcept {
  walk.filled += size;
  walk.value += notional(price, size, against_us(ladder));
  walk.worst = price;
  ++walk.levels;
}

}  // namespace

Walk walk_shares(const Ladder& ladder, Shares want, Price limit) noexcept {
  Walk walk;
  for (LadderCursor c(ladder); c.valid() && walk.filled < want && within(ladder, c.price(), limit); c.advance()) {
    take(walk, ladder, c.price(), std::min(c.size(), want - walk.filled));
  }
  return walk;
}

Walk walk_shares(const Ladder& ladder, Shares want) noexcept { return walk_shares(ladder, want, no_limit(ladder)); }

Walk walk_usd(const Ladder& ladder, Usd budget, Price limit) noexcept {
  Walk walk;
  for (LadderCursor c(ladder); c.valid() && within(ladder, c.price(), limit); c.advance()) {
    const Shares size = std::min(c.size(), affordable(budget - walk.value, c.price()));
    if (size.micros == 0) break;
    take(walk, ladder, c.price(), size);
    if (size < c.size()) break;
  }
  return walk;
}

Walk walk_usd(const Ladder& ladder, Usd budget) noexcept { return walk_usd(ladder, budget, no_limit(ladder)); }

}  // namespace underround
