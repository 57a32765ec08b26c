// Venue: what a match does, to the book, the ledger, the trade and its settlement; and the batches the feed is made of.
#include <algorithm>

#include "base/check.hpp"
#include "simulator/venue.hpp"

namespace underround::simulator {
namespace {

bool immediate(TimeInForce tif) noexcept { return tif == TimeInForce::kFok || tif == TimeInForce::kFak; }

MatchKind kind_of(const OrderRecord& maker, const OrderRecord& taker) noexcept {
  if (maker.outcome == taker.outcome) return MatchKind::kComplementary;
  return maker.side == Side::kBuy ? MatchKind::kMint : MatchKind::kMerge;
}

// What the taker pays or gets when the maker pays or gets `maker_cash` for `size`.
Usd taker_cash_of(MatchKind kind, Shares size, Usd maker_cash) noexcept {
  return kind == MatchKind::kComplementary ? maker_cash : Usd{size.micros} - maker_cash;
}

MatchTransfer transfer_of(const TradeRecord& trade, const MakerFill& fill, Usd fee) noexcept {
  MatchTransfer t;
  t.market = trade.market;
  t.kind = fill.kind;
  t.maker = fill.account;
  t.taker = trade.taker;
  t.maker_outcome = fill.outcome;
  t.taker_outcome = trade.outcome;
  t.maker_side = fill.side;
  t.taker_side = trade.side;
  t.size = fill.size;
  t.maker_cash = fill.cash;
  t.taker_cash = taker_cash_of(fill.kind, fill.size, fill.cash);
  t.taker_fee = fee;
  return t;
}

}  // namespace

void Venue::match_and_rest(OrderRecord& order, const std::vector<PlannedFill>& fills) {
  if (!fills.empty()) execute(order, fills);
  // A collateral target is reached when the rest of the budget buys less than the smallest size.
  const bool full = order.amount.micros > 0 ? order.amount - order.cash <
                                                  notional(order.limit, Shares{Shares::kMicrosPerLot}, Rounding::kUp)
                                            : order.remaining().micros <= 0;
  if (full) order.state = OrderState::kMatched;
  if (!fills.empty()) announce(order, OrderEvent::kUpdate);
  if (full) return;
  if (immediate(order.tif)) {
    order.state = OrderState::kCancelled;
    announce(order, OrderEvent::kCancellation);
    return;
  }
  const Side side = canonical_side(order.side, order.outcome);
  const Price price = canonical_price(order.limit, order.outcome);
  touch(order.market, side, price);
  markets_[order.market.value].book->add_slot(order.key.slot, side, price, order.remaining(), order.account,
                                              order.outcome);
  reserve_remaining(order);
}

void Venue::execute(OrderRecord& taker, const std::vector<PlannedFill>& fills) {
  Market& market = markets_[taker.market.value];
  for (std::size_t i = 0; i < fills.size();) {
    TradeRecord trade;
    trade.id = TradeId{next_trade_++};
    trade.market = taker.market;
    trade.outcome = taker.outcome;
    trade.side = taker.side;
    trade.bucket_index = static_cast<std::uint32_t>(taker.trades.size());
    trade.price = canonical_price(fills[i].price, taker.outcome);
    trade.taker = taker.account;
    trade.taker_order = taker.id;
    trade.transaction_hash = counter_digest(trade.id.value, ~salt_);
    trade.matched_at = trade.updated_at = now();
    const Price level = fills[i].price;
    touch(taker.market, opposite(canonical_side(taker.side, taker.outcome)), level);
    const std::size_t first = i;
    for (; i < fills.size() && fills[i].price == level; ++i) execute_one(taker, fills[i], trade);
    taker.trades.push_back(trade.id);
    market.has_traded = true;
    market.last_trade_price = trade.price;
    market.last_trade_outcome = trade.outcome;
    market.last_trade_side = trade.side;
    market.volume += trade.cash;
    publish_trade(trade);
    // The trade is told before what it did to the makers' orders.
    for (std::size_t f = first; f < i; ++f) {
      OrderRecord& maker = records_[fills[f].slot];
      announce(maker, OrderEvent::kUpdate);
      if (maker.state == OrderState::kMatched) finish(maker);
    }
  }
}

void Venue::execute_one(OrderRecord& taker, const PlannedFill& fill, TradeRecord& trade) {
  OrderRecord& maker = records_[fill.slot];
  MakerFill row;
  row.order = maker.id;
  row.account = maker.account;
  row.outcome = maker.outcome;
  row.side = maker.side;
  row.kind = kind_of(maker, taker);
  row.price = maker.limit;
  row.size = fill.size;
  row.cash = notional(maker.limit, fill.size, Rounding::kDown);
  UR_CHECK(row.cash == notional(maker.limit, fill.size, Rounding::kUp));  // sizes are whole lots
  const Usd taker_cash = taker_cash_of(row.kind, row.size, row.cash);
  const Usd fee = markets_[taker.market.value].spec.fees.charge(trade.price, fill.size);
  ledger_.apply(transfer_of(trade, row, fee));

  trade.size += fill.size;
  trade.cash += taker_cash;
  trade.fee += fee;
  taker.matched += fill.size;
  taker.cash += taker_cash;
  taker.fee += fee;
  maker.matched += fill.size;
  maker.cash += row.cash;
  if (watched(maker.account)) maker.trades.push_back(trade.id);
  trade.makers.push_back(row);

  const bool gone = markets_[taker.market.value].book->fill(fill.slot, fill.size);
  reserve_remaining(maker);
  if (gone) maker.state = OrderState::kMatched;
}

void Venue::publish_trade(TradeRecord& trade) {
  trades_.push_back(std::move(trade));
  settlement_.start(trades_.back().id);
  for (Listener* listener : listeners_) listener->on_trade(trades_.back());
  forget_old_trades();
}

void Venue::forget_old_trades() {
  const auto done = [](SettlementStatus s) {
    return s == SettlementStatus::kConfirmed || s == SettlementStatus::kFailed;
  };
  while (trades_.size() > settings_.trades_kept && done(trades_.front().status)) {
    trades_.pop_front();
    ++first_trade_;
  }
}

TradeRecord* Venue::mutable_trade(TradeId id) noexcept {
  if (id.value < first_trade_ || id.value - first_trade_ >= trades_.size()) return nullptr;
  return &trades_[id.value - first_trade_];
}

const TradeRecord* Venue::find_trade(TradeId id) const noexcept {
  if (id.value < first_trade_ || id.value - first_trade_ >= trades_.size()) return nullptr;
  return &trades_[id.value - first_trade_];
}

std::vector<const TradeRecord*> Venue::trades(AccountId account, std::size_t limit) const {
  std::vector<const TradeRecord*> out;
  for (auto it = trades_.rbegin(); it != trades_.rend() && out.size() < limit; ++it) {
    const bool mine = it->taker == account || std::any_of(it->makers.begin(), it->makers.end(),
                                                          [&](const MakerFill& row) { return row.account == account; });
    if (mine) out.push_back(&*it);
  }
  return out;
}

std::vector<const TradeRecord*> Venue::market_trades(MarketId market, std::size_t limit) const {
  std::vector<const TradeRecord*> out;
  for (auto it = trades_.rbegin(); it != trades_.rend() && out.size() < limit; ++it) {
    if (it->market == market) out.push_back(&*it);
  }
  return out;
}

// --- settlement

bool Venue::revert(const TradeRecord& trade) {
  std::size_t done = 0;
  for (; done < trade.makers.size(); ++done) {
    const MatchTransfer t = transfer_of(trade, trade.makers[done], done == 0 ? trade.fee : Usd{});
    if (!ledger_.can_revert(t)) break;
    ledger_.revert(t);
  }
  if (done == trade.makers.size()) return true;
  while (done-- > 0) ledger_.apply(transfer_of(trade, trade.makers[done], done == 0 ? trade.fee : Usd{}));
  return false;
}

SettlementStatus Venue::on_settlement(TradeId id, SettlementStatus status) {
  TradeRecord* trade = mutable_trade(id);
  UR_CHECK(trade != nullptr);
  // Somebody has spent the proceeds already: on chain the later transaction would have failed instead, so this one
  // holds.
  if (status == SettlementStatus::kFailed && !revert(*trade)) status = SettlementStatus::kRetrying;
  trade->status = status;
  trade->updated_at = now();
  if (status == SettlementStatus::kRetrying) {
    trade->transaction_hash = counter_digest(mix64(id.value) ^ static_cast<std::uint64_t>(now().ns), ~salt_);
  }
  for (Listener* listener : listeners_) listener->on_trade_status(*trade);
  if (status == SettlementStatus::kFailed) {
    const MarketId market = trade->market;
    std::vector<AccountId> involved{trade->taker};
    for (const MakerFill& row : trade->makers) involved.push_back(row.account);
    for (const AccountId account : involved) enforce_coverage(account, {&market, 1});
  }
  return status;
}

// --- what the feed is made of

void Venue::touch(MarketId market, Side side, Price price) {
  UR_CHECK(batch_depth_ > 0);
  PendingLevels* pending = nullptr;
  for (std::size_t i = pending_count_; i-- > 0;) {
    if (pending_[i].market == market) {
      pending = &pending_[i];
      break;
    }
  }
  if (pending == nullptr) {
    if (pending_count_ == pending_.size()) pending_.emplace_back();
    pending = &pending_[pending_count_++];
    pending->market = market;
    pending->changes.clear();
  }
  for (const LevelChange& change : pending->changes) {
    if (change.side == side && change.price == price) return;
  }
  pending->changes.push_back({side, price, markets_[market.value].book->size_at(side, price)});
}

void Venue::end_batch() {
  UR_CHECK(batch_depth_ > 0);
  if (batch_depth_ == 1) flush_batch();
  --batch_depth_;
}

void Venue::flush_batch() {
  for (std::size_t i = 0; i < pending_count_; ++i) {
    PendingLevels& pending = pending_[i];
    Market& market = markets_[pending.market.value];
    std::erase_if(pending.changes, [&](LevelChange& change) {
      const Shares before = change.size;
      change.size = market.book->size_at(change.side, change.price);
      return change.size == before;
    });
    if (pending.changes.empty()) continue;
    // Strictly later than the change before: all frames of one timestamp must agree on the best prices.
    market.last_change = std::max(Nanos::from_millis(now().millis()), market.last_change + Nanos::from_millis(1));
    const BookBatch batch{pending.market, market.last_change, pending.changes, market.book->best_bid(),
                          market.book->best_ask()};
    for (Listener* listener : listeners_) listener->on_book(batch);
  }
  const std::size_t count = pending_count_;
  pending_count_ = 0;
  for (std::size_t i = 0; i < count; ++i) refine_at_edge(pending_[i].market);
}

// The venue's rule: price above 0.96 or below 0.04 (protocol 12.2). Taken as: the best bid is above, or the best ask
// below, that is, somebody pays such a price. Ticks never coarsen again.
void Venue::refine_at_edge(MarketId id) {
  constexpr Price kHigh{9600}, kLow{400};
  const Market& market = markets_[id.value];
  if (market.spec.tick != kTick001) return;
  if (market.book->best_bid() > kHigh || market.book->best_ask() < kLow) change_tick(id, kTick0001);
}

void Venue::announce(const OrderRecord& order, OrderEvent event) {
  for (Listener* listener : listeners_) listener->on_order(order, event, now());
}

}  // namespace underround::simulator
