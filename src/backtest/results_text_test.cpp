#include "backtest/results_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backtest/synthetic_run.hpp"

namespace underround::backtest {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(ResultsText, TheVerdictComesFirstAndTheLimitsLast) {
  const Results r = results_of(synthetic_run("losing", 200, -2), {.resamples = 200});
  const std::string text = results_text(r);
  EXPECT_THAT(text, StartsWith("No edge under these assumptions"));
  for (const std::string& note : r.thin) EXPECT_THAT(text, HasSubstr(note));
  EXPECT_THAT(text, HasSubstr("missed: fak_no_match"));
  EXPECT_THAT(text, HasSubstr("risk refused intents: max_position 31"));
}

TEST(ResultsText, AnEmptyRunSaysSoAndShowsNoRatio) {
  const std::string text = results_text(results_of(RunLog{}));
  EXPECT_THAT(text, StartsWith("No trades"));
  EXPECT_THAT(text, HasSubstr("Sharpe per period not given"));
  EXPECT_THAT(text, Not(HasSubstr("nan")));
}

}  // namespace
}  // namespace underround::backtest
