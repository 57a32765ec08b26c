#include "execution/orphan.hpp"

#include <algorithm>
#include <limits>

#include "book/ladder.hpp"

namespace underround {
namespace {

// A walk's value with the taker fee at each level's price. Buying: what it costs; selling: what it raises.
// Nothing when the depth is not there.
struct Priced {
  bool enough = false;
  Usd value;
};

Priced price_walk(const Ladder& ladder, Shares want, Price limit, const FeeSchedule& fees) {
  Priced p;
  Shares left = want;
  for (LadderCursor c(ladder); c.valid() && left.micros > 0; c.advance()) {
    if (ladder.buying() ? c.price() > limit : c.price() < limit) break;
    const Shares take = std::min(left, c.size());
    const Usd fee = fees.budget(c.price(), take);
    p.value += ladder.buying() ? notional(c.price(), take, Rounding::kUp) + fee
                               : notional(c.price(), take, Rounding::kDown) - fee;
    left -= take;
  }
  p.enough = left.micros <= 0;
  return p;
}

}  // namespace

RepairChoice choose_repair(const Plan& plan, const BookStore& books, const Catalogue& catalogue,
                           Price unwind_slippage) {
  const Intent& intent = plan.intent;
  Shares least = plan.legs[0].held;
  Shares most = least;
  for (std::uint32_t i = 1; i < intent.leg_count; ++i) {
    least = std::min(least, plan.legs[i].held);
    most = std::max(most, plan.legs[i].held);
  }
  RepairChoice choice;
  choice.even = least;
  if (most - least < Shares::from_micros(Shares::kMicrosPerLot)) return choice;

  bool can_complete = true;
  bool can_unwind = true;
  Usd missing_cost;
  for (std::uint32_t i = 0; i < intent.leg_count; ++i) {
    const IntentLeg& leg = intent.legs()[i];
    const ConditionId condition = condition_of(leg.instrument);
    const ConditionBook& book = books[condition];
    const FeeSchedule& fees = catalogue[condition].spec.fees;
    const bool usable = book.state() == BookState::kLive && fees.known();
    const Shares missing = (most - plan.legs[i].held).floor_to_lot();
    if (missing.micros > 0) {
      const Priced buy =
          usable ? price_walk(Ladder::to_buy(book.book(), outcome_of(leg.instrument)), missing, kOneUsd, fees)
                 : Priced{};
      can_complete = can_complete && buy.enough;
      missing_cost += buy.value;
    }
    const Shares extra = (plan.legs[i].held - least).floor_to_lot();
    if (extra.micros > 0) {
      const Price floor{std::max(0, leg.expected.pips - unwind_slippage.pips)};
      const Priced sell =
          usable ? price_walk(Ladder::to_sell(book.book(), outcome_of(leg.instrument)), extra, floor, fees) : Priced{};
      can_unwind = can_unwind && sell.enough;
      choice.value_unwind += sell.value;
    }
  }
  constexpr Usd kImpossible{std::numeric_limits<std::int64_t>::min() / 4};
  const Price payoff = payoff_per_set(intent);
  choice.value_complete = can_complete ? notional(payoff, most - least, Rounding::kDown) - missing_cost : kImpossible;
  if (!can_unwind) choice.value_unwind = Usd{};

  const bool may_complete = can_complete && intent.orphan == OrphanPolicy::kCheapest;
  const bool may_unwind = can_unwind && intent.orphan != OrphanPolicy::kHold;
  if (may_complete && (!may_unwind || choice.value_complete >= choice.value_unwind)) {
    choice.repair = Repair::kComplete;
    choice.even = most;
  } else if (may_unwind) {
    choice.repair = Repair::kUnwind;
  }
  return choice;
}

}  // namespace underround
