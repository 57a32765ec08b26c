#include "arbitrage/complete_set.hpp"

#include <algorithm>
#include <optional>

#include "base/check.hpp"
#include "base/int128.hpp"

namespace underround {
namespace {

constexpr Usd kMinMarketableBuy = Usd::whole(1);  // protocol page 6.6
// Rounding of one leg's reservation: notional up (1 micro-USD) and fee budget up (10 micro-USD).
constexpr std::int64_t kRoundingPerLegMicros = 11;

// Where each leg stands: one level that is being eaten, and the number of sets at which it is gone.
class JointWalk {
 public:
  explicit JointWalk(std::span<const SetLeg> legs) noexcept : legs_(legs) {
    for (std::size_t i = 0; i < legs.size(); ++i) {
      Front& front = fronts_[i];
      front.cursor.emplace(legs[i].ladder);
      if (!front.cursor->valid()) {
        exhausted_ = true;
        return;
      }
      front.ends_at = front.cursor->size();
      front.marginal_e8 = marginal_e8(legs[i], front.cursor->price());
      marginal_e8_ += front.marginal_e8;
    }
    find_boundary();
  }
  [[nodiscard]] bool exhausted() const noexcept { return exhausted_; }
  [[nodiscard]] std::int64_t set_e8() const noexcept { return marginal_e8_; }  // all legs, fees included
  [[nodiscard]] Shares boundary() const noexcept { return boundary_; }         // sets until some level is gone

  void cross_boundary() noexcept {
    for (std::size_t i = 0; i < legs_.size(); ++i) {
      Front& front = fronts_[i];
      if (front.ends_at > boundary_) continue;
      front.cursor->advance();
      if (!front.cursor->valid()) {
        exhausted_ = true;
        return;
      }
      front.ends_at += front.cursor->size();
      marginal_e8_ -= front.marginal_e8;
      front.marginal_e8 = marginal_e8(legs_[i], front.cursor->price());
      marginal_e8_ += front.marginal_e8;
    }
    find_boundary();
  }

 private:
  struct Front {
    std::optional<LadderCursor> cursor;
    Shares ends_at;
    std::int64_t marginal_e8 = 0;
  };
  void find_boundary() noexcept {
    boundary_ = fronts_[0].ends_at;
    for (std::size_t i = 1; i < legs_.size(); ++i) boundary_ = std::min(boundary_, fronts_[i].ends_at);
  }

  std::span<const SetLeg> legs_;
  std::array<Front, Intent::kMaxLegs> fronts_;
  Shares boundary_;
  std::int64_t marginal_e8_ = 0;
  bool exhausted_ = false;
};

// Sets that `max_cost` pays for when each costs `set_e8`.
Shares payable(Usd max_cost, std::int64_t set_e8, std::size_t legs) noexcept {
  const std::int64_t micros = max_cost.micros - static_cast<std::int64_t>(legs) * kRoundingPerLegMicros;
  if (micros <= 0) return Shares{};
  if (set_e8 <= 0) return Shares{std::numeric_limits<std::int64_t>::max()};
  const Int128 shares = static_cast<Int128>(micros) * 100'000'000 / set_e8;
  return Shares{static_cast<std::int64_t>(std::min<Int128>(shares, std::numeric_limits<std::int64_t>::max()))};
}

// Takes exactly `sets` of one leg and counts the money as the venue does. The depth is known to be there.
SetLegFill fill_leg(const SetLeg& leg, Shares sets) noexcept {
  const bool buying = leg.ladder.buying();
  SetLegFill fill;
  Shares left = sets;
  for (LadderCursor c(leg.ladder); c.valid() && left.micros > 0; c.advance()) {
    const Shares take = std::min(left, c.size());
    fill.available += c.size();
    fill.value += notional(c.price(), take, buying ? Rounding::kUp : Rounding::kDown);
    fill.fee += leg.fees.charge(c.price(), take);
    fill.limit = c.price();
    ++fill.levels;
    left -= take;
  }
  UR_CHECK(left.micros == 0);
  const Int128 scaled = static_cast<Int128>(fill.value.micros) * Price::kPipsPerUsd;
  fill.vwap = Price{static_cast<std::int32_t>((scaled + (buying ? sets.micros - 1 : 0)) / sets.micros)};
  return fill;
}

bool meets_minimum(const SetLeg& leg, const SetLegFill& fill, Shares sets) noexcept {
  return sets >= leg.min_size && (!leg.ladder.buying() || fill.value >= kMinMarketableBuy);
}

}  // namespace

const char* to_string(SetVerdict verdict) noexcept {
  switch (verdict) {
    case SetVerdict::kTradable: return "tradable";
    case SetVerdict::kNoEdge: return "no_edge";
    case SetVerdict::kLimited: return "limited";
    case SetVerdict::kBelowMinimum: return "below_minimum";
    case SetVerdict::kUnknownFee: return "unknown_fee";
  }
  return "?";
}

void size_set(std::span<const SetLeg> legs, Price payoff, const SetLimits& limits, SetQuote& out) noexcept {
  UR_CHECK(!legs.empty() && legs.size() <= Intent::kMaxLegs);
  const bool buying = legs.front().ladder.buying();
  const std::int64_t payoff_e8 = payoff.pips * kE8PerPip;
  const std::int64_t min_edge_e8 = std::max<std::int64_t>(1, limits.min_edge_e8);
  out.verdict = SetVerdict::kNoEdge;
  out.best_edge_e8 = best_edge_e8(legs, payoff);
  out.last_edge_e8 = out.best_edge_e8;
  out.sets = Shares{};
  out.cost = out.proceeds = out.profit = Usd{};
  out.levels = 0;
  out.leg_count = static_cast<std::uint32_t>(legs.size());
  for (const SetLeg& leg : legs) {
    UR_CHECK(leg.ladder.buying() == buying);
    if (!leg.fees.known()) {
      out.verdict = SetVerdict::kUnknownFee;
      return;
    }
  }
  if (out.best_edge_e8 < min_edge_e8) return;

  Shares taken;
  bool limited = false;
  for (JointWalk walk(legs); !walk.exhausted(); walk.cross_boundary()) {
    const std::int64_t edge_e8 = buying ? payoff_e8 - walk.set_e8() : walk.set_e8() - payoff_e8;
    if (edge_e8 < min_edge_e8) break;
    // All sets taken so far count at this level's prices: that is what the limit orders may cost.
    const Shares room =
        std::min(limits.max_sets, payable(limits.max_cost, buying ? walk.set_e8() : payoff_e8, legs.size()));
    limited = room < walk.boundary();
    const Shares target = std::min(walk.boundary(), room);
    if (target > taken) {
      taken = target;
      out.last_edge_e8 = edge_e8;
    }
    if (limited) break;
  }
  out.sets = taken.floor_to_lot();
  out.verdict = limited ? SetVerdict::kLimited : SetVerdict::kBelowMinimum;
  if (out.sets.micros <= 0) return;

  bool large_enough = true;
  Usd value, fees;
  for (std::size_t i = 0; i < legs.size(); ++i) {
    out.legs[i] = fill_leg(legs[i], out.sets);
    large_enough = large_enough && meets_minimum(legs[i], out.legs[i], out.sets);
    value += out.legs[i].value;
    fees += out.legs[i].fee;
    out.levels += out.legs[i].levels;
  }
  out.cost = buying ? value + fees : notional(payoff, out.sets, Rounding::kUp);
  out.proceeds = buying ? notional(payoff, out.sets, Rounding::kDown) : value - fees;
  out.profit = out.proceeds - out.cost;
  if (large_enough) out.verdict = SetVerdict::kTradable;
}

Usd size_by_edge(std::int64_t edge_e8, Price full_size_edge, Usd max_cost) noexcept {
  if (edge_e8 <= 0 || max_cost.micros <= 0) return Usd{};
  const std::int64_t full_e8 = full_size_edge.pips * kE8PerPip;
  if (full_e8 <= 0 || edge_e8 >= full_e8) return max_cost;
  return Usd{static_cast<std::int64_t>(static_cast<Int128>(max_cost.micros) * edge_e8 / full_e8)};
}

}  // namespace underround
