#include "strategy/set_plan.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace underround {

Fate leg_fitness(const StrategyContext& context, const StrategySettings& settings, ConditionId id) noexcept {
  const Condition& condition = context.catalogue[id];
  if (!condition.spec.fees.known() || !condition.spec.tick.known() ||
      condition.spec.version == MarketVersion::kUnknown || condition.spec.min_order_size.micros <= 0) {
    return Fate::kUnknownFee;
  }
  if (!condition.tradable()) return Fate::kIncomplete;
  const ConditionBook& book = context.books[id];
  if (book.state() != BookState::kLive) return Fate::kStale;
  if (!book.consistent()) return Fate::kPhantom;
  return context.now - book.received_at() <= settings.max_book_age ? Fate::kSeen : Fate::kStale;
}

SetLeg set_leg(const StrategyContext& context, InstrumentId instrument, Side side) noexcept {
  const ConditionId condition = condition_of(instrument);
  const L2Book& book = context.books[condition].book();
  const ConditionSpec& spec = context.catalogue[condition].spec;
  const unsigned outcome = outcome_of(instrument);
  return {side == Side::kBuy ? Ladder::to_buy(book, outcome) : Ladder::to_sell(book, outcome), spec.fees,
          spec.min_order_size};
}

Fate size_plan(const StrategyContext& context, const StrategySettings& settings, std::span<const SetLeg> legs,
               Price payoff, Funding funding, Shares max_sets, SetQuote& quote) noexcept {
  const Usd wanted = size_by_edge(best_edge_e8(legs, payoff), settings.full_size_edge, settings.max_set_cost);
  const bool cash_binds = funding == Funding::kCash && context.ledger.available_cash() < wanted;
  SetLimits limits;
  limits.max_cost = cash_binds ? context.ledger.available_cash() : wanted;
  limits.max_sets = max_sets;
  limits.min_edge_e8 = settings.min_edge.pips * kE8PerPip;
  size_set(legs, payoff, limits, quote);
  const Fate small = cash_binds ? Fate::kNoCash : Fate::kTooSmall;
  switch (quote.verdict) {
    case SetVerdict::kTradable:
      return quote.profit.micros > 0 && quote.profit >= settings.min_profit ? Fate::kSeen : small;
    case SetVerdict::kLimited: return small;
    case SetVerdict::kNoEdge:
    case SetVerdict::kBelowMinimum: return Fate::kTooSmall;
    case SetVerdict::kUnknownFee: return Fate::kUnknownFee;
  }
  return Fate::kTooSmall;
}

bool limits_on_grid(const StrategyContext& context, std::span<const InstrumentId> instruments,
                    const SetQuote& quote) noexcept {
  for (std::size_t i = 0; i < instruments.size(); ++i) {
    if (!context.catalogue[condition_of(instruments[i])].spec.tick.tradable(quote.legs[i].limit)) return false;
  }
  return true;
}

Intent& write_intent(const StrategyContext& context, const StrategySettings& settings, StrategyId strategy,
                     IntentKind kind, Side side, std::span<const InstrumentId> instruments, const SetQuote& quote,
                     IntentBuffer& out) {
  UR_CHECK(instruments.size() == quote.leg_count && quote.sets.micros > 0);
  Intent& intent = out.emplace_back();
  intent.kind = kind;
  intent.strategy = strategy;
  intent.size = quote.sets;
  intent.expected_profit = quote.profit;
  intent.decided_at = context.now;
  intent.deadline = context.now + settings.leg_deadline;

  std::array<std::uint8_t, Intent::kMaxLegs> order;
  for (std::size_t i = 0; i < instruments.size(); ++i) order[i] = static_cast<std::uint8_t>(i);
  // Ties by position, so that equal inputs give equal intents (law 1).
  std::sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(instruments.size()),
            [&quote](std::uint8_t a, std::uint8_t b) {
              const Shares left = quote.legs[a].available, right = quote.legs[b].available;
              return left != right ? left < right : a < b;
            });
  for (std::size_t i = 0; i < instruments.size(); ++i) {
    const SetLegFill& fill = quote.legs[order[i]];
    const InstrumentId instrument = instruments[order[i]];
    intent.add_leg({instrument, side, fill.limit, fill.vwap, fill.available});
    const Nanos at = context.books[condition_of(instrument)].received_at();
    intent.book_time_min = i == 0 ? at : std::min(intent.book_time_min, at);
    intent.book_time_max = i == 0 ? at : std::max(intent.book_time_max, at);
  }
  return intent;
}

}  // namespace underround
