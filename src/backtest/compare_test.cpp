#include "backtest/compare.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include "backtest/report.hpp"
#include "backtest/synthetic_run.hpp"

namespace underround::backtest {
namespace {

using ::testing::HasSubstr;

Report report_of(const std::string& title, double edge, std::size_t bets = 300) {
  Report report;
  report.title = title;
  report.main = results_of(synthetic_run(title, bets, edge), {.resamples = 200});
  report.main.state_hash = std::hash<std::string>{}(title);
  report.settings = {{"order_latency", "25ms"}, {"cash", "1000"}};
  return report;
}

template <class C>
const C& named(const std::vector<C>& changes, std::string_view name) {
  const auto found = std::ranges::find(changes, name, &C::name);
  EXPECT_NE(found, changes.end()) << name;
  return *found;
}

TEST(Compare, FiguresAreThoseOfTheReports) {
  const Report a = report_of("a", 0.5), b = report_of("b", -2);
  const Comparison c = compare_reports(report_json(a), report_json(b)).value();
  EXPECT_EQ(c.money[0].name, "pnl");
  EXPECT_EQ(c.money[0].a, a.main.pnl);
  EXPECT_EQ(c.money[0].b, b.main.pnl);
  EXPECT_EQ(c.money[0].a_interval->low, a.main.pnl_interval->low);
  EXPECT_EQ(c.money[0].b_interval->high, b.main.pnl_interval->high);
  EXPECT_EQ(named(c.money, "expectancy").b, b.main.trades.expectancy);
  EXPECT_EQ(named(c.ratios, "win_rate").a, a.main.trades.win_rate);
  EXPECT_EQ(named(c.ratios, "sharpe").b_interval->low, b.main.returns.sharpe->interval->low);
  EXPECT_EQ(named(c.counts, "bets").b, static_cast<std::int64_t>(b.main.trades.bets));
  EXPECT_EQ(c.verdict_b, b.main.verdict.text);
  Usd parts_a, parts_b;
  for (const MoneyChange& part : c.parts) parts_a += *part.a, parts_b += *part.b;
  EXPECT_EQ(parts_a, a.main.pnl);  // no part was forgotten
  EXPECT_EQ(parts_b, b.main.pnl);
  EXPECT_FALSE(c.identical);
}

TEST(Compare, SaysWhetherTheIntervalsOverlap) {
  const std::string good = report_json(report_of("good", 2)), bad = report_json(report_of("bad", -2)),
                    similar = report_json(report_of("similar", 2.1)), thin = report_json(report_of("thin", 2, 10));
  const Comparison apart = compare_reports(good, bad).value();
  EXPECT_EQ(apart.money[0].overlap(), false);
  EXPECT_THAT(apart.conclusion, HasSubstr("do not overlap"));
  EXPECT_THAT(apart.conclusion, HasSubstr(" less"));
  const Comparison close = compare_reports(good, similar).value();
  EXPECT_EQ(close.money[0].overlap(), true);
  EXPECT_THAT(close.conclusion, HasSubstr("may be chance"));
  const Comparison unknown = compare_reports(good, thin).value();
  EXPECT_EQ(unknown.money[0].overlap(), std::nullopt);
  EXPECT_THAT(unknown.conclusion, HasSubstr("too thin"));
}

TEST(Compare, SettingsThatDifferAreNamed) {
  Report a = report_of("a", 1), b = report_of("b", 1);
  b.settings["order_latency"] = "100ms";
  b.settings["queue"] = "pessimistic";
  a.settings["taker_delay"] = "250ms";
  const Comparison c = compare_reports(report_json(a), report_json(b)).value();
  ASSERT_EQ(c.settings.size(), 3u);  // cash is the same
  EXPECT_EQ(c.settings[0].name, "order_latency");
  EXPECT_EQ(c.settings[0].a, "25ms");
  EXPECT_EQ(c.settings[0].b, "100ms");
  EXPECT_EQ(c.settings[1].name, "queue");
  EXPECT_EQ(c.settings[1].a, std::nullopt);
  EXPECT_EQ(c.settings[2].b, std::nullopt);
}

TEST(Compare, RungsAndLatenciesMeetByName) {
  Report a = report_of("a", 1), b = report_of("b", 1);
  a.ladder = {{"screen", "", report_of("a", 3).main}, {"fees", "", report_of("a", 2).main}};
  b.ladder = {{"fees", "", report_of("b", 1).main}, {"queue", "", report_of("b", 0).main}};
  a.latency = {{Nanos::from_millis(25), a.main}};
  b.latency = {{Nanos::from_millis(5), b.main}, {Nanos::from_millis(25), b.main}};
  const Comparison c = compare_reports(report_json(a), report_json(b)).value();
  ASSERT_EQ(c.ladder.size(), 3u);
  EXPECT_EQ(c.ladder[0].name, "screen");
  EXPECT_EQ(c.ladder[0].b, std::nullopt);
  EXPECT_EQ(c.ladder[1].a, a.ladder[1].results.pnl);
  EXPECT_EQ(c.ladder[1].b, b.ladder[0].results.pnl);
  EXPECT_EQ(c.ladder[2].name, "queue");
  EXPECT_EQ(c.ladder[2].a, std::nullopt);
  ASSERT_EQ(c.latency.size(), 2u);
  EXPECT_EQ(c.latency[0].name, "25 ms");
  EXPECT_EQ(c.latency[0].b, b.main.pnl);
}

TEST(Compare, TheSameRunIsSeenToBeTheSame) {
  const std::string json = report_json(report_of("a", 1));
  const Comparison c = compare_reports(json, json).value();
  EXPECT_TRUE(c.identical);
  EXPECT_THAT(c.conclusion, HasSubstr("The same run"));
}

TEST(Compare, JsonAndTextSayTheSame) {
  Report a = report_of("a \"1\"", 1), b = report_of("b", -1);
  b.settings["cash"] = "500";
  const Comparison c = compare_reports(report_json(a), report_json(b)).value();
  const std::string json = comparison_json(c), text = comparison_text(c);
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  ASSERT_EQ(parser.parse(json).get(root), simdjson::SUCCESS) << json;
  EXPECT_EQ(std::string_view(root["title_a"]), "a \"1\"");
  EXPECT_EQ(std::int64_t(root["money"].at(0)["difference"]), (b.main.pnl - a.main.pnl).micros);
  EXPECT_EQ(std::string_view(root["settings"].at(0)["b"]), "500");
  EXPECT_TRUE(root["money"].at(2)["intervals_overlap"].is_null());  // a drawdown has no interval
  EXPECT_TRUE(text.starts_with(c.conclusion));
  EXPECT_THAT(text, HasSubstr("1000 -> 500"));
  EXPECT_THAT(text, HasSubstr(a.main.verdict.text));
}

TEST(Compare, WhatIsNotAReportIsRefusedByName) {
  const std::string good = report_json(report_of("a", 1, 5));
  EXPECT_THAT(compare_reports("{", good).error().message, HasSubstr("report A is not JSON"));
  EXPECT_THAT(compare_reports(good, "[]").error().message, HasSubstr("report B is not a report"));
  EXPECT_THAT(compare_reports(good, R"({"format":"underround-report-0"})").error().message, HasSubstr("this version"));
  EXPECT_THAT(compare_reports(good, R"({"format":"underround-report-1"})").error().message, HasSubstr("no headline"));
}

}  // namespace
}  // namespace underround::backtest
