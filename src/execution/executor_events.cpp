// How the executor learns: answers about orders, fills, settlements. Set operations: executor_operations.cpp.
#include <algorithm>

#include "base/check.hpp"
#include "execution/executor.hpp"

namespace underround {
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
    case EventKind::kOperationTerms: terms_ = e.terms; return;
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
  if (order.status == OrderStatus::kUnknown) context.risk.unknown_orders(-1);  // its fills were the answer
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
  // A FAK or FOK BUY is an order for dollars: at better prices it takes more shares than were asked for, so only the
  // venue knows when it is over.
  const OrderTerms& terms = order->terms;
  const bool for_dollars =
      terms.side == Side::kBuy && (terms.tif == TimeInForce::kFak || terms.tif == TimeInForce::kFok);
  const bool complete = !for_dollars && order->filled >= terms.size;
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

}  // namespace underround
