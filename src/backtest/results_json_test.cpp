#include "backtest/results_json.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <set>

#include "backtest/synthetic_run.hpp"

namespace underround::backtest {
namespace {

using simdjson::dom::element;

class ResultsJson : public testing::Test {
 protected:
  element parse(const Results& results) {
    text_ = results_json(results);
    element root;
    EXPECT_EQ(parser_.parse(text_).get(root), simdjson::SUCCESS) << text_;
    return root;
  }
  static std::vector<std::string> keys(element object) {
    std::vector<std::string> names;
    for (const auto& field : simdjson::dom::object(object)) names.emplace_back(field.key);
    return names;
  }
  std::string text_;
  simdjson::dom::parser parser_;
};

TEST_F(ResultsJson, MoneyIsWholeMicrosAndWhatIsNotKnownIsNull) {
  RunBuilder run(Usd::whole(1000));
  run.market("Rain \"or\" </script>?").trade({.expected = -1, .mid_60s = -1, .result = Usd{123'456'789}});
  const element root = parse(results_of(run.finish()));
  EXPECT_EQ(std::int64_t(root["headline"]["pnl_usd_micros"]), 123'456'789);
  EXPECT_TRUE(root["headline"]["pnl_interval_usd_micros"].is_null());
  EXPECT_TRUE(root["markouts"].at(2)["pips_per_share"].is_null());
  EXPECT_TRUE(root["samples"].at(0)["orders"].at(0)["fills"].at(0)["mid_after_pips"].at(2).is_null());
  EXPECT_TRUE(root["samples"].at(0)["orders"].at(0)["expected_pips"].is_null());
  EXPECT_EQ(std::string_view(root["markets"].at(0)["name"]), "Rain \"or\" </script>?");
  EXPECT_EQ(std::string_view(root["headline"]["verdict"]), "too_thin");
}

TEST_F(ResultsJson, PartsInTheFileAddUpToThePnlInTheFile) {
  const element root = parse(results_of(synthetic_run("run", 200, 1), {.resamples = 100}));
  std::int64_t sum = 0;
  for (const auto& part : simdjson::dom::object(root["parts"])) sum += std::int64_t(part.value);
  EXPECT_EQ(sum, std::int64_t(root["headline"]["pnl_usd_micros"]));
  EXPECT_EQ(root["headline"]["pnl_interval_usd_micros"].get_array().size(), 2u);
}

// Two runs may have nothing in common but their keys: a reader of the file never meets a missing one.
TEST_F(ResultsJson, KeysAndTheirOrderDoNotDependOnTheRun) {
  const std::vector<std::string> empty = keys(parse(results_of(RunLog{})));
  const std::vector<std::string> empty_headline = keys(parse(results_of(RunLog{}))["headline"]);
  const element full = parse(results_of(synthetic_run("run", 60, 1), {.resamples = 100}));
  EXPECT_EQ(keys(full), empty);
  EXPECT_EQ(keys(full["headline"]), empty_headline);
  EXPECT_EQ(std::set<std::string>(empty.begin(), empty.end()).size(), empty.size());
}

TEST_F(ResultsJson, TheSameRunGivesTheSameBytes) {
  const RunLog log = synthetic_run("run", 80, 0);
  EXPECT_EQ(results_json(results_of(log)), results_json(results_of(log)));
}

TEST_F(ResultsJson, BooksAddedAfterwardsAreWritten) {
  RunBuilder run(Usd::whole(1000));
  run.market("Rain?").trade({});
  Results results = results_of(run.finish());
  EXPECT_EQ(parse(results)["samples"].at(0)["orders"].at(0)["book"].get_array().size(), 0u);
  results.samples[0].orders[0].books.push_back(
      {"decision", Nanos{5}, {{Price{4900}, Shares::whole(3)}}, {{Price{5100}, Shares::whole(7)}}});
  const element book = parse(results)["samples"].at(0)["orders"].at(0)["book"].at(0);
  EXPECT_EQ(std::string_view(book["moment"]), "decision");
  EXPECT_EQ(std::int64_t(book["asks"].at(0).at(0)), 5100);
  EXPECT_EQ(std::int64_t(book["asks"].at(0).at(1)), 7'000'000);
}

}  // namespace
}  // namespace underround::backtest
