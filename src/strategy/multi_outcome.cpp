#include "strategy/multi_outcome.hpp"

#include <algorithm>

#include "base/stable_hash.hpp"

namespace underround {
namespace {

constexpr std::int64_t kOneUsdE8 = kOneUsd.pips * kE8PerPip;
constexpr Shares kAnySize{std::numeric_limits<std::int64_t>::max()};

}  // namespace

OpportunityLog::Key MultiOutcome::key(EventId event, Direction direction) const noexcept {
  return {id(), direction == Direction::kLong ? IntentKind::kBuySetAndHold : IntentKind::kBuyNoAndConvert, event.value,
          true};
}

// Cold. Called for new conditions and again when a phase changes.
void MultiOutcome::on_condition_added(const StrategyContext& context, ConditionId condition) {
  const std::size_t known = legs_.size();
  if (legs_.size() <= condition.value) legs_.resize(std::size_t{condition.value} + 1);
  sets_.resize(std::max(sets_.size(), context.catalogue.event_count()));
  for (std::size_t i = std::min<std::size_t>(known, condition.value); i <= condition.value; ++i) {
    const EventId event = context.catalogue[ConditionId{static_cast<std::uint32_t>(i)}].event;
    if (event.valid()) refresh(context, event);
  }
}

void MultiOutcome::refresh(const StrategyContext& context, EventId event) {
  const EventGroup& group = context.catalogue.event(event);
  Set& set = sets_[event.value];
  // Conditions whose own kConditionAdded is still to come have no state and no book yet.
  const bool announced = std::all_of(group.conditions.begin(), group.conditions.end(),
                                     [this](ConditionId condition) { return condition.value < legs_.size(); });
  const bool fits = announced && group.conditions.size() >= 2 && group.conditions.size() <= Intent::kMaxLegs;
  set.watched =
      fits && (group.completeness == Completeness::kExactlyOne || group.completeness == Completeness::kAugmented);
  set.long_e8 = set.short_e8 = 0;
  for (const ConditionId condition : group.conditions) {
    if (condition.value >= legs_.size()) continue;
    Leg& leg = legs_[condition.value];
    leg.event = set.watched ? event : EventId{};
    leg.long_e8 = leg.short_e8 = 0;
    reprice(context, condition, leg, set);
  }
  if (set.watched) return;
  close(context, event, Direction::kLong);
  close(context, event, Direction::kShort);
}

void MultiOutcome::reprice(const StrategyContext& context, ConditionId condition, Leg& leg, Set& set) noexcept {
  const L2Book& book = context.books[condition].book();
  const FeeSchedule& fees = context.catalogue[condition].spec.fees;
  leg.bid = book.best_bid();
  leg.ask = book.best_ask();
  // No ask reads as 1 USD: with a second leg the sum is then above 1, no edge.
  const std::int64_t cost = leg.ask.pips * kE8PerPip + fees.per_share_e8(leg.ask);
  // Selling YES at p and buying NO at 1 - p are the same trade at the same fee.
  const std::int64_t gain = std::max<std::int64_t>(0, leg.bid.pips * kE8PerPip - fees.per_share_e8(leg.bid));
  set.long_e8 += cost - leg.long_e8;
  set.short_e8 += gain - leg.short_e8;
  leg.long_e8 = cost;
  leg.short_e8 = gain;
}

void MultiOutcome::on_book(const StrategyContext& context, ConditionId condition, IntentBuffer& out) {
  if (condition.value >= legs_.size()) return;
  Leg& leg = legs_[condition.value];
  if (!leg.event.valid()) return;
  Set& set = sets_[leg.event.value];
  const ConditionBook& book = context.books[condition];
  if (book.counters().levels != leg.levels) {
    leg.levels = book.counters().levels;
    leg.lag = book.received_at() - book.venue_time();
    leg.lag_at = book.received_at();
  }
  if (book.book().best_bid() != leg.bid || book.book().best_ask() != leg.ask) reprice(context, condition, leg, set);
  const std::int64_t long_edge = kOneUsdE8 - set.long_e8;
  const std::int64_t short_edge = set.short_e8 - kOneUsdE8;
  if (long_edge <= 0 && short_edge <= 0 && set.open == 0) return;
  look(context, leg.event, Direction::kLong, long_edge, out);
  look(context, leg.event, Direction::kShort, short_edge, out);
}

void MultiOutcome::close(const StrategyContext& context, EventId event, Direction direction) {
  Set& set = sets_[event.value];
  const auto bit = static_cast<std::uint8_t>(1U << static_cast<unsigned>(direction));
  if ((set.open & bit) != 0) context.opportunities.gone(key(event, direction), context.now);
  set.open = static_cast<std::uint8_t>(set.open & ~bit);
}

bool MultiOutcome::skewed(const StrategyContext& context, const EventGroup& group) const noexcept {
  Nanos least{std::numeric_limits<std::int64_t>::max()};
  Nanos most{std::numeric_limits<std::int64_t>::min()};
  for (const ConditionId condition : group.conditions) {
    const Leg& leg = legs_[condition.value];
    if (leg.levels == 0 || context.now - leg.lag_at > kLagMemory) continue;
    least = std::min(least, leg.lag);
    most = std::max(most, leg.lag);
  }
  return most > least && most - least > settings_.max_skew;
}

Fate MultiOutcome::fitness(const StrategyContext& context, const EventGroup& group) const noexcept {
  if (group.completeness != Completeness::kExactlyOne) return Fate::kIncomplete;
  for (const ConditionId condition : group.conditions) {
    const Fate fate = leg_fitness(context, settings_, condition);
    if (fate != Fate::kSeen) return fate;
  }
  return skewed(context, group) ? Fate::kPhantom : Fate::kSeen;
}

Fate MultiOutcome::plan_legs(const StrategyContext& context, Side side, Price payoff, Funding funding,
                             Shares max_sets) noexcept {
  side_ = side;
  for (std::size_t i = 0; i < leg_count_; ++i) set_legs_[i] = set_leg(context, instruments_[i], side);
  const Fate fate = size_plan(context, settings_, {set_legs_.data(), leg_count_}, payoff, funding, max_sets, quote_);
  if (fate != Fate::kSeen) return fate;
  return limits_on_grid(context, {instruments_.data(), leg_count_}, quote_) ? Fate::kSeen : Fate::kUnknownFee;
}

Fate MultiOutcome::plan(const StrategyContext& context, const EventGroup& group, Direction direction) noexcept {
  leg_count_ = 0;
  Shares held = kAnySize;
  for (const ConditionId condition : group.conditions) {
    instruments_[leg_count_++] = instrument_of(condition, 0);
    held = std::min(held, context.ledger.position(instrument_of(condition, 0)).free());
  }
  if (direction == Direction::kLong) {
    kind_ = IntentKind::kBuySetAndHold;
    return plan_legs(context, Side::kBuy, kOneUsd, Funding::kCash, kAnySize);
  }
  if (held.micros >= Shares::kMicrosPerLot) {
    kind_ = IntentKind::kDirectional;
    if (plan_legs(context, Side::kSell, kOneUsd, Funding::kInventory, held) == Fate::kSeen) return Fate::kSeen;
  }
  leg_count_ = 0;
  for (const ConditionId condition : group.conditions) {
    if (legs_[condition.value].short_e8 > 0) instruments_[leg_count_++] = instrument_of(condition, 1);
  }
  if (leg_count_ < 2) return Fate::kTooSmall;
  kind_ = IntentKind::kBuyNoAndConvert;
  const Price payoff{kOneUsd.pips * static_cast<std::int32_t>(leg_count_ - 1)};
  return plan_legs(context, Side::kBuy, payoff, Funding::kCash, kAnySize);
}

void MultiOutcome::look(const StrategyContext& context, EventId event, Direction direction, std::int64_t edge_e8,
                        IntentBuffer& out) {
  if (edge_e8 <= 0) return close(context, event, direction);
  Set& set = sets_[event.value];
  const EventGroup& group = context.catalogue.event(event);
  set.open = static_cast<std::uint8_t>(set.open | 1U << static_cast<unsigned>(direction));
  const Price edge{static_cast<std::int32_t>(edge_e8 / kE8PerPip)};
  Fate fate = fitness(context, group);
  if (fate == Fate::kPhantom) return context.opportunities.phantom(key(event, direction), edge, context.now);

  quote_.sets = Shares{};
  quote_.profit = Usd{};
  if (fate == Fate::kSeen) fate = plan(context, group, direction);
  const std::uint64_t opportunity =
      context.opportunities.seen(key(event, direction), edge, quote_.sets, quote_.profit, context.now);
  if (fate == Fate::kSeen && context.now < set.blocked_until) fate = Fate::kCooldown;
  if (fate != Fate::kSeen) return context.opportunities.mark(opportunity, fate);

  Intent& intent = write_intent(context, settings_, id(), kind_, side_, {instruments_.data(), leg_count_}, quote_, out);
  intent.event = event;
  intent.opportunity = opportunity;
  // Sets were held before the plan and may be held after it; there is nothing to unwind.
  if (kind_ == IntentKind::kDirectional) intent.orphan = OrphanPolicy::kHold;
  // Until the plan is over, or could have been, the books still show what it is taking.
  set.blocked_until = context.now + std::max(settings_.cooldown, settings_.leg_deadline);
}

void MultiOutcome::on_plan_done(const StrategyContext& context, const Intent& intent, Shares, Usd) {
  if (intent.event.valid() && intent.event.value < sets_.size()) {
    sets_[intent.event.value].blocked_until = context.now + settings_.cooldown;
  }
}

std::uint64_t MultiOutcome::state_hash() const noexcept {
  StableHasher h;
  for (const Set& set : sets_) {
    h.add_signed(set.long_e8);
    h.add_signed(set.short_e8);
    h.add_signed(set.blocked_until.ns);
    h.add(set.open);
  }
  return h.value();
}

}  // namespace underround
