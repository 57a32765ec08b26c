#include "backtest/statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "base/check.hpp"
#include "base/random.hpp"

namespace underround::backtest::statistics {
namespace {

constexpr double kSecondsPerYear = 365.25 * 86'400;

double sum_of(std::span<const double> values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum;
}

struct CentralMoments {
  double mean = 0, second = 0, third = 0, fourth = 0;  // about the mean, divided by n
};

CentralMoments central_moments(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  CentralMoments m;
  m.mean = sum_of(values) / n;
  for (const double v : values) {
    const double d = v - m.mean, square = d * d;
    m.second += square;
    m.third += square * d;
    m.fourth += square * square;
  }
  m.second /= n;
  m.third /= n;
  m.fourth /= n;
  return m;
}

// The same value over and over leaves rounding errors, not variance.
bool varies(const CentralMoments& m) { return m.second > 1e-24 * (m.mean * m.mean) && m.second > 0; }

double polynomial(std::span<const double> coefficients, double x) {
  double value = 0;
  for (std::size_t i = coefficients.size(); i-- > 0;) value = value * x + coefficients[i];
  return value;
}

// Autocovariances 0..most_lag, divided by n.
std::vector<double> autocovariances(std::span<const double> values, std::size_t most_lag) {
  const auto n = static_cast<double>(values.size());
  const double centre = sum_of(values) / n;
  std::vector<double> covariance(most_lag + 1);
  for (std::size_t lag = 0; lag <= most_lag; ++lag) {
    double sum = 0;
    for (std::size_t i = lag; i < values.size(); ++i) sum += (values[i] - centre) * (values[i - lag] - centre);
    covariance[lag] = sum / n;
  }
  return covariance;
}

double flat_top(double t) { return t <= 0.5 ? 1.0 : t <= 1.0 ? 2.0 * (1.0 - t) : 0.0; }

// The lag after which `quiet` autocorrelations in a row are insignificant; the last significant one when there is no
// such row.
std::size_t last_significant_lag(std::span<const double> covariance, std::size_t quiet, double threshold) {
  std::size_t last = 0;
  for (std::size_t lag = 1; lag < covariance.size(); ++lag) {
    if (std::abs(covariance[lag] / covariance[0]) >= threshold) {
      last = lag;
    } else if (lag - last >= quiet) {
      break;
    }
  }
  return last;
}

}  // namespace

std::optional<double> mean(std::span<const double> values) {
  if (values.empty()) return std::nullopt;
  return sum_of(values) / static_cast<double>(values.size());
}

std::optional<double> standard_deviation(std::span<const double> values) {
  if (values.size() < 2) return std::nullopt;
  const auto n = static_cast<double>(values.size());
  return std::sqrt(central_moments(values).second * n / (n - 1));
}

std::optional<double> skewness(std::span<const double> values) {
  if (values.size() < 3) return std::nullopt;
  const CentralMoments m = central_moments(values);
  if (!varies(m)) return std::nullopt;
  return m.third / std::pow(m.second, 1.5);
}

std::optional<double> kurtosis(std::span<const double> values) {
  if (values.size() < 4) return std::nullopt;
  const CentralMoments m = central_moments(values);
  if (!varies(m)) return std::nullopt;
  return m.fourth / (m.second * m.second);
}

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

// Wichura (1988), algorithm AS 241 (PPND16): about 16 digits.
double normal_quantile(double probability) {
  UR_CHECK(probability > 0 && probability < 1);
  static constexpr std::array kA = {3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427,
                                    13731.693765509461125, 45921.953931549871457, 67265.770927008700853,
                                    33430.575583588128105, 2509.0809287301226727};
  static constexpr std::array kB = {1.0,
                                    42.313330701600911252,
                                    687.18700749205790830,
                                    5394.1960214247511077,
                                    21213.794301586595867,
                                    39307.895800092710610,
                                    28729.085735721942674,
                                    5226.4952788528545610};
  static constexpr std::array kC = {1.42343711074968357734,   4.63033784615654529590,   5.76949722146069140550,
                                    3.64784832476320460504,   1.27045825245236838258,   0.241780725177450611770,
                                    0.0227238449892691845833, 7.74545014278341407640e-4};
  static constexpr std::array kD = {1.0,
                                    2.05319162663775882187,
                                    1.67638483018380384940,
                                    0.689767334985100004550,
                                    0.148103976427480074590,
                                    0.0151986665636164571966,
                                    5.47593808499534494600e-4,
                                    1.05075007164441684324e-9};
  static constexpr std::array kE = {6.65790464350110377720,    5.46378491116411436990,   1.78482653991729133580,
                                    0.296560571828504891230,   0.0265321895265761230930, 1.24266094738807843860e-3,
                                    2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr std::array kF = {1.0,
                                    0.599832206555887937690,
                                    0.136929880922735805310,
                                    0.0148753612908506148525,
                                    7.86869131145613259100e-4,
                                    1.84631831751005468180e-5,
                                    1.42151175831644588870e-7,
                                    2.04426310338993978564e-15};
  const double q = probability - 0.5;
  if (std::abs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(kA, r) / polynomial(kB, r);
  }
  const double tail = std::sqrt(-std::log(q < 0 ? probability : 1 - probability));
  const double x = tail <= 5 ? polynomial(kC, tail - 1.6) / polynomial(kD, tail - 1.6)
                             : polynomial(kE, tail - 5) / polynomial(kF, tail - 5);
  return q < 0 ? -x : x;
}

double quantile_of_sorted(std::span<const double> sorted, double probability) {
  UR_CHECK(!sorted.empty());
  const double place = probability * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

std::optional<double> sharpe(std::span<const double> returns) {
  if (returns.size() < 2) return std::nullopt;
  const CentralMoments m = central_moments(returns);
  if (!varies(m)) return std::nullopt;
  const auto n = static_cast<double>(returns.size());
  return m.mean / std::sqrt(m.second * n / (n - 1));
}

std::optional<double> sortino(std::span<const double> returns) {
  if (returns.size() < 2) return std::nullopt;
  double losses = 0;
  for (const double r : returns) losses += r < 0 ? r * r : 0;
  if (losses <= 0) return std::nullopt;
  const auto n = static_cast<double>(returns.size());
  return sum_of(returns) / n / std::sqrt(losses / n);
}

double annualised(double ratio_per_period, Nanos period) {
  UR_CHECK(period.ns > 0);
  return ratio_per_period * std::sqrt(kSecondsPerYear * 1e9 / static_cast<double>(period.ns));
}

double optimal_block_length(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  if (values.size() < 4 || !varies(central_moments(values))) return 1;
  // Constants of the paper: K_n = max(5, sqrt(log10 n)), c = 2, lags up to sqrt(n) + K_n.
  const auto quiet = static_cast<std::size_t>(std::max(5.0, std::ceil(std::sqrt(std::log10(n)))));
  const std::size_t most_lag = std::min(values.size() - 1, static_cast<std::size_t>(std::ceil(std::sqrt(n))) + quiet);
  const std::vector<double> covariance = autocovariances(values, most_lag);
  const std::size_t last = last_significant_lag(covariance, quiet, 2 * std::sqrt(std::log10(n) / n));
  const std::size_t window = std::min(2 * std::max<std::size_t>(last, 1), most_lag);
  double spectrum = covariance[0], slope = 0;
  for (std::size_t lag = 1; lag <= window; ++lag) {
    const double weight = flat_top(static_cast<double>(lag) / static_cast<double>(window));
    spectrum += 2 * weight * covariance[lag];
    slope += 2 * weight * static_cast<double>(lag) * covariance[lag];
  }
  if (spectrum == 0) return 1;
  const double variance = 2 * spectrum * spectrum;  // D of the stationary bootstrap, corrected 2009
  const double length = std::cbrt(2 * slope * slope / variance) * std::cbrt(n);
  return std::clamp(length, 1.0, std::ceil(std::min(3 * std::sqrt(n), n / 3)));
}

std::optional<Interval> bootstrap_interval(std::span<const double> values, const Statistic& statistic,
                                           const BootstrapSettings& settings) {
  const std::size_t n = values.size();
  if (n < std::max<std::size_t>(settings.min_observations, 2) || !varies(central_moments(values))) return std::nullopt;
  const double block = settings.block_length > 0 ? settings.block_length : optimal_block_length(values);
  const double jump = 1 / std::max(block, 1.0);
  Random random(settings.seed);
  std::vector<double> resample(n), found;
  found.reserve(settings.resamples);
  for (std::size_t b = 0; b < settings.resamples; ++b) {
    std::size_t at = random.below(n);
    for (double& slot : resample) {
      slot = values[at];
      at = random.chance(jump) ? random.below(n) : at + 1 == n ? 0 : at + 1;
    }
    if (const auto value = statistic(resample)) found.push_back(*value);
  }
  if (found.empty() || found.size() * 20 < settings.resamples * 19) return std::nullopt;
  std::sort(found.begin(), found.end());
  const double tail = (1 - settings.confidence) / 2;
  return Interval{quantile_of_sorted(found, tail), quantile_of_sorted(found, 1 - tail)};
}

std::optional<Drawdown> max_drawdown(std::span<const double> levels) {
  if (levels.empty()) return std::nullopt;
  Drawdown worst;
  std::size_t peak = 0;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (levels[i] > levels[peak]) peak = i;
    if (levels[peak] - levels[i] > worst.depth) worst = {levels[peak] - levels[i], peak, i, std::nullopt};
  }
  if (worst.depth <= 0) return worst;
  for (std::size_t i = worst.trough; i < levels.size(); ++i) {
    if (levels[i] >= levels[worst.peak]) {
      worst.recovered = i;
      break;
    }
  }
  return worst;
}

TradeStatistics trade_statistics(std::span<const double> results) {
  TradeStatistics t;
  double won = 0, lost = 0;
  for (const double r : results) {
    (r > 0 ? t.wins : r < 0 ? t.losses : t.flat) += 1;
    (r > 0 ? won : lost) += std::abs(r);
  }
  if (results.empty()) return t;
  t.win_rate = static_cast<double>(t.wins) / static_cast<double>(results.size());
  t.expectancy = mean(results);
  if (t.wins > 0) t.average_win = won / static_cast<double>(t.wins);
  if (t.losses > 0) t.average_loss = lost / static_cast<double>(t.losses);
  if (t.losses > 0) t.profit_factor = won / lost;
  return t;
}

std::optional<SharpeSample> sharpe_sample(std::span<const double> returns) {
  const auto ratio = sharpe(returns), skew = skewness(returns), kurt = kurtosis(returns);
  if (!ratio || !skew || !kurt) return std::nullopt;
  return SharpeSample{*ratio, returns.size(), *skew, *kurt};
}

std::optional<double> sharpe_standard_error(const SharpeSample& s) {
  if (s.observations < 2) return std::nullopt;
  const double spread = 1 - s.skewness * s.sharpe + (s.kurtosis - 1) / 4 * s.sharpe * s.sharpe;
  if (spread <= 0) return std::nullopt;
  return std::sqrt(spread / static_cast<double>(s.observations - 1));
}

std::optional<double> probabilistic_sharpe(const SharpeSample& s, double benchmark) {
  const auto error = sharpe_standard_error(s);
  if (!error) return std::nullopt;
  return normal_cdf((s.sharpe - benchmark) / *error);
}

double expected_maximum_sharpe(std::size_t trials, double variance) {
  if (trials < 2) return 0;
  const auto n = static_cast<double>(trials);
  const double first = normal_quantile(1 - 1 / n), second = normal_quantile(1 - 1 / (n * std::numbers::e));
  return std::sqrt(variance) * ((1 - std::numbers::egamma) * first + std::numbers::egamma * second);
}

std::optional<double> deflated_sharpe(const SharpeSample& s, std::size_t trials, double variance) {
  return probabilistic_sharpe(s, expected_maximum_sharpe(trials, variance));
}

std::optional<double> minimum_track_record(const SharpeSample& s, double benchmark, double confidence) {
  if (s.sharpe <= benchmark) return std::nullopt;
  const double spread = 1 - s.skewness * s.sharpe + (s.kurtosis - 1) / 4 * s.sharpe * s.sharpe;
  if (spread <= 0) return std::nullopt;
  const double steps = normal_quantile(confidence) / (s.sharpe - benchmark);
  return 1 + spread * steps * steps;
}

}  // namespace underround::backtest::statistics
