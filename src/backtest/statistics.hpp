// Statistics of returns and of trade results: pure functions over spans of double, the same numbers on every machine.
//   auto s = sharpe(returns);   auto ci = bootstrap_interval(returns, sharpe, {.seed = 7});   if (!ci) say "too thin";
// A figure that the data cannot carry is nothing (std::nullopt), never a number that looks like one: no variance, too
// few observations, nothing on the side a ratio divides by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "core/units.hpp"

namespace underround::backtest::statistics {

// Below this a normal approximation or a bootstrap says more about the method than about the data (the textbook 30).
inline constexpr std::size_t kMinObservations = 30;

// --- moments
[[nodiscard]] std::optional<double> mean(std::span<const double> values);
[[nodiscard]] std::optional<double> standard_deviation(std::span<const double> values);  // of a sample: n - 1
[[nodiscard]] std::optional<double> skewness(std::span<const double> values);            // m3 / m2^1.5
[[nodiscard]] std::optional<double> kurtosis(std::span<const double> values);            // m4 / m2^2: normal = 3
[[nodiscard]] double normal_cdf(double x);
[[nodiscard]] double normal_quantile(double probability);  // 0 < probability < 1
// `probability` in [0, 1]; linear between order statistics (type 7 of Hyndman & Fan 1996). `sorted` is not empty.
[[nodiscard]] double quantile_of_sorted(std::span<const double> sorted, double probability);

// --- return on risk, per period of the series
[[nodiscard]] std::optional<double> sharpe(std::span<const double> returns);
// Mean over the root of the mean squared loss, target 0 (Sortino & Price 1994; the divisor is all periods, not only
// the losing ones). Nothing when no period lost.
[[nodiscard]] std::optional<double> sortino(std::span<const double> returns);
// Ratio per period -> per year. These markets never close: a year is 365.25 days of 24 hours, not 252 sessions.
// Assumes returns of different periods are uncorrelated; where they are not the scaling is wrong (Lo 2002).
[[nodiscard]] double annualised(double ratio_per_period, Nanos period);

// --- intervals
struct Interval {
  double low = 0, high = 0;
  [[nodiscard]] bool contains(double value) const noexcept { return low <= value && value <= high; }
  [[nodiscard]] bool overlaps(const Interval& o) const noexcept { return low <= o.high && o.low <= high; }
};

using Statistic = std::function<std::optional<double>(std::span<const double>)>;

struct BootstrapSettings {
  std::uint64_t seed = 1;
  std::size_t resamples = 2000;
  double confidence = 0.95;
  std::size_t min_observations = kMinObservations;
  double block_length = 0;  // mean, in observations; 0 = optimal_block_length()
};

// Mean block length of the stationary bootstrap, in observations, at least 1: Politis & White (2004), "Automatic
// block-length selection for the dependent bootstrap", as corrected by Patton, Politis & White (2009). Optimal for the
// variance of the mean; used for ratios too, for want of anything better.
[[nodiscard]] double optimal_block_length(std::span<const double> values);

// Percentile interval from the stationary bootstrap (Politis & Romano 1994): blocks of geometric length, so that what
// is correlated in time stays together. Nothing with fewer than `min_observations`, without variance, or when more than
// one resample in twenty has no statistic. Assumes a stationary series; a percentile interval is a little too short
// when observations are few (no bias correction).
[[nodiscard]] std::optional<Interval> bootstrap_interval(std::span<const double> values, const Statistic& statistic,
                                                         const BootstrapSettings& settings = {});

// --- drawdown
struct Drawdown {
  double depth = 0;  // peak - trough, in the unit of the levels; 0: never under a former high
  std::size_t peak = 0, trough = 0;
  std::optional<std::size_t> recovered;  // first level at or above the peak again
};
// The deepest; of equal ones the first. Nothing for no levels.
[[nodiscard]] std::optional<Drawdown> max_drawdown(std::span<const double> levels);

// --- trades
struct TradeStatistics {
  std::size_t wins = 0, losses = 0, flat = 0;
  std::optional<double> win_rate;                   // wins of all, flat ones included
  std::optional<double> expectancy;                 // mean result
  std::optional<double> average_win, average_loss;  // the loss as a positive number
  std::optional<double> profit_factor;              // sum of wins / sum of losses; nothing without losses
};
[[nodiscard]] TradeStatistics trade_statistics(std::span<const double> results);

// --- how much a Sharpe ratio is worth (per period, never annualised)
struct SharpeSample {
  double sharpe = 0;
  std::size_t observations = 0;
  double skewness = 0;
  double kurtosis = 3;
};
[[nodiscard]] std::optional<SharpeSample> sharpe_sample(std::span<const double> returns);

// sqrt((1 - g3 SR + (g4 - 1) / 4 SR^2) / (n - 1)): Mertens (2002), as used by Bailey & Lopez de Prado.
[[nodiscard]] std::optional<double> sharpe_standard_error(const SharpeSample& sample);

// Probability that the true ratio is above `benchmark`: Phi((SR - SR*) / standard error). Bailey & Lopez de Prado
// (2012), "The Sharpe Ratio Efficient Frontier", equation 9.
[[nodiscard]] std::optional<double> probabilistic_sharpe(const SharpeSample& sample, double benchmark = 0);

// What the best of `trials` worthless attempts shows by luck, their ratios having `variance`:
// sqrt(V) ((1 - g) Z(1 - 1/N) + g Z(1 - 1/(N e))), g = Euler-Mascheroni. Bailey & Lopez de Prado (2014), "The Deflated
// Sharpe Ratio", equation 1. One trial: 0. Assumes independent trials.
[[nodiscard]] double expected_maximum_sharpe(std::size_t trials, double variance);

// probabilistic_sharpe() against expected_maximum_sharpe() (same paper, equation 2).
[[nodiscard]] std::optional<double> deflated_sharpe(const SharpeSample& sample, std::size_t trials, double variance);

// Observations needed before the ratio is above `benchmark` with `confidence`:
// 1 + (1 - g3 SR + (g4 - 1) / 4 SR^2) (Z / (SR - SR*))^2 (2012, equation 11). Nothing when it is not above it now.
[[nodiscard]] std::optional<double> minimum_track_record(const SharpeSample& sample, double benchmark = 0,
                                                         double confidence = 0.95);

}  // namespace underround::backtest::statistics
