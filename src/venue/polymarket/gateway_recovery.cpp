// Going on where a session died: its orders by name, what happened while nobody listened.
#include <algorithm>

#include "base/check.hpp"
#include "venue/polymarket/gateway_impl.hpp"

namespace underround::polymarket {
namespace {

constexpr Nanos kCancelAgain = Nanos::from_seconds(1);

}  // namespace

void Gateway::Impl::recover(std::span<const RecoveredOrder> orders, Nanos blind_since, Nanos foreign_since) {
  UR_CHECK(stopped_);
  for (const RecoveredOrder& order : orders) {
    const OrderTerms& terms = order.terms;
    const ConditionSpec& spec = catalogue_[condition_of(terms.instrument)].spec;
    // By the rules of then: the tick may be another one now, and then the most that it could have given is known.
    const auto amounts = order_amounts(terms, spec.tick, spec.min_order_size);
    const std::int64_t most =
        terms.side == Side::kBuy ? notional(terms.limit, terms.size, Rounding::kUp).micros : terms.size.micros;
    if (!names_.add({.digest = order.digest,
                     .id = order.id,
                     .instrument = terms.instrument,
                     .side = terms.side,
                     .tif = terms.tif,
                     .size = terms.size,
                     .maker_amount = amounts ? amounts->maker : static_cast<std::uint64_t>(most),
                     .created_at = order.created_at,
                     .ended = order.ended})) {
      continue;
    }
    ++counters_.recovered;
    if (!order.ended) recovered_.push_back(order.id);
  }
  catching_up_ = true;
  user_.missed_since(blind_since);
  user_codec_.adopt_foreign(foreign_since.seconds());
  account_.go_on();
}

void Gateway::Impl::cancel_when_seen(std::span<const Digest> left_over) {
  names_.set_left_over({left_over.begin(), left_over.end()});
}

// Whatever had been asked of the venue may never have left: cancels among it.
void Gateway::Impl::ask_about_recovered() {
  const std::vector<OrderId> orders = recovered_;  // answers may come while we ask
  for (const OrderId id : orders) {
    const NamedOrder* const order = names_.find(id);
    if (order == nullptr || order->ended) continue;
    unknown(*order);
    cancel_rejected(*order, RejectReason::kOther);
  }
}

void Gateway::Impl::cancel_recovered() {
  const Nanos now = loop_.now();
  if (now < cancel_recovered_at_) return;
  cancel_recovered_at_ = now + kCancelAgain;
  std::erase_if(recovered_, [this](OrderId id) {
    const NamedOrder* const order = names_.find(id);
    return order == nullptr || order->ended;
  });
  const std::vector<OrderId> orders = recovered_;
  for (const OrderId id : orders) {
    if (live_.contains(id.value)) cancel(id);
  }
}

}  // namespace underround::polymarket
