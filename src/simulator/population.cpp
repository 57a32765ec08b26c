// Population: who there is, what they hear, when they act. What they then do is in crowd_makers.cpp and
// crowd_takers.cpp.
#include "simulator/population.hpp"

#include <algorithm>
#include <cmath>

#include "base/check.hpp"
#include "simulator/crowd.hpp"

namespace underround::simulator {
namespace {

// A shock (a goal) makes everybody who quotes the event pull at once, before anybody quotes again.
constexpr double kShock = 0.06;
constexpr Nanos kPullLatency = Nanos::from_millis(120);
// Enough never to matter: the population must not run out of money in a year.
constexpr Usd kPurse = Usd::whole(500'000'000);

}  // namespace

Population::Population(Scheduler& scheduler, Venue& venue, FairBoard& fairs, const PopulationSettings& settings,
                       Random rng)
    : crowd_(std::make_unique<Crowd>(scheduler, venue, fairs, settings, rng)) {}
Population::~Population() = default;
const PopulationCounters& Population::counters() const noexcept { return crowd_->counters; }

Crowd::Crowd(Scheduler& scheduler, Venue& venue, FairBoard& fairs, const PopulationSettings& settings, Random rng)
    : scheduler_(scheduler), venue_(venue), fairs_(fairs), settings_(settings), rng_(rng) {
  const auto enlist = [&](std::span<AccountId> accounts, const char* kind) {
    for (std::size_t i = 0; i < accounts.size(); ++i) {
      const Digest digest = counter_digest(stable_hash(kind) + i, venue.salt());
      accounts[i] = venue.open_account(hex_text(digest).substr(0, 42), /*watched=*/false);
      venue.deposit(accounts[i], kPurse);
    }
  };
  enlist(desks_, "desk");
  enlist(retail_, "retail");
  enlist(noise_, "noise");
  enlist({&rival_, 1}, "rival");
  venue_.add_listener(*this);
  fairs_.set_sink(this);
}

Crowd::~Crowd() {
  fairs_.set_sink(nullptr);
  venue_.remove_listener(*this);
}

void Crowd::schedule(Nanos delay, Turn turn, std::uint64_t index, std::uint64_t who) {
  scheduler_.at(scheduler_.now() + delay, *this, index << 8 | who << 4 | static_cast<std::uint64_t>(turn));
}

Nanos Crowd::latency(Nanos median, double sigma) {
  return Nanos{static_cast<std::int64_t>(static_cast<double>(median.ns) * std::exp(sigma * rng_.normal()))};
}

Crowd::Leg* Crowd::leg(MarketId market) noexcept {
  return market.value < legs_.size() ? legs_[market.value].get() : nullptr;
}

// How far the fair price moves before a maker bothers.
double Crowd::threshold(const Leg& leg) const noexcept {
  return std::max(0.0008, 0.5 * venue_.market(leg.market).spec.tick.pips / 1e4);
}

// --- joining and leaving markets

void Crowd::on_market_phase(const Market& market, Nanos /*now*/) {
  switch (market.spec.phase) {
    case MarketPhase::kOpen: join(market); break;
    case MarketPhase::kClosed: leave(market.id); break;
    case MarketPhase::kRedeemable: schedule({}, Turn::kRedeem, market.id.value); break;
    case MarketPhase::kPending:
    case MarketPhase::kPaused:
    case MarketPhase::kResolved: break;
  }
}

std::uint32_t Crowd::unit_for(const Market& market) {
  const auto fresh = static_cast<std::uint32_t>(units_.size());
  if (!market.spec.group.neg_risk) {
    units_.emplace_back();
    return fresh;
  }
  if (unit_of_group_.size() <= market.group.value) unit_of_group_.resize(market.group.value + 1, ~0U);
  std::uint32_t& unit = unit_of_group_[market.group.value];
  if (unit == ~0U) {
    unit = fresh;
    units_.emplace_back();
    units_.back().group = market.group;
  }
  return unit;
}

void Crowd::characterise(Leg& leg, const Market& market) {
  const bool crypto = market.spec.taker_delay;
  const bool event = market.spec.group.neg_risk;
  const bool fine = market.spec.tick == kTick0001;
  if (event) {
    // A dozen fine legs or three coarse ones: asks add up to 1.01 .. 1.05 either way.
    leg.half_spread = fine ? 0.0011 : 0.0035;
    leg.base_shares = 60 + 60 * rng_.uniform();
    leg.noise_mean_s = fine ? 45 : 20;
  } else if (crypto) {
    leg.half_spread = 0.006;
    leg.base_shares = 80 + 80 * rng_.uniform();
    leg.noise_mean_s = 6;
  } else {
    leg.half_spread = (fine ? 0.002 : 0.004) + 0.010 * rng_.uniform() * rng_.uniform();
    leg.base_shares = 25 + 120 * rng_.uniform() * rng_.uniform();
    leg.noise_mean_s = 60 + 600 * rng_.uniform();
  }
  leg.has_retail = event || rng_.chance(0.6);
  leg.retail_account = rng_.below(kRetail);
}

void Crowd::join(const Market& market) {
  if (legs_.size() <= market.id.value) legs_.resize(market.id.value + 1);
  legs_[market.id.value] = std::make_unique<Leg>();
  Leg& leg = *legs_[market.id.value];
  leg.market = market.id;
  leg.unit = unit_for(market);
  Unit& unit = units_[leg.unit];
  unit.legs.push_back(market.id);
  unit.complete = market.spec.group.neg_risk && !market.spec.group.augmented &&
                  unit.legs.size() == static_cast<std::size_t>(market.spec.group.declared_conditions);
  characterise(leg, market);
  for (std::size_t desk = 0; desk < kDesks; ++desk) desk_sees(leg.unit, desk);
  if (leg.has_retail) {
    leg.retail_pending = true;
    leg.retail.next_belief = fairs_[market.id];
    schedule(latency(settings_.retail_latency, 0.8), Turn::kRetail, market.id.value);
  }
  schedule(seconds(rng_.exponential(leg.noise_mean_s / std::max(1e-9, settings_.noise_rate))), Turn::kNoise,
           market.id.value);
}

void Crowd::leave(MarketId market) {
  if (leg(market) == nullptr) return;
  Unit& unit = units_[legs_[market.value]->unit];
  std::erase(unit.legs, market);
  unit.complete = false;
  legs_[market.value].reset();
}

// --- hearing

void Crowd::on_fair(MarketId market, double probability) {
  Leg* l = leg(market);
  if (l == nullptr) return;
  const double enough = threshold(*l);
  Unit& unit = units_[l->unit];
  if (unit.group.valid() && !unit.pull_pending && std::abs(probability - l->desks[0].belief) >= kShock) {
    unit.pull_pending = true;
    schedule(latency(kPullLatency, 0.3), Turn::kPull, l->unit);
  }
  for (std::size_t desk = 0; desk < kDesks; ++desk) {
    DeskUnit& state = unit.desks[desk];
    if (state.pending) {
      // The same piece of news may move several legs; later news waits for the next look.
      if (state.seen_at == scheduler_.now()) l->desks[desk].next_belief = probability;
    } else if (std::abs(probability - l->desks[desk].belief) >= enough) {
      desk_sees(l->unit, desk);
    }
  }
  if (l->has_retail && !l->retail_pending && std::abs(probability - l->retail.belief) >= enough) {
    l->retail_pending = true;
    l->retail.next_belief = probability;
    schedule(latency(settings_.retail_latency, 0.8), Turn::kRetail, market.value);
  }
}

void Crowd::on_book(const BookBatch& batch) {
  const Leg* l = leg(batch.market);
  if (l != nullptr && units_[l->unit].complete) watch_set(l->unit);
}

// Quotes that were hit are put back after a while.
void Crowd::on_trade(const TradeRecord& trade) {
  Leg* l = leg(trade.market);
  if (l == nullptr) return;
  for (const MakerFill& row : trade.makers) {
    for (std::size_t desk = 0; desk < kDesks; ++desk) {
      if (row.account == desks_[desk]) desk_sees(l->unit, desk);
    }
    if (row.account == retail_[l->retail_account] && !l->retail_pending) {
      l->retail_pending = true;
      l->retail.next_belief = fairs_[trade.market];
      schedule(latency(settings_.retail_latency, 0.8), Turn::kRetail, trade.market.value);
    }
  }
}

void Crowd::on_due(Nanos /*now*/, std::uint64_t payload) {
  const std::uint64_t index = payload >> 8;
  const std::size_t who = payload >> 4 & 15U;
  const auto turn = static_cast<Turn>(payload & 15U);
  if (turn == Turn::kDesk) return refresh_unit(static_cast<std::uint32_t>(index), who);
  if (turn == Turn::kRival) return strike(units_[index], static_cast<std::uint32_t>(index));
  if (turn == Turn::kPull) return pull_unit(units_[index]);
  if (turn == Turn::kConvert) return convert(units_[index]);
  const MarketId market{static_cast<std::uint32_t>(index)};
  if (turn == Turn::kRedeem) {
    const auto redeem = [&](AccountId account) { UR_CHECK(venue_.redeem(account, market).has_value()); };
    for (const AccountId account : desks_) redeem(account);
    for (const AccountId account : retail_) redeem(account);
    for (const AccountId account : noise_) redeem(account);
    return redeem(rival_);
  }
  Leg* l = leg(market);
  if (l == nullptr) return;
  if (turn == Turn::kRetail) refresh_retail(*l);
  if (turn == Turn::kNoise) {
    noise(*l);
    schedule(seconds(rng_.exponential(l->noise_mean_s / std::max(1e-9, settings_.noise_rate))), Turn::kNoise, index);
  }
}

}  // namespace underround::simulator
