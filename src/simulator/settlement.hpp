// What happens to a match on the way to the chain: MATCHED -> MINED -> CONFIRMED, sometimes RETRYING, rarely FAILED
// (protocol 12.5). Only the timing and the dice live here; the venue moves the money.
// Assumptions: delays are exponential around the given means (no published distribution; Polygon blocks are ~2 s), a
// retry costs one more round, and a failure shows instead of MINED: at once, or after RETRYING.
#pragma once

#include <cstdint>

#include "base/random.hpp"
#include "simulator/scheduler.hpp"
#include "simulator/types.hpp"

namespace underround::simulator {

struct SettlementSettings {
  Nanos mined_after_min = Nanos::from_millis(800);
  Nanos mined_after_mean = Nanos::from_millis(2500);      // on top of the minimum
  Nanos confirmed_after_mean = Nanos::from_millis(4000);  // after MINED
  double retry_probability = 0.002;
  double failure_probability = 0.0005;
  double failure_after_retry_probability = 0.0;  // that a retried transaction fails for good
};

class SettlementSink {
 public:
  // Returns the status really taken: a FAILED that cannot be reverted becomes RETRYING.
  virtual SettlementStatus on_settlement(TradeId trade, SettlementStatus status) = 0;

 protected:
  ~SettlementSink() = default;
};

class Settlement final : public Task {
 public:
  Settlement(Scheduler& scheduler, SettlementSink& sink, const SettlementSettings& settings, Random rng)
      : scheduler_(scheduler), sink_(sink), settings_(settings), rng_(rng) {}

  void start(TradeId trade);
  // The next `count` trades to come fail (fault menu: a ghost fill).
  void fail_next(unsigned count) noexcept { fail_next_ += count; }
  [[nodiscard]] SettlementSettings& settings() noexcept { return settings_; }
  void on_due(Nanos now, std::uint64_t payload) override;

 private:
  void schedule(TradeId trade, SettlementStatus next, Nanos delay);
  [[nodiscard]] Nanos mining_delay();
  [[nodiscard]] SettlementStatus roll();
  [[nodiscard]] SettlementStatus roll_retry();

  Scheduler& scheduler_;
  SettlementSink& sink_;
  SettlementSettings settings_;
  Random rng_;
  unsigned fail_next_ = 0;
};

}  // namespace underround::simulator
