#include "backtest/statistics.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/random.hpp"

namespace underround::backtest::statistics {
namespace {

// Reference values: Python 3.11, `statistics` and NormalDist, on this sample.
const std::vector<double> kSample = {0.01, -0.02, 0.03, 0.005, -0.01, 0.02, 0.0, -0.005};

std::vector<double> autoregressive(std::size_t n, double phi, std::uint64_t seed, double centre = 0) {
  Random random(seed);
  std::vector<double> values(n);
  double last = 0;
  for (double& v : values) {
    last = phi * last + random.normal();
    v = centre + last;
  }
  return values;
}

std::vector<double> whole_numbers() {  // exact in double, so that properties hold without tolerances
  const auto raw = *rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(-1000, 1000)));
  return {raw.begin(), raw.end()};
}

TEST(Statistics, MomentsOfAKnownSample) {
  EXPECT_NEAR(*mean(kSample), 0.00375, 1e-15);
  EXPECT_NEAR(*standard_deviation(kSample), 0.016201851746019652, 1e-15);
  EXPECT_NEAR(*skewness(kSample), 0.21208785398802568, 1e-12);
  EXPECT_NEAR(*kurtosis(kSample), 2.146744412050534, 1e-12);
  EXPECT_NEAR(*sharpe(kSample), 0.23145502494313783, 1e-13);
  EXPECT_NEAR(*sortino(kSample), 0.46291004988627577, 1e-13);
}

TEST(Statistics, NothingWhereTheDataIsTooThin) {
  const std::vector<double> none, one = {1}, same(100, 0.1), gains = {1, 2, 3};
  EXPECT_FALSE(mean(none));
  EXPECT_FALSE(standard_deviation(one));
  EXPECT_FALSE(sharpe(one));
  EXPECT_FALSE(sharpe(same));  // 0.1 has no exact double: rounding must not pass for variance
  EXPECT_FALSE(sortino(gains));
  EXPECT_FALSE(skewness(same));
  EXPECT_FALSE(max_drawdown(none));
  EXPECT_FALSE(sharpe_sample(same));
  EXPECT_FALSE(bootstrap_interval(kSample, mean));
  EXPECT_FALSE(bootstrap_interval(same, mean));
  EXPECT_FALSE(trade_statistics(gains).profit_factor);
  EXPECT_FALSE(trade_statistics(none).win_rate);
}

// NormalDist().cdf and .inv_cdf.
TEST(Statistics, NormalDistribution) {
  EXPECT_NEAR(normal_cdf(-1.96), 0.024997895148220428, 1e-15);
  EXPECT_NEAR(normal_cdf(0.5), 0.6914624612740131, 1e-15);
  EXPECT_NEAR(normal_cdf(-5), 2.866515718791939e-07, 1e-20);  // DLMF 7: erfc(5 / sqrt 2) / 2
  EXPECT_NEAR(normal_quantile(1e-10), -6.361340902404056, 1e-12);
  EXPECT_NEAR(normal_quantile(0.025), -1.9599639845400538, 1e-14);
  EXPECT_NEAR(normal_quantile(0.3), -0.5244005127080407, 1e-14);
  EXPECT_NEAR(normal_quantile(0.999999), 4.753424308817089, 1e-12);
  for (double p = 0.001; p < 1; p += 0.001) EXPECT_NEAR(normal_cdf(normal_quantile(p)), p, 1e-14);
}

// A year of one-hour periods has 8766 of them: not 252 days, not 365 * 24.
TEST(Statistics, AYearHasNoClosingBell) {
  EXPECT_NEAR(annualised(1.0, Nanos::from_seconds(3600)), std::sqrt(8766.0), 1e-9);
  EXPECT_NEAR(annualised(0.5, Nanos::from_seconds(86'400)), 0.5 * std::sqrt(365.25), 1e-12);
}

TEST(Statistics, QuantileIsLinearBetweenOrderStatistics) {
  const std::vector<double> v = {1, 2, 4, 8};
  EXPECT_DOUBLE_EQ(quantile_of_sorted(v, 0), 1);
  EXPECT_DOUBLE_EQ(quantile_of_sorted(v, 1), 8);
  EXPECT_DOUBLE_EQ(quantile_of_sorted(v, 0.5), 3);
  EXPECT_DOUBLE_EQ(quantile_of_sorted(v, 0.75), 5);
}

// The numerical example of "The Deflated Sharpe Ratio" (2014): annual Sharpe 2.5 over 1250 daily returns, skewness -3,
// kurtosis 10, variance of the trials' annual ratios 1/2. It prints 0.1132 and 0.9004 for 100 trials, 0.9505 for 46.
TEST(Statistics, DeflatedSharpeOfThePaper) {
  const SharpeSample sample{2.5 / std::sqrt(250.0), 1250, -3, 10};
  const double variance = 0.5 / 250;
  EXPECT_NEAR(expected_maximum_sharpe(100, variance), 0.11317200186513214, 1e-12);
  EXPECT_NEAR(*deflated_sharpe(sample, 100, variance), 0.9003968344493904, 1e-10);
  EXPECT_NEAR(*deflated_sharpe(sample, 46, variance), 0.9505017068755786, 1e-10);
  EXPECT_DOUBLE_EQ(*deflated_sharpe(sample, 1, variance), *probabilistic_sharpe(sample));
}

TEST(Statistics, ExpectedMaximumUnderTrials) {
  EXPECT_EQ(expected_maximum_sharpe(0, 1), 0);
  EXPECT_EQ(expected_maximum_sharpe(1, 1), 0);
  EXPECT_NEAR(expected_maximum_sharpe(2, 1), 0.5197553442805939, 1e-12);
  EXPECT_NEAR(expected_maximum_sharpe(1000, 1), 3.255121513652723, 1e-12);
  // Against chance itself: the best of ten standard normals averages 1.5388 (order statistics); the formula
  // says 1.5746.
  Random random(3);
  double sum = 0;
  constexpr int kRounds = 20'000;
  for (int i = 0; i < kRounds; ++i) {
    double best = random.normal();
    for (int k = 1; k < 10; ++k) best = std::max(best, random.normal());
    sum += best;
  }
  EXPECT_NEAR(expected_maximum_sharpe(10, 1), sum / kRounds, 0.06);
}

// "The Sharpe Ratio Efficient Frontier" (2012): monthly ratio 0.458 over 24 months, skewness -2.448, kurtosis 10.164
// has PSR(0) 0.913, and 0.982 if it were taken for normal. An annual ratio of 2 on daily normal returns needs
// 2.73 years to be above 1 with 95 %.
TEST(Statistics, ProbabilisticSharpeAndTrackRecordOfThePaper) {
  EXPECT_NEAR(*probabilistic_sharpe({0.458, 24, -2.448, 10.164}), 0.913361083860933, 1e-12);
  EXPECT_NEAR(*probabilistic_sharpe({0.458, 24, 0, 3}), 0.9816749190910771, 1e-12);
  EXPECT_NEAR(*probabilistic_sharpe({0.458, 24, -2.448, 10.164}, 0.1), 0.8564312381396653, 1e-12);
  const SharpeSample daily{2 / std::sqrt(250.0), 100, 0, 3};
  EXPECT_NEAR(*minimum_track_record(daily, 1 / std::sqrt(250.0)), 682.7969504320434, 1e-8);
  EXPECT_FALSE(minimum_track_record(daily, 3 / std::sqrt(250.0)));
}

// The two formulas are one: with exactly that many observations the probability is the confidence asked for.
TEST(Statistics, TrackRecordIsWhereTheProbabilityReachesTheConfidence) {
  SharpeSample sample{0.1, 0, -0.7, 6};
  const double needed = *minimum_track_record(sample, 0, 0.95);
  sample.observations = static_cast<std::size_t>(std::ceil(needed));
  EXPECT_GE(*probabilistic_sharpe(sample), 0.95);
  sample.observations -= 1;
  EXPECT_LT(*probabilistic_sharpe(sample), 0.95);
}

TEST(Statistics, DrawdownOfAKnownCurve) {
  const std::vector<double> levels = {10, 12, 9, 11, 15, 8, 9, 15, 20, 14};
  const Drawdown d = *max_drawdown(levels);
  EXPECT_DOUBLE_EQ(d.depth, 7);
  EXPECT_EQ(d.peak, 4u);
  EXPECT_EQ(d.trough, 5u);
  EXPECT_EQ(d.recovered, 7u);
  const std::vector<double> small = {1, 0.5, 1};
  EXPECT_EQ(max_drawdown(small)->recovered, 2u);
  const std::vector<double> falling = {3, 2, 1};
  EXPECT_FALSE(max_drawdown(falling)->recovered);
  const std::vector<double> rising = {1, 2, 3};
  EXPECT_EQ(max_drawdown(rising)->depth, 0);
}

TEST(Statistics, DrawdownIsTheLargestFallBetweenAnyTwoPoints) {
  EXPECT_TRUE(rc::check([] {
    const std::vector<double> levels = whole_numbers();
    double largest = 0;
    for (std::size_t i = 0; i < levels.size(); ++i) {
      for (std::size_t j = i; j < levels.size(); ++j) largest = std::max(largest, levels[i] - levels[j]);
    }
    const Drawdown d = *max_drawdown(levels);
    RC_ASSERT(d.depth == largest);
    RC_ASSERT(d.peak <= d.trough);
    if (d.depth > 0) RC_ASSERT(levels[d.peak] - levels[d.trough] == d.depth);
    if (d.depth > 0) {
      const auto back = std::find_if(levels.begin() + static_cast<std::ptrdiff_t>(d.trough), levels.end(),
                                     [&](double level) { return level >= levels[d.peak]; });
      RC_ASSERT(d.recovered.has_value() == (back != levels.end()));
      if (d.recovered) RC_ASSERT(*d.recovered == static_cast<std::size_t>(back - levels.begin()));
    }
  }));
}

TEST(Statistics, TradesAddUp) {
  const TradeStatistics known = trade_statistics(std::vector<double>{4, -1, 0, 2, -2});
  EXPECT_DOUBLE_EQ(*known.win_rate, 0.4);
  EXPECT_DOUBLE_EQ(*known.expectancy, 0.6);
  EXPECT_DOUBLE_EQ(*known.profit_factor, 2);
  EXPECT_DOUBLE_EQ(*known.average_win, 3);
  EXPECT_DOUBLE_EQ(*known.average_loss, 1.5);
  EXPECT_TRUE(rc::check([] {
    const std::vector<double> results = whole_numbers();
    const TradeStatistics t = trade_statistics(results);
    RC_ASSERT(t.wins + t.losses + t.flat == results.size());
    const double total = static_cast<double>(t.wins) * t.average_win.value_or(0) -
                         static_cast<double>(t.losses) * t.average_loss.value_or(0);
    RC_ASSERT(std::abs(total - std::accumulate(results.begin(), results.end(), 0.0)) < 1e-6);
  }));
}

TEST(Statistics, RatiosIgnoreTheUnitAndFollowTheSign) {
  EXPECT_TRUE(rc::check([] {
    const std::vector<double> returns = whole_numbers();
    std::vector<double> scaled = returns, turned = returns;
    for (double& v : scaled) v *= 4;  // a power of two: exact
    for (double& v : turned) v = -v;
    RC_ASSERT(sharpe(returns) == sharpe(scaled));
    RC_ASSERT(sortino(returns) == sortino(scaled));
    if (sharpe(returns)) RC_ASSERT(*sharpe(returns) == -*sharpe(turned));
  }));
}

TEST(Statistics, BootstrapIsDeterministicPerSeed) {
  const std::vector<double> values = autoregressive(200, 0.3, 5);
  const auto first = bootstrap_interval(values, mean, {.seed = 9}),
             again = bootstrap_interval(values, mean, {.seed = 9});
  const auto other = bootstrap_interval(values, mean, {.seed = 10});
  EXPECT_EQ(first->low, again->low);
  EXPECT_EQ(first->high, again->high);
  EXPECT_NE(first->low, other->low);
  EXPECT_LT(first->low, first->high);
}

// Independent data: the interval of the mean is the textbook one, and it holds the truth about as often as it says.
TEST(Statistics, BootstrapOfIndependentDataIsTheTextbookInterval) {
  const std::vector<double> values = autoregressive(400, 0, 11, 1.0);
  const auto ci = bootstrap_interval(values, mean, {.block_length = 1});
  const double half = 1.96 * *standard_deviation(values) / std::sqrt(400.0);
  EXPECT_NEAR(ci->low, *mean(values) - half, 0.2 * half);
  EXPECT_NEAR(ci->high, *mean(values) + half, 0.2 * half);
  int covered = 0;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const auto interval = bootstrap_interval(autoregressive(150, 0, 100 + i, 1.0), mean,
                                             {.seed = i, .resamples = 300, .confidence = 0.9});
    covered += interval->contains(1.0) ? 1 : 0;
  }
  EXPECT_GE(covered, 250);  // 270 expected, standard deviation 5
  EXPECT_LE(covered, 290);
}

// Correlated data: an interval that ignores the correlation is too short by sqrt((1 + phi) / (1 - phi)).
TEST(Statistics, BlocksKeepTheCorrelation) {
  const std::vector<double> values = autoregressive(2000, 0.6, 21);
  const auto blocks = bootstrap_interval(values, mean), single = bootstrap_interval(values, mean, {.block_length = 1});
  const double wider = (blocks->high - blocks->low) / (single->high - single->low);
  EXPECT_GT(wider, 1.5);  // 2 in the limit
  EXPECT_LT(wider, 2.4);
}

// For an AR(1) the optimum is known: g = sum of |k| R(k) = 2 s phi / (1 - phi)^2, spectrum s (1 + phi) / (1 - phi) with
// s = R(0), hence b = (2 phi / (1 - phi^2))^(2/3) n^(1/3): 21 for phi 0.5 and n 5000, estimated here from samples.
TEST(Statistics, BlockLengthGrowsWithCorrelation) {
  constexpr std::size_t n = 5000;
  const double expected = std::pow(2 * 0.5 / (1 - 0.25), 2.0 / 3.0) * std::cbrt(static_cast<double>(n));
  double sum = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) sum += optimal_block_length(autoregressive(n, 0.5, seed));
  EXPECT_NEAR(sum / 10, expected, 0.35 * expected);
  EXPECT_LT(optimal_block_length(autoregressive(n, 0.0, 1)), expected / 2);
  EXPECT_EQ(optimal_block_length(std::vector<double>(50, 1.0)), 1);
}

TEST(Statistics, AStatisticThatIsOftenMissingHasNoInterval) {
  std::vector<double> values(60, 1.0);
  values[7] = -1;  // one loss: a resample in three has none, and then no Sortino ratio
  EXPECT_FALSE(bootstrap_interval(values, sortino, {.block_length = 1}));
  EXPECT_TRUE(bootstrap_interval(values, mean, {.block_length = 1}));
}

}  // namespace
}  // namespace underround::backtest::statistics
