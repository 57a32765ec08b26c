#include "backtest/fill_model.hpp"

#include <algorithm>

#include "base/stable_hash.hpp"
#include "book/ladder.hpp"

namespace underround {

FillModel::FillModel(const Catalogue& catalogue, const BookStore& books, const FillModelSettings& settings)
    : catalogue_(catalogue), books_(books), settings_(settings), taken_(1024) {}

void FillModel::schedule(const Event& e) {
  const auto at = std::upper_bound(due_.begin(), due_.end(), e.header.time,
                                   [](Nanos t, const Event& other) { return t < other.header.time; });
  due_.insert(at, e);
}

void FillModel::execute(const Command& command, Nanos now) {
  if (const auto* place = std::get_if<PlaceOrder>(&command)) {
    const ConditionSpec& spec = catalogue_[condition_of(place->order.terms().instrument)].spec;
    Nanos delay = settings_.order_latency + Nanos::from_seconds(spec.seconds_delay);
    if (spec.taker_delay) delay += settings_.taker_delay;
    orders_.push_back({place->order.id(), place->order.terms(), Shares{}, now + delay, false, false});
  } else if (const auto* cancel = std::get_if<CancelOrder>(&command)) {
    for (Working& o : orders_) o.cancelled = o.cancelled || o.id == cancel->id;
  } else if (std::holds_alternative<CancelAll>(command)) {
    for (Working& o : orders_) o.cancelled = true;
  } else if (const auto* run = std::get_if<RunOperation>(&command)) {
    Event e = Event::make(EventKind::kOperationDone, now + settings_.operation_delay, VenueId::kPolymarket,
                          run->kind == SetOperation::kConvert ? run->event.value : run->condition.value);
    e.operation = {run->id, run->amount, settings_.gas, run->kind, 1};
    schedule(e);
  }
}

void FillModel::collect(Nanos now, std::vector<Event>& out) {
  for (Working& order : orders_) {
    if (!order.arrived && order.arrives_at <= now) {
      arrive(order, out);
    } else if (order.arrived && order.filled < order.terms.size) {
      fill_if_traded_through(order, out);
      const bool expired = order.terms.tif == TimeInForce::kGtd && order.terms.expires_at <= now;
      if (order.filled < order.terms.size && (order.cancelled || expired)) {
        emit_done(order, now, expired ? OrderStatus::kExpired : OrderStatus::kCancelled, out);
        order.filled = order.terms.size;
      }
    }
  }
  std::erase_if(orders_, [](const Working& o) { return o.arrived && o.filled >= o.terms.size; });
  const auto end = std::find_if(due_.begin(), due_.end(), [&](const Event& e) { return e.header.time > now; });
  out.insert(out.end(), due_.begin(), end);
  due_.erase(due_.begin(), end);
}

void FillModel::arrive(Working& order, std::vector<Event>& out) {
  order.arrived = true;
  const ConditionId condition = condition_of(order.terms.instrument);
  const auto reject = [&](RejectReason reason) {
    Event e = Event::make(EventKind::kOrderRejected, order.arrives_at, VenueId::kPolymarket);
    e.order = {order.id, OrderStatus::kRejected, reason, Shares{}};
    out.push_back(e);
    order.filled = order.terms.size;
  };
  if (catalogue_[condition].spec.phase != MarketPhase::kOpen || books_[condition].state() != BookState::kLive) {
    return reject(RejectReason::kNotReady);
  }
  const bool buying = order.terms.side == Side::kBuy;
  const Ladder ladder = buying ? Ladder::to_buy(books_[condition].book(), outcome_of(order.terms.instrument))
                               : Ladder::to_sell(books_[condition].book(), outcome_of(order.terms.instrument));
  const bool crosses =
      !ladder.empty() && (buying ? ladder.best() <= order.terms.limit : ladder.best() >= order.terms.limit);
  if (order.terms.post_only && crosses) return reject(RejectReason::kPostOnlyCross);
  if (order.terms.tif == TimeInForce::kFok &&
      walk_shares(ladder, order.terms.size, order.terms.limit).filled < order.terms.size) {
    return reject(RejectReason::kFokNotFilled);
  }
  fill_from_book(order, out);
  const bool rests = order.terms.tif == TimeInForce::kGtc || order.terms.tif == TimeInForce::kGtd;
  if (order.filled >= order.terms.size) {
    emit_done(order, order.arrives_at, OrderStatus::kFilled, out);
  } else if (!rests) {
    if (order.filled.micros == 0) return reject(RejectReason::kFakNoMatch);
    emit_done(order, order.arrives_at, OrderStatus::kCancelled, out);
    order.filled = order.terms.size;
  } else {
    Event e = Event::make(EventKind::kOrderAccepted, order.arrives_at, VenueId::kPolymarket);
    e.order = {order.id, OrderStatus::kLive, RejectReason::kNone, Shares{-1}};
    out.push_back(e);
  }
}

// What we took of one level; forgotten as soon as the venue shows another size there.
FillModel::Taken& FillModel::taken_at(ConditionId condition, Side side, Price canonical, Shares displayed) {
  const std::uint64_t key = (static_cast<std::uint64_t>(condition.value) << 20) |
                            (static_cast<std::uint64_t>(side) << 16) | static_cast<std::uint64_t>(canonical.pips);
  Taken& taken = *taken_.try_emplace(key).first;
  if (taken.displayed_micros != displayed.micros) taken = {displayed.micros, 0};
  return taken;
}

void FillModel::fill_from_book(Working& order, std::vector<Event>& out) {
  const ConditionId condition = condition_of(order.terms.instrument);
  const unsigned outcome = outcome_of(order.terms.instrument);
  const bool buying = order.terms.side == Side::kBuy;
  const L2Book& book = books_[condition].book();
  const Ladder ladder = buying ? Ladder::to_buy(book, outcome) : Ladder::to_sell(book, outcome);
  for (LadderCursor c(ladder); c.valid() && order.filled < order.terms.size; c.advance()) {
    if (buying ? c.price() > order.terms.limit : c.price() < order.terms.limit) break;
    const Price canonical = ladder.mirrored ? c.price().complement() : c.price();
    Taken& taken = taken_at(condition, ladder.side, canonical, c.size());
    const Shares size = std::min(Shares{c.size().micros - taken.taken_micros}, order.terms.size - order.filled);
    if (size.micros <= 0) continue;
    taken.taken_micros += size.micros;
    emit_fill(order, order.arrives_at, c.price(), size, Liquidity::kTaker, out);
  }
}

void FillModel::fill_if_traded_through(Working& order, std::vector<Event>& out) {
  const ConditionId condition = condition_of(order.terms.instrument);
  const bool buying = order.terms.side == Side::kBuy;
  if (books_[condition].state() != BookState::kLive) return;
  const L2Book& book = books_[condition].book();
  const Ladder ladder = buying ? Ladder::to_buy(book, outcome_of(order.terms.instrument))
                               : Ladder::to_sell(book, outcome_of(order.terms.instrument));
  if (ladder.empty()) return;
  const bool through = buying ? ladder.best() < order.terms.limit : ladder.best() > order.terms.limit;
  if (!through) return;
  emit_fill(order, books_[condition].received_at(), order.terms.limit, order.terms.size - order.filled,
            Liquidity::kMaker, out);
  emit_done(order, books_[condition].received_at(), OrderStatus::kFilled, out);
}

void FillModel::emit_fill(Working& order, Nanos at, Price price, Shares size, Liquidity liquidity,
                          std::vector<Event>& out) {
  order.filled += size;
  const FeeSchedule& fees = catalogue_[condition_of(order.terms.instrument)].spec.fees;
  Event e = Event::make(EventKind::kFill, at, VenueId::kPolymarket, order.terms.instrument.value);
  e.fill.fill_id = mix64(++next_fill_ ^ (order.id.value << 32));
  e.fill.order = order.id;
  e.fill.size = size;
  e.fill.price = price;
  e.fill.side = order.terms.side;
  e.fill.liquidity = liquidity;
  e.fill.fee = liquidity == Liquidity::kTaker && fees.known() ? fees.charge(price, size) : Usd{};
  e.fill.settlement = SettlementStatus::kMatched;
  out.push_back(e);
  Event settled = Event::make(EventKind::kSettlement, at + settings_.settlement_delay, VenueId::kPolymarket);
  settled.settlement = {e.fill.fill_id, SettlementStatus::kConfirmed};
  schedule(settled);
}

void FillModel::emit_done(const Working& order, Nanos at, OrderStatus status, std::vector<Event>& out) const {
  Event e = Event::make(EventKind::kOrderDone, at, VenueId::kPolymarket);
  e.order = {order.id, status, RejectReason::kNone, order.filled};
  out.push_back(e);
}

}  // namespace underround
