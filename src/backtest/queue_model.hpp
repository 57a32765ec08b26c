// Where a resting order stands in its level, told from level-2 data only: what trades there, and how the level's size
// changes. Nobody sees the queue itself; each model says what it assumes about what left the level without a trade.
//   QueuePosition q(shown);   Shares ours = q.traded(size, remaining);   q.level(new_shown, model, power);
//
//   pessimistic   everything that leaves without a trade stood behind us; only trades move us forward, and the queue
//                 ahead can never be more than what is shown. Source: the "risk averse" model of public tick
//                 backtesters.
//   proportional  what leaves stood ahead of us in proportion: front / (front + back). Source: the same, with f(x) = x.
//   power         the chance that it stood behind us is f(back) / (f(back) + f(front)), f(x) = x^n: the longer the
//   queue
//                 behind, the likelier somebody there gave up. Source: R. Rigtorp's estimate of queue position with the
//                 power function common in public tick backtesters; n = 2 leans to our favour less than n = 3.
// Assumption of all: price-time priority (protocol page 16), and trades are reported before the level that shows them.
#pragma once

#include <algorithm>
#include <cmath>

#include "backtest/realism.hpp"

namespace underround::backtest {

class QueuePosition {
 public:
  QueuePosition() = default;
  explicit QueuePosition(Shares shown) : ahead_(shown), shown_(shown) {}

  // `size` traded at our price. What of it is ours, at most `wanted`.
  [[nodiscard]] Shares traded(Shares size, Shares wanted) noexcept {
    traded_ += size;
    const Shares before = std::min(size, ahead_);
    ahead_ -= before;
    return std::min(size - before, wanted);
  }
  // The level now shows `shown`.
  void level(Shares shown, QueueModel model, double power) noexcept {
    // What trades explain does not count again.
    const double left = static_cast<double>((shown_ - shown - traded_).micros);
    traded_ = Shares{};
    shown_ = shown;
    if (left > 0 && model != QueueModel::kPessimistic) {
      const auto front = static_cast<double>(ahead_.micros);
      const double back = std::max(0.0, static_cast<double>(shown.micros) + left - front);
      const double n = model == QueueModel::kPower ? power : 1.0;
      const double f_front = std::pow(front, n), f_back = std::pow(back, n);
      const double behind = f_front + f_back > 0 ? f_back / (f_front + f_back) : 0.0;
      ahead_.micros -= static_cast<std::int64_t>((1.0 - behind) * left);
    }
    ahead_.micros = std::clamp<std::int64_t>(ahead_.micros, 0, shown.micros);
  }
  [[nodiscard]] Shares ahead() const noexcept { return ahead_; }

 private:
  Shares ahead_, shown_, traded_;
};

}  // namespace underround::backtest
