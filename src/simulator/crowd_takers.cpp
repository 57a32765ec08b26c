// Noise takers, and rivals that hunt complete sets.
#include <algorithm>
#include <cmath>

#include "base/check.hpp"
#include "simulator/crowd.hpp"

namespace underround::simulator {
namespace {

constexpr double kRivalSigma = 0.5;  // of log latency
constexpr Shares kRivalMost = Shares::whole(250);
constexpr Usd kMinMarketable = Usd::whole(1);

}  // namespace

void Crowd::noise(Leg& l) {
  const Market& market = venue_.market(l.market);
  const Tick tick = market.spec.tick;
  NewOrder order;
  order.account = noise_[rng_.below(kNoise)];
  order.market = l.market;
  order.outcome = static_cast<unsigned>(rng_.below(2));
  order.tif = TimeInForce::kFak;
  const double usd = std::clamp(12.0 * std::exp(1.1 * rng_.normal()), 1.05, 2'000.0);
  const Shares held = venue_.ledger().available(order.account, l.market, order.outcome).floor_to_lot();
  if (held >= Shares::whole(5) && rng_.chance(0.5)) {
    const Price bid = venue_.best_bid(l.market, order.outcome);
    order.side = Side::kSell;
    order.limit = Price{std::max(bid.pips - 2 * tick.pips, tick.pips)};
    order.size = held;
  } else {
    const Price ask = venue_.best_ask(l.market, order.outcome);
    order.limit = Price{std::min(ask.pips + 2 * tick.pips, Price::kPipsPerUsd - tick.pips)};
    order.amount = Usd{static_cast<std::int64_t>(usd * 100) * 10'000};
  }
  ++counters.noise_orders;
  if (!venue_.submit(order).accepted) ++counters.refused;
}

// USD a set, at the touch, after fees. Buying: all YES. Selling: all NO, then convert.
double Crowd::set_edge(const Unit& unit, bool buying) const {
  double sum = 0, fees = 0;
  for (const MarketId id : unit.legs) {
    const Market& market = venue_.market(id);
    const Price price = buying ? venue_.best_ask(id) : venue_.best_bid(id);
    sum += price.to_double();
    fees += static_cast<double>(market.spec.fees.per_share_e8(price)) * 1e-8;
  }
  return (buying ? 1.0 - sum : sum - 1.0) - fees;
}

Shares Crowd::set_size(const Unit& unit, bool buying) const {
  Shares size = kRivalMost;
  for (const MarketId id : unit.legs) {
    const Side side = buying ? Side::kSell : Side::kBuy;
    const Price price = buying ? venue_.best_ask(id) : venue_.best_bid(id);
    size = std::min(size, venue_.market(id).book->size_at(side, price));
  }
  return size.floor_to_lot();
}

void Crowd::watch_set(std::uint32_t index) {
  Unit& unit = units_[index];
  if (!settings_.rivals || unit.rival_pending) return;
  if (set_edge(unit, true) < settings_.rival_min_edge && set_edge(unit, false) < settings_.rival_min_edge) return;
  unit.rival_pending = true;
  schedule(latency(settings_.rival_latency, kRivalSigma), Turn::kRival, index);
}

// The rival arrives: whatever is still there, on every leg.
void Crowd::strike(Unit& unit, std::uint32_t index) {
  unit.rival_pending = false;
  if (!unit.complete) return;
  const bool buying = set_edge(unit, true) >= settings_.rival_min_edge;
  if (!buying && set_edge(unit, false) < settings_.rival_min_edge) return;
  const Shares size = set_size(unit, buying);
  // Every leg must be worth a dollar, or the venue refuses it and leaves the rival with an orphan.
  for (const MarketId id : unit.legs) {
    const Price price = buying ? venue_.best_ask(id) : venue_.best_bid(id).complement();
    if (size.micros <= 0 || notional(price, size, Rounding::kDown) < kMinMarketable) return;
  }
  ++counters.rival_sets;
  for (const MarketId id : unit.legs) {
    NewOrder order;
    order.account = rival_;
    order.market = id;
    order.outcome = buying ? 0 : 1;
    order.tif = TimeInForce::kFak;
    order.limit = venue_.best_ask(id, order.outcome);
    order.size = size;
    if (!venue_.submit(order).accepted) ++counters.refused;
  }
  // Once the taker delay is over, NO of every leg becomes dollars.
  if (!buying) schedule(Nanos::from_seconds(10), Turn::kConvert, index);
}

void Crowd::convert(const Unit& unit) {
  if (!unit.complete) return;
  Shares amount = Shares::whole(1'000'000);
  for (const MarketId id : unit.legs) amount = std::min(amount, venue_.ledger().position(rival_, id, 1));
  if (amount.micros <= 0) return;
  UR_CHECK(venue_.convert(rival_, unit.group, (1ULL << unit.legs.size()) - 1, amount).has_value());
}

}  // namespace underround::simulator
