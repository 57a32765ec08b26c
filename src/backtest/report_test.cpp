#include "backtest/report.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include "backtest/results_json.hpp"
#include "backtest/synthetic_run.hpp"

namespace underround::backtest {
namespace {

using simdjson::dom::element;

TEST(Report, HoldsTheRunInFullAndTheOthersInShort) {
  Report report;
  report.title = "A \"quoted\" title";
  report.main = results_of(synthetic_run("main", 40, 1), {.resamples = 50});
  report.ladder.push_back({"screen", "Everything fills.", results_of(synthetic_run("a", 40, 3), {.resamples = 50})});
  report.ladder.push_back({"fees", "Fees are paid.", results_of(synthetic_run("b", 40, 1), {.resamples = 50})});
  report.latency.push_back({Nanos::from_millis(25), report.main});
  report.settings = {{"order_latency", "25ms"}, {"strange \"name\"", "x"}};
  report.notes = {"Books are as recorded."};

  const std::string text = report_json(report);
  simdjson::dom::parser parser;
  element root;
  ASSERT_EQ(parser.parse(text).get(root), simdjson::SUCCESS) << text;
  EXPECT_EQ(std::string_view(root["format"]), "underround-report-1");
  EXPECT_EQ(std::string_view(root["title"]), report.title);
  EXPECT_EQ(std::string_view(root["settings"].at(1).at(0)), "strange \"name\"");
  EXPECT_EQ(std::string_view(root["notes"].at(0)), "Books are as recorded.");
  EXPECT_EQ(std::int64_t(root["main"]["headline"]["pnl_usd_micros"]), report.main.pnl.micros);
  EXPECT_NE(text.find(results_json(report.main)), std::string::npos);
  ASSERT_EQ(root["ladder"].get_array().size(), 2u);
  EXPECT_EQ(std::string_view(root["ladder"].at(0)["assumes"]), "Everything fills.");
  EXPECT_EQ(std::int64_t(root["ladder"].at(1)["headline"]["pnl_usd_micros"]), report.ladder[1].results.pnl.micros);
  EXPECT_EQ(std::int64_t(root["ladder"].at(1)["parts"]["fees_usd_micros"]), report.ladder[1].results.parts.fees.micros);
  EXPECT_EQ(std::int64_t(root["latency"].at(0)["order_latency_ns"]), 25'000'000);
}

}  // namespace
}  // namespace underround::backtest
