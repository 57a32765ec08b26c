#include "execution/executor.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/stable_hash.hpp"
#include "book/ladder.hpp"
#include "execution/orphan.hpp"

namespace underround {

const char* to_string(PlanState state) noexcept {
  switch (state) {
    case PlanState::kDone: return "done";
    case PlanState::kSplitting: return "splitting";
    case PlanState::kFirstLeg: return "first_leg";
    case PlanState::kLegs: return "legs";
    case PlanState::kRepairing: return "repairing";
    case PlanState::kSettling: return "settling";
    case PlanState::kOperating: return "operating";
  }
  return "?";
}

namespace {}  // namespace

Executor::Executor(const ExecutionSettings& settings)
    : settings_(settings), plans_(kMaxPlans), operations_(kMaxPlans), plan_of_fill_(4096) {
  waiting_.reserve(kMaxPlans);
  put_off_.reserve(kMaxPlans);
  terms_.cost = settings.gas_per_operation;
  terms_.left = Event::kNoLimit;
}

void Executor::enter(Plan& plan, PlanState state, Nanos now) noexcept {
  plan.state = state;
  plan.state_since = now;
}

Plan* Executor::find_plan(PlanId id) noexcept {
  if (!id.valid()) return nullptr;
  Plan& plan = plans_[id.value % kMaxPlans];
  return plan.busy() && plan.id == id ? &plan : nullptr;
}

std::size_t Executor::active_plans() const noexcept {
  return static_cast<std::size_t>(std::count_if(plans_.begin(), plans_.end(), [](const Plan& p) { return p.busy(); }));
}

bool Executor::operating(ConditionId condition, const Catalogue& catalogue) const noexcept {
  return std::ranges::any_of(operations_, [&](const PendingOperation& o) {
    return o.used && (o.condition == condition || (o.event.valid() && o.event == catalogue[condition].event));
  });
}

bool Executor::operating() const noexcept {
  return std::ranges::any_of(operations_, [](const PendingOperation& o) { return o.used; });
}

void Executor::cancel_market(ConditionId condition, ExecutionContext& context) {
  orders_.for_each_open([&](const Order& order) {
    if (condition_of(order.terms.instrument) != condition || order.cancel_sent) return;
    cancel(*orders_.find(order.id), context);
  });
}

void Executor::cancel(Order& order, ExecutionContext& context) {
  order.cancel_sent = true;
  context.commands.emplace_back(CancelOrder{order.id});
}

std::expected<PlanId, RiskRefusal> Executor::start(const Intent& intent, ExecutionContext& context) {
  UR_CHECK(intent.leg_count > 0);
  std::uint64_t id = plan_sequence_ + 1;
  for (std::size_t tries = 0; plans_[id % kMaxPlans].busy(); ++tries, ++id) {
    if (tries == kMaxPlans) return std::unexpected(RiskRefusal::kOpenOrders);
  }
  Plan& plan = plans_[id % kMaxPlans];
  plan.id = PlanId{id};
  plan.intent = intent;
  plan.rounds = 0;
  plan.pending_fills = 0;
  plan.completed = Shares{};
  plan.cash_flow = Usd{};
  plan.operation = OperationId{};
  for (std::uint32_t i = 0; i < intent.leg_count; ++i) plan.legs[i] = PlanLeg{};

  if (intent.kind == IntentKind::kSplitAndSellSet) {
    enter(plan, PlanState::kSplitting, context.now);
    if (!run(plan, SetOperation::kSplit, condition_of(intent.legs()[0].instrument), intent.size, context)) {
      plan.state = PlanState::kDone;
      return std::unexpected(context.risk.halts().any() ? RiskRefusal::kHalted : RiskRefusal::kCash);
    }
    plan_sequence_ = id;
    ++counters_.plans;
    return plan.id;
  }

  // The thinnest leg is the one most likely to be gone.
  plan.first_leg = 0;
  for (std::uint32_t i = 1; i < intent.leg_count; ++i) {
    if (intent.legs()[i].available < intent.legs()[plan.first_leg].available) plan.first_leg = i;
  }
  enter(plan, intent.leg_count > 1 ? PlanState::kFirstLeg : PlanState::kLegs, context.now);
  const IntentLeg& first = intent.legs()[plan.first_leg];
  const auto placed =
      place(plan, static_cast<std::uint8_t>(plan.first_leg), first.side, first.limit, intent.size, context);
  if (!placed) {
    plan.state = PlanState::kDone;
    return std::unexpected(placed.error());
  }
  plan_sequence_ = id;
  ++counters_.plans;
  if (!settings_.thinnest_first && intent.leg_count > 1) send_remaining_legs(plan, intent.size, context);
  return plan.id;
}

std::expected<OrderId, RiskRefusal> Executor::place(Plan& plan, std::uint8_t leg, Side side, Price limit, Shares size,
                                                    ExecutionContext& context) {
  const OrderId id = orders_.next_id();
  if (!id.valid()) return std::unexpected(RiskRefusal::kOpenOrders);
  OrderTerms terms;
  terms.instrument = plan.intent.legs()[leg].instrument;
  terms.side = side;
  terms.tif = plan.intent.tif;
  terms.post_only = plan.intent.post_only;
  terms.expires_at = plan.intent.expires_at;
  // A FAK BUY is an order for dollars (protocol page 6.7): better prices bring more shares, in whole cents' worth, and
  // legs of a set would never be even. A GTC BUY is an order for shares; what does not match at once is cancelled.
  const bool exact = needs_even_legs(plan.intent.kind) && side == Side::kBuy && terms.tif == TimeInForce::kFak;
  if (exact) terms.tif = TimeInForce::kGtc;
  terms.limit = limit;
  terms.size = size;
  const RiskContext risk{context.now, context.catalogue, context.books, context.ledger};
  const auto approved = context.risk.approve(id, plan.id, plan.intent.strategy, terms, risk);
  if (!approved) return std::unexpected(approved.error());

  Order& order = orders_.add(*approved, leg);
  order.immediate = exact;
  if (side == Side::kBuy) {
    order.reserved_cash = notional(limit, size, Rounding::kUp) +
                          context.catalogue[condition_of(terms.instrument)].spec.fees.budget(limit, size);
    context.ledger.reserve_cash(order.reserved_cash);
  } else {
    order.reserved_shares = size;
    context.ledger.reserve_shares(terms.instrument, size);
  }
  context.risk.opened(terms, order.reserved_cash);
  order.status = OrderStatus::kSent;
  ++plan.legs[leg].open;
  ++counters_.orders;
  context.commands.emplace_back(PlaceOrder{*approved});
  return id;
}

void Executor::send_remaining_legs(Plan& plan, Shares size, ExecutionContext& context) {
  enter(plan, PlanState::kLegs, context.now);
  for (std::uint32_t i = 0; i < plan.intent.leg_count; ++i) {
    if (i == plan.first_leg) continue;
    const IntentLeg& leg = plan.intent.legs()[i];
    // A refused leg stays at zero; the repair that follows decides what becomes of the others.
    (void)place(plan, static_cast<std::uint8_t>(i), leg.side, leg.limit, size, context);
  }
  advance(plan, context);
}

// All orders of the plan are finished, or a fill has settled: what next?
void Executor::advance(Plan& plan, ExecutionContext& context) {
  if (!plan.busy() || plan.orders_open()) return;
  switch (plan.state) {
    case PlanState::kFirstLeg: {
      const Shares got = plan.legs[plan.first_leg].held.floor_to_lot();
      if (got.micros == 0) {
        ++counters_.plans_missed;
        finish(plan, context);
      } else if (context.now > plan.intent.deadline) {
        repair(plan, context);
      } else {
        send_remaining_legs(plan, got, context);
      }
      return;
    }
    case PlanState::kLegs:
    case PlanState::kRepairing: repair(plan, context); return;
    case PlanState::kSettling: settle_or_operate(plan, context); return;
    case PlanState::kSplitting:
    case PlanState::kOperating:
    case PlanState::kDone: return;
  }
}

void Executor::repair(Plan& plan, ExecutionContext& context) {
  const auto give_up = [&] {
    ++counters_.plans_orphaned;
    settle_or_operate(plan, context);
  };
  if (!needs_even_legs(plan.intent.kind) || is_even(plan)) return settle_or_operate(plan, context);
  if (plan.rounds >= settings_.max_repairs) return give_up();
  const RepairChoice choice = choose_repair(plan, context.books, context.catalogue, settings_.unwind_slippage);
  if (choice.repair == Repair::kNothing) return give_up();

  if (choice.repair == Repair::kUnwind) {
    // Shares that are matched but not settled may not be there to sell: wait for them, within bounds.
    for (std::uint32_t i = 0; i < plan.intent.leg_count; ++i) {
      const Shares extra = (plan.legs[i].held - choice.even).floor_to_lot();
      if (extra.micros > 0 && context.ledger.position(plan.intent.legs()[i].instrument).free() < extra) {
        if (plan.state != PlanState::kRepairing) enter(plan, PlanState::kRepairing, context.now);
        if (context.now - plan.state_since > settings_.repair_wait) give_up();
        return;
      }
    }
  }
  bool sent = false;
  for (std::uint32_t i = 0; i < plan.intent.leg_count; ++i) {
    const IntentLeg& leg = plan.intent.legs()[i];
    const ConditionId condition = condition_of(leg.instrument);
    const Tick tick = context.catalogue[condition].spec.tick;
    const auto index = static_cast<std::uint8_t>(i);
    if (choice.repair == Repair::kComplete) {
      const Shares missing = (choice.even - plan.legs[i].held).floor_to_lot();
      if (missing.micros <= 0) continue;
      const Ladder asks = Ladder::to_buy(context.books[condition].book(), outcome_of(leg.instrument));
      sent =
          place(plan, index, Side::kBuy, tick.ceil(walk_shares(asks, missing).worst), missing, context).has_value() ||
          sent;
    } else {
      const Shares extra = (plan.legs[i].held - choice.even).floor_to_lot();
      if (extra.micros <= 0) continue;
      const Price floor = tick.floor(Price{leg.expected.pips - settings_.unwind_slippage.pips});
      sent = place(plan, index, Side::kSell, std::max(floor, Price{tick.pips}), extra, context).has_value() || sent;
    }
  }
  if (!sent) return give_up();
  ++plan.rounds;
  ++(choice.repair == Repair::kComplete ? counters_.repairs_completed : counters_.repairs_unwound);
  enter(plan, PlanState::kRepairing, context.now);
}

void Executor::settle_or_operate(Plan& plan, ExecutionContext& context) {
  if (plan.pending_fills > 0) {
    if (plan.state != PlanState::kSettling) enter(plan, PlanState::kSettling, context.now);
    return;
  }
  const Shares sets = needs_even_legs(plan.intent.kind) ? least_held(plan).floor_to_lot() : Shares{};
  SetOperation operation = SetOperation::kMerge;
  switch (plan.intent.kind) {
    case IntentKind::kBuySetAndMerge:
    case IntentKind::kSplitAndSellSet: break;
    case IntentKind::kBuyNoAndConvert: operation = SetOperation::kConvert; break;
    case IntentKind::kBuySetAndHold: plan.completed = sets; return finish(plan, context);
    case IntentKind::kDirectional:
    case IntentKind::kQuote: return finish(plan, context);
  }
  const bool worth_it = operation == SetOperation::kConvert ? worth_converting(sets) : worth_merging(sets);
  if (worth_it && run(plan, operation, condition_of(plan.intent.legs()[0].instrument), sets, context)) {
    enter(plan, PlanState::kOperating, context.now);
    return;
  }
  if (settings_.auto_merge && operation == SetOperation::kMerge) {
    // The pairs are there and are a dollar each: the plan has done its work, the merge comes when it is worth it.
    leave_waiting(condition_of(plan.intent.legs()[0].instrument), sets);
    plan.completed = sets;
    plan.cash_flow += Usd{sets.micros};
  }
  finish(plan, context);
}

void Executor::finish(Plan& plan, ExecutionContext&) {
  if (plan.completed.micros > 0) ++counters_.plans_completed;
  Usd result = plan.cash_flow;
  if (plan.intent.kind == IntentKind::kBuySetAndHold) result += Usd{plan.completed.micros};
  if (on_done_ != nullptr) on_done_(on_done_context_, plan, result);
  plan.state = PlanState::kDone;
}

void Executor::on_timer(ExecutionContext& context) {
  merge_waiting(context);
  for (Plan& plan : plans_) {
    if (!plan.busy()) continue;
    const bool legs_out = plan.state == PlanState::kFirstLeg || plan.state == PlanState::kLegs;
    if (legs_out && plan.orders_open() && context.now > plan.intent.deadline) {
      orders_.for_each_open([&](const Order& o) {
        if (o.plan != plan.id || o.cancel_sent || o.status != OrderStatus::kLive) return;
        cancel(*orders_.find(o.id), context);
      });
    }
    if (plan.state == PlanState::kRepairing) advance(plan, context);
    if (plan.state == PlanState::kSettling && context.now - plan.state_since > settings_.settle_timeout) {
      finish(plan, context);
    }
  }
}

void Executor::cancel_all(ExecutionContext& context) {
  orders_.for_each_open([&](const Order& o) { orders_.find(o.id)->cancel_sent = true; });
  context.commands.emplace_back(CancelAll{});
}

std::uint64_t Executor::state_hash() const noexcept {
  StableHasher h;
  h.add(orders_.state_hash());
  h.add(plan_sequence_);
  h.add(operation_sequence_);
  h.add_signed(terms_.cost.micros);
  h.add_signed(terms_.left);
  for (const WaitingSets& w : waiting_) {
    h.add(w.condition.value);
    h.add_signed(w.sets.micros);
  }
  for (const PutOff& p : put_off_) {
    h.add(p.condition.value);
    h.add_signed(p.not_before.ns);
  }
  for (const PendingOperation& o : operations_) {
    if (o.used) h.add(o.id.value);
  }
  for (const Plan& plan : plans_) {
    if (!plan.busy()) continue;
    h.add(plan.id.value);
    h.add(static_cast<std::uint64_t>(plan.state));
    h.add_signed(plan.cash_flow.micros);
    for (std::uint32_t i = 0; i < plan.intent.leg_count; ++i) h.add_signed(plan.legs[i].held.micros);
  }
  return h.value();
}

}  // namespace underround
