// Desks and retail makers: ladders around a belief that is old by the maker's own latency.
#include <algorithm>
#include <cmath>

#include "base/check.hpp"
#include "simulator/crowd.hpp"

namespace underround::simulator {
namespace {

constexpr int kDeskLevels = 5;
constexpr double kDeskSigma = 0.35, kRetailSigma = 0.8;  // of log latency
constexpr Shares kMergeAbove = Shares::whole(400);
constexpr Shares kSnipeMost = Shares::whole(300);

Price pips(double price) noexcept { return Price{static_cast<std::int32_t>(std::lround(price * 1e4))}; }

Shares lots(double shares) noexcept {
  return Shares{static_cast<std::int64_t>(std::max(5.0, shares) * 100.0) * Shares::kMicrosPerLot};
}

}  // namespace

// A desk has noticed something in the unit; it acts after its latency, on what it saw now.
void Crowd::desk_sees(std::uint32_t index, std::size_t desk) {
  Unit& unit = units_[index];
  if (unit.desks[desk].pending) {
    if (unit.desks[desk].seen_at == scheduler_.now()) {
      for (const MarketId market : unit.legs) leg(market)->desks[desk].next_belief = fairs_[market];
    }
    return;
  }
  unit.desks[desk] = {true, scheduler_.now()};
  for (const MarketId market : unit.legs) leg(market)->desks[desk].next_belief = fairs_[market];
  const Nanos median = desk == 0 ? settings_.desk_latency : settings_.second_desk_latency;
  schedule(latency(median, kDeskSigma), Turn::kDesk, index, desk);
}

void Crowd::refresh_unit(std::uint32_t index, std::size_t desk) {
  Unit& unit = units_[index];
  unit.desks[desk].pending = false;
  ++counters.refreshes;
  venue_.begin_batch();
  for (const MarketId market : unit.legs) refresh_desk_leg(*leg(market), desk);
  venue_.end_batch();
  for (const MarketId market : unit.legs) {
    const Leg& l = *leg(market);
    if (std::abs(fairs_[market] - l.desks[desk].belief) >= threshold(l)) return desk_sees(index, desk);
  }
}

void Crowd::refresh_desk_leg(Leg& l, std::size_t desk) {
  MakerLeg& maker = l.desks[desk];
  maker.belief = maker.next_belief;
  ladder(l, desk, maker.belief);
  apply_targets(desks_[desk], l, maker.quotes);
  snipe(desks_[desk], l, maker.belief);
  merge_inventory(desks_[desk], l.market);
}

// Levels behind each other, growing in size away from the touch.
void Crowd::ladder(const Leg& l, std::size_t desk, double belief) {
  targets_.clear();
  const Tick tick = venue_.market(l.market).spec.tick;
  const double half = l.half_spread * (desk == 0 ? 1.0 : 1.25);
  const int apart = tick.pips * (tick == kTick001 ? 1 : 3);
  const Price bid = tick.floor(pips(std::max(0.0, belief - half)));
  const Price ask = tick.ceil(pips(std::min(1.0, belief + half)));
  for (int level = 0; level < kDeskLevels; ++level) {
    const Shares size = lots(l.base_shares * (1.0 + 0.5 * level));
    targets_.push_back({Side::kBuy, Price{bid.pips - level * apart}, size});
    targets_.push_back({Side::kSell, Price{ask.pips + level * apart}, size});
  }
}

void Crowd::refresh_retail(Leg& l) {
  MakerLeg& maker = l.retail;
  l.retail_pending = false;
  maker.belief = maker.next_belief;
  ++counters.refreshes;
  const Tick tick = venue_.market(l.market).spec.tick;
  targets_.clear();
  for (const Side side : {Side::kBuy, Side::kSell}) {
    // Inside the desks' spread, small.
    const double half = l.half_spread * (0.15 + 0.7 * rng_.uniform());
    const Shares size = lots(settings_.retail_size_median_shares * std::exp(0.6 * rng_.normal()));
    const Price price = side == Side::kBuy ? tick.floor(pips(std::max(0.0, maker.belief - half)))
                                           : tick.ceil(pips(std::min(1.0, maker.belief + half)));
    targets_.push_back({side, price, size});
  }
  venue_.begin_batch();
  apply_targets(retail_[l.retail_account], l, maker.quotes);
  merge_inventory(retail_[l.retail_account], l.market);
  venue_.end_batch();
  if (std::abs(fairs_[l.market] - maker.belief) >= threshold(l)) {
    l.retail_pending = true;
    maker.next_belief = fairs_[l.market];
    schedule(latency(settings_.retail_latency, kRetailSigma), Turn::kRetail, l.market.value);
  }
}

// Everybody off the event, in one go; retail comes back when it has understood.
void Crowd::pull_unit(Unit& unit) {
  unit.pull_pending = false;
  venue_.begin_batch();
  const auto drop = [&](std::vector<Quote>& quotes) {
    for (const Quote& quote : quotes) venue_.cancel(quote.key);
    quotes.clear();
  };
  for (const MarketId market : unit.legs) {
    Leg& l = *leg(market);
    for (MakerLeg& desk : l.desks) drop(desk.quotes);
    drop(l.retail.quotes);
  }
  venue_.end_batch();
}

// Keeps what is already where it should be, cancels the rest, places what is missing.
void Crowd::apply_targets(AccountId account, const Leg& l, std::vector<Quote>& quotes) {
  std::erase_if(quotes, [&](const Quote& quote) {
    const OrderRecord* order = venue_.find_order(quote.key);
    if (order == nullptr) return true;
    const auto target = std::find_if(targets_.begin(), targets_.end(),
                                     [&](const Target& t) { return t.side == quote.side && t.price == quote.price; });
    if (target != targets_.end() && order->remaining().micros * 5 >= target->size.micros * 2) {
      targets_.erase(target);
      return false;
    }
    venue_.cancel(quote.key);
    return true;
  });
  const Tick tick = venue_.market(l.market).spec.tick;
  const Price best_bid = venue_.best_bid(l.market), best_ask = venue_.best_ask(l.market);
  for (Target target : targets_) {
    // Never crossing: makers post, and step back where somebody else stands.
    if (target.side == Side::kBuy && target.price >= best_ask) target.price = Price{best_ask.pips - tick.pips};
    if (target.side == Side::kSell && target.price <= best_bid) target.price = Price{best_bid.pips + tick.pips};
    if (tick.tradable(target.price)) place(account, l.market, target, quotes);
  }
}

// An ask is a sale of YES for who has YES, else a bid for NO: the same liquidity (protocol 16).
void Crowd::place(AccountId account, MarketId market, const Target& target, std::vector<Quote>& quotes) {
  const unsigned held = target.side == Side::kSell ? 0 : 1;  // the token whose sale this would be
  const bool sells = venue_.ledger().available(account, market, held) >= target.size;
  NewOrder order;
  order.account = account;
  order.market = market;
  order.outcome = sells ? held : 1 - held;
  order.side = sells ? Side::kSell : Side::kBuy;
  order.post_only = true;
  order.limit = canonical_price(target.price, order.outcome);
  order.size = target.size;
  const OrderResult result = venue_.submit(order);
  if (result.accepted) {
    quotes.push_back({result.key, target.side, target.price});
    ++counters.quotes;
  } else {
    ++counters.refused;
  }
}

// Somebody's stale quote is wrong by more than the fee: a desk takes it.
void Crowd::snipe(AccountId account, const Leg& l, double belief) {
  const Market& market = venue_.market(l.market);
  const Tick tick = market.spec.tick;
  for (unsigned outcome = 0; outcome < 2; ++outcome) {
    const Price ask = venue_.best_ask(l.market, outcome);
    if (ask >= kOneUsd) continue;
    const double own = outcome == 0 ? belief : 1.0 - belief;
    const double fee = static_cast<double>(market.spec.fees.per_share_e8(ask)) * 1e-8;
    const Price limit = tick.floor(pips(std::max(0.0, own - fee - settings_.snipe_margin)));
    if (ask > limit || !tick.tradable(limit)) continue;
    const Shares there = market.book->size_at(outcome == 0 ? Side::kSell : Side::kBuy, canonical_price(ask, outcome));
    NewOrder order;
    order.account = account;
    order.market = l.market;
    order.outcome = outcome;
    order.tif = TimeInForce::kFak;
    order.limit = limit;
    order.size = std::min(kSnipeMost, Shares{there.micros + Shares::kMicrosPerLot - 1}.floor_to_lot());
    venue_.submit(order).accepted ? ++counters.snipes : ++counters.refused;
  }
}

void Crowd::merge_inventory(AccountId account, MarketId market) {
  const Shares both =
      std::min(venue_.ledger().available(account, market, 0), venue_.ledger().available(account, market, 1));
  if (both >= kMergeAbove) UR_CHECK(venue_.merge(account, market, both).has_value());
}

}  // namespace underround::simulator
