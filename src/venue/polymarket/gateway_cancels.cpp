// Cancelling one order, or everything.
#include <algorithm>

#include "base/check.hpp"
#include "venue/polymarket/gateway_impl.hpp"

namespace underround::polymarket {
namespace {

constexpr Nanos kCancelAllRetry = Nanos::from_millis(250);
constexpr int kCancelAllTries = 40;
constexpr int kCancelTries = 2;

}  // namespace

void Gateway::Impl::cancel(OrderId id) {
  const NamedOrder* const order = names_.find(id);
  if (order == nullptr) {
    Event e = Event::make(EventKind::kCancelRejected, loop_.now(), VenueId::kPolymarket);
    e.order = {.id = id, .status = OrderStatus::kUnknown, .reason = RejectReason::kMalformed, .matched = Shares{-1}};
    return emit(e);
  }
  if (settings_.dry_run || order->ended) return;
  if (!limits_.cancels.take(loop_.now())) return cancel_rejected(*order, RejectReason::kRateLimited);
  send_cancel(id, 1);
}

void Gateway::Impl::send_cancel(OrderId id, int attempt) {
  const NamedOrder* const order = names_.find(id);
  UR_CHECK(order != nullptr);
  ++counters_.cancels;
  std::array<char, kCancelBody> body;
  session_.send(cancel_lane_, "DELETE", "/order", encode_cancel(order->digest, body), settings_.cancel_timeout,
                [this, id, attempt](const net::HttpResult& result) { on_cancelled(id, attempt, result); });
}

void Gateway::Impl::on_cancelled(OrderId id, int attempt, const net::HttpResult& result) {
  const NamedOrder* const order = names_.find(id);
  if (stopped_ || order == nullptr || order->ended) return;
  const CancelResult answer = result ? decoder_.cancel(result->status, result->body) : CancelResult{};
  const Nanos now = loop_.now();
  if (result) limits_.follow(result->headers, RateLimits::kCancels, now);
  if (!answer.readable) {
    const bool lost = !result || !answer.refusal.outcome_known;
    if (lost && attempt < kCancelTries) return send_cancel(id, attempt + 1);  // cancelling twice does no harm
    act(answer.refusal.action, "cancel refused");
    return cancel_rejected(*order, answer.refusal.reason);
  }
  // An acknowledged cancel does not say how much had matched before: one lookup does, unless the stream is faster.
  if (std::ranges::find(answer.canceled, order->digest) != answer.canceled.end()) {
    return lookups_.watch(id, WatchReason::kCancelled, now);
  }
  using Why = CancelResult::NotCanceled::Why;
  for (const auto& row : answer.not_canceled) {
    if (row.order != order->digest) continue;
    if (row.why == Why::kEnded) return lookups_.watch(id, WatchReason::kCancelled, now);
    if (row.why == Why::kNotFound) return lookups_.watch(id, WatchReason::kCheck, now);
  }
  cancel_rejected(*order, RejectReason::kOther);
}

void Gateway::Impl::cancel_rejected(const NamedOrder& order, RejectReason reason) {
  ++counters_.cancel_rejected;
  emit(order_event(EventKind::kCancelRejected, order, OrderStatus::kUnknown, reason, Shares{-1}));
}

void Gateway::Impl::cancel_all() {
  cancel_all_at_ = Nanos{};
  if (settings_.dry_run) return;
  cancelling_all_ = true;
  ++cancel_all_tries_;
  ++counters_.cancels;
  session_.send(cancel_lane_, "DELETE", "/cancel-all", "", settings_.cancel_timeout,
                [this](const net::HttpResult& result) { on_all_cancelled(result); });
}

void Gateway::Impl::on_all_cancelled(const net::HttpResult& result) {
  if (stopped_) return;
  const CancelResult answer = result ? decoder_.cancel(result->status, result->body) : CancelResult{};
  const Nanos now = loop_.now();
  if (!answer.readable) {
    act(answer.refusal.action, "cancel-all not acknowledged");
    if (cancel_all_tries_ < kCancelAllTries) cancel_all_at_ = now + kCancelAllRetry;
    return;
  }
  cancelling_all_ = false;
  const auto look = [&](const Digest& digest, WatchReason reason) {
    const NamedOrder* const order = names_.find(digest);
    if (order != nullptr && !order->ended) lookups_.watch(order->id, reason, now);
  };
  for (const Digest& digest : answer.canceled) look(digest, WatchReason::kCancelled);
  for (const auto& row : answer.not_canceled) look(row.order, WatchReason::kCheck);
}

}  // namespace underround::polymarket
