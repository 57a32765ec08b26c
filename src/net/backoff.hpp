// When to try again: exponential with full jitter (each delay uniform in [0, ceiling]), so that a thousand clients cut
// off together do not come back together. Time and randomness are passed in.
//   Backoff backoff({}, Random(seed));  on failure: retry_at = now + backoff.next();  on data: backoff.on_data(now);
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/random.hpp"
#include "core/units.hpp"

namespace underround::net {

struct BackoffSettings {
  Nanos first = Nanos::from_seconds(1);    // ceiling of the first delay
  Nanos cap = Nanos::from_seconds(30);     // ceiling of all later ones; doubles in between
  Nanos stable = Nanos::from_seconds(10);  // data for this long makes the next failure a first one again
};

class Backoff {
 public:
  Backoff(BackoffSettings settings, Random random) noexcept : settings_(settings), random_(random) {}

  // The delay before the next attempt.
  [[nodiscard]] Nanos next() noexcept {
    const Nanos ceiling{std::min(settings_.first.ns << std::min(attempt_, kMaxDoublings), settings_.cap.ns)};
    if (attempt_ < kMaxDoublings) ++attempt_;
    data_since_ = Nanos{};
    return Nanos{random_.between(0, ceiling.ns)};
  }
  // Data (not merely an open socket) has arrived. A server that accepts, says hello and hangs up does not reset it.
  void on_data(Nanos now) noexcept {
    if (data_since_.ns == 0) data_since_ = now;
    if (attempt_ != 0 && now - data_since_ >= settings_.stable) attempt_ = 0;
  }
  [[nodiscard]] int attempt() const noexcept { return attempt_; }

 private:
  static constexpr int kMaxDoublings = 16;
  BackoffSettings settings_;
  Random random_;
  int attempt_ = 0;
  Nanos data_since_{};
};

}  // namespace underround::net
