// The study and the sweep on a recording of a few seconds: the same runs as alone, on all cores, and judged together.
#include "app/backtest_sweep.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include "backtest/compare.hpp"
#include "backtest/recording_fixture.hpp"
#include "backtest/report.hpp"

namespace underround {
namespace {

using backtest::kStart;

class BacktestSweep : public backtest::RecordingFixture {
 protected:
  StudySettings study() {
    an_underround(Nanos::from_seconds(5));
    close();
    StudySettings s;
    s.title = "test";
    s.folders = folders();
    s.run.name = "everything on";
    s.run.venue.realism.misses = false;
    s.run.venue.settlement_failure_ppm = 0;
    s.results.resamples = 50;
    return s;
  }
};

TEST_F(BacktestSweep, AStudyIsTheRunItsRungsAndItsLatencies) {
  StudySettings s = study();
  s.ladder = s.latency_curve = true;
  s.journal = folder_ / "journal";
  const auto report = run_study(s);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_GT(report->main.pnl.micros, 0);
  ASSERT_EQ(report->ladder.size(), backtest::ladder().size());
  EXPECT_GE(report->ladder.front().results.pnl, report->main.pnl);
  EXPECT_EQ(report->ladder.back().results.state_hash == 0, false);
  ASSERT_FALSE(report->latency.empty());
  EXPECT_EQ(report->latency.front().order_latency, Nanos{});
  EXPECT_FALSE(report->settings.at("realism").empty());

  // The same again is the same, whatever the cores did.
  s.journal.clear();
  s.threads = 1;
  const auto again = run_study(s);
  ASSERT_TRUE(again);
  EXPECT_EQ(report_json(*again), report_json(*report));
  const auto comparison = backtest::compare_reports(report_json(*report), report_json(*again));
  ASSERT_TRUE(comparison) << comparison.error().message;
  EXPECT_TRUE(comparison->identical);

  s.journal = folder_ / "journal";
  EXPECT_EQ(run_study(s).error().code, ErrorCode::kRefused) << "a journal of its own";
}

TEST_F(BacktestSweep, EveryCombinationTheBestAndWhatLuckMakesOfIt) {
  SweepSettings s{.study = study(), .parameters = {}, .folds = 2};
  // A set costs 90 cents: ten cents of edge are there, fifteen are not.
  s.parameters = {{"strategies.min_edge_usd", {"0.15", "0.01"}}, {"strategies.max_set_usd", {"20", "50", "100"}}};
  const auto sweep = run_sweep(s);
  ASSERT_TRUE(sweep) << sweep.error().message;
  ASSERT_EQ(sweep->rows.size(), 6U);
  EXPECT_EQ(sweep->rows[0].values, (std::vector<std::string>{"0.15", "20"}));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(sweep->rows[i].results.orders.sent, 0U);
  for (int i = 3; i < 6; ++i) EXPECT_GT(sweep->rows[i].results.pnl.micros, 0);
  EXPECT_GE(sweep->best, 3U);
  ASSERT_EQ(sweep->walk.size(), 1U) << "two pieces: the second is traded with what the first chose";
  EXPECT_NE(sweep->warning.find("6 combinations"), std::string::npos) << sweep->warning;

  simdjson::dom::parser parser;
  simdjson::dom::element root;
  const simdjson::padded_string json(sweep_json(*sweep));
  ASSERT_EQ(parser.parse(json).get(root), simdjson::SUCCESS);
  EXPECT_EQ(std::int64_t(root["trials"]), 6);
  EXPECT_EQ(root["runs"].get_array().value().size(), 6U);
}

TEST_F(BacktestSweep, WhatIsNoKeyOrNoValueIsRefused) {
  SweepSettings s{.study = study(), .parameters = {{"strategies.min_egde_usd", {"1"}}}, .folds = 0};
  const auto unknown = run_sweep(s);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::kInvalidInput);
  s.parameters = {{"strategies.min_edge_usd", {}}};
  EXPECT_FALSE(run_sweep(s));
  s.parameters = {{"strategies.min_edge_usd", {"a lot"}}};
  EXPECT_FALSE(run_sweep(s));
}

}  // namespace
}  // namespace underround
