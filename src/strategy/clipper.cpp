#include "strategy/clipper.hpp"

#include <algorithm>

#include "base/stable_hash.hpp"

namespace underround {

void Clipper::on_condition_added(const StrategyContext& context, ConditionId) {
  if (states_.size() < context.catalogue.event_count()) states_.resize(context.catalogue.event_count());
}

OpportunityLog::Key Clipper::key(ConditionId condition) const noexcept {
  return {id(), IntentKind::kDirectional, condition.value, false};
}

void Clipper::close(const StrategyContext& context, State& state) {
  if (state.open.valid()) context.opportunities.gone(key(state.open), context.now);
  state.open = ConditionId{};
}

Clipper::Clip Clipper::best_clip(const StrategyContext& context, const EventGroup& group) const noexcept {
  std::int64_t mids2 = 0;  // twice the sum of mids, pips
  std::int64_t spreads_squared = 0;
  for (const ConditionId condition : group.conditions) {
    const L2Book& book = context.books[condition].book();
    if (book.empty(Side::kBuy) || book.empty(Side::kSell)) return {};
    const std::int64_t spread = book.best_ask().pips - book.best_bid().pips;
    mids2 += book.best_bid().pips + book.best_ask().pips;
    spreads_squared += spread * spread;
  }
  Clip best;
  for (const ConditionId condition : group.conditions) {
    const L2Book& book = context.books[condition].book();
    const std::int64_t bid = book.best_bid().pips;
    const std::int64_t ask = book.best_ask().pips;
    const std::int64_t others2 = mids2 - bid - ask;
    const std::int64_t variance_x12 = spreads_squared - (ask - bid) * (ask - bid);
    for (const unsigned outcome : {0U, 1U}) {
      const std::int64_t fair2 = outcome == 0 ? 2 * kOneUsd.pips - others2 : others2;
      const std::int64_t price = outcome == 0 ? ask : kOneUsd.pips - bid;
      if (fair2 <= 2 * price) continue;
      const Price at{static_cast<std::int32_t>(price)};
      const std::int64_t fee_e8 = context.catalogue[condition].spec.fees.per_share_e8(at);
      const std::int64_t edge = (fair2 - 2 * price) / 2 - (fee_e8 + kE8PerPip - 1) / kE8PerPip;
      const std::int64_t beyond = edge - settings_.min_edge.pips;
      // beyond >= 2 sigma, sigma^2 = variance_x12 / 12, without the root.
      if (beyond < 0 || 3 * beyond * beyond < variance_x12 || edge <= best.edge_pips) continue;
      best = {instrument_of(condition, outcome), at, static_cast<std::int32_t>(edge)};
    }
  }
  return best;
}

Shares Clipper::clip_size(const StrategyContext& context, const Clip& clip, Fate& fate) const noexcept {
  const SetLeg leg = set_leg(context, clip.instrument, Side::kBuy);
  const Usd cap = size_by_edge(clip.edge_pips * kE8PerPip, settings_.full_size_edge,
                               Usd{settings_.max_set_cost.micros / kShareOfSetCost});
  const Usd wanted = cap - context.ledger.position(clip.instrument).cost;
  const Usd cash = context.ledger.available_cash();
  // One pip more covers the rounding of the fee.
  const Price each{static_cast<std::int32_t>((marginal_e8(leg, clip.price) + kE8PerPip - 1) / kE8PerPip) + 1};
  const Shares size = std::min(affordable(std::min(wanted, cash), each), leg.ladder.best_size()).floor_to_lot();
  const bool legal = size >= leg.min_size && notional(clip.price, size, Rounding::kDown) >= Usd::whole(1);
  if (!legal) fate = cash < wanted ? Fate::kNoCash : Fate::kTooSmall;
  return legal ? size : Shares{};
}

void Clipper::on_book(const StrategyContext& context, ConditionId condition, IntentBuffer& out) {
  const EventId event = context.catalogue[condition].event;
  if (!event.valid() || event.value >= states_.size()) return;
  const EventGroup& group = context.catalogue.event(event);
  State& state = states_[event.value];
  if (group.completeness != Completeness::kExactlyOne) return close(context, state);
  for (const ConditionId leg : group.conditions) {
    if (!context.books.contains(leg)) return;
  }
  const Clip clip = best_clip(context, group);
  if (clip.edge_pips <= 0) return close(context, state);
  const ConditionId subject = condition_of(clip.instrument);
  if (state.open != subject) close(context, state);
  state.open = subject;

  Fate fate = Fate::kSeen;
  for (std::size_t i = 0; i < group.conditions.size() && fate == Fate::kSeen; ++i) {
    fate = leg_fitness(context, settings_, group.conditions[i]);
  }
  if (fate == Fate::kPhantom) {
    return context.opportunities.phantom(key(subject), Price{clip.edge_pips}, context.now);
  }
  const FeeSchedule& fees = context.catalogue[subject].spec.fees;
  const Shares size = fate == Fate::kSeen ? clip_size(context, clip, fate) : Shares{};
  // Edge per share has the marginal fee taken off and is rounded down: a lower bound of the model's profit.
  const Usd profit = notional(Price{clip.edge_pips}, size, Rounding::kDown);
  const std::uint64_t opportunity =
      context.opportunities.seen(key(subject), Price{clip.edge_pips}, size, profit, context.now);
  if (fate == Fate::kSeen && profit < settings_.min_profit) fate = Fate::kTooSmall;
  if (fate == Fate::kSeen && !context.catalogue[subject].spec.tick.tradable(clip.price)) fate = Fate::kUnknownFee;
  if (fate == Fate::kSeen && context.now < state.blocked_until) fate = Fate::kCooldown;
  if (fate != Fate::kSeen) return context.opportunities.mark(opportunity, fate);

  SetQuote quote;
  quote.sets = size;
  quote.profit = profit;
  quote.leg_count = 1;
  const Shares available = set_leg(context, clip.instrument, Side::kBuy).ladder.best_size();
  quote.legs[0] = {
      available, notional(clip.price, size, Rounding::kUp), fees.charge(clip.price, size), clip.price, clip.price, 1};
  Intent& intent =
      write_intent(context, settings_, id(), IntentKind::kDirectional, Side::kBuy, {&clip.instrument, 1}, quote, out);
  intent.event = event;
  intent.opportunity = opportunity;
  intent.orphan = OrphanPolicy::kHold;
  state.blocked_until = context.now + std::max(settings_.cooldown, settings_.leg_deadline);
}

void Clipper::on_plan_done(const StrategyContext& context, const Intent& intent, Shares, Usd) {
  if (intent.event.valid() && intent.event.value < states_.size()) {
    states_[intent.event.value].blocked_until = context.now + settings_.cooldown;
  }
}

std::uint64_t Clipper::state_hash() const noexcept {
  StableHasher h;
  for (const State& state : states_) {
    h.add(state.open.value);
    h.add_signed(state.blocked_until.ns);
  }
  return h.value();
}

}  // namespace underround
