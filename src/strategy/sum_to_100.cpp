#include "strategy/sum_to_100.hpp"

#include <algorithm>
#include <array>

#include "base/stable_hash.hpp"

namespace underround {
namespace {

Nanos distance(Nanos a, Nanos b) noexcept { return a < b ? b - a : a - b; }
std::uint8_t bit_of(Side side) noexcept { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(side)); }

}  // namespace

void SumTo100::on_condition_added(const StrategyContext&, ConditionId condition) {
  if (states_.size() <= condition.value) states_.resize(std::size_t{condition.value} + 1);
}

OpportunityLog::Key SumTo100::key(ConditionId condition, Side side) const noexcept {
  return {id(), side == Side::kBuy ? IntentKind::kBuySetAndMerge : IntentKind::kSplitAndSellSet, condition.value,
          false};
}

bool SumTo100::confirmed(const ConditionBook& book) const noexcept {
  const auto& yes = book.token_top(0);
  const auto& no = book.token_top(1);
  if (book.state() != BookState::kLive || distance(yes.venue_time, no.venue_time) > settings_.max_skew ||
      distance(yes.received_at, no.received_at) > settings_.max_skew) {
    return false;
  }
  const Price bid = book.book().best_bid();
  const Price ask = book.book().best_ask();
  return yes.bid == bid && yes.ask == ask && no.bid == ask.complement() && no.ask == bid.complement();
}

void SumTo100::on_book(const StrategyContext& context, ConditionId condition, IntentBuffer& out) {
  if (condition.value >= states_.size()) return;
  const ConditionBook& book = context.books[condition];
  const auto& yes = book.token_top(0);
  const auto& no = book.token_top(1);
  const bool known = yes.known && no.known;
  const std::int32_t buy_edge = known ? kOneUsd.pips - yes.ask.pips - no.ask.pips : 0;
  const std::int32_t sell_edge = known ? yes.bid.pips + no.bid.pips - kOneUsd.pips : 0;
  if (buy_edge <= 0 && sell_edge <= 0 && states_[condition.value].open == 0) return;
  // In a confirmed view both directions take the same resting orders; buying needs no split first.
  const bool bought = look(context, condition, Side::kBuy, buy_edge, out);
  look(context, condition, Side::kSell, bought ? 0 : sell_edge, out);
}

bool SumTo100::look(const StrategyContext& context, ConditionId condition, Side side, std::int32_t edge_pips,
                    IntentBuffer& out) {
  State& state = states_[condition.value];
  const auto gone = [&] {
    if ((state.open & bit_of(side)) != 0) context.opportunities.gone(key(condition, side), context.now);
    state.open = static_cast<std::uint8_t>(state.open & ~bit_of(side));
    return false;
  };
  if (edge_pips <= 0) return gone();
  const ConditionBook& book = context.books[condition];
  if (!confirmed(book)) {
    context.opportunities.phantom(key(condition, side), Price{edge_pips}, context.now);
    state.open = static_cast<std::uint8_t>(state.open | bit_of(side));
    return false;
  }

  const std::array<InstrumentId, 2> instruments{instrument_of(condition, 0), instrument_of(condition, 1)};
  const std::array<SetLeg, 2> legs{set_leg(context, instruments[0], side), set_leg(context, instruments[1], side)};
  const std::int64_t edge_e8 = best_edge_e8(legs, kOneUsd);
  if (edge_e8 <= 0) return gone();  // fees eat it

  Fate fate = leg_fitness(context, settings_, condition);
  if (fate == Fate::kPhantom)
    fate = Fate::kSeen;  // crossed, as every confirmed signal is; confirmed() is the stricter test
  quote_.sets = Shares{};
  quote_.profit = Usd{};
  if (fate == Fate::kSeen) {
    fate = size_plan(context, settings_, legs, kOneUsd, Funding::kCash,
                     Shares{std::numeric_limits<std::int64_t>::max()}, quote_);
  }
  if (fate == Fate::kSeen && !limits_on_grid(context, instruments, quote_)) fate = Fate::kUnknownFee;
  const bool blocked = fate == Fate::kSeen && context.now < state.blocked_until;
  const std::uint64_t opportunity =
      context.opportunities.seen(key(condition, side), Price{static_cast<std::int32_t>(edge_e8 / kE8PerPip)},
                                 quote_.sets, quote_.profit, context.now);
  state.open = static_cast<std::uint8_t>(state.open | bit_of(side));
  if (blocked) fate = Fate::kCooldown;
  if (fate != Fate::kSeen) {
    context.opportunities.mark(opportunity, fate);
    return blocked;
  }
  Intent& intent = write_intent(context, settings_, id(), key(condition, side).kind, side, instruments, quote_, out);
  intent.event = context.catalogue[condition].event;
  intent.opportunity = opportunity;
  // Until the plan is over, or could have been, the book still shows what it is taking.
  state.blocked_until = context.now + std::max(settings_.cooldown, settings_.leg_deadline);
  return true;
}

void SumTo100::on_plan_done(const StrategyContext& context, const Intent& intent, Shares, Usd) {
  const ConditionId condition = condition_of(intent.legs()[0].instrument);
  if (condition.value < states_.size()) states_[condition.value].blocked_until = context.now + settings_.cooldown;
}

std::uint64_t SumTo100::state_hash() const noexcept {
  StableHasher h;
  for (const State& state : states_) {
    h.add_signed(state.blocked_until.ns);
    h.add(state.open);
  }
  return h.value();
}

}  // namespace underround
