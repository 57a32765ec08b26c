#include "backtest/fill_model.hpp"

#include <algorithm>

#include "backtest/published_rules.hpp"
#include "base/stable_hash.hpp"
#include "book/ladder.hpp"
#include "venue/polymarket/amounts.hpp"

namespace underround::backtest {
namespace {

constexpr Nanos kNever{INT64_MAX};
constexpr Shares kWithoutEnd = Shares::whole(1'000'000'000);

LegLatency none_when(bool off, const LegLatency& leg) { return off ? LegLatency::constant(Nanos{}) : leg; }

// The mirrored book: what an order for outcome 1 is in terms of outcome 0 (law 3).
Side canonical(Side side, bool mirrored) noexcept { return mirrored ? opposite(side) : side; }
Price canonical(Price price, bool mirrored) noexcept { return mirrored ? price.complement() : price; }

// Of one order, and the n-th draw of its kind: independent of how many were drawn for others.
bool happens(std::uint64_t seed, OrderId order, std::uint64_t n, std::int64_t ppm) noexcept {
  return Random(seed ^ mix64(order.value) ^ mix64(~n)).below(1'000'000) < static_cast<std::uint64_t>(ppm);
}

}  // namespace

FillModel::FillModel(const Catalogue& catalogue, const BookStore& books, const VenueModelSettings& settings)
    : catalogue_(catalogue),
      books_(books),
      settings_(settings),
      order_leg_(none_when(!settings.realism.latency, settings.latency.order), Random(settings.seed).fork("order")),
      cancel_leg_(none_when(!settings.realism.latency, settings.latency.cancel), Random(settings.seed).fork("cancel")),
      user_leg_(none_when(!settings.realism.latency, settings.latency.user), Random(settings.seed).fork("user")),
      miss_seed_(Random(settings.seed).fork("misses").next()),
      settlement_seed_(Random(settings.seed).fork("settlement").next()) {
  orders_.reserve(64);
  actions_.reserve(64);
  answers_.reserve(256);
}

// --- what is going to happen, and when

void FillModel::at(Nanos time, Step step, OrderId order) {
  const auto place = std::upper_bound(actions_.begin(), actions_.end(), time,
                                      [](Nanos t, const Action& other) { return t < other.at; });
  actions_.insert(place, {time, step, order});
}

// header.time: when it reaches us.
void FillModel::answer(const Event& e) {
  const auto place = std::upper_bound(answers_.begin(), answers_.end(), e.header.time,
                                      [](Nanos t, const Event& other) { return t < other.header.time; });
  answers_.insert(place, e);
}

Nanos FillModel::next() const noexcept {
  const Nanos action = actions_.empty() ? kNever : actions_.front().at;
  const Nanos reached = answers_.empty() ? kNever : answers_.front().header.time;
  return std::min(action, reached);
}

void FillModel::execute(const Command& command, Nanos now) {
  if (const auto* place = std::get_if<PlaceOrder>(&command)) {
    ++counters_.orders;
    const OrderTerms& terms = place->order.terms();
    Working order;
    order.id = place->order.id();
    order.terms = terms;
    order.side = canonical(terms.side, order.mirrored());
    order.price = canonical(terms.limit, order.mirrored());
    orders_.push_back(order);
    at(order_leg_.arrival(now), Step::kArrive, order.id);
  } else if (const auto* cancel = std::get_if<CancelOrder>(&command)) {
    at(cancel_leg_.arrival(now), Step::kCancel, cancel->id);
  } else if (std::holds_alternative<CancelAll>(command)) {
    at(cancel_leg_.arrival(now), Step::kCancelAll, OrderId{});
  } else if (const auto* run = std::get_if<RunOperation>(&command)) {
    operate(*run, now);
  }
}

void FillModel::operate(const RunOperation& operation, Nanos now) {
  const bool real = settings_.realism.settlement;
  Event e = Event::make(EventKind::kOperationDone, real ? now + settings_.operation_delay : now, VenueId::kPolymarket,
                        operation.kind == SetOperation::kConvert ? operation.event.value : operation.condition.value);
  e.operation = {.id = operation.id,
                 .amount = operation.amount,
                 .gas = real ? settings_.gas : Usd{},
                 .kind = operation.kind,
                 .succeeded = Event::Operation::kSucceeded};
  answer(e);
}

void FillModel::advance(Nanos now, std::vector<Event>& out) {
  while (!actions_.empty() && actions_.front().at <= now) {
    const Action action = actions_.front();
    actions_.erase(actions_.begin());
    perform(action);
  }
  const auto end =
      std::find_if(answers_.begin(), answers_.end(), [now](const Event& e) { return e.header.time > now; });
  out.insert(out.end(), answers_.begin(), end);
  answers_.erase(answers_.begin(), end);
}

void FillModel::perform(const Action& action) {
  if (action.step == Step::kCancelAll) {
    std::vector<OrderId> resting;
    for (const Working& order : orders_) {
      if (order.resting) resting.push_back(order.id);
    }
    for (const OrderId id : resting) end(id, action.at, OrderStatus::kCancelled);
    return;
  }
  Working* const order = find(action.order);
  if (action.step == Step::kCancel && (order == nullptr || !order->resting)) {
    Event e = Event::make(EventKind::kCancelRejected, user_leg_.arrival(action.at), VenueId::kPolymarket);
    e.order = {action.order, OrderStatus::kUnknown, RejectReason::kOther, Shares{-1}};
    return answer(e);
  }
  if (order == nullptr) return;  // ended meanwhile
  switch (action.step) {
    case Step::kArrive: return arrive(*order, action.at);
    case Step::kMatch: return match(*order, action.at);
    case Step::kExpire: return end(order->id, action.at, OrderStatus::kExpired);
    case Step::kCancel:
    case Step::kGameStart: return end(order->id, action.at, OrderStatus::kCancelled);
    case Step::kCancelAll: return;
  }
}

// --- an order at the venue

Nanos FillModel::taker_delay(const ConditionSpec& spec, Nanos now) const {
  if (!settings_.realism.rules) return {};
  const Nanos delay = !settings_.taker_delay ? published_taker_delay(spec, now)
                      : holds_takers(spec)   ? *settings_.taker_delay
                                             : Nanos{};
  return std::max(Nanos::from_seconds(spec.seconds_delay), delay);
}

bool FillModel::crosses(const Working& order) const noexcept {
  const L2Book& book = books_[order.condition()].book();
  return order.side == Side::kBuy ? !book.empty(Side::kSell) && book.best_ask() <= order.price
                                  : !book.empty(Side::kBuy) && book.best_bid() >= order.price;
}

bool FillModel::open(ConditionId condition) const noexcept {
  return catalogue_[condition].spec.phase == MarketPhase::kOpen &&
         (condition.value >= phases_.size() || phases_[condition.value] == MarketPhase::kOpen);
}

// What the simulator refuses when the delay is over. At a game start that clears the book nothing is left to meet; what
// the recording still shows then is what will be cleared.
bool FillModel::over_while_held(const Working& order, Nanos now) const noexcept {
  const ConditionSpec& spec = catalogue_[order.condition()].spec;
  const bool started = spec.clear_book_on_start && order.held_since < spec.game_start_at && spec.game_start_at <= now;
  return started || !open(order.condition());
}

RejectReason FillModel::refuse(const Working& order, Nanos now) const {
  const ConditionSpec& spec = catalogue_[order.condition()].spec;
  if (!open(order.condition()) || books_[order.condition()].state() != BookState::kLive) {
    return RejectReason::kNotReady;
  }
  if (!settings_.realism.rules) return RejectReason::kNone;
  if (!spec.tick.tradable(order.terms.limit)) return RejectReason::kTick;
  const bool takes_only = polymarket::takes_only(order.terms.tif);
  if (!takes_only && order.terms.size < spec.min_order_size) return RejectReason::kMinSize;
  if (order.terms.tif == TimeInForce::kGtd && order.terms.expires_at <= now) return RejectReason::kMalformed;
  const bool marketable = crosses(order);
  if (order.terms.post_only && marketable) return RejectReason::kPostOnlyCross;
  if (order.terms.side == Side::kBuy && (takes_only || marketable) &&
      notional(order.terms.limit, order.terms.size, Rounding::kUp) < polymarket::kMinMarketableBuy) {
    return RejectReason::kMinSize;
  }
  return RejectReason::kNone;
}

void FillModel::arrive(Working& order, Nanos now) {
  if (const RejectReason reason = refuse(order, now); reason != RejectReason::kNone) return reject(order, now, reason);
  const Nanos delay = taker_delay(catalogue_[order.condition()].spec, now);
  if (delay.ns == 0 || !crosses(order)) return match(order, now);
  ++counters_.held_by_taker_delay;
  order.held = true;
  order.held_since = now;
  accept(order, now, OrderStatus::kDelayed);
  at(now + delay, Step::kMatch, order.id);
}

void FillModel::match(Working& order, Nanos now) {
  const bool takes_only = polymarket::takes_only(order.terms.tif);
  const ConditionId condition = order.condition();
  if (order.held && over_while_held(order, now)) return reject(order, now, RejectReason::kUnmatched);
  if (books_[condition].state() != BookState::kLive) return reject(order, now, RejectReason::kNotReady);
  const Side other = opposite(order.side);
  if (settings_.realism.misses && crosses(order) && happens(miss_seed_, order.id, 0, settings_.miss_ppm)) {
    // Somebody took the best level a moment before us, and the feed does not show it yet.
    ++counters_.missed_to_others;
    const L2Book& book = books_[condition].book();
    const Price best = other == Side::kBuy ? book.best_bid() : book.best_ask();
    order.gone = {other, best, book.size_at(other, best)};
  }
  const bool complete = plan(order, planned_);
  if (order.terms.tif == TimeInForce::kFok && !complete) {
    return reject(order, now, order.held ? RejectReason::kUnmatched : RejectReason::kFokNotFilled);
  }
  for (const PlannedFill& f : planned_) {
    note_taken(condition, other, f.level, f.size);
    fill(order, now, f.price, f.size, Liquidity::kTaker);
  }
  if (complete) return end(order.id, now, OrderStatus::kFilled);
  if (!takes_only) return rest(order, now);
  if (order.filled.micros == 0) {
    return reject(order, now, order.held ? RejectReason::kUnmatched : RejectReason::kFakNoMatch);
  }
  end(order.id, now, OrderStatus::kCancelled);
}

// Shares it still wants at `own`, a price of its token. FAK and FOK BUY name dollars, not shares (protocol page 6.7).
Shares FillModel::wanted(const Working& order, Shares filled, Usd spent, Price own) const noexcept {
  const bool dollars =
      settings_.realism.rules && order.terms.side == Side::kBuy && polymarket::takes_only(order.terms.tif);
  if (!dollars) return order.terms.size - filled;
  constexpr std::int64_t kCent = 10'000;
  Usd budget = notional(order.terms.limit, order.terms.size, Rounding::kDown);
  budget.micros -= budget.micros % kCent;
  return affordable(budget - spent, own);
}

Shares FillModel::available(ConditionId condition, Side side, Price price, Shares displayed) const {
  if (!impact() || condition.value >= taken_.size()) return displayed;
  for (const Gone& taken : taken_[condition.value]) displayed -= std::min(displayed, taken.of(side, price));
  return displayed;
}

void FillModel::note_taken(ConditionId condition, Side side, Price price, Shares size) {
  if (!impact()) return;
  if (taken_.size() <= condition.value) taken_.resize(std::size_t{condition.value} + 1);
  for (Gone& taken : taken_[condition.value]) {
    if (taken.side != side || taken.price != price) continue;
    taken.size += size;
    return;
  }
  taken_[condition.value].push_back({side, price, size});
}

// What it would meet now, level by level; true when that is all it wants. Changes nothing.
bool FillModel::plan(const Working& order, std::vector<PlannedFill>& fills) const {
  fills.clear();
  const ConditionId condition = order.condition();
  const L2Book& book = books_[condition].book();
  const Side other = opposite(order.side);
  Shares filled = order.filled;
  Usd spent = order.spent;
  for (LadderCursor c(Ladder{&book, other, false}); c.valid(); c.advance()) {
    if (order.side == Side::kBuy ? c.price() > order.price : c.price() < order.price) break;
    if (order.gone.of(other, c.price()).micros > 0) continue;
    Price price = c.price();
    if (!settings_.realism.spread && !book.empty(Side::kBuy) && !book.empty(Side::kSell)) {
      price = Price{(book.best_bid().pips + book.best_ask().pips) / 2};
    }
    const Price own = canonical(price, order.mirrored());
    const Shares shown = settings_.realism.depth ? available(condition, other, c.price(), c.size()) : kWithoutEnd;
    const Shares size = std::min(shown, wanted(order, filled, spent, own));
    if (size.micros > 0) {
      fills.push_back({c.price(), price, size});
      filled += size;
      spent += notional(own, size, Rounding::kUp);
    }
    if (wanted(order, filled, spent, own).micros <= 0) return true;
  }
  return false;
}

void FillModel::rest(Working& order, Nanos now) {
  const L2Book& book = books_[order.condition()].book();
  const Shares shown = book.on_grid(order.price) ? book.size_at(order.side, order.price) : Shares{};
  if (settings_.realism.queue) order.queue = QueuePosition(shown, now, settings_.queue, settings_.queue_power);
  order.seat = ++next_seat_;
  order.resting = true;
  order.held = false;
  const ConditionId condition = order.condition();
  if (resting_.size() <= condition.value) resting_.resize(std::size_t{condition.value} + 1, 0);
  ++resting_[condition.value];
  accept(order, now, OrderStatus::kLive);
  const ConditionSpec& spec = catalogue_[condition].spec;
  if (!settings_.realism.rules) return;
  if (order.terms.tif == TimeInForce::kGtd) at(order.terms.expires_at, Step::kExpire, order.id);
  if (spec.clear_book_on_start && spec.game_start_at > now) at(spec.game_start_at, Step::kGameStart, order.id);
}

// --- what the market does to resting orders

bool FillModel::rests_in(ConditionId condition) const noexcept {
  return condition.value < resting_.size() && resting_[condition.value] > 0;
}

const std::vector<OrderId>& FillModel::in_turn(ConditionId condition, Side side) {
  turns_.clear();
  for (const Working& order : orders_) {
    if (order.resting && order.condition() == condition && order.side == side) turns_.push_back(order.id);
  }
  if (turns_.size() < 2) return turns_;
  std::ranges::sort(turns_, [this, side](OrderId a_id, OrderId b_id) {
    const Working &a = *find(a_id), &b = *find(b_id);
    if (a.price != b.price) return (a.price > b.price) == (side == Side::kBuy);
    return a.seat < b.seat;
  });
  return turns_;
}

void FillModel::on_market(const Event& e, Nanos now) {
  switch (e.header.kind) {
    case EventKind::kTrade:
      if (rests_in(condition_of(e.instrument()))) on_trade(e, now);
      return;
    case EventKind::kLevel: {
      const ConditionId condition = condition_of(e.instrument());
      const bool resting = rests_in(condition);
      if (!resting && (condition.value >= taken_.size() || taken_[condition.value].empty())) return;
      const bool mirrored = outcome_of(e.instrument()) == 1;
      on_level(condition, canonical(e.level.side, mirrored), canonical(e.level.price, mirrored), now);
      if (resting) touched_.push_back(condition);
      return;
    }
    case EventKind::kSnapshotEnd: {
      const ConditionId condition = condition_of(e.instrument());
      on_levels(condition, now);
      if (rests_in(condition)) touched_.push_back(condition);
      return;
    }
    case EventKind::kFrameEnd:
      for (std::size_t i = 0; i < touched_.size(); ++i) on_book(touched_[i], now);
      touched_.clear();
      return;
    case EventKind::kMarketStatus: {
      const ConditionId condition = e.condition();
      if (phases_.size() <= condition.value) phases_.resize(std::size_t{condition.value} + 1, MarketPhase::kOpen);
      phases_[condition.value] = e.market.phase;
      if (e.market.phase < MarketPhase::kClosed) return;
      std::vector<OrderId> ended;
      for (const Working& order : orders_) {
        if (order.condition() == condition && order.resting) ended.push_back(order.id);
      }
      for (const OrderId id : ended) end(id, now, OrderStatus::kCancelled);
      return;
    }
    default: return;
  }
}

// One print serves our orders one after the other; what one has got the next does not get again.
void FillModel::on_trade(const Event& e, Nanos now) {
  const bool mirrored = outcome_of(e.instrument()) == 1;
  const Price price = canonical(e.level.price, mirrored);
  const Side hit = opposite(canonical(e.level.side, mirrored));
  Shares taken;
  for (const OrderId id : in_turn(condition_of(e.instrument()), hit)) {
    Working& order = *find(id);
    if (hit == Side::kBuy ? price > order.price : price < order.price) break;
    // At our price the queue decides; beyond it everybody at our price was served first.
    const Shares ours = price == order.price ? order.queue.traded(e.level.size, order.left(), now, taken)
                                             : std::min(e.level.size - taken, order.left());
    if (ours.micros <= 0) continue;
    taken += ours;
    fill(order, now, order.price, ours, Liquidity::kMaker);
    if (order.left().micros == 0) end(id, now, OrderStatus::kFilled);
  }
}

// One level shows something else now.
void FillModel::on_level(ConditionId condition, Side side, Price price, Nanos now) {
  const L2Book& book = books_[condition].book();
  if (!book.on_grid(price)) return;
  const Shares shown = book.size_at(side, price);
  if (condition.value < taken_.size()) {
    auto& taken = taken_[condition.value];
    for (Gone& gone : taken) {
      if (gone.side == side && gone.price == price) gone.level(shown);
    }
    if (shown.micros == 0) std::erase_if(taken, [](const Gone& gone) { return gone.size.micros == 0; });
  }
  if (!rests_in(condition)) return;
  for (Working& order : orders_) {
    if (!order.resting || order.condition() != condition) continue;
    if (order.gone.side == side && order.gone.price == price) order.gone.level(shown);
    if (settings_.realism.queue && order.side == side && order.price == price) order.queue.level(shown, now);
  }
}

// Any of them may.
void FillModel::on_levels(ConditionId condition, Nanos now) {
  const L2Book& book = books_[condition].book();
  const auto now_shown = [&book](Side side, Price price) {
    return book.on_grid(price) ? book.size_at(side, price) : Shares{};
  };
  if (condition.value < taken_.size()) {
    for (Gone& gone : taken_[condition.value]) gone.level(now_shown(gone.side, gone.price));
    std::erase_if(taken_[condition.value], [](const Gone& gone) { return gone.size.micros == 0; });
  }
  if (!rests_in(condition)) return;
  for (Working& order : orders_) {
    if (!order.resting || order.condition() != condition) continue;
    order.gone.level(now_shown(order.gone.side, order.gone.price));
    if (settings_.realism.queue && book.on_grid(order.price)) {
      order.queue.level(book.size_at(order.side, order.price), now);
    }
  }
}

// What stands at our price or better on the other side would have met us before it could rest there.
void FillModel::on_book(ConditionId condition, Nanos now) {
  if (books_[condition].state() != BookState::kLive) return;
  const L2Book& book = books_[condition].book();
  for (const Side side : {Side::kBuy, Side::kSell}) {
    const Side other = opposite(side);
    if (book.empty(other)) continue;
    for (const OrderId id : in_turn(condition, side)) {
      Working& order = *find(id);
      for (LadderCursor c(Ladder{&book, other, false}); c.valid() && order.left().micros > 0; c.advance()) {
        if (side == Side::kBuy ? c.price() > order.price : c.price() < order.price) break;
        const Shares there = available(condition, other, c.price(), c.size()) - order.gone.of(other, c.price());
        const Shares size = std::min(there, order.left());
        if (size.micros <= 0) continue;
        note_taken(condition, other, c.price(), size);
        fill(order, now, order.price, size, Liquidity::kMaker);
      }
      if (order.left().micros == 0) end(id, now, OrderStatus::kFilled);
    }
  }
}

// --- answers

void FillModel::fill(Working& order, Nanos now, Price price, Shares size, Liquidity liquidity) {
  ++counters_.fills;
  const Price own = canonical(price, order.mirrored());
  order.filled += size;
  order.spent += notional(own, size, Rounding::kUp);
  const FeeSchedule& fees = catalogue_[order.condition()].spec.fees;
  Event e = Event::make(EventKind::kFill, user_leg_.arrival(now), VenueId::kPolymarket, order.terms.instrument.value);
  e.fill.fill_id = mix64(++next_fill_ ^ (order.id.value << 32));
  e.fill.order = order.id;
  e.fill.size = size;
  e.fill.price = own;
  e.fill.side = order.terms.side;
  e.fill.liquidity = liquidity;
  const bool charged = settings_.realism.fees && liquidity == Liquidity::kTaker && fees.known();
  e.fill.fee = charged ? fees.charge(own, size) : Usd{};
  e.fill.settlement = SettlementStatus::kMatched;
  answer(e);
  const bool real = settings_.realism.settlement;
  const bool fails = real && happens(settlement_seed_, order.id, ++order.fills, settings_.settlement_failure_ppm);
  counters_.settlements_failed += fails ? 1 : 0;
  Event settled = Event::make(EventKind::kSettlement, real ? e.header.time + settings_.settlement_delay : e.header.time,
                              VenueId::kPolymarket);
  settled.settlement = {e.fill.fill_id, fails ? SettlementStatus::kFailed : SettlementStatus::kConfirmed};
  answer(settled);
}

void FillModel::accept(const Working& order, Nanos now, OrderStatus status) {
  Event e = Event::make(EventKind::kOrderAccepted, user_leg_.arrival(now), VenueId::kPolymarket);
  e.order = {order.id, status, RejectReason::kNone, Shares{-1}};
  answer(e);
}

void FillModel::reject(const Working& order, Nanos now, RejectReason reason) {
  Event e = Event::make(EventKind::kOrderRejected, user_leg_.arrival(now), VenueId::kPolymarket);
  e.order = {order.id, OrderStatus::kRejected, reason, Shares{}};
  answer(e);
  remove(order.id);
}

void FillModel::end(OrderId id, Nanos now, OrderStatus status) {
  const Working* const order = find(id);
  if (order == nullptr) return;
  Event e = Event::make(EventKind::kOrderDone, user_leg_.arrival(now), VenueId::kPolymarket);
  e.order = {id, status, RejectReason::kNone, order->filled};
  answer(e);
  remove(id);
}

void FillModel::remove(OrderId id) {
  const auto place = std::ranges::find(orders_, id, &Working::id);
  if (place == orders_.end()) return;
  if (place->resting) --resting_[place->condition().value];
  orders_.erase(place);
}

FillModel::Working* FillModel::find(OrderId id) noexcept {
  const auto place = std::ranges::find(orders_, id, &Working::id);
  return place == orders_.end() ? nullptr : &*place;
}

}  // namespace underround::backtest
