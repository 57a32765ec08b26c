// Where a resting order stands in its level, told from level-2 data only: what trades there, and how the level's size
// changes. Nobody sees the queue itself; each model says what it assumes about what left the level without a trade.
//   QueuePosition q(shown, now, model, power);   Shares ours = q.traded(size, remaining, now);   q.level(shown, now);
//
//   pessimistic   everything that leaves without a trade stood behind us; only trades move us forward, and of what
//                 stood there before no more can be ahead of us than the level has shown since. Source: the "risk
//                 averse" model of public tick backtesters.
//   proportional  what leaves stood ahead of us in proportion: front / (front + back). Source: the same, with f(x) = x.
//   power         the chance that it stood behind us is f(back) / (f(back) + f(front)), f(x) = x^n: the longer the
//                 queue behind, the likelier somebody there gave up. Source: R. Rigtorp's estimate of queue position
//                 with the power function common in public tick backtesters; n = 2 leans to our favour less than n = 3.
//
// Assumptions of all: price-time priority (protocol page 16), and that a level and the print of the trade that changed
// it tell one thing twice, in either order. In the full-rate stream of March 2026 (docs/BACKTEST.md) 15 of 16 prints
// came 26 to 102 ms after their level had lost just their size, by the receiver's clock; in book snapshots of December
// 2025 it looks the same, but for a few that a burst had delayed. So:
//   - What a level loses without a print is a guess for a while: kPrintOverdue. A print in that time explains it, the
//     oldest first, and the guess is made anew as if the print had come first; a later print is another trade. New
//     orders behind do not make us forget it: they come all the time. Ten times the longest delay seen, as waiting for
//     long costs little (the print moves us forward whatever it explains) and not waiting serves us twice.
//   - What was printed and no level has shown yet explains the next loss, for as long.
//   - An order younger than kPrintsLag cannot tell a trade of its level from one before it came, whose level it never
//     saw: it believes a print at its price no further than its level has lost since. It misses fills by that where
//     prints do come first, and is not filled by what traded there before it. A print beyond its price fills it at any
//     age: such a fill costs us, not the venue.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "backtest/realism.hpp"

namespace underround::backtest {

inline constexpr Nanos kPrintOverdue = Nanos::from_seconds(1);
inline constexpr Nanos kPrintsLag = Nanos::from_millis(150);

class QueuePosition {
 public:
  // Nobody ahead, ever: whatever trades is ours.
  QueuePosition() = default;
  QueuePosition(Shares shown, Nanos now, QueueModel model, double power) noexcept
      : model_(model), power_(power), believes_from_(now + kPrintsLag), base_(shown), ahead_(shown), shown_(shown) {}

  // `size` traded at our price, of which `taken` went to orders of our own that stand before this one. What of it is
  // ours, at most `wanted`.
  [[nodiscard]] Shares traded(Shares size, Shares wanted, Nanos now, Shares taken = {}) noexcept {
    forget(now);
    Shares ours;
    const auto serve = [&](Shares part) {
      const Shares elsewhere = std::min(part, taken);
      taken -= elsewhere;
      part -= elsewhere;
      const Shares before = std::min(part, base_);
      base_ -= before;
      ours += part - before;
    };
    int explained = 0;
    for (int i = 0; i < losses_count_ && size.micros > 0; ++i) {
      Loss& loss = losses_[static_cast<std::size_t>(i)];
      const Shares part = std::min(loss.size, size);
      loss.size -= part;
      size -= part;
      serve(part);
      if (loss.size.micros < Shares::kMicrosPerLot) ++explained;  // levels show hundredths, prints millionths
    }
    drop(explained);
    if (size.micros > 0 && now >= believes_from_) {
      serve(size);
      unshown_ += size;
      unshown_at_ = now;
    }
    guess();
    return std::min(ours, wanted);
  }

  // The level now shows `shown`.
  void level(Shares shown, Nanos now) noexcept {
    if (shown == shown_) return;
    forget(now);
    Shares lost = shown_ - shown;
    shown_ = shown;
    if (lost.micros <= 0) return;
    const Shares printed = std::min(lost, unshown_);
    unshown_ -= printed;
    lost -= printed;
    if (lost.micros == 0) return;
    if (losses_count_ == static_cast<int>(losses_.size())) {
      Loss& last = losses_.back();
      last = {now, last.size + lost, std::min(last.shown, shown)};
    } else {
      losses_[static_cast<std::size_t>(losses_count_++)] = {now, lost, shown};
    }
    guess();
  }
  [[nodiscard]] Shares ahead() const noexcept { return ahead_; }

 private:
  struct Loss {  // of our level, not explained by a print
    Nanos at;
    Shares size;
    Shares shown;  // afterwards
  };

  // Who stood ahead of us, after a loss without a trade.
  [[nodiscard]] Shares after(Shares front_shares, const Loss& loss) const noexcept {
    std::int64_t ahead = front_shares.micros;
    if (model_ != QueueModel::kPessimistic) {
      const auto left = static_cast<double>(loss.size.micros), front = static_cast<double>(ahead);
      const double back = std::max(0.0, static_cast<double>(loss.shown.micros) + left - front);
      const double n = model_ == QueueModel::kPower ? power_ : 1.0;
      const double f_front = std::pow(front, n), f_back = std::pow(back, n);
      const double behind = f_front + f_back > 0 ? f_back / (f_front + f_back) : 0.0;
      ahead -= static_cast<std::int64_t>((1.0 - behind) * left);
    }
    return Shares{std::clamp<std::int64_t>(ahead, 0, loss.shown.micros)};
  }
  void guess() noexcept {
    ahead_ = base_;
    for (int i = 0; i < losses_count_; ++i) ahead_ = after(ahead_, losses_[static_cast<std::size_t>(i)]);
  }
  // No print will explain these any more: the guess stands.
  void forget(Nanos now) noexcept {
    if (unshown_.micros > 0 && now - unshown_at_ > kPrintOverdue) unshown_ = {};
    int overdue = 0;
    while (overdue < losses_count_ && now - losses_[static_cast<std::size_t>(overdue)].at > kPrintOverdue) {
      base_ = after(base_, losses_[static_cast<std::size_t>(overdue++)]);
    }
    drop(overdue);
  }
  void drop(int first) noexcept {
    if (first == 0) return;
    std::copy(losses_.begin() + first, losses_.begin() + losses_count_, losses_.begin());
    losses_count_ -= first;
  }

  QueueModel model_ = QueueModel::kPessimistic;
  double power_ = 2.0;
  Nanos believes_from_{INT64_MIN};
  Shares base_;   // ahead of us before the losses below
  Shares ahead_;  // after them, as the model guesses
  Shares shown_;
  Shares unshown_;  // printed, not shown by the level yet; then nothing is unexplained
  Nanos unshown_at_;
  std::array<Loss, 8> losses_{};  // oldest first; when there are more, the last ones are one
  int losses_count_ = 0;
};

}  // namespace underround::backtest
