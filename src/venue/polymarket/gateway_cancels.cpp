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
  if (collecting_cancels_) return cancels_.push_back(id);
  send_cancel(id, 1);
}

// One request for all of one step.
void Gateway::Impl::send_cancels(std::span<const OrderId> ids, int attempt) {
  if (ids.size() == 1) return send_cancel(ids[0], attempt);
  std::vector<Digest> digests;
  for (const OrderId id : ids) digests.push_back(names_.find(id)->digest);
  std::string body(2 + digests.size() * 69, '\0');
  counters_.cancels += ids.size();
  session_.send(cancel_lane_, "DELETE", "/orders", encode_cancels(digests, body), settings_.cancel_timeout,
                [this, attempt, all = std::vector(ids.begin(), ids.end())](const net::HttpResult& result) {
                  on_many_cancelled(all, attempt, result);
                });
}

void Gateway::Impl::on_many_cancelled(const std::vector<OrderId>& ids, int attempt, const net::HttpResult& result) {
  if (stopped_) return;
  const CancelResult answer = result ? decoder_.cancel(result->status, result->body) : CancelResult{};
  const Nanos now = loop_.now();
  if (result) limits_.follow(result->headers, RateLimits::kCancels, now);
  const bool lost = !answer.readable && (!result || !answer.refusal.outcome_known);
  if (lost && attempt < kCancelTries) return send_cancels(ids, attempt + 1);  // cancelling twice does no harm
  if (!answer.readable) act(answer.refusal.action, "cancels refused");
  for (const OrderId id : ids) {
    const NamedOrder* const order = names_.find(id);
    if (order == nullptr || order->ended) continue;
    if (!answer.readable) {
      cancel_rejected(*order, answer.refusal.reason);
    } else if (!on_cancel_row(*order, answer, now)) {
      cancel_rejected(*order, RejectReason::kOther);
    }
  }
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
  if (!on_cancel_row(*order, answer, now)) cancel_rejected(*order, RejectReason::kOther);
}

// An acknowledged cancel does not say how much had matched before: one lookup does, unless the stream is faster.
bool Gateway::Impl::on_cancel_row(const NamedOrder& order, const CancelResult& answer, Nanos now) {
  if (std::ranges::find(answer.canceled, order.digest) != answer.canceled.end()) {
    lookups_.watch(order.id, WatchReason::kCancelled, now);
    return true;
  }
  using Why = CancelResult::NotCanceled::Why;
  for (const auto& row : answer.not_canceled) {
    if (row.order != order.digest || (row.why != Why::kEnded && row.why != Why::kNotFound)) continue;
    lookups_.watch(order.id, row.why == Why::kEnded ? WatchReason::kCancelled : WatchReason::kCheck, now);
    return true;
  }
  return false;
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
