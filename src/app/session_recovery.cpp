#include "app/session_recovery.hpp"

#include <algorithm>

namespace underround {
namespace {

constexpr Nanos kLookBack = Nanos::from_seconds(600), kDay = Nanos::from_seconds(86'400);

bool flat(const Engine& engine) {
  bool open = engine.executor().operating() || engine.ledger().pending_fills() > 0;
  engine.executor().orders().for_each([&](const Order& order) { open = open || !order.finished(); });
  return !open && std::ranges::all_of(engine.ledger().held(),
                                      [&](InstrumentId held) { return engine.ledger().position(held).flat(); });
}

}  // namespace

bool worth_going_on(const Engine& before) {
  if (before.reconciler().first_picture().ns == 0) return false;
  return before.catalogue().size() <= kMostConditionsTakenOver || !flat(before);
}

std::vector<polymarket::RecoveredOrder> recovered_orders(const Engine& before, const OrderDigests& names) {
  std::vector<polymarket::RecoveredOrder> orders;
  before.executor().orders().for_each([&](const Order& order) {
    const auto name = names.find(order.id.value);
    if (name == names.end()) return;
    orders.push_back({.id = order.id,
                      .digest = name->second,
                      .terms = order.terms,
                      .created_at = order.created_at,
                      .ended = order.finished()});
  });
  // As they were named, so that the table of names forgets the oldest first.
  std::ranges::sort(orders, {}, [](const polymarket::RecoveredOrder& o) { return o.id.value; });
  return orders;
}

std::vector<Event> left_by_the_crash(const Engine& before, const OrderDigests& names, Nanos now) {
  std::vector<Event> events;
  before.executor().orders().for_each_open([&](const Order& order) {
    if (names.contains(order.id.value)) return;
    Event e = Event::make(EventKind::kOrderRejected, now, VenueId::kPolymarket, order.terms.instrument.value);
    e.order = {.id = order.id, .status = OrderStatus::kRejected, .reason = RejectReason::kOther, .matched = Shares{}};
    events.push_back(e);
  });
  before.executor().for_each_operation([&](const PendingOperation& o) {
    if (o.doubtful) return;
    const RunOperation operation{.id = o.id,
                                 .kind = o.kind,
                                 .condition = o.condition,
                                 .event = o.event,
                                 .outcome_mask = o.outcome_mask,
                                 .amount = o.amount};
    events.push_back(polymarket::operation_done(operation, Event::Operation::kNobodyKnows, Usd{}, now));
  });
  return events;
}

Nanos blind_since(const Engine& before) {
  Nanos since = before.now() - kLookBack;
  const OrderTable& orders = before.executor().orders();
  orders.for_each([&](const Order& order) {
    if (!order.finished()) since = std::min(since, order.created_at);
  });
  before.ledger().for_each_unsettled([&](OrderId id) {
    if (const Order* const order = orders.find(id)) since = std::min(since, order->created_at);
  });
  return std::max(since, before.now() - kDay);
}

}  // namespace underround
