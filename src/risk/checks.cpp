// The pre-trade checks, cheapest and most decisive first. The order is part of the behaviour: the first refusal is the
// one reported.
#include <algorithm>
#include <limits>

#include "book/ladder.hpp"
#include "risk/risk_gate.hpp"

namespace underround {

struct RiskChecks {
  const RiskGate& gate;
  const OrderTerms& terms;
  const RiskContext& context;
  const RiskLimits& limits = gate.limits_;
  const Condition& condition = context.catalogue[condition_of(terms.instrument)];
  // Worst cost of a buy, fee included; what a sell raises.
  Usd value = notional(terms.limit, terms.size, Rounding::kUp);
  Usd cost = value;

  using Check = RiskRefusal (RiskChecks::*)() const;
  static const Check kAll[];

  [[nodiscard]] bool buying() const noexcept { return terms.side == Side::kBuy; }

  [[nodiscard]] RiskRefusal halted() const { return gate.halts_.any() ? RiskRefusal::kHalted : RiskRefusal::kNone; }
  [[nodiscard]] RiskRefusal market_halted() const {
    const auto& halted = gate.halted_markets_;
    return std::ranges::find(halted, condition.id) == halted.end() ? RiskRefusal::kNone : RiskRefusal::kMarketHalted;
  }
  [[nodiscard]] RiskRefusal user_stream() const {
    const bool blind = !gate.user_stream_up_ && context.now - gate.user_stream_down_since_ >= limits.user_stream_blind;
    return blind ? RiskRefusal::kUserStreamBlind : RiskRefusal::kNone;
  }
  [[nodiscard]] RiskRefusal tradable() const {
    return condition.tradable() ? RiskRefusal::kNone : RiskRefusal::kNotTradable;
  }
  [[nodiscard]] RiskRefusal tick() const {
    return condition.spec.tick.tradable(terms.limit) ? RiskRefusal::kNone : RiskRefusal::kTick;
  }
  [[nodiscard]] RiskRefusal size() const {
    const bool lots = terms.size.micros > 0 && terms.size.micros % Shares::kMicrosPerLot == 0;
    return lots ? RiskRefusal::kNone : RiskRefusal::kSize;
  }
  // Orders that may rest: the market's minimum. Buys that may match at once: one dollar (protocol page 6.6).
  [[nodiscard]] RiskRefusal min_size() const {
    const bool rests = terms.tif == TimeInForce::kGtc || terms.tif == TimeInForce::kGtd;
    if (rests && terms.size < condition.spec.min_order_size) return RiskRefusal::kMinSize;
    if (buying() && !terms.post_only && value < Usd::whole(1)) return RiskRefusal::kMinSize;
    return RiskRefusal::kNone;
  }
  [[nodiscard]] const ConditionBook& book() const { return context.books[condition.id]; }
  [[nodiscard]] RiskRefusal book_live() const {
    const bool live = context.books.contains(condition.id) && book().state() == BookState::kLive;
    return live ? RiskRefusal::kNone : RiskRefusal::kBookNotLive;
  }
  [[nodiscard]] RiskRefusal book_fresh() const {
    return context.now - book().received_at() <= limits.max_book_age ? RiskRefusal::kNone : RiskRefusal::kBookStale;
  }
  // A limit far through the touch is a typing error or a broken model.
  [[nodiscard]] RiskRefusal collar() const {
    const unsigned outcome = outcome_of(terms.instrument);
    const Ladder ladder = buying() ? Ladder::to_buy(book().book(), outcome) : Ladder::to_sell(book().book(), outcome);
    if (ladder.empty()) return RiskRefusal::kNone;
    const std::int32_t through =
        buying() ? terms.limit.pips - ladder.best().pips : ladder.best().pips - terms.limit.pips;
    return through <= limits.collar.pips ? RiskRefusal::kNone : RiskRefusal::kCollar;
  }
  [[nodiscard]] RiskRefusal order_notional() const {
    return value <= limits.max_order ? RiskRefusal::kNone : RiskRefusal::kOrderNotional;
  }

  // Cost at risk in a condition if this order fills: what was paid, less what the worse outcome pays for certain.
  [[nodiscard]] Usd condition_risk(ConditionId id, Usd extra_cost, InstrumentId extra, Shares extra_shares) const {
    const auto held = [&](unsigned outcome) {
      const InstrumentId instrument = instrument_of(id, outcome);
      const Shares net = context.ledger.position(instrument).net();
      return instrument == extra ? net + extra_shares : net;
    };
    const Usd paid = context.ledger.position(instrument_of(id, 0)).cost +
                     context.ledger.position(instrument_of(id, 1)).cost + gate.open_buys(id) + extra_cost;
    return paid - Usd{std::max<std::int64_t>(0, std::min(held(0), held(1)).micros)};
  }
  [[nodiscard]] RiskRefusal position() const {
    if (!buying()) return RiskRefusal::kNone;
    return condition_risk(condition.id, cost, terms.instrument, terms.size) <= limits.max_position
               ? RiskRefusal::kNone
               : RiskRefusal::kPosition;
  }
  // Worst case over which condition of the event resolves YES (or none of them).
  [[nodiscard]] RiskRefusal event() const {
    if (!buying() || !condition.event.valid()) return RiskRefusal::kNone;
    const EventGroup& group = context.catalogue.event(condition.event);
    Usd paid = cost;
    std::int64_t no_total = 0;
    std::int64_t best_swing = group.completeness == Completeness::kExactlyOne ? std::numeric_limits<std::int64_t>::max()
                                                                              : 0;  // "none resolves YES" is possible
    for (const ConditionId id : group.conditions) {
      const auto held = [&](unsigned outcome) {
        const InstrumentId instrument = instrument_of(id, outcome);
        const std::int64_t net = context.ledger.position(instrument).net().micros;
        return std::max<std::int64_t>(0, instrument == terms.instrument ? net + terms.size.micros : net);
      };
      paid += context.ledger.position(instrument_of(id, 0)).cost + context.ledger.position(instrument_of(id, 1)).cost +
              gate.open_buys(id);
      no_total += held(1);
      best_swing = std::min(best_swing, held(0) - held(1));
    }
    return paid - Usd{no_total + best_swing} <= limits.max_event ? RiskRefusal::kNone : RiskRefusal::kEvent;
  }
  [[nodiscard]] RiskRefusal total() const {
    if (!buying()) return RiskRefusal::kNone;
    return context.ledger.total_cost() + gate.open_buys_ + cost <= limits.max_total ? RiskRefusal::kNone
                                                                                    : RiskRefusal::kTotal;
  }
  [[nodiscard]] RiskRefusal pending() const {
    return context.ledger.pending_notional() + (buying() ? cost : Usd{}) <= limits.max_pending ? RiskRefusal::kNone
                                                                                               : RiskRefusal::kPending;
  }
  [[nodiscard]] RiskRefusal cash() const {
    return !buying() || cost <= context.ledger.available_cash() ? RiskRefusal::kNone : RiskRefusal::kCash;
  }
  [[nodiscard]] RiskRefusal shares() const {
    return buying() || terms.size <= context.ledger.position(terms.instrument).free() ? RiskRefusal::kNone
                                                                                      : RiskRefusal::kShares;
  }
  [[nodiscard]] RiskRefusal open_orders() const {
    return gate.open_orders_ < limits.max_open_orders ? RiskRefusal::kNone : RiskRefusal::kOpenOrders;
  }
  [[nodiscard]] RiskRefusal unknown_orders() const {
    return gate.unknown_orders_ < static_cast<int>(limits.max_unknown_orders) ? RiskRefusal::kNone
                                                                              : RiskRefusal::kUnknownOrders;
  }
  [[nodiscard]] RiskRefusal rate() const {
    const bool same_second = context.now - gate.second_started_ < Nanos::from_seconds(1);
    return same_second && gate.orders_this_second_ >= limits.max_orders_per_second ? RiskRefusal::kRate
                                                                                   : RiskRefusal::kNone;
  }
  [[nodiscard]] RiskRefusal duplicate() const {
    for (const auto& recent : gate.recent_) {
      if (recent.instrument == terms.instrument && recent.side == terms.side && recent.limit == terms.limit &&
          recent.size == terms.size && context.now - recent.at < limits.duplicate_window) {
        return RiskRefusal::kDuplicate;
      }
    }
    return RiskRefusal::kNone;
  }
};

const RiskChecks::Check RiskChecks::kAll[] = {
    &RiskChecks::halted,     &RiskChecks::market_halted, &RiskChecks::user_stream,    &RiskChecks::tradable,
    &RiskChecks::tick,       &RiskChecks::size,          &RiskChecks::min_size,       &RiskChecks::book_live,
    &RiskChecks::book_fresh, &RiskChecks::collar,        &RiskChecks::shares,         &RiskChecks::order_notional,
    &RiskChecks::position,   &RiskChecks::event,         &RiskChecks::total,          &RiskChecks::pending,
    &RiskChecks::cash,       &RiskChecks::open_orders,   &RiskChecks::unknown_orders, &RiskChecks::rate,
    &RiskChecks::duplicate,
};

std::expected<ApprovedOrder, RiskRefusal> RiskGate::approve(OrderId id, PlanId plan, StrategyId strategy,
                                                            const OrderTerms& terms, const RiskContext& context) {
  const auto refuse = [&](RiskRefusal why) {
    ++refusals_[static_cast<std::size_t>(why)];
    return std::unexpected(why);
  };
  if (condition_of(terms.instrument).value >= context.catalogue.size()) return refuse(RiskRefusal::kNotTradable);
  RiskChecks checks{*this, terms, context};
  if (terms.side == Side::kBuy && checks.condition.spec.fees.known()) {
    checks.cost += checks.condition.spec.fees.budget(terms.limit, terms.size);
  }
  for (const auto check : RiskChecks::kAll) {
    const RiskRefusal why = (checks.*check)();
    if (why != RiskRefusal::kNone) return refuse(why);
  }
  if (context.now - second_started_ >= Nanos::from_seconds(1)) {
    second_started_ = context.now;
    orders_this_second_ = 0;
  }
  ++orders_this_second_;
  recent_[recent_next_++ % recent_.size()] = Recent{terms.instrument, terms.side, terms.limit, terms.size, context.now};
  return ApprovedOrder(id, plan, strategy, terms, context.now);
}

}  // namespace underround
