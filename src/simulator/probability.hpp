// The little probability the world needs. Doubles: these are beliefs, not money.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

namespace underround::simulator {

[[nodiscard]] inline double normal_cdf(double z) noexcept { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

// Inverse of normal_cdf by bisection; p in (0, 1), answers within [-8, 8].
[[nodiscard]] inline double normal_quantile(double p) noexcept {
  double low = -8.0, high = 8.0;
  for (int i = 0; i < 60; ++i) {
    const double mid = 0.5 * (low + high);
    (normal_cdf(mid) < p ? low : high) = mid;
  }
  return 0.5 * (low + high);
}

struct ThreeWay {
  double home, draw, away;
};

// Result of a match that stands at `lead` (home minus away) with Poisson goals still to come.
[[nodiscard]] inline ThreeWay match_result(int lead, double home_goals, double away_goals) noexcept {
  constexpr int kMost = 12;
  std::array<double, kMost + 1> home{}, away{};
  home[0] = std::exp(-home_goals);
  away[0] = std::exp(-away_goals);
  for (std::size_t i = 1; i <= kMost; ++i) {
    home[i] = home[i - 1] * home_goals / static_cast<double>(i);
    away[i] = away[i - 1] * away_goals / static_cast<double>(i);
  }
  ThreeWay result{0, 0, 0};
  for (int h = 0; h <= kMost; ++h) {
    for (int a = 0; a <= kMost; ++a) {
      const double p = home[static_cast<std::size_t>(h)] * away[static_cast<std::size_t>(a)];
      const int end = lead + h - a;
      (end > 0 ? result.home : end < 0 ? result.away : result.draw) += p;
    }
  }
  const double total = result.home + result.draw + result.away;
  return {result.home / total, result.draw / total, result.away / total};
}

}  // namespace underround::simulator
