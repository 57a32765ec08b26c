// Venue: order entry, cancels, open orders. What is refused here is refused in the order of protocol 9's texts.
#include <algorithm>
#include <cstring>

#include "base/check.hpp"
#include "simulator/order_rules.hpp"
#include "simulator/venue.hpp"
#include "simulator/venue_tasks.hpp"

namespace underround::simulator {
namespace {

constexpr std::string_view kFokText = "order couldn't be fully filled. FOK orders are fully filled or killed.";
constexpr std::string_view kFakText =
    "no orders found to match with FAK order. FAK orders are partially filled or killed if no match is found.";

bool immediate(TimeInForce tif) noexcept { return tif == TimeInForce::kFok || tif == TimeInForce::kFak; }

OrderResult rejected(const Digest& id, RejectReason reason, std::string text) {
  OrderResult result;
  result.reason = reason;
  result.error = std::move(text);
  result.id = id;
  return result;
}

Taker taker_of(Side side, unsigned outcome, Price limit, Shares shares, Usd cash) noexcept {
  return {canonical_side(side, outcome), canonical_price(limit, outcome), shares, cash.micros > 0, outcome == 1, cash};
}

Shares target_shares(const NewOrder& order) noexcept {
  if (order.amount.micros == 0) return order.size;
  return Shares{
      static_cast<std::int64_t>(static_cast<Int128>(order.amount.micros) * Price::kPipsPerUsd / order.limit.pips)};
}

}  // namespace

std::size_t Venue::DigestHash::operator()(const Digest& d) const noexcept {
  std::uint64_t words[4];
  std::memcpy(words, d.data(), sizeof words);
  return static_cast<std::size_t>(mix64(words[0] ^ (words[1] << 1) ^ (words[2] << 2) ^ (words[3] << 3)));
}

std::optional<OrderResult> Venue::refuse(const NewOrder& order, const Digest& id) {
  const bool blocked = mode_ == VenueMode::kPostOnly ? !order.post_only : mode_ != VenueMode::kNormal;
  if (blocked) {
    Refusal refusal = venue_mode_refusal(mode_);
    return rejected(id, refusal.reason, std::move(refusal.text));
  }
  if (order.market.value >= markets_.size()) return rejected(id, RejectReason::kMalformed, "Invalid token id");
  const Market& market = markets_[order.market.value];
  if (!market.spec.accepting_orders) {
    return rejected(id, RejectReason::kNotReady, "the market is not yet ready to process new orders");
  }
  if (watched(order.account) && (open_by_id_.contains(id) || done_by_id_.contains(id))) {
    return rejected(id, RejectReason::kDuplicate, "order " + hex_text(id) + " is invalid. Duplicated.");
  }
  if (auto refusal = refuse_terms(order, market, settings_, now(), id)) {
    return rejected(id, refusal->reason, std::move(refusal->text));
  }
  return std::nullopt;
}

bool Venue::affordable_by(const NewOrder& order, const std::vector<PlannedFill>& fills) const {
  if (order.side == Side::kSell) {
    return order.tokens_approved && ledger_.available(order.account, order.market, order.outcome) >= order.size;
  }
  Usd needed = order.amount.micros > 0 ? order.amount : notional(order.limit, order.size, Rounding::kUp);
  const FeeSchedule& fees = markets_[order.market.value].spec.fees;
  for (const PlannedFill& fill : fills) needed += fees.charge(fill.price, fill.size);
  return ledger_.available(order.account) >= needed && order.allowance - ledger_.reserved(order.account) >= needed;
}

std::optional<OrderResult> Venue::refuse_against_book(const NewOrder& order, const Digest& id, const Plan& plan) {
  const MatchingBook& book = *markets_[order.market.value].book;
  const bool marketable =
      book.crosses(canonical_side(order.side, order.outcome), canonical_price(order.limit, order.outcome));
  if (order.post_only && marketable) {
    return rejected(id, RejectReason::kPostOnlyCross, "invalid post-only order: order crosses book");
  }
  if (marketable) {
    if (auto refusal = refuse_small_buy(order, settings_.min_marketable_buy)) {
      return rejected(id, refusal->reason, std::move(refusal->text));
    }
  }
  if (!affordable_by(order, fills_)) return rejected(id, RejectReason::kBalance, "not enough balance / allowance");
  if (order.tif == TimeInForce::kFok && !plan.complete) {
    tell_kill(order, id, kFokText);
    return rejected(id, RejectReason::kFokNotFilled, std::string(kFokText));
  }
  if (order.tif == TimeInForce::kFak && fills_.empty()) {
    tell_kill(order, id, kFakText);
    return rejected(id, RejectReason::kFakNoMatch, std::string(kFakText));
  }
  return std::nullopt;
}

// A killed order was seen: the user stream tells it as a cancellation, and its id is used up.
void Venue::tell_kill(const NewOrder& order, const Digest& id, std::string_view text) {
  if (!watched(order.account)) return;
  done_by_id_.emplace(id, OrderState::kCancelled);
  OrderRecord ghost;
  ghost.id = id;
  ghost.sequence = orders_seen_;
  ghost.account = order.account;
  ghost.market = order.market;
  ghost.outcome = static_cast<std::uint8_t>(order.outcome);
  ghost.side = order.side;
  ghost.tif = order.tif;
  ghost.limit = order.limit;
  ghost.size = target_shares(order);
  ghost.amount = order.amount;
  ghost.created_at = now();
  ghost.state = OrderState::kCancelled;
  ghost.note = text;
  announce(ghost, OrderEvent::kCancellation);
}

Nanos Venue::delay_of(const Market& market) const noexcept {
  const Nanos sports = Nanos::from_seconds(market.spec.seconds_delay);
  return std::max(sports, market.spec.taker_delay ? settings_.taker_delay : Nanos{});
}

OrderResult Venue::submit(const NewOrder& order) {
  ++orders_seen_;
  const Digest id = order.id == Digest{} ? counter_digest(orders_seen_, salt_) : order.id;
  if (auto refusal = refuse(order, id)) return std::move(*refusal);
  Market& market = markets_[order.market.value];
  const Taker taker = taker_of(order.side, order.outcome, order.limit, order.size, order.amount);
  const Plan plan = market.book->plan(taker, fills_);
  if (auto refusal = refuse_against_book(order, id, plan)) return std::move(*refusal);

  begin_batch();
  OrderRecord& record = create_record(order, id);
  const OrderKey key = record.key;
  const Nanos delay = fills_.empty() ? Nanos{} : delay_of(market);
  if (delay.ns > 0) {
    record.state = OrderState::kDelayed;
    if (record.side == Side::kSell) {
      set_reserved(record, {}, record.size);
    } else {
      set_reserved(record,
                   record.amount.micros > 0 ? record.amount : notional(record.limit, record.size, Rounding::kUp), {});
    }
    scheduler_.at(now() + delay, *this, pack_task(VenueTask::kDelayOver, key));
  }
  announce(record, OrderEvent::kPlacement);
  OrderResult result;
  if (delay.ns == 0) {
    match_and_rest(record, fills_);
    result.matched = record.matched;
    result.cash = record.cash;
    result.fee = record.fee;
    result.trades = record.trades;
  }
  result.accepted = true;
  result.id = id;
  result.key = key;
  result.state = delay.ns > 0                ? OrderState::kDelayed
                 : result.matched.micros > 0 ? OrderState::kMatched
                                             : OrderState::kLive;
  if (record.state != OrderState::kLive && record.state != OrderState::kDelayed) finish(record);
  end_batch();
  return result;
}

OrderRecord& Venue::create_record(const NewOrder& order, const Digest& id) {
  const std::uint32_t slot = pool_.allocate();
  while (records_.size() <= slot) {
    records_.emplace_back();
    open_index_.push_back(0);
  }
  OrderRecord& record = records_[slot];
  const std::uint32_t generation = record.key.generation;
  record = OrderRecord{};
  record.key = {slot, generation};
  record.sequence = orders_seen_;
  record.id = id;
  record.account = order.account;
  record.market = order.market;
  record.outcome = static_cast<std::uint8_t>(order.outcome);
  record.side = order.side;
  record.tif = order.tif;
  record.post_only = order.post_only;
  record.limit = order.limit;
  record.size = target_shares(order);
  record.amount = order.amount;
  record.created_at = now();
  record.expires_at = order.expires_at;
  auto& open = open_by_account_[order.account.value];
  open_index_[slot] = static_cast<std::uint32_t>(open.size());
  open.push_back(slot);
  if (watched(order.account)) open_by_id_.emplace(id, record.key);
  if (order.tif == TimeInForce::kGtd) {
    scheduler_.at(order.expires_at - settings_.gtd_early, *this, pack_task(VenueTask::kExpiry, record.key));
  }
  return record;
}

void Venue::run_delayed(OrderKey key) {
  if (find_order(key) == nullptr || records_[key.slot].state != OrderState::kDelayed) return;
  OrderRecord& order = records_[key.slot];
  begin_batch();
  set_reserved(order, {}, {});
  const Taker taker = taker_of(order.side, order.outcome, order.limit, order.size, order.amount);
  const Plan plan = markets_[order.market.value].book->plan(taker, fills_);
  const NewOrder terms{.account = order.account,
                       .market = order.market,
                       .outcome = order.outcome,
                       .side = order.side,
                       .limit = order.limit,
                       .size = order.size,
                       .amount = order.amount};
  const bool missed = immediate(order.tif) && (fills_.empty() || (order.tif == TimeInForce::kFok && !plan.complete));
  const bool over = !markets_[order.market.value].spec.accepting_orders;
  if (missed || over || !affordable_by(terms, fills_)) {
    remove_open(order, OrderState::kUnmatched, missed || over ? "" : "not enough balance / allowance");
  } else {
    order.state = OrderState::kLive;
    if (fills_.empty()) announce(order, OrderEvent::kUpdate);
    match_and_rest(order, fills_);
    if (order.state != OrderState::kLive) finish(order);
  }
  end_batch();
}

CancelResult Venue::cancel(AccountId account, const Digest& id) {
  const auto open = open_by_id_.find(id);
  if (open == open_by_id_.end() || records_[open->second.slot].account != account) {
    return {false, done_by_id_.contains(id) ? "already canceled or matched" : "order not found"};
  }
  return cancel(open->second);
}

CancelResult Venue::cancel(OrderKey key) {
  if (find_order(key) == nullptr) return {false, "already canceled or matched"};
  OrderRecord& order = records_[key.slot];
  if (order.state == OrderState::kDelayed) {
    return {false, "cannot cancel because the order is in pending/delayed status"};
  }
  begin_batch();
  remove_open(order, OrderState::kCancelled, "");
  end_batch();
  return {true, ""};
}

std::vector<Digest> Venue::cancel_all(AccountId account) { return cancel_market(account, std::nullopt, std::nullopt); }

std::vector<Digest> Venue::cancel_market(AccountId account, std::optional<MarketId> market,
                                         std::optional<unsigned> outcome) {
  std::vector<Digest> gone;
  begin_batch();
  for (const OrderRecord* order : open_orders(account)) {
    if (market && order->market != *market) continue;
    if (outcome && order->outcome != *outcome) continue;
    const Digest id = order->id;
    if (cancel(order->key).cancelled) gone.push_back(id);
  }
  end_batch();
  return gone;
}

const OrderRecord* Venue::find_order(const Digest& id) const {
  const auto it = open_by_id_.find(id);
  return it == open_by_id_.end() ? nullptr : find_order(it->second);
}

const OrderRecord* Venue::find_order(OrderKey key) const noexcept {
  if (key.slot >= records_.size()) return nullptr;
  const OrderRecord& record = records_[key.slot];
  const bool open = record.state == OrderState::kLive || record.state == OrderState::kDelayed;
  return record.key == key && open ? &record : nullptr;
}

std::vector<const OrderRecord*> Venue::open_orders(AccountId account) const {
  std::vector<const OrderRecord*> out;
  for (const std::uint32_t slot : open_by_account_[account.value]) out.push_back(&records_[slot]);
  std::sort(out.begin(), out.end(), [](const auto* a, const auto* b) { return a->sequence < b->sequence; });
  return out;
}

// Ends an order that has not traded itself out: takes it from the book, tells, forgets.
void Venue::remove_open(OrderRecord& order, OrderState state, std::string_view note) {
  if (pool_[order.key.slot].in_book) {
    const RestingOrder& node = pool_[order.key.slot];
    touch(order.market, node.side, node.price);
    markets_[order.market.value].book->remove(order.key.slot);
  }
  order.state = state;
  order.note = note;
  announce(order, state == OrderState::kUnmatched ? OrderEvent::kUpdate : OrderEvent::kCancellation);
  finish(order);
}

void Venue::finish(OrderRecord& order) {
  set_reserved(order, {}, {});
  auto& open = open_by_account_[order.account.value];
  const std::uint32_t index = open_index_[order.key.slot];
  open[index] = open.back();
  open_index_[open[index]] = index;
  open.pop_back();
  if (watched(order.account)) {
    open_by_id_.erase(order.id);
    done_by_id_[order.id] = order.state;
  }
  const std::uint32_t slot = order.key.slot;
  order.key.generation = (order.key.generation + 1) & kTaskGenerationMask;
  pool_.release(slot);
}

void Venue::set_reserved(OrderRecord& order, Usd usd, Shares shares) {
  if (usd != order.reserved_usd) {
    ledger_.reserve(order.account, usd - order.reserved_usd);
    order.reserved_usd = usd;
  }
  if (shares != order.reserved_shares) {
    ledger_.reserve(order.account, order.market, order.outcome, shares - order.reserved_shares);
    order.reserved_shares = shares;
  }
}

void Venue::reserve_remaining(OrderRecord& order) {
  if (order.side == Side::kSell) {
    set_reserved(order, {}, order.remaining());
  } else {
    set_reserved(order, notional(order.limit, order.remaining(), Rounding::kUp), {});
  }
}

void Venue::cancel_everything(MarketId market, OrderState state, std::string_view note) {
  begin_batch();
  std::vector<std::uint32_t> slots;
  for (const Side side : {Side::kBuy, Side::kSell}) {
    markets_[market.value].book->orders(side, slots);
    for (const std::uint32_t slot : slots) remove_open(records_[slot], state, note);
  }
  end_batch();
}

void Venue::enforce_coverage(AccountId account, std::span<const MarketId> touched) {
  bool covered = ledger_.available(account) >= Usd{};
  for (const MarketId market : touched) {
    for (unsigned outcome = 0; outcome < 2; ++outcome) {
      covered = covered && ledger_.available(account, market, outcome) >= Shares{};
    }
  }
  if (covered) return;
  begin_batch();
  auto open = open_orders(account);
  for (auto it = open.rbegin(); it != open.rend(); ++it) {
    const OrderRecord& order = **it;
    const bool bare = order.side == Side::kBuy ? ledger_.available(account) < Usd{}
                                               : ledger_.available(account, order.market, order.outcome) < Shares{};
    if (bare) remove_open(records_[order.key.slot], OrderState::kInvalid, "not enough balance / allowance");
  }
  end_batch();
}

}  // namespace underround::simulator
