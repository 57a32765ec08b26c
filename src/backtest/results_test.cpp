#include "backtest/results.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>

#include "backtest/results_text.hpp"
#include "backtest/synthetic_run.hpp"

namespace underround::backtest {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

Usd cents(std::int64_t c) { return Usd{c * 10'000}; }

std::uint64_t sum_of(const std::vector<Count>& counts) {
  std::uint64_t sum = 0;
  for (const Count& c : counts) sum += c.count;
  return sum;
}

// 100 shares bought: mid 0.50, decided at 0.51, paid 0.515, mid at the fill 0.499, a minute later 0.49.
RunBuilder::Trade known_trade() {
  RunBuilder::Trade t;
  t.mid = 5000;
  t.expected = 5100;
  t.price = 5150;
  t.mid_at_fill = 4990;
  t.mid_1s = 4980;
  t.mid_10s = 4950;
  t.mid_60s = 4900;
  t.fee = cents(50);
  t.result = cents(-250);
  return t;
}

TEST(Results, PnlIsSplitAlongThePricesAroundTheFill) {
  RunBuilder run(Usd::whole(1000));
  run.market("Rain?").trade(known_trade());
  run.log().flows.gas = cents(1);
  const Results r = results_of(run.finish());
  EXPECT_EQ(r.pnl, cents(-250));
  EXPECT_EQ(r.parts.spread, cents(-100));
  EXPECT_EQ(r.parts.slippage, cents(-50));
  EXPECT_EQ(r.parts.travel, cents(-10));
  EXPECT_EQ(r.parts.drift, cents(-90));
  EXPECT_EQ(r.parts.fees, cents(-50));
  EXPECT_EQ(r.parts.gas, cents(-1));
  EXPECT_EQ(r.parts.rest, cents(51));  // what the others leave of -2.50
  EXPECT_EQ(r.parts.sum(), r.pnl);
}

TEST(Results, ASaleGainsWhereAPurchaseLoses) {
  RunBuilder run(Usd::whole(1000));
  RunBuilder::Trade t = known_trade();
  t.side = Side::kSell;
  run.market("Rain?").trade(t);
  const Results r = results_of(run.finish());
  EXPECT_EQ(r.parts.spread, cents(100));
  EXPECT_EQ(r.parts.slippage, cents(50));
  EXPECT_EQ(r.parts.travel, cents(10));
  EXPECT_EQ(r.parts.drift, cents(90));
  EXPECT_EQ(r.markouts[0].drift, cents(10));
}

// The spreads of the legs of a complete set add up to its edge: the mids of one mirrored book add up to 1.
TEST(Results, SpreadOverACompleteSetIsItsEdge) {
  RunBuilder run(Usd::whole(1000));
  run.market("Rain?");
  run.trade({.outcome = 0, .mid = 5000, .expected = 4900, .price = 4900});
  run.trade({.outcome = 1, .mid = 5000, .expected = 4950, .price = 4950});
  EXPECT_EQ(results_of(run.finish()).parts.spread, cents(150));  // 100 sets at 0.985
}

TEST(Results, WithoutAPriceDecidedOnTheSpreadGoesToThePricePaid) {
  RunBuilder run(Usd::whole(1000));
  RunBuilder::Trade t = known_trade();
  t.expected = -1;
  run.market("Rain?").trade(t);
  const Results r = results_of(run.finish());
  EXPECT_EQ(r.parts.spread, cents(-150));
  EXPECT_EQ(r.parts.slippage, Usd{});
}

TEST(Results, AStepWithAnUnknownEndStaysInTheRestAndIsSaid) {
  RunBuilder run(Usd::whole(1000));
  RunBuilder::Trade t = known_trade();
  t.mid_60s = -1;
  run.market("Rain?").trade(t);
  const Results r = results_of(run.finish());
  EXPECT_EQ(r.parts.drift, Usd{});
  EXPECT_EQ(r.parts.sum(), r.pnl);
  EXPECT_EQ(r.markouts[1].fills, 1u);
  EXPECT_EQ(r.markouts[2].fills, 0u);
  EXPECT_FALSE(r.markouts[2].pips_per_share);
  EXPECT_THAT(r.thin, Contains(HasSubstr("1 of 1 fills have no price 60 s later")));
}

TEST(Results, MarkoutsArePerShare) {
  RunBuilder run(Usd::whole(1000));
  run.market("Rain?").trade(known_trade());
  RunBuilder::Trade t = known_trade();
  t.size = t.filled = Shares::whole(300);
  t.mid_60s = 5010;
  run.trade(t);
  const Results r = results_of(run.finish());
  EXPECT_EQ(r.markouts[2].seconds, 60);
  EXPECT_EQ(r.markouts[2].drift, cents(-90 + 60));
  EXPECT_DOUBLE_EQ(*r.markouts[2].pips_per_share, (-90.0 * 100 + 20.0 * 300) / 400);
}

TEST(Results, AFillTakenBackIsInNoPart) {
  RunBuilder run(Usd::whole(1000));
  RunBuilder::Trade t = known_trade();
  t.settlement = SettlementStatus::kFailed;
  t.result = cents(-3);
  run.market("Rain?").trade(t);
  const Results r = results_of(run.finish());
  EXPECT_EQ(r.parts.spread, Usd{});
  EXPECT_EQ(r.parts.rest, cents(-3));
  EXPECT_EQ(r.capital.turnover, Usd{});
  EXPECT_EQ(r.settlement.fills_reversed, 1u);
  EXPECT_EQ(r.settlement.volume_reversed, cents(5150));
  EXPECT_EQ(r.settlement.result, cents(-3));
  EXPECT_EQ(r.trades.bets, 0u);
  EXPECT_EQ(r.verdict.kind, VerdictKind::kNoTrades);
}

TEST(Results, MoneyPaidInIsNoProfit) {
  RunBuilder run(Usd::whole(1000));
  run.market("Rain?").trade({.result = cents(100)});
  for (int i = 0; i < 40; ++i) run.pass(cents(i % 2 == 0 ? 10 : -10), Usd{});
  ASSERT_TRUE(results_of(run.log()).returns.sharpe);
  run.log().flows.deposits += Usd::whole(500);
  run.log().final_equity += Usd::whole(500);
  const Results r = results_of(run.finish());
  EXPECT_EQ(r.net_deposits, Usd::whole(500));
  EXPECT_EQ(r.pnl, cents(100));
  EXPECT_FALSE(r.returns.sharpe);
  EXPECT_THAT(r.thin, Contains(HasSubstr("Money moved in or out")));
}

TEST(Results, TheMoneyOfAnEventThatWasTradedAsAWholeIsInItsRow) {
  RunBuilder run(Usd::whole(1000));
  run.market("Ann?", "election").market("Ben?", "election").market("Rain?");
  run.trade({.market = 0, .result = cents(10)}).trade({.market = 1, .result = cents(-4)});
  run.trade({.market = 2, .result = cents(7)});
  RunLog log = run.finish();
  const EventId election{5};
  log.markets[0].event = log.markets[1].event = election;
  const auto pnl_of = [](const Results& r, std::string_view name) {
    const auto row = std::ranges::find(r.markets, name, &TableRow::name);
    return row == r.markets.end() ? std::optional<Usd>() : row->pnl;
  };
  const Results apart = results_of(log, {.resamples = 50});
  EXPECT_EQ(pnl_of(apart, "Ann?"), cents(10));
  EXPECT_EQ(pnl_of(apart, "Ben?"), cents(-4));
  // A conversion, which is the whole event's.
  log.money.push_back({.subject = election.value, .subject_is_event = true, .cash = cents(-1), .worth = cents(3)});
  log.final_equity += cents(2);
  const Results together = results_of(log, {.resamples = 50});
  EXPECT_EQ(pnl_of(together, "election"), cents(8));
  EXPECT_EQ(pnl_of(together, "Ann?"), std::nullopt) << "its row has fills, its money is in the event's";
  EXPECT_EQ(pnl_of(together, "Rain?"), cents(7));
  log.money_elsewhere = cents(30);
  log.final_equity += cents(30);
  EXPECT_EQ(pnl_of(results_of(log, {.resamples = 50}), "before the run, or made elsewhere"), cents(30));
}

TEST(Results, ARunThatGoesOnHasNoReturns) {
  RunBuilder run(Usd::whole(1000));
  run.market("Rain?");
  for (int i = 0; i < 100; ++i) run.trade({.result = cents(i % 3 == 0 ? -5 : 7)});
  RunLog log = run.finish();
  ASSERT_TRUE(results_of(log, {.resamples = 50}).returns.sharpe);
  log.goes_on = true;
  const Results r = results_of(log, {.resamples = 50});
  EXPECT_FALSE(r.returns.sharpe);
  EXPECT_FALSE(r.pnl_interval);
  EXPECT_EQ(r.net_deposits, Usd{});
  EXPECT_EQ(std::ranges::count_if(r.thin, [](const std::string& note) { return note.contains("had traded before"); }),
            1);
}

// An opportunity that was only seen does not make an event "traded as a whole".
TEST(Results, AnEventThatWasOnlySeenTakesNoMoneyOfItsMarkets) {
  RunBuilder run(Usd::whole(1000));
  run.market("Ann?", "election").trade({.market = 0, .result = cents(10)});
  RunLog log = run.finish();
  log.markets[0].event = EventId{5};
  Opportunity seen = log.opportunities[0];
  seen.subject = 5;
  seen.subject_is_event = true;
  log.opportunities.push_back(seen);
  const Results r = results_of(log, {.resamples = 50});
  ASSERT_EQ(r.markets.size(), 2U);
  for (const TableRow& row : r.markets) EXPECT_EQ(row.pnl, row.is_event ? Usd{} : cents(10)) << row.name;
}

// Whatever happened: the parts, the tables and the hours each add up to the whole, to the micro-dollar.
TEST(Results, EverythingAddsUpExactly) {
  EXPECT_TRUE(rc::check([] {
    const auto bets = *rc::gen::inRange<std::size_t>(0, 120);
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const RunLog log = synthetic_run("any", bets, *rc::gen::inRange(-3, 4), seed);
    const Results r = results_of(log, {.resamples = 50});
    RC_ASSERT(r.parts.sum() == r.pnl);
    RC_ASSERT(r.pnl == log.final_equity - log.starting_cash);
    RC_ASSERT(r.maker.volume + r.taker.volume == r.capital.turnover);
    RC_ASSERT(r.maker.spread + r.taker.spread == r.parts.spread);
    RC_ASSERT(r.maker.fees + r.taker.fees == -r.parts.fees);
    for (const auto* table : {&r.markets, &r.strategies}) {
      TableRow sum;
      for (const TableRow& row : *table) {
        sum.volume += row.volume;
        sum.fees += row.fees;
        sum.result += row.result;
        sum.drift += row.drift;
        sum.orders += row.orders;
        sum.fills += row.fills;
        sum.plans += row.plans;
      }
      RC_ASSERT(sum.volume == r.capital.turnover);
      RC_ASSERT(sum.fees == -r.parts.fees);
      RC_ASSERT(sum.result == r.trades.result);
      RC_ASSERT(sum.drift == r.parts.drift);
      RC_ASSERT(sum.orders == log.orders.size());
      RC_ASSERT(sum.fills == r.maker.fills + r.taker.fills);
      RC_ASSERT(sum.plans == log.plans.size());
    }
    Usd of_markets;
    for (const TableRow& row : r.markets) of_markets += row.pnl.value_or(Usd{});
    RC_ASSERT(of_markets == r.pnl);
    Usd pnl, volume;
    for (const HourRow& row : r.hours) pnl += row.pnl, volume += row.volume;
    RC_ASSERT(pnl == r.pnl);
    RC_ASSERT(volume == r.capital.turnover);
    std::uint64_t ends = 0;
    for (const std::uint64_t count : r.orders.ends) ends += count;
    RC_ASSERT(ends == r.orders.sent);
    for (std::size_t i = 1; i < r.funnel.stages.size(); ++i) {
      const FunnelStage &before = r.funnel.stages[i - 1], &stage = r.funnel.stages[i];
      RC_ASSERT(stage.count + sum_of(stage.lost) == before.count);
      RC_ASSERT(*stage.profit <= *before.profit);
    }
  }));
}

TEST(Results, OrdersEndInOneWay) {
  RunBuilder run(Usd::whole(1000));
  run.market("Rain?");
  run.trade({});
  run.trade({.filled = Shares::whole(40), .status = OrderStatus::kCancelled});
  run.trade({.filled = Shares{}, .status = OrderStatus::kRejected, .reject = RejectReason::kFakNoMatch});
  run.trade({.filled = Shares{}, .status = OrderStatus::kCancelled});  // a FAK that found nothing
  run.trade({.filled = Shares{}, .status = OrderStatus::kRejected, .reject = RejectReason::kBalance});
  run.trade({.tif = TimeInForce::kGtc, .filled = Shares{}, .status = OrderStatus::kCancelled});
  run.trade({.tif = TimeInForce::kGtd, .filled = Shares{}, .status = OrderStatus::kExpired});
  run.trade({.tif = TimeInForce::kGtc, .filled = Shares{}, .status = OrderStatus::kLive});
  run.trade({.filled = Shares{}, .status = OrderStatus::kUnknown});
  run.trade({.filled = Shares{}, .status = OrderStatus::kNamed});
  const OrderFigures o = results_of(run.finish()).orders;
  EXPECT_EQ(o.named, 10u);
  EXPECT_EQ(o.sent, 9u);
  EXPECT_EQ(o.ended(OrderEnd::kFilled), 1u);
  EXPECT_EQ(o.ended(OrderEnd::kPartlyFilled), 1u);
  EXPECT_EQ(o.ended(OrderEnd::kMissed), 2u);
  EXPECT_EQ(o.ended(OrderEnd::kRejected), 1u);
  EXPECT_EQ(o.ended(OrderEnd::kCancelled), 1u);
  EXPECT_EQ(o.ended(OrderEnd::kExpired), 1u);
  EXPECT_EQ(o.ended(OrderEnd::kOpen), 1u);
  EXPECT_EQ(o.ended(OrderEnd::kUnknown), 1u);
  ASSERT_EQ(o.rejections.size(), 1u);
  EXPECT_EQ(o.rejections[0].name, "balance");
  EXPECT_EQ(o.immediate, 6u);
  EXPECT_EQ(o.immediate_missed, 2u);
  EXPECT_EQ(o.resting, 3u);
  EXPECT_EQ(o.resting_cancelled, 1u);
  EXPECT_DOUBLE_EQ(*o.filled_any, 2.0 / 9);
  EXPECT_DOUBLE_EQ(*o.shares_filled, 140.0 / 900);
}

TEST(Results, FunnelSaysWhereOpportunitiesWereLost) {
  RunBuilder run(Usd::whole(1000));
  run.market("Rain?");
  for (const Fate fate :
       {Fate::kTooSmall, Fate::kTooSmall, Fate::kUnknownFee, Fate::kStale, Fate::kRisk, Fate::kPhantom}) {
    run.trade({.expected_profit = cents(10), .fate = fate});
  }
  run.trade({.expected_profit = cents(10)});
  run.trade({.expected_profit = cents(10), .settlement = SettlementStatus::kFailed});
  run.trade({.expected_profit = cents(10), .settlement = SettlementStatus::kMatched, .plan_ends = false});
  run.trade({.filled = Shares{},
             .expected_profit = cents(10),
             .status = OrderStatus::kRejected,
             .reject = RejectReason::kFakNoMatch});
  run.trade({.filled = Shares{}, .expected_profit = cents(10), .status = OrderStatus::kNamed});
  run.refuse(RiskRefusal::kCollar, 2).refuse(RiskRefusal::kPosition, 5);
  const Funnel f = results_of(run.finish()).funnel;
  ASSERT_EQ(f.stages.size(), 6u);
  const std::uint64_t counts[] = {10, 7, 5, 4, 3, 1};
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(f.stages[i].count, counts[i]) << f.stages[i].name;
    EXPECT_EQ(f.stages[i].profit, cents(static_cast<std::int64_t>(counts[i]) * 10)) << f.stages[i].name;
  }
  EXPECT_EQ(f.stages[1].lost[0].name, "too_small");
  EXPECT_EQ(f.stages[1].lost[0].count, 2u);
  EXPECT_EQ(f.stages[4].lost[0].name, "missed: fak_no_match");
  EXPECT_EQ(sum_of(f.stages[5].lost), 2u);
  EXPECT_EQ(f.phantoms, 1u);
  EXPECT_EQ(f.refusals[0].name, "max_position");
  EXPECT_EQ(f.refusals[0].count, 5u);
}

// Taken as gone, shares that a plan still had would make losers of winners.
TEST(Results, WhatPlansLeftAndLegsThatStayedMissedAreCounted) {
  RunBuilder run(Usd::whole(1000));
  run.market("Rain?");
  run.trade({.result = cents(40), .left = cents(9'000), .uneven = true});
  run.trade({.tif = TimeInForce::kGtc, .filled = Shares{}, .status = OrderStatus::kCancelled});
  RunLog log = run.finish();
  log.orders[1].immediate = true;  // a set's leg
  log.unpriced = cents(500);
  const Results r = results_of(log);
  EXPECT_EQ(r.trades.left, cents(9'000));
  EXPECT_EQ(r.trades.wins, 1u);
  EXPECT_EQ(r.legs.plans, 1u) << "no repair was tried";
  EXPECT_EQ(r.legs.result, cents(40));
  EXPECT_EQ(r.orders.immediate, 2u);
  EXPECT_EQ(r.orders.immediate_missed, 1u);
  EXPECT_EQ(r.orders.resting, 0u);
  const std::string text = results_text(r);
  EXPECT_NE(text.find("90.00 USD is shares they still had"), std::string::npos) << text;
  EXPECT_NE(text.find("legs missed in 1 plans"), std::string::npos) << text;
  EXPECT_NE(text.find("5.00 USD of the equity at the end"), std::string::npos) << text;
}

TEST(Results, SettlementMayTakeAFillBackWhenItsPlanHasEnded) {
  RunBuilder run(Usd::whole(1000));
  run.market("Rain?");
  run.trade({.result = cents(40)}).trade({.result = cents(30)});
  RunLog log = run.finish();
  log.fills[1].settlement = SettlementStatus::kFailed;
  const Results r = results_of(log);
  EXPECT_EQ(r.settlement.fills_reversed, 1u);
  EXPECT_EQ(r.settlement.plans, 1u);
  EXPECT_EQ(r.settlement.result, cents(30));
}

TEST(Results, TradesAndLegs) {
  RunBuilder run(Usd::whole(1000));
  run.market("Rain?");
  run.trade({.result = cents(300), .expected_profit = cents(200)});
  run.trade({.result = cents(-100), .expected_profit = cents(200), .repairs = 1});
  run.trade({.filled = Shares{}, .status = OrderStatus::kRejected, .reject = RejectReason::kFakNoMatch});
  const Results r = results_of(run.finish());
  EXPECT_EQ(r.trades.plans, 3u);
  EXPECT_EQ(r.trades.traded, 2u);  // a miss is not a trade
  EXPECT_EQ(r.trades.bets, 2u);
  EXPECT_DOUBLE_EQ(*r.trades.win_rate, 0.5);
  EXPECT_DOUBLE_EQ(*r.trades.profit_factor, 3);
  EXPECT_EQ(r.trades.expectancy, cents(100));
  EXPECT_EQ(r.trades.best, cents(300));
  EXPECT_EQ(r.trades.worst, cents(-100));
  EXPECT_EQ(r.trades.expected, cents(400));
  EXPECT_EQ(r.legs.plans, 1u);
  EXPECT_EQ(r.legs.result, cents(-100));
}

TEST(Results, CapitalTimeIsTheAreaUnderWhatWasBound) {
  RunBuilder run(Usd::whole(1000), Nanos{}, Nanos::from_seconds(1800));
  run.market("Rain?");
  run.log().equity[0].bound = Usd::whole(60);
  run.pass(Usd::whole(1), Usd::whole(60)).pass(Usd::whole(1), Usd::whole(120));
  const Results r = results_of(run.finish());
  EXPECT_DOUBLE_EQ(r.capital.usd_hours, 0.5 * 60 + 0.5 * 90);
  EXPECT_EQ(r.capital.mean_bound, Usd::whole(75));
  EXPECT_EQ(r.capital.peak_bound, Usd::whole(120));
  EXPECT_DOUBLE_EQ(*r.capital.return_per_usd_hour, 2.0 / 75);
}

TEST(Results, DrawdownSaysWhen) {
  RunBuilder run(Usd::whole(100), Nanos{}, Nanos::from_seconds(60));
  for (const int change : {10, -20, -13, 5, 30}) run.pass(Usd::whole(change), Usd{});
  const auto d = results_of(run.finish()).drawdown;
  EXPECT_EQ(d->depth, Usd::whole(33));
  EXPECT_DOUBLE_EQ(d->share_of_peak, 0.3);
  EXPECT_EQ(d->peak_at, Nanos::from_seconds(60));
  EXPECT_EQ(d->trough_at, Nanos::from_seconds(180));
  EXPECT_EQ(d->recovered_at, Nanos::from_seconds(300));
}

TEST(Results, TooFewBetsHaveNoInterval) {
  const Results r = results_of(synthetic_run("thin", 12, 5));
  EXPECT_LT(r.trades.bets, 30u);
  EXPECT_FALSE(r.pnl_interval);
  EXPECT_FALSE(r.trades.expectancy_interval);
  EXPECT_FALSE(r.returns.sharpe && r.returns.sharpe->interval);
  EXPECT_EQ(r.verdict.kind, VerdictKind::kTooThin);
  EXPECT_THAT(r.thin, Contains(HasSubstr("is given below 30")));
}

TEST(Results, ManyBetsInFewPeriodsHaveNoIntervalEither) {
  RunLog log = synthetic_run("few periods", 100, 1);
  log.equity.resize(20);
  const Results r = results_of(log);
  EXPECT_GT(r.trades.bets, 30u);
  EXPECT_FALSE(r.pnl_interval);
  EXPECT_EQ(r.returns.block_length, 0);
  EXPECT_THAT(r.thin, Contains(HasSubstr("19 periods of equity")));
}

TEST(Results, VerdictFollowsTheInterval) {
  EXPECT_EQ(results_of(synthetic_run("nothing", 0, 0)).verdict.kind, VerdictKind::kNoTrades);
  const Results bad = results_of(synthetic_run("bad", 400, -2));
  EXPECT_EQ(bad.verdict.kind, VerdictKind::kNoEdge);
  EXPECT_THAT(bad.verdict.text, HasSubstr("No edge under these assumptions"));
  EXPECT_LT(bad.pnl_interval->high, Usd{});
  const Results even = results_of(synthetic_run("even", 400, 0.1));
  EXPECT_EQ(even.verdict.kind, VerdictKind::kIndistinguishable);
  EXPECT_THAT(even.verdict.text, HasSubstr("includes 0"));
  const Results good = results_of(synthetic_run("good", 400, 2));
  EXPECT_EQ(good.verdict.kind, VerdictKind::kPositive);
  EXPECT_THAT(good.verdict.text, HasSubstr("Positive in this sample, n="));
  EXPECT_LE(good.pnl_interval->low, good.pnl);
  EXPECT_GE(good.pnl_interval->high, good.pnl);
}

// One good run among many tries is what luck looks like.
TEST(Results, ManyTrialsDeflateAGoodRun) {
  const RunLog log = synthetic_run("fair", 400, 0.6);
  ResultsSettings settings;
  const Results alone = results_of(log, settings);
  ASSERT_EQ(alone.verdict.kind, VerdictKind::kPositive);
  EXPECT_FALSE(alone.returns.probability_after_luck);
  EXPECT_THAT(alone.thin, Contains(HasSubstr("must be deflated")));
  settings.trials = 5'000;
  const Results best_of_many = results_of(log, settings);
  EXPECT_LT(*best_of_many.returns.probability_after_luck, *alone.returns.probability_above_zero);
  EXPECT_EQ(best_of_many.verdict.kind, VerdictKind::kIndistinguishable);
  EXPECT_THAT(best_of_many.verdict.text, HasSubstr("5000"));
}

TEST(Results, AYearIsNotReadOffADay) {
  RunBuilder run(Usd::whole(1000), Nanos{}, Nanos::from_seconds(3600));
  for (int i = 0; i < 40; ++i) run.pass(cents(i % 3 == 0 ? -40 : 50), Usd{});
  const Results day = results_of(run.log());
  ASSERT_TRUE(day.returns.sharpe);
  EXPECT_FALSE(day.returns.sharpe_year);
  EXPECT_THAT(day.thin, Contains(HasSubstr("no annualised figures")));
  for (int i = 0; i < 160; ++i) run.pass(cents(i % 3 == 0 ? -40 : 50), Usd{});
  const Results week = results_of(run.finish());
  EXPECT_EQ(week.returns.period, Nanos::from_seconds(3600));
  EXPECT_NEAR(week.returns.sharpe_year->value, week.returns.sharpe->value * std::sqrt(8766.0), 1e-9);
}

TEST(Results, LongEquityIsThinnedForStatisticsAndForThePicture) {
  RunBuilder run(Usd::whole(1000), Nanos{}, Nanos::from_seconds(10));
  for (int i = 0; i < 12'000; ++i) run.pass(cents(i % 7 == 0 ? -50 : 10), Usd{});
  run.log().equity[6'001].equity = Usd::whole(1);  // one moment of ruin
  const Results r = results_of(run.finish(), {.resamples = 10});
  EXPECT_EQ(r.returns.periods, 4'000u);
  EXPECT_EQ(r.returns.period, Nanos::from_seconds(30));
  EXPECT_LE(r.curve.size(), 2'000u);
  EXPECT_GT(r.curve.size(), 1'000u);
  EXPECT_EQ(r.curve.front().at, Nanos{});
  EXPECT_EQ(r.curve.back().at, Nanos::from_seconds(120'000));
  EXPECT_EQ(std::ranges::min(r.curve, {}, &EquityPoint::equity).equity, Usd::whole(1));
  EXPECT_TRUE(std::ranges::is_sorted(r.curve, {}, &EquityPoint::at));
}

TEST(Results, ThinningKeepsTheEndOfTheRun) {
  RunBuilder run(Usd::whole(1000), Nanos{}, Nanos::from_seconds(10));
  for (int i = 0; i < 6; ++i) run.pass(Usd{}, Usd{});
  run.pass(Usd::whole(1), Usd{});  // all that ever happened
  const Results r = results_of(run.finish(), {.min_observations = 2, .most_periods = 4});
  EXPECT_EQ(r.returns.periods, 3u);
  ASSERT_TRUE(r.returns.sharpe);
  EXPECT_GT(r.returns.sharpe->value, 0);
}

TEST(Results, TheLastHourEndsAtTheFinalEquity) {
  RunBuilder run(Usd::whole(1000), Nanos{}, Nanos::from_seconds(1800));
  for (int i = 0; i < 3; ++i) run.pass(Usd::whole(1), Usd{});
  run.log().final_equity += Usd::whole(10);  // resolved after the last point
  const Results r = results_of(run.finish());
  ASSERT_EQ(r.hours.size(), 2u);
  EXPECT_EQ(r.hours[0].pnl, Usd::whole(1));
  EXPECT_EQ(r.hours[1].pnl, Usd::whole(12));
  EXPECT_EQ(r.hours[1].from, Nanos::from_seconds(3600));
}

TEST(Results, OrdersWithoutAPlanAreBetsOfTheirOwn) {
  RunBuilder run(Usd::whole(1000));
  run.market("Rain?").trade({}).trade({});
  run.log().plans.clear();
  for (OrderRow& order : run.log().orders) order.plan = PlanId{};
  const Results r = results_of(run.finish());
  EXPECT_EQ(r.trades.bets, 2u);
  EXPECT_EQ(r.trades.plans, 0u);
  EXPECT_EQ(r.markets[0].fills, 2u);
}

TEST(Results, SampleTradesAreTheExtremesAndADraw) {
  const RunLog log = synthetic_run("samples", 300, 0);
  const Results r = results_of(log, {.resamples = 10}), again = results_of(log, {.resamples = 10});
  ASSERT_EQ(r.samples.size(), 50u);
  EXPECT_EQ(r.samples[0].why, "win");
  EXPECT_EQ(r.samples[0].plan.result, r.trades.best);
  EXPECT_EQ(r.samples[20].why, "loss");
  EXPECT_EQ(r.samples[20].plan.result, r.trades.worst);
  EXPECT_EQ(r.samples[49].why, "random");
  std::set<std::uint64_t> plans;
  for (std::size_t i = 0; i < 50; ++i) {
    plans.insert(r.samples[i].plan.id.value);
    EXPECT_EQ(r.samples[i].plan.id, again.samples[i].plan.id);
    ASSERT_EQ(r.samples[i].orders.size(), 1u);
    EXPECT_EQ(r.samples[i].orders[0].order.plan, r.samples[i].plan.id);
  }
  EXPECT_EQ(plans.size(), 50u);
  const Results other = results_of(log, {.seed = 2, .resamples = 10});
  EXPECT_NE(r.samples[45].plan.id, other.samples[45].plan.id);
}

TEST(Results, APlanOverAnEventIsOneRowUnderTheEventsName) {
  RunBuilder run(Usd::whole(1000));
  run.market("A wins?", "cup").market("B wins?", "cup").trade({.market = 1, .result = cents(5)});
  run.log().plans[0].subject = 77;
  run.log().plans[0].subject_is_event = true;
  run.log().markets[1].event = EventId{77};
  run.log().opportunities.clear();
  const Results r = results_of(run.finish());
  ASSERT_EQ(r.markets.size(), 1u);
  EXPECT_TRUE(r.markets[0].is_event);
  EXPECT_EQ(r.markets[0].name, "cup");
  EXPECT_EQ(r.markets[0].fills, 1u);
  EXPECT_EQ(r.markets[0].result, cents(5));
}

TEST(Results, SaysWhenTheLogIsNotComplete) {
  RunBuilder run(Usd::whole(1000));
  run.market("Rain?").trade({.fee = cents(2)});
  EXPECT_THAT(results_of(run.log()).thin, Not(Contains(HasSubstr("not complete"))));
  run.log().flows.fees += cents(1);
  EXPECT_THAT(results_of(run.finish()).thin, Contains(HasSubstr("not complete")));
}

TEST(Results, SaysWhatIsNotMoneyYetAndWhenOnePlanCarriesAll) {
  RunBuilder run(Usd::whole(1000));
  run.market("Rain?").trade({.result = cents(5)}).trade({.result = cents(500)}).trade({.result = cents(-1)});
  run.log().equity.back().cash = run.log().equity.back().equity - cents(40);
  run.log().markets[0].winning_outcome = Event::kNoWinner;
  const Results r = results_of(run.finish());
  EXPECT_THAT(r.thin, Contains(HasSubstr("0.40 USD of the final equity is positions")));
  EXPECT_THAT(r.thin, Contains(HasSubstr("99 % of all that was won")));
  EXPECT_THAT(r.thin, Contains(HasSubstr("No market that was traded resolved")));
  EXPECT_THAT(r.thin, Contains(HasSubstr("Fills in 1 market:")));
}

TEST(Results, AnEmptyLogHasNoFigures) {
  const Results r = results_of(RunLog{});
  EXPECT_EQ(r.verdict.kind, VerdictKind::kNoTrades);
  EXPECT_FALSE(r.drawdown);
  EXPECT_FALSE(r.trades.win_rate);
  EXPECT_FALSE(r.orders.filled_any);
  EXPECT_FALSE(r.capital.return_per_usd_hour);
  EXPECT_FALSE(r.returns.sharpe);
}

}  // namespace
}  // namespace underround::backtest
