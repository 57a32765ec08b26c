// Complete sets: k legs that together pay a known number of dollars whatever happens. Pure functions over books.
//   const SetLeg legs[] = {{Ladder::to_buy(a, 0), fees, min}, {Ladder::to_buy(b, 0), fees, min}};
//   if (best_edge_e8(legs, kOneUsd) > 0) size_set(legs, kOneUsd, limits, quote);   // quote.sets, quote.profit, ...
// Long: every ladder buys, one share of each leg is worth `payoff` (1 USD: YES + NO, or YES of every outcome; n - 1
// USD: NO of n outcomes of which at most one happens). Short: every ladder sells, and `payoff` is what a set costs (1
// USD split, or the redemption given up on sets already held).
//
// Sizing: the legs are walked jointly from level to level while one more set earns at least `min_edge_e8`. Greedy is
// optimal because a leg's marginal cost, price + rate * (p (1 - p))^e, never falls along a ladder while rate * e < 1
// (and proceeds never rise), so profit is concave in the number of sets; complete_set_test.cpp compares with
// enumeration. Marginal prices are exact integers in 1e-8 USD; money is then counted again level by level the way the
// venue rounds it (protocol page 11: fee of a match to 0.00001 USD; one match per level is assumed).
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>

#include "book/ladder.hpp"
#include "core/intent.hpp"
#include "core/units.hpp"
#include "market/fee_schedule.hpp"

namespace underround {

inline constexpr std::int64_t kE8PerPip = 10'000;  // 1 pip = 0.0001 USD = 10,000e-8 USD
inline constexpr std::int64_t kNoEdgeE8 = std::numeric_limits<std::int64_t>::min() / 4;  // a leg has no depth at all

struct SetLeg {
  Ladder ladder;
  FeeSchedule fees;
  Shares min_size;  // the market's minimum order size
};

struct SetLimits {
  Usd max_cost;  // worst case: every set at its limit prices, fees included (short: what the sets are worth)
  Shares max_sets{std::numeric_limits<std::int64_t>::max()};
  std::int64_t min_edge_e8 = 1;  // of the last set taken; at least 1
};

enum class SetVerdict : std::uint8_t {
  kTradable,      // profit may still be under the caller's own minimum
  kNoEdge,        // the first set earns less than min_edge_e8, or a leg has no depth
  kLimited,       // limits leave no room for the smallest legal order
  kBelowMinimum,  // the depth with an edge is under a venue minimum
  kUnknownFee,
};
[[nodiscard]] const char* to_string(SetVerdict verdict) noexcept;

struct SetLegFill {
  Shares available;  // depth at `limit` or better
  Usd value;         // paid (rounded up) or received (rounded down), before the fee
  Usd fee;
  Price limit;  // of the worst level taken
  Price vwap;   // rounded up when buying, down when selling
  int levels = 0;
};

struct SetQuote {
  SetVerdict verdict = SetVerdict::kNoEdge;
  std::int64_t best_edge_e8 = 0;  // of the first set
  std::int64_t last_edge_e8 = 0;  // of the last set taken
  Shares sets;                    // multiple of 0.01 share
  Usd cost;                       // long: legs and fees; short: payoff of the sets given
  Usd proceeds;                   // long: payoff of the sets; short: legs less fees
  Usd profit;                     // proceeds - cost
  int levels = 0;
  std::uint32_t leg_count = 0;
  std::array<SetLegFill, Intent::kMaxLegs> legs;  // only the first leg_count are meaningful
};

// One share at `price` in 1e-8 USD: cost with fee when the ladder buys, proceeds after fee when it sells.
[[nodiscard]] inline std::int64_t marginal_e8(const SetLeg& leg, Price price) noexcept {
  const std::int64_t fee = leg.fees.per_share_e8(price);
  return price.pips * kE8PerPip + (leg.ladder.buying() ? fee : -fee);
}

// Hot: edge of the first set, best levels only. Exact when positive; otherwise an upper bound, because fees are not
// looked at when prices alone leave no edge; kNoEdgeE8 when a leg is empty. Unknown fees count as none: size_set()
// refuses them.
[[nodiscard]] inline std::int64_t best_edge_e8(std::span<const SetLeg> legs, Price payoff) noexcept {
  std::int32_t prices = 0;
  for (const SetLeg& leg : legs) {
    if (leg.ladder.empty()) return kNoEdgeE8;
    prices += leg.ladder.best().pips;
  }
  const bool buying = legs.front().ladder.buying();
  std::int64_t edge = (buying ? payoff.pips - prices : prices - payoff.pips) * kE8PerPip;
  if (edge <= 0) return edge;
  for (const SetLeg& leg : legs) edge -= leg.fees.per_share_e8(leg.ladder.best());
  return edge;
}

// The joint walk. 1 to 64 legs, all buying or all selling. Writes every field of `out` that is meaningful.
// Cost: levels touched times legs.
void size_set(std::span<const SetLeg> legs, Price payoff, const SetLimits& limits, SetQuote& out) noexcept;

// The budget of one plan grows in proportion to its edge and is capped: a thin edge is more often a mistake of ours.
//   min(edge, full) / full * max_cost
[[nodiscard]] Usd size_by_edge(std::int64_t edge_e8, Price full_size_edge, Usd max_cost) noexcept;

}  // namespace underround
