#include "backtest/report.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <fstream>
#include <iterator>
#include <set>

#include "backtest/results_json.hpp"
#include "backtest/synthetic_run.hpp"
#include "base/test_paths.hpp"

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

void collect_keys(element node, std::set<std::string>& keys) {
  if (node.is_object()) {
    for (const auto field : simdjson::dom::object(node)) {
      keys.emplace(field.key);
      collect_keys(field.value, keys);
    }
  } else if (node.is_array()) {
    for (const element item : simdjson::dom::array(node)) collect_keys(item, keys);
  }
}

// The page's declarations and this writer must not drift apart: what the page reads is written.
TEST(Report, HasEveryFieldThePageDeclares) {
  std::ifstream file(source_folder() + "/dashboard/report/data.ts");
  const std::string source(std::istreambuf_iterator<char>(file), {});
  std::set<std::string> declared;  // the words before ": "
  for (auto end = source.find(": "); end != std::string::npos; end = source.find(": ", end + 1)) {
    const auto before = source.find_last_not_of("abcdefghijklmnopqrstuvwxyz0123456789_", end - 1);
    if (before + 1 < end) declared.insert(source.substr(before + 1, end - before - 1));
  }
  ASSERT_GT(declared.size(), 90U);

  Report report;
  report.main = results_of(synthetic_run("main", 60, 1), {.resamples = 50});
  report.main.samples[0].orders[0].books.push_back({"fill", Nanos{1}, {}, {}});
  report.ladder.push_back({"screen", "", report.main});
  report.latency.push_back({Nanos{}, report.main});
  const std::string text = report_json(report);
  simdjson::dom::parser parser;
  std::set<std::string> written;
  collect_keys(parser.parse(text), written);
  for (const std::string& name : declared) EXPECT_TRUE(written.contains(name)) << name;
}

}  // namespace
}  // namespace underround::backtest
