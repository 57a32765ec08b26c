// Draws the time a message takes on one leg (realism.hpp says what the shapes assume).
//   LatencyModel orders(settings.order, random.fork("order"));   const Nanos at = orders.arrival(now);
// Messages of one leg arrive in the order they were sent: it is one connection.
#pragma once

#include "backtest/realism.hpp"
#include "base/random.hpp"

namespace underround::backtest {

class LatencyModel {
 public:
  LatencyModel(const LegLatency& leg, Random random) : leg_(leg), random_(random) {}

  [[nodiscard]] Nanos arrival(Nanos sent) noexcept {
    const Nanos at = sent + draw();
    last_ = last_ < at ? at : last_;
    return last_;
  }

 private:
  [[nodiscard]] Nanos draw() noexcept {
    if (leg_.recorded != nullptr) return (*leg_.recorded)[random_.below(leg_.recorded->size())];
    Nanos time = leg_.base;
    if (leg_.jitter.ns > 0)
      time += Nanos{static_cast<std::int64_t>(random_.exponential(static_cast<double>(leg_.jitter.ns)))};
    if (leg_.spike_ppm > 0 && random_.below(1'000'000) < static_cast<std::uint64_t>(leg_.spike_ppm)) time += leg_.spike;
    return time;
  }
  LegLatency leg_;
  Random random_;
  Nanos last_{INT64_MIN};
};

}  // namespace underround::backtest
