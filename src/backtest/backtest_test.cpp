// The engine on small recordings made here: what it does, when, and at whose prices.
#include "backtest/backtest.hpp"

#include <gtest/gtest.h>

#include "backtest/recording_fixture.hpp"
#include "strategy/registry.hpp"

namespace underround::backtest {
namespace {

class BacktestTest : public RecordingFixture {
 protected:
  static VenueModelSettings exact() {
    VenueModelSettings s;
    s.latency.data = LegLatency::constant(Nanos::from_millis(10));
    s.latency.order = s.latency.cancel = s.latency.user = LegLatency::constant(Nanos::from_millis(20));
    s.realism.misses = false;
    s.settlement_failure_ppm = 0;
    return s;
  }
  RunLog run(const BacktestSettings& settings, const Assumptions& assumptions = {}) {
    auto log = try_run(settings, assumptions);
    EXPECT_TRUE(log) << log.error().message;
    return log.value_or(RunLog{});
  }
  Result<RunLog> try_run(const BacktestSettings& settings, const Assumptions& assumptions = {}) {
    close();
    auto data = MarketData::open(folders(), assumptions);
    EXPECT_TRUE(data) << data.error().message;
    EngineSettings engine;
    engine.starting_cash = Usd::whole(1000);
    engine.risk.max_order = engine.risk.max_position = engine.risk.max_event = engine.risk.max_total = Usd::whole(1000);
    const std::vector<std::string> names{"multi_outcome"};
    return run_backtest(
        *data,
        [&](Catalogue& catalogue) -> Result<std::unique_ptr<Engine>> {
          return std::make_unique<Engine>(catalogue, engine, make_strategies(names, StrategySettings{}).value());
        },
        settings);
  }
  static Shares bought(const RunLog& log) {
    Shares total;
    for (const FillRow& fill : log.fills) total += fill.size;
    return total;
  }
};

TEST_F(BacktestTest, TakesWhatIsThereWhenItsOrdersArrive) {
  an_underround(Nanos::from_millis(400));
  const RunLog log = run({.name = "all", .venue = exact()});
  EXPECT_EQ(log.name, "all");
  ASSERT_EQ(log.orders.size(), 3U);
  ASSERT_FALSE(log.fills.empty());
  for (const FillRow& fill : log.fills) {
    EXPECT_EQ(fill.price, Price{3000});
    EXPECT_EQ(fill.at, log.orders[fill.order].decided_at + Nanos::from_millis(40)) << "there and back";
    EXPECT_EQ(fill.settlement, SettlementStatus::kConfirmed);
    EXPECT_EQ(fill.mid, Price{2900});
    EXPECT_EQ(fill.mid_after[1], Price{3300}) << "ten seconds later they had risen";
  }
  EXPECT_EQ(log.orders[0].expected, Price{3000});
  ASSERT_EQ(log.shots.size(), 6U) << "each order at its decision and at its fill";
  EXPECT_EQ(log.shots[0].asks[0].price, Price{3000});
  EXPECT_EQ(log.shots[0].bids[0].price, Price{2800});
  EXPECT_EQ(log.shots[0].bids[1].size, Shares{});
  EXPECT_EQ(log.orders[0].status, OrderStatus::kFilled);
  ASSERT_EQ(log.plans.size(), 1U);
  EXPECT_GT(log.plans[0].result.micros, 0);
  EXPECT_EQ(log.plans[0].result, log.final_equity - log.starting_cash);
  EXPECT_FALSE(log.plans[0].uneven);
  EXPECT_TRUE(log.orders[0].immediate) << "a leg of a set does not rest, whatever the venue calls its order";
  EXPECT_GT(log.plans[0].capital.micros, 0);
  // A complete set is worth a dollar, whatever the bids say.
  EXPECT_EQ(log.final_equity - log.starting_cash, Usd{bought(log).micros / 3 / 10});
  EXPECT_EQ(log.markets.size(), 3U);
  EXPECT_EQ(log.opportunity_totals.taken, 1U);
}

// One leg is gone when its order comes, and nobody pays enough for the others: they are held, and are worth their bids.
TEST_F(BacktestTest, WhatAMissedLegLeavesBehindIsPartOfItsPlan) {
  markets();
  for (std::uint32_t i = 0; i < 3; ++i) book(kStart, i, 3200, 3400);
  const Nanos there = kStart + Nanos::from_seconds(10);
  for (std::uint32_t i = 0; i < 3; ++i) book(there, i, 2800, 3000);
  for (std::uint32_t i = 0; i < 3; ++i) {
    book(there + Nanos::from_millis(65), i, i < 2 ? 1000 : 9000, i < 2 ? 3000 : 9200, i < 2 ? 100 : 1);
  }
  for (std::uint32_t i = 0; i < 3; ++i) {
    book(kStart + Nanos::from_seconds(60), i, i < 2 ? 1000 : 9000, i < 2 ? 3000 : 9200, i < 2 ? 100 : 1);
  }
  const RunLog log = run({.name = "missed", .venue = exact()});
  const auto uneven = std::ranges::find(log.plans, true, &PlanRow::uneven);
  ASSERT_NE(uneven, log.plans.end());
  EXPECT_GT(uneven->left.micros, 0);
  EXPECT_LT(uneven->result.micros, 0);
  Usd results;
  for (const PlanRow& plan : log.plans) results += plan.result;
  EXPECT_EQ(results, log.final_equity - log.starting_cash) << "prices did not move behind the plans' ends";
}

TEST_F(BacktestTest, TooLateIsTooLate) {
  an_underround(Nanos::from_millis(25));
  VenueModelSettings slow = exact();
  const RunLog late = run({.name = "slow", .venue = slow});
  EXPECT_GT(late.orders.size(), 0U) << "it was seen and wanted";
  EXPECT_EQ(bought(late), Shares{}) << "10 ms to us and 20 ms back: gone after 25";
  slow.latency.order = LegLatency::constant(Nanos::from_millis(5));
  EXPECT_GT(bought(run({.name = "fast", .venue = slow})).micros, 0);
  slow = exact();
  slow.realism.latency = false;
  EXPECT_GT(bought(run({.name = "instant", .venue = slow})).micros, 0);
}

TEST_F(BacktestTest, RecordedDataLatencyIsTheRecordersOwn) {
  markets();
  // The venue says 10:00:00.000, we received 400 ms later, and the prices lasted 300 ms.
  const auto at = [&](Nanos venue, std::int32_t bid, std::int32_t ask) {
    for (std::uint32_t i = 0; i < 3; ++i) {
      const std::uint32_t subject = instrument_of(ConditionId{i}, 0).value;
      const Nanos received = venue + Nanos::from_millis(400);
      std::vector<Event> frame;
      Event head = Event::make(EventKind::kSnapshotBegin, received, VenueId::kPolymarket, subject);
      head.book_head = {venue, Tick{100}, 2};
      frame.push_back(head);
      for (const auto& [side, pips] : {std::pair{Side::kBuy, bid}, std::pair{Side::kSell, ask}}) {
        Event level = Event::make(EventKind::kSnapshotLevel, received, VenueId::kPolymarket, subject);
        level.level = {venue, Shares::whole(100), Price{pips}, kNoPrice, kNoPrice, side};
        frame.push_back(level);
      }
      head.header.kind = EventKind::kSnapshotEnd;
      frame.push_back(head);
      frame.push_back(Event::make(EventKind::kFrameEnd, received, VenueId::kPolymarket));
      ASSERT_TRUE(writer_->frame(frame));
    }
  };
  at(kStart, 3200, 3400);
  at(kStart + Nanos::from_seconds(1), 2800, 3000);
  at(kStart + Nanos::from_millis(1300), 3200, 3400);
  VenueModelSettings venue = exact();
  EXPECT_GT(bought(run({.name = "assumed", .venue = venue})).micros, 0);
  venue.latency.recorded = true;
  EXPECT_EQ(bought(run({.name = "recorded", .venue = venue})), Shares{});
}

TEST_F(BacktestTest, FeesAreTheRecordedOnesOrNobodyTrades) {
  markets(FeeSchedule());
  for (std::uint32_t i = 0; i < 3; ++i) book(kStart, i, 2800, 3000);
  for (std::uint32_t i = 0; i < 3; ++i) book(kStart + Nanos::from_seconds(5), i, 2800, 3000);
  EXPECT_EQ(run({.name = "unknown", .venue = exact()}).orders.size(), 0U);
  const Assumptions five{.fees = FeeSchedule::taker(50'000, 1)};
  const RunLog assumed = run({.name = "assumed", .venue = exact()}, five);
  ASSERT_GT(assumed.fills.size(), 0U);
  EXPECT_GT(assumed.fills[0].fee.micros, 0);
  VenueModelSettings free = exact();
  free.realism.fees = false;
  const RunLog without = run({.name = "without", .venue = free}, five);
  EXPECT_EQ(without.fills.at(0).fee, Usd{});
}

TEST_F(BacktestTest, TradesOnlyBetweenFromAndTo) {
  an_underround(Nanos::from_millis(400));
  EXPECT_EQ(run({.name = "before", .venue = exact(), .to = kStart + Nanos::from_seconds(9)}).orders.size(), 0U);
  EXPECT_EQ(run({.name = "after", .venue = exact(), .from = kStart + Nanos::from_seconds(16)}).orders.size(), 0U);
  const auto never = try_run({.name = "never", .venue = exact(), .from = kStart + Nanos::from_seconds(31)});
  ASSERT_FALSE(never) << "no trades there are no result";
  EXPECT_EQ(never.error().message.find("the recordings end at 2026-04-24T"), 0U) << never.error().message;
  EXPECT_FALSE(try_run({.name = "never", .venue = exact(), .to = kStart - Nanos::from_seconds(1)}));
  const RunLog during = run({.name = "during", .venue = exact(), .from = kStart + Nanos::from_seconds(9)});
  EXPECT_EQ(during.orders.size(), 3U);
  EXPECT_GE(during.from, kStart + Nanos::from_seconds(9));
}

TEST_F(BacktestTest, TheSameRunTwiceIsTheSameRun) {
  an_underround(Nanos::from_seconds(5));
  const RunLog a = run({.name = "a"}), b = run({.name = "b"});
  EXPECT_EQ(a.state_hash, b.state_hash);
  EXPECT_EQ(a.events, b.events);
}

TEST_F(BacktestTest, EveryRungOfTheLadderRuns) {
  an_underround(Nanos::from_seconds(5));
  Usd naive;
  for (const LadderStep& step : ladder()) {
    BacktestSettings settings{.name = step.name, .venue = exact()};
    settings.venue.realism = step.realism;
    settings.venue.realism.misses = false;
    const RunLog log = run(settings);
    EXPECT_GT(bought(log).micros, 0) << step.name;
    if (step.name == "naive") naive = log.final_equity;
    EXPECT_LE(log.final_equity, naive) << step.name;
    Usd of_markets;
    for (const MarketMoney& money : log.money) of_markets += money.cash + money.worth;
    EXPECT_EQ(of_markets, log.final_equity - log.starting_cash) << step.name << ": nothing comes from nowhere";
    EXPECT_EQ(log.money_elsewhere, Usd{});
  }
}

// Several recordings are one stream, with one numbering.
TEST_F(BacktestTest, RecordingsAreMergedByTime) {
  markets();
  for (std::uint32_t i = 0; i < 3; ++i) book(kStart, i, 3200, 3400);
  ASSERT_TRUE(writer_->close());
  writer_ = NativeWriter::create({.folder = folder_ / "b"}).value();
  // The same markets the other way round, and one more.
  for (std::uint32_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(writer_->condition({ConditionId{i}, candidate(static_cast<int>(2 - i))}));
  }
  ASSERT_TRUE(writer_->condition({ConditionId{3}, candidate(7)}));
  book(kStart - Nanos::from_seconds(1), 3, 1000, 1200);
  book(kStart + Nanos::from_seconds(1), 0, 2000, 2100);
  ASSERT_TRUE(writer_->close());
  writer_.reset();
  const std::vector<std::filesystem::path> folders{folder_ / "a", folder_ / "b"};
  auto data = MarketData::open(folders).value();
  ASSERT_EQ(data.conditions().size(), 4U);
  std::vector<std::pair<std::int64_t, std::uint32_t>> seen;
  while (const auto frame = data.next()) {
    seen.emplace_back((frame->front().header.time - kStart).seconds(), frame->front().header.subject / 2);
  }
  const std::vector<std::pair<std::int64_t, std::uint32_t>> expected{{-1, 3}, {0, 0}, {0, 1}, {0, 2}, {1, 2}};
  EXPECT_EQ(seen, expected);
  EXPECT_EQ(data.conditions()[0].phase, MarketPhase::kOpen);
}

}  // namespace
}  // namespace underround::backtest
