// How the executor learns: answers about orders, fills, settlements, set operations.
#include <algorithm>

#include "base/check.hpp"
#include "execution/executor.hpp"

namespace underround {
namespace {

// Conditions of the event whose NO is given up, and those whose YES is received.
struct Converted {
  std::vector<ConditionId> given, received;
};
Converted split_by_mask(const PendingOperation& operation, const Catalogue& catalogue) {
  Converted out;
  const auto& conditions = catalogue.event(operation.event).conditions;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    (((operation.outcome_mask >> i) & 1U) != 0 ? out.given : out.received).push_back(conditions[i]);
  }
  return out;
}

}  // namespace

void Executor::on_event(const Event& e, ExecutionContext& context) {
  switch (e.header.kind) {
    case EventKind::kOrderAccepted:
    case EventKind::kOrderRejected:
    case EventKind::kOrderUnknown:
    case EventKind::kOrderDone:
    case EventKind::kCancelRejected: return on_order(e, context);
    case EventKind::kFill: return on_fill(e, context);
    case EventKind::kSettlement: return on_settlement(e, context);
    case EventKind::kOperationDone: return on_operation(e, context);
    default: return;
  }
}

void Executor::on_order(const Event& e, ExecutionContext& context) {
  Order* const order = orders_.find(e.order.id);
  if (order == nullptr || order->closed) return;
  if (order->status == OrderStatus::kUnknown && e.header.kind != EventKind::kOrderUnknown &&
      e.header.kind != EventKind::kCancelRejected) {
    context.risk.unknown_orders(-1);
    order->status = OrderStatus::kSent;
  }
  switch (e.header.kind) {
    case EventKind::kOrderAccepted:
      if (is_terminal(order->status)) return;
      if (is_terminal(e.order.status)) {
        order->matched = e.order.matched;
        end_order(*order, e.order.status, context);
        return;
      }
      order->status = e.order.status;
      if (order->immediate && order->status == OrderStatus::kLive && !order->cancel_sent &&
          e.order.matched < order->terms.size) {
        cancel(*order, context);
      }
      return;
    case EventKind::kOrderRejected:
      if (is_terminal(order->status)) return;
      order->reject = e.order.reason;
      if (e.order.reason != RejectReason::kFakNoMatch && e.order.reason != RejectReason::kFokNotFilled) {
        ++counters_.rejected;
      }
      end_order(*order, OrderStatus::kRejected, context);
      return;
    case EventKind::kOrderUnknown:
      if (is_terminal(order->status) || order->status == OrderStatus::kUnknown) return;
      order->status = OrderStatus::kUnknown;
      ++counters_.unknown;
      context.risk.unknown_orders(+1);
      return;
    case EventKind::kOrderDone:
      // A second "done" may bring the matched amount the first did not know.
      order->matched = std::max(order->matched, e.order.matched);
      end_order(*order, is_terminal(order->status) ? order->status : e.order.status, context);
      return;
    case EventKind::kCancelRejected: order->cancel_sent = false; return;
    default: return;
  }
}

// The order will not live on. Its reservation stays until every fill the venue spoke of has arrived.
void Executor::end_order(Order& order, OrderStatus status, ExecutionContext& context) {
  order.status = status;
  if (!order.finished() || order.closed) return;
  order.closed = true;
  if (order.terms.side == Side::kBuy) {
    context.ledger.release_cash(order.reserved_cash);
  } else {
    context.ledger.release_shares(order.terms.instrument, order.reserved_shares);
  }
  context.risk.closed(order.terms, order.reserved_cash);
  order.reserved_cash = Usd{};
  order.reserved_shares = Shares{};
  if (Plan* const plan = find_plan(order.plan)) {
    UR_CHECK(plan->legs[order.leg].open > 0);
    --plan->legs[order.leg].open;
    advance(*plan, context);
  }
}

void Executor::on_fill(const Event& e, ExecutionContext& context) {
  if (!context.ledger.apply_fill(e)) return;  // redelivered
  ++counters_.fills;
  Order* const order = orders_.find(e.fill.order);
  if (order == nullptr) {  // made elsewhere: the ledger knows, no plan does
    ++counters_.fills_elsewhere;
    return;
  }
  order->filled += e.fill.size;
  if (!order->closed) {
    if (order->terms.side == Side::kBuy) {
      const Usd share =
          notional(order->terms.limit, e.fill.size, Rounding::kUp) +
          context.catalogue[condition_of(order->terms.instrument)].spec.fees.budget(order->terms.limit, e.fill.size);
      const Usd released = std::min(order->reserved_cash, share);
      order->reserved_cash -= released;
      context.ledger.release_cash(released);
      context.risk.filled(order->terms, released);
    } else {
      const Shares released = std::min(order->reserved_shares, e.fill.size);
      order->reserved_shares -= released;
      context.ledger.release_shares(order->terms.instrument, released);
    }
  }
  if (Plan* const plan = find_plan(order->plan)) {
    const Usd value = notional(e.fill.price, e.fill.size, e.fill.side == Side::kBuy ? Rounding::kUp : Rounding::kDown);
    PlanLeg& leg = plan->legs[order->leg];
    if (e.fill.side == Side::kBuy) {
      leg.held += e.fill.size;
      plan->cash_flow -= value + e.fill.fee;
    } else {
      leg.held -= e.fill.size;
      plan->cash_flow += value - e.fill.fee;
    }
    if (e.fill.settlement != SettlementStatus::kConfirmed) {
      ++plan->pending_fills;
      plan_of_fill_.try_emplace(e.fill.fill_id, plan->id);
    }
  }
  const bool complete = order->filled >= order->terms.size;
  if (is_terminal(order->status) || complete) {
    end_order(*order, is_terminal(order->status) ? order->status : OrderStatus::kFilled, context);
  }
}

void Executor::on_settlement(const Event& e, ExecutionContext& context) {
  const Ledger::ReversedFill* const reversed = context.ledger.settle(e.settlement.fill_id, e.settlement.status);
  if (reversed != nullptr) ++counters_.reversed;
  const bool final =
      e.settlement.status == SettlementStatus::kConfirmed || e.settlement.status == SettlementStatus::kFailed;
  const PlanId* const of_fill = plan_of_fill_.find(e.settlement.fill_id);
  if (of_fill == nullptr || !final) return;
  Plan* const plan = find_plan(*of_fill);
  plan_of_fill_.erase(e.settlement.fill_id);
  if (plan == nullptr) return;
  UR_CHECK(plan->pending_fills > 0);
  --plan->pending_fills;
  if (reversed != nullptr) {
    const Order* const order = orders_.find(reversed->order);
    UR_CHECK(order != nullptr);
    PlanLeg& leg = plan->legs[order->leg];
    if (reversed->side == Side::kBuy) {
      leg.held -= reversed->size;
      plan->cash_flow += reversed->value + reversed->fee;
    } else {
      leg.held += reversed->size;
      plan->cash_flow -= reversed->value - reversed->fee;
    }
    // The hedge that matched the vanished fill is an orphan now.
    if (plan->state == PlanState::kSettling) enter(*plan, PlanState::kRepairing, context.now);
  }
  advance(*plan, context);
}

// --- set operations

bool Executor::run(Plan& plan, SetOperation kind, ConditionId condition, Shares amount, ExecutionContext& context) {
  if (context.risk.halts().any()) return false;
  if (kind == SetOperation::kSplit &&
      Usd{amount.micros} + settings_.gas_per_operation > context.ledger.available_cash()) {
    return false;
  }
  const auto slot = std::find_if(operations_.begin(), operations_.end(), [](const auto& o) { return !o.used; });
  if (slot == operations_.end()) return false;
  *slot = PendingOperation{OperationId{++operation_sequence_}, kind, plan.id, condition, EventId{}, 0, amount, true};
  RunOperation command;
  command.id = slot->id;
  command.kind = kind;
  command.condition = condition;
  command.amount = amount;
  if (kind == SetOperation::kConvert) {
    slot->event = plan.intent.event;
    command.event = plan.intent.event;
    const auto& conditions = context.catalogue.event(plan.intent.event).conditions;
    for (std::size_t i = 0; i < conditions.size(); ++i) {
      for (const IntentLeg& leg : plan.intent.legs()) {
        if (condition_of(leg.instrument) == conditions[i]) command.outcome_mask |= 1ULL << i;
      }
    }
    slot->outcome_mask = command.outcome_mask;
  }
  plan.operation = slot->id;
  reserve_for_operation(*slot, true, context);
  ++counters_.operations;
  context.commands.emplace_back(command);
  return true;
}

void Executor::reserve_for_operation(const PendingOperation& operation, bool reserve, ExecutionContext& context) {
  const auto shares = [&](InstrumentId instrument) {
    if (reserve) {
      context.ledger.reserve_shares(instrument, operation.amount);
    } else {
      context.ledger.release_shares(instrument, operation.amount);
    }
  };
  switch (operation.kind) {
    case SetOperation::kSplit: {
      const Usd cash = Usd{operation.amount.micros} + settings_.gas_per_operation;
      reserve ? context.ledger.reserve_cash(cash) : context.ledger.release_cash(cash);
      return;
    }
    case SetOperation::kMerge:
      shares(instrument_of(operation.condition, 0));
      shares(instrument_of(operation.condition, 1));
      return;
    case SetOperation::kConvert:
      for (const ConditionId condition : split_by_mask(operation, context.catalogue).given) {
        shares(instrument_of(condition, 1));
      }
      return;
    case SetOperation::kRedeem: return;
  }
}

void Executor::on_operation(const Event& e, ExecutionContext& context) {
  const auto slot = std::find_if(operations_.begin(), operations_.end(),
                                 [&](const auto& o) { return o.used && o.id == e.operation.id; });
  if (slot == operations_.end()) return;
  const PendingOperation operation = *slot;
  slot->used = false;
  reserve_for_operation(operation, false, context);
  const bool succeeded = e.operation.succeeded != 0;
  if (succeeded) {
    apply_operation(operation, e.operation.gas, context);
  } else {
    ++counters_.operations_failed;
  }
  Plan* const plan = find_plan(operation.plan);
  if (plan == nullptr) return;
  if (!succeeded) {
    // A failed split leaves nothing; a failed merge or convert leaves complete sets, which pay at resolution anyway.
    finish(*plan, context);
    return;
  }
  const Usd amount{operation.amount.micros};
  plan->cash_flow -= e.operation.gas;
  switch (operation.kind) {
    case SetOperation::kSplit: {
      plan->cash_flow -= amount;
      enter(*plan, PlanState::kLegs, context.now);
      for (std::uint32_t i = 0; i < plan->intent.leg_count; ++i) {
        plan->legs[i].held += operation.amount;
      }
      for (std::uint32_t i = 0; i < plan->intent.leg_count; ++i) {
        const IntentLeg& leg = plan->intent.legs()[i];
        (void)place(*plan, static_cast<std::uint8_t>(i), leg.side, leg.limit, operation.amount, context);
      }
      advance(*plan, context);
      return;
    }
    case SetOperation::kMerge: plan->cash_flow += amount; break;
    case SetOperation::kConvert:
      plan->cash_flow += Usd{amount.micros * static_cast<std::int64_t>(plan->intent.leg_count - 1)};
      break;
    case SetOperation::kRedeem: return;
  }
  plan->completed = operation.amount;
  finish(*plan, context);
}

void Executor::apply_operation(const PendingOperation& operation, Usd gas, ExecutionContext& context) {
  switch (operation.kind) {
    case SetOperation::kSplit: context.ledger.split(operation.condition, operation.amount, gas); return;
    case SetOperation::kMerge: context.ledger.merge(operation.condition, operation.amount, gas); return;
    case SetOperation::kConvert: {
      const auto [given, received] = split_by_mask(operation, context.catalogue);
      context.ledger.convert(given, received, operation.amount, gas);
      return;
    }
    case SetOperation::kRedeem: {
      const bool first_won = context.catalogue[operation.condition].winning_outcome == 0;
      context.ledger.redeem(operation.condition, first_won ? kOneUsd : Price{0}, gas);
      return;
    }
  }
}

void Executor::on_resolved(ConditionId condition, ExecutionContext& context) {
  const std::uint8_t winner = context.catalogue[condition].winning_outcome;
  if (winner == Event::kNoWinner) return;
  const Position& won = context.ledger.position(instrument_of(condition, winner));
  const Position& lost = context.ledger.position(instrument_of(condition, winner ^ 1U));
  if (won.settled.micros <= 0 && lost.settled.micros > 0) {
    // Nothing to collect: no transaction is worth its gas.
    context.ledger.redeem(condition, winner == 0 ? kOneUsd : Price{0}, Usd{});
    return;
  }
  if (won.settled.micros <= 0 || context.risk.halts().any() || !settings_.auto_redeem) return;
  const auto slot = std::find_if(operations_.begin(), operations_.end(), [](const auto& o) { return !o.used; });
  const bool running = std::any_of(operations_.begin(), operations_.end(), [&](const auto& o) {
    return o.used && o.condition == condition && o.kind == SetOperation::kRedeem;
  });
  if (slot == operations_.end() || running) return;
  *slot = PendingOperation{
      OperationId{++operation_sequence_}, SetOperation::kRedeem, PlanId{}, condition, EventId{}, 0, won.settled, true};
  RunOperation command;
  command.id = slot->id;
  command.kind = SetOperation::kRedeem;
  command.condition = condition;
  command.amount = won.settled;
  ++counters_.operations;
  context.commands.emplace_back(command);
}

}  // namespace underround
