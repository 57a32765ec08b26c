// InProcessVenue: the engine's commands, and what becomes of them.
#include <algorithm>

#include "simulator/in_process_ids.hpp"
#include "simulator/in_process_venue.hpp"

namespace underround::simulator {
namespace {

bool immediate(TimeInForce tif) noexcept { return tif == TimeInForce::kFok || tif == TimeInForce::kFak; }

Event order_event(EventKind kind, OrderId id, OrderStatus status, RejectReason reason, Shares matched) noexcept {
  Event event = Event::make(kind, {}, VenueId::kPolymarket, 0);
  event.order = {id, status, reason, matched};
  return event;
}

}  // namespace

Digest InProcessVenue::digest_of(OrderId id) const noexcept { return in_process_digest(account_, id); }

OrderId InProcessVenue::order_of(const Digest& digest) const noexcept { return in_process_order(account_, digest); }

void InProcessVenue::execute(std::span<const Command> commands) {
  for (const Command& command : commands) {
    std::uint32_t index = 0;
    if (free_commands_.empty()) {
      index = static_cast<std::uint32_t>(commands_.size());
      commands_.push_back(command);
    } else {
      index = free_commands_.back();
      free_commands_.pop_back();
      commands_[index] = command;
    }
    const Nanos latency =
        std::holds_alternative<RunOperation>(command) ? settings_.operation_latency : settings_.order_latency;
    simulation_.scheduler().at(simulation_.now() + latency, *this,
                               static_cast<std::uint64_t>(index) << 2 | static_cast<std::uint64_t>(Turn::kCommand));
  }
}

void InProcessVenue::run(const Command& command) {
  if (const auto* placed = std::get_if<PlaceOrder>(&command)) return place(placed->order);
  if (const auto* cancelled = std::get_if<CancelOrder>(&command)) return cancel(cancelled->id);
  if (const auto* operation = std::get_if<RunOperation>(&command)) return operate(*operation);
  if (const auto* resync = std::get_if<Resync>(&command)) return send_snapshot(market_of(resync->condition));
  simulation_.venue().cancel_all(account_);
}

void InProcessVenue::place(const ApprovedOrder& approved) {
  const OrderTerms& terms = approved.terms();
  Venue& venue = simulation_.venue();
  NewOrder order;
  order.account = account_;
  order.market = market_of(underround::condition_of(terms.instrument));
  order.outcome = outcome_of(terms.instrument);
  order.side = terms.side;
  order.tif = terms.tif;
  order.post_only = terms.post_only;
  order.limit = terms.limit;
  order.size = terms.size;
  order.id = digest_of(approved.id());
  if (settings_.market_buy_in_usd && terms.side == Side::kBuy && immediate(terms.tif)) {
    constexpr std::int64_t kCent = 10'000;
    const Usd budget = notional(terms.limit, terms.size, Rounding::kDown);
    order.amount = Usd{budget.micros - budget.micros % kCent};
  }
  if (terms.tif == TimeInForce::kGtd) {
    // The venue acts a minute early and wants three minutes' notice (protocol 6.7).
    order.expires_at = std::max(terms.expires_at + Nanos::from_seconds(60), venue.now() + Nanos::from_seconds(180));
  }
  // The answer is queued before the fills that happen inside submit(), so that the engine hears of the order first.
  const std::uint32_t answer = new_frame(order.market);
  send(answer, settings_.user_latency);
  const OrderResult result = venue.submit(order);
  const OrderStatus status = !result.accepted                       ? OrderStatus::kRejected
                             : result.state == OrderState::kDelayed ? OrderStatus::kDelayed
                                                                    : OrderStatus::kLive;
  Event event = order_event(result.accepted ? EventKind::kOrderAccepted : EventKind::kOrderRejected, approved.id(),
                            status, result.reason, result.matched);
  event.header.subject = order.outcome;
  frames_[answer].events.push_back(event);
}

void InProcessVenue::cancel(OrderId id) {
  const CancelResult result = simulation_.venue().cancel(account_, digest_of(id));
  if (result.cancelled) return;  // the user stream tells
  const bool held = simulation_.venue().find_order(digest_of(id)) != nullptr;
  send_one({},
           order_event(EventKind::kCancelRejected, id, held ? OrderStatus::kDelayed : OrderStatus::kUnknown,
                       held ? RejectReason::kNotReady : RejectReason::kOther, Shares{-1}),
           settings_.user_latency);
}

void InProcessVenue::send_order(const OrderRecord& order, EventKind kind, OrderStatus status, RejectReason reason) {
  Event event = order_event(kind, order_of(order.id), status, reason, order.matched);
  event.header.subject = order.outcome;
  send_one(order.market, event, settings_.user_latency);
}

void InProcessVenue::on_order(const OrderRecord& order, OrderEvent /*event*/, Nanos /*now*/) {
  // A killed order never was one: its answer is a rejection.
  if (order.account != account_ || !order.key.valid()) return;
  switch (order.state) {
    case OrderState::kMatched:
      return send_order(order, EventKind::kOrderDone, OrderStatus::kFilled, RejectReason::kNone);
    case OrderState::kUnmatched:
      return send_order(order, EventKind::kOrderRejected, OrderStatus::kRejected, RejectReason::kUnmatched);
    case OrderState::kCancelled:
    case OrderState::kInvalid:
      return send_order(order, EventKind::kOrderDone,
                        order.note == "expired" ? OrderStatus::kExpired : OrderStatus::kCancelled, RejectReason::kNone);
    case OrderState::kLive:
    case OrderState::kDelayed: return;
  }
}

Result<void> InProcessVenue::try_operation(const RunOperation& command) {
  Venue& venue = simulation_.venue();
  if (command.kind == SetOperation::kConvert) {
    const auto& conditions = catalogue_.event(command.event).conditions;
    std::uint64_t mask = 0;
    GroupId group;
    for (std::size_t i = 0; i < conditions.size() && i < 64; ++i) {
      if ((command.outcome_mask >> i & 1U) == 0) continue;
      const Market& market = venue.market(market_of(conditions[i]));
      mask |= 1ULL << market.group_index;
      group = market.group;
    }
    if (!group.valid()) return fail(ErrorCode::kInvalidInput, "convert without legs");
    return venue.convert(account_, group, mask, command.amount);
  }
  const MarketId market = market_of(command.condition);
  if (command.kind == SetOperation::kSplit) return venue.split(account_, market, command.amount);
  if (command.kind == SetOperation::kMerge) return venue.merge(account_, market, command.amount);
  if (const auto paid = venue.redeem(account_, market); !paid) return std::unexpected(paid.error());
  return {};
}

void InProcessVenue::operate(const RunOperation& command) {
  const bool succeeded = try_operation(command).has_value();
  const std::uint32_t subject = command.kind == SetOperation::kConvert ? command.event.value : command.condition.value;
  Event event = Event::make(EventKind::kOperationDone, {}, VenueId::kPolymarket, subject);
  event.operation = {command.id, command.amount, Usd{}, command.kind, static_cast<std::uint8_t>(succeeded)};
  send_one({}, event, settings_.user_latency);
}

}  // namespace underround::simulator
