// The engine against the venue in a box, in virtual time: it trades, its ledger and the venue's agree to the last
// micro-unit, and the same seed gives the same state.
#include <gtest/gtest.h>

#include "engine/engine.hpp"
#include "simulator/in_process_venue.hpp"
#include "strategy/registry.hpp"

namespace underround::simulator {
namespace {

struct Result {
  std::uint64_t hash = 0, seen = 0, phantoms = 0, orders = 0, fills = 0, violations = 0, completed = 0;
  Usd pnl;
};

class Box {
 public:
  Box(std::uint64_t seed, std::array<Nanos, 2> data_latency)
      : simulation_({.seed = seed, .markets = 120}), engine_(catalogue_, settings(), strategies()) {
    InProcessSettings in_process;
    in_process.balance = settings().starting_cash;
    in_process.data_latency = data_latency;
    venue_ = std::make_unique<InProcessVenue>(simulation_, catalogue_, in_process, [this](const Event& e) {
      commands_.clear();
      engine_.step(e, commands_);
      if (!commands_.empty()) venue_->execute(commands_);
    });
    venue_->start();
  }
  void run(Nanos length) { simulation_.advance_to(simulation_.now() + length); }

  [[nodiscard]] Result result() const {
    Result r;
    r.hash = engine_.state_hash();
    r.seen = engine_.opportunities().totals().seen;
    r.phantoms = engine_.opportunities().totals().phantoms;
    r.orders = engine_.executor().counters().orders;
    r.fills = engine_.executor().counters().fills;
    r.completed = engine_.executor().counters().plans_completed;
    r.violations = engine_.counters().invariant_violations;
    r.pnl = engine_.valuation().pnl;
    return r;
  }
  // Nothing new is started; what is under way settles.
  void come_to_rest() {
    Event kill = Event::make(EventKind::kKill, simulation_.now());
    kill.halt.reason = static_cast<std::uint8_t>(HaltReason::kKillSwitch);
    commands_.clear();
    engine_.step(kill, commands_);
    venue_->execute(commands_);
    run(Nanos::from_seconds(60));
  }
  void expect_same_books() {
    const Ledger& theirs = simulation_.venue().ledger();
    EXPECT_EQ(theirs.balance(venue_->account()), engine_.ledger().cash());
    for (const InstrumentId instrument : engine_.ledger().held()) {
      const MarketId market = venue_->market_of(underround::condition_of(instrument));
      EXPECT_EQ(theirs.position(venue_->account(), market, outcome_of(instrument)).micros,
                engine_.ledger().position(instrument).net().micros)
          << catalogue_[underround::condition_of(instrument)].spec.slug;
    }
    EXPECT_EQ(engine_.ledger().pending_fills(), 0U);
    EXPECT_EQ(engine_.ledger().reserved_cash(), Usd{});
    EXPECT_TRUE(engine_.ledger().check_deep());
    EXPECT_EQ(theirs.check_conservation(), std::nullopt);
  }

 private:
  static EngineSettings settings() {
    EngineSettings s;
    s.starting_cash = Usd::whole(2000);
    s.risk.max_total = Usd::whole(2000);
    s.risk.max_daily_loss = Usd::whole(2000);
    return s;
  }
  static std::vector<std::unique_ptr<Strategy>> strategies() {
    const std::vector<std::string> names{"sum_to_100", "multi_outcome"};
    return make_strategies(names, StrategySettings{}).value();
  }
  Catalogue catalogue_;
  Simulation simulation_;
  Engine engine_;
  CommandBuffer commands_;
  std::unique_ptr<InProcessVenue> venue_;
};

constexpr std::array<Nanos, 2> kEven{Nanos::from_millis(12), Nanos::from_millis(12)};

TEST(EngineInTheBox, TradesAndAgreesWithTheVenue) {
  Box box(7, kEven);
  box.run(Nanos::from_seconds(1800));
  const Result r = box.result();
  EXPECT_GT(r.seen, 0U);
  EXPECT_GT(r.orders, 0U);
  EXPECT_GT(r.fills, 0U);
  EXPECT_EQ(r.violations, 0U);
  box.come_to_rest();
  box.expect_same_books();
}

TEST(EngineInTheBox, SameSeedSameState) {
  Box a(11, kEven), b(11, kEven), c(12, kEven);
  for (Box* box : {&a, &b, &c}) box->run(Nanos::from_seconds(300));
  EXPECT_EQ(a.result().hash, b.result().hash);
  EXPECT_NE(a.result().hash, c.result().hash);
}

// Two token streams of different speed show an ask sum below one that is not there: counted, refused, never ordered.
TEST(EngineInTheBox, StreamsOfDifferentAgeMakePhantomsAndNoPairOrders) {
  Box box(7, {Nanos::from_millis(12), Nanos::from_millis(900)});
  box.run(Nanos::from_seconds(600));
  EXPECT_GT(box.result().phantoms, 0U);
  EXPECT_EQ(box.result().violations, 0U);
  Box even(7, kEven);
  even.run(Nanos::from_seconds(600));
  EXPECT_LT(even.result().phantoms, box.result().phantoms);
}

}  // namespace
}  // namespace underround::simulator
