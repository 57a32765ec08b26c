// A venue with one market and three accounts, and what it said: for the tests of this room.
#pragma once

#include <string>
#include <vector>

#include "simulator/venue.hpp"
#include "simulator/world_context.hpp"

namespace underround::simulator {

class Recorder final : public Listener {
 public:
  struct Told {
    OrderEvent event;
    OrderState state;
    Digest id;
    Shares matched;
    std::string note;
  };
  std::vector<Told> orders;
  std::vector<TradeRecord> trades;
  std::vector<std::pair<TradeId, SettlementStatus>> statuses;
  std::vector<std::pair<Tick, Tick>> ticks;
  std::vector<std::vector<LevelChange>> batches;
  std::vector<Nanos> batch_times;
  std::vector<MarketPhase> phases;
  std::vector<unsigned> winners;

  void on_order(const OrderRecord& o, OrderEvent event, Nanos /*now*/) override {
    orders.push_back({event, o.state, o.id, o.matched, o.note});
  }
  void on_trade(const TradeRecord& t) override { trades.push_back(t); }
  void on_trade_status(const TradeRecord& t) override { statuses.emplace_back(t.id, t.status); }
  void on_tick_change(const Market& m, Tick old_tick, Nanos /*now*/) override {
    ticks.emplace_back(old_tick, m.spec.tick);
  }
  void on_book(const BookBatch& b) override {
    batches.emplace_back(b.changes.begin(), b.changes.end());
    batch_times.push_back(b.time);
  }
  void on_market_phase(const Market& m, Nanos /*now*/) override { phases.push_back(m.spec.phase); }
  void on_market_resolved(const Market& m, Nanos /*now*/) override { winners.push_back(m.winner); }
};

struct VenueFixture {
  Scheduler scheduler{Nanos::from_seconds(1'795'132'800)};
  Venue venue;
  Recorder told;
  AccountId alice, bob, carol;
  MarketId market;
  std::uint64_t digests = 0;

  static VenueSettings certain() {
    VenueSettings settings;
    settings.settlement.failure_probability = 0;
    settings.settlement.retry_probability = 0;
    return settings;
  }
  explicit VenueFixture(ConditionSpec spec = free_spec(), const VenueSettings& settings = certain())
      : venue(scheduler, settings, 1) {
    alice = account("0xa11ce");
    bob = account("0xb0b");
    carol = account("0xca401");
    market = venue.add_market(std::move(spec));
    venue.open_market(market);
    venue.add_listener(told);
  }
  static ConditionSpec free_spec() {
    ConditionSpec spec = base_spec();
    spec.slug = "market";
    spec.fees = FeeSchedule::free();
    return spec;
  }
  AccountId account(const char* address) {
    const AccountId id = venue.open_account(address);
    venue.deposit(id, Usd::whole(1000));
    return id;
  }
  NewOrder order(AccountId who, unsigned outcome, Side side, int pips, std::int64_t shares,
                 TimeInForce tif = TimeInForce::kGtc) {
    NewOrder o;
    o.account = who;
    o.market = market;
    o.outcome = outcome;
    o.side = side;
    o.limit = Price{pips};
    o.size = Shares::whole(shares);
    o.tif = tif;
    o.id = counter_digest(++digests, 99);
    return o;
  }
  OrderResult buy(AccountId who, unsigned outcome, int pips, std::int64_t shares, TimeInForce tif = TimeInForce::kGtc) {
    return venue.submit(order(who, outcome, Side::kBuy, pips, shares, tif));
  }
  OrderResult sell(AccountId who, unsigned outcome, int pips, std::int64_t shares,
                   TimeInForce tif = TimeInForce::kGtc) {
    return venue.submit(order(who, outcome, Side::kSell, pips, shares, tif));
  }
  void run(Nanos delay) { scheduler.run_until(scheduler.now() + delay); }
  [[nodiscard]] Usd cash(AccountId who) const { return venue.ledger().balance(who); }
  [[nodiscard]] Shares held(AccountId who, unsigned outcome) const {
    return venue.ledger().position(who, market, outcome);
  }
};

}  // namespace underround::simulator
