// The truth nobody trades on directly: the probability of outcome 0 of every market, right now. The world writes it,
// the population hears of every change and acts on it late, each member by its own latency.
#pragma once

#include <algorithm>
#include <vector>

#include "simulator/types.hpp"

namespace underround::simulator {

class FairSink {
 public:
  virtual void on_fair(MarketId market, double probability) = 0;

 protected:
  ~FairSink() = default;
};

class FairBoard {
 public:
  // At most one; outlives the board's last set().
  void set_sink(FairSink* sink) noexcept { sink_ = sink; }
  [[nodiscard]] double operator[](MarketId market) const noexcept {
    return market.value < fair_.size() ? fair_[market.value] : 0.5;
  }
  void set(MarketId market, double probability) {
    if (fair_.size() <= market.value) fair_.resize(market.value + 1, 0.5);
    fair_[market.value] = std::clamp(probability, 0.0, 1.0);
    if (sink_ != nullptr) sink_->on_fair(market, fair_[market.value]);
  }

 private:
  std::vector<double> fair_;
  FairSink* sink_ = nullptr;
};

}  // namespace underround::simulator
