// Placing, and what the venue answers.
#include <algorithm>
#include <utility>

#include "base/stable_hash.hpp"
#include "venue/polymarket/gateway_impl.hpp"

namespace underround::polymarket {
namespace {

constexpr std::uint64_t kMaxSalt = (std::uint64_t{1} << 53) - 1;  // a JSON number that doubles can hold (page 6.1)
// GTD (page 6.7): the operator ends an order 60 s before the stated time, and wants at least 180 s of life stated.
constexpr std::int64_t kGtdEarly_s = 60;
constexpr std::int64_t kGtdMinimum_s = 180;

}  // namespace

void Gateway::Impl::place(const ApprovedOrder& approved) {
  const OrderTerms& terms = approved.terms();
  const Nanos now = loop_.now();
  const ConditionSpec& spec = catalogue_[condition_of(terms.instrument)].spec;
  if (const auto closed = gate_.closed_for(terms, now)) return refuse(approved, *closed);
  if (spec.version == MarketVersion::kUnknown) return refuse(approved, RejectReason::kNotReady);
  const auto amounts = order_amounts(terms, spec.tick, spec.min_order_size);
  if (!amounts) return refuse(approved, amounts.error());
  const auto token = crypto::U256::parse(spec.tokens[outcome_of(terms.instrument)]);
  const bool gtd = terms.tif == TimeInForce::kGtd;
  const std::int64_t expiration_s = gtd ? terms.expires_at.seconds() + kGtdEarly_s : 0;
  if (!token || (gtd && expiration_s < now.seconds() + kGtdMinimum_s) || (terms.post_only && takes_only(terms.tif))) {
    return refuse(approved, RejectReason::kMalformed);
  }
  if (!limits_.orders.take(now)) return refuse(approved, RejectReason::kRateLimited);

  const std::uint64_t salt = mix64(settings_.salt_seed ^ mix64(approved.id().value)) & kMaxSalt;
  const Order order =
      signer_.order(salt, *token, *amounts, terms.side, static_cast<std::uint64_t>(approved.created_at().millis()));
  const OrderName name = signer_.name(order, exchange_of(spec.version, spec.neg_risk));
  const NamedOrder named{.digest = name.digest,
                         .id = approved.id(),
                         .instrument = terms.instrument,
                         .side = terms.side,
                         .tif = terms.tif,
                         .size = terms.size,
                         .maker_amount = amounts->maker,
                         .created_at = approved.created_at()};
  // Law 5: named, and the name written down, before a byte goes out.
  if (!names_.add(named) || !callbacks_.on_named(approved.id(), name.digest, now)) {
    return refuse(approved, RejectReason::kOther);
  }
  ++counters_.named;
  signer_.sign(name, signature_);
  ++counters_.signed_orders;
  post(named, encode_order({.order = &order,
                            .maker = signer_.maker_text(),
                            .signer = signer_.signer_text(),
                            .signature = signature_.view(),
                            .owner = l2_.api_key(),
                            .tif = terms.tif,
                            .post_only = terms.post_only,
                            .expiration_s = static_cast<std::uint64_t>(expiration_s),
                            .token = spec.tokens[outcome_of(terms.instrument)]},
                           body_));
}

void Gateway::Impl::post(const NamedOrder& named, std::string_view body) {
  if (settings_.dry_run) {
    return emit(order_event(EventKind::kOrderDone, named, OrderStatus::kCancelled, RejectReason::kNone, Shares{}));
  }
  ++counters_.sent;
  if (collecting_) {
    batch_body_ += batch_.size == 0 ? '[' : ',';
    batch_body_ += body;
    batch_.ids[batch_.size++] = named.id;
    if (batch_.size == kMaxBatch) send_batch();
    return;
  }
  const Nanos sent = loop_.now();
  session_.send(order_lane_, "POST", "/order", body, settings_.order_timeout,
                [this, id = named.id, sent](const net::HttpResult& result) { on_posted(id, sent, result); });
}

void Gateway::Impl::send_batch() {
  if (batch_.size == 0) return;
  const Nanos sent = loop_.now();
  if (batch_.size == 1) {
    session_.send(order_lane_, "POST", "/order", std::string_view(batch_body_).substr(1), settings_.order_timeout,
                  [this, id = batch_.ids[0], sent](const net::HttpResult& result) { on_posted(id, sent, result); });
  } else {
    const auto free = std::ranges::find(batches_out_, std::size_t{0}, &Batch::size);
    const auto slot = static_cast<std::size_t>(free - batches_out_.begin());
    if (free == batches_out_.end()) batches_out_.emplace_back();
    batches_out_[slot] = batch_;
    batch_body_ += ']';
    session_.send(order_lane_, "POST", "/orders", batch_body_, settings_.order_timeout,
                  [this, slot, sent](const net::HttpResult& result) { on_batch_posted(slot, sent, result); });
  }
  batch_.size = 0;
  batch_body_.clear();
}

// Answers stand in the order of the request. One object instead of a list speaks for all of them.
void Gateway::Impl::on_batch_posted(std::size_t slot, Nanos sent, const net::HttpResult& result) {
  const Batch batch = std::exchange(batches_out_[slot], Batch{});
  const std::span<const OrderId> ids(batch.ids.data(), batch.size);
  const auto answers = result ? decoder_.post_orders(result->status, result->body) : std::vector<PostResult>{};
  if (answers.size() != ids.size()) {
    for (const OrderId id : ids) on_posted(id, sent, result);
    return;
  }
  round_trip_.record((loop_.now() - sent).ns);
  limits_.follow(result->headers, RateLimits::kOrders, loop_.now());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const NamedOrder* const order = names_.find(ids[i]);
    if (!stopped_ && order != nullptr) on_answer(*order, answers[i]);
  }
}

void Gateway::Impl::on_posted(OrderId id, Nanos sent, const net::HttpResult& result) {
  const NamedOrder* const order = names_.find(id);
  if (stopped_ || order == nullptr) return;
  if (!result) {
    if (result.error().delivery == net::Delivery::kUnknown) return unknown(*order);
    ++counters_.rejected;
    return emit(order_event(EventKind::kOrderRejected, *order, OrderStatus::kRejected, RejectReason::kOther, Shares{}));
  }
  const Nanos now = loop_.now();
  round_trip_.record(now.ns - sent.ns);
  limits_.follow(result->headers, RateLimits::kOrders, now);
  on_answer(*order, decoder_.post_order(result->status, result->body, retry_after(*result)));
}

void Gateway::Impl::on_answer(const NamedOrder& order, const PostResult& answer) {
  gate_.apply(answer.refusal, loop_.now());
  act(answer.refusal.action, answer.message, order.instrument);
  switch (answer.outcome) {
    case PostOutcome::kUnknown: return unknown(order);
    case PostOutcome::kRejected:
      ++counters_.rejected;
      return emit(
          order_event(EventKind::kOrderRejected, order, OrderStatus::kRejected, answer.refusal.reason, Shares{}));
    case PostOutcome::kLive:
    case PostOutcome::kMatched:
    case PostOutcome::kDelayed: return on_accepted(order, answer);
  }
}

void Gateway::Impl::on_accepted(const NamedOrder& order, const PostResult& answer) {
  if (answer.order_id != order.digest) {
    // The venue hashes our order differently: nothing we send from now on could be found again.
    gate_.halt(RejectReason::kMalformed);
    act(VenueAction::kHalt, "the venue's order id is not our EIP-712 digest");
    return unknown(order);
  }
  ++counters_.accepted;
  if (answer.outcome == PostOutcome::kDelayed) {
    lookups_.watch(order.id, WatchReason::kDelayed, loop_.now());
    return emit(order_event(EventKind::kOrderAccepted, order, OrderStatus::kDelayed, RejectReason::kNone, Shares{}));
  }
  if (answer.outcome == PostOutcome::kLive) {
    return emit(order_event(EventKind::kOrderAccepted, order, OrderStatus::kLive, RejectReason::kNone, Shares{}));
  }
  // Amounts are whole dollars and shares (page 6.8; seen in a recorded answer). More than we gave is not believed.
  const bool credible = answer.making_micros >= 0 && answer.taking_micros >= 0 &&
                        static_cast<std::uint64_t>(answer.making_micros) <= order.maker_amount;
  const Shares matched{!credible ? -1 : order.side == Side::kBuy ? answer.taking_micros : answer.making_micros};
  const bool full =
      matched >= order.size || (credible && static_cast<std::uint64_t>(answer.making_micros) == order.maker_amount);
  emit(order_event(EventKind::kOrderAccepted, order, OrderStatus::kLive, RejectReason::kNone, matched));
  if (credible && (full || takes_only(order.tif))) {
    emit(order_event(EventKind::kOrderDone, order, full ? OrderStatus::kFilled : OrderStatus::kCancelled,
                     RejectReason::kNone, matched));
  } else if (takes_only(order.tif)) {
    lookups_.watch(order.id, WatchReason::kCancelled, loop_.now());
  }
}

void Gateway::Impl::unknown(const NamedOrder& order) {
  if (order.ended) return;  // the user stream was faster
  ++counters_.unknown;
  lookups_.watch(order.id, WatchReason::kLost, loop_.now());
  emit(order_event(EventKind::kOrderUnknown, order, OrderStatus::kUnknown, RejectReason::kNone, Shares{-1}));
}

}  // namespace underround::polymarket
