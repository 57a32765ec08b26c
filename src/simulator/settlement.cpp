#include "simulator/settlement.hpp"

namespace underround::simulator {
namespace {

// Payload: trade id and the status to take.
constexpr std::uint64_t pack(TradeId trade, SettlementStatus status) noexcept {
  return trade.value << 3 | static_cast<std::uint64_t>(status);
}

}  // namespace

void Settlement::schedule(TradeId trade, SettlementStatus next, Nanos delay) {
  scheduler_.at(scheduler_.now() + delay, *this, pack(trade, next));
}

Nanos Settlement::mining_delay() {
  const auto mean = static_cast<double>(settings_.mined_after_mean.ns);
  return settings_.mined_after_min + Nanos{static_cast<std::int64_t>(rng_.exponential(mean))};
}

SettlementStatus Settlement::roll() {
  const double dice = rng_.uniform();
  if (fail_next_ > 0) {
    --fail_next_;
    return SettlementStatus::kFailed;
  }
  if (dice < settings_.failure_probability) return SettlementStatus::kFailed;
  if (dice < settings_.failure_probability + settings_.retry_probability) return SettlementStatus::kRetrying;
  return SettlementStatus::kMined;
}

// No dice while the probability is zero: seeds keep their story.
SettlementStatus Settlement::roll_retry() {
  const double p = settings_.failure_after_retry_probability;
  return p > 0.0 && rng_.uniform() < p ? SettlementStatus::kFailed : SettlementStatus::kMined;
}

void Settlement::start(TradeId trade) { schedule(trade, roll(), mining_delay()); }

void Settlement::on_due(Nanos /*now*/, std::uint64_t payload) {
  const TradeId trade{payload >> 3};
  switch (sink_.on_settlement(trade, static_cast<SettlementStatus>(payload & 7U))) {
    case SettlementStatus::kMined: {
      const auto mean = static_cast<double>(settings_.confirmed_after_mean.ns);
      schedule(trade, SettlementStatus::kConfirmed, Nanos{static_cast<std::int64_t>(rng_.exponential(mean))});
      break;
    }
    case SettlementStatus::kRetrying: schedule(trade, roll_retry(), mining_delay()); break;
    case SettlementStatus::kMatched:
    case SettlementStatus::kConfirmed:
    case SettlementStatus::kFailed: break;
  }
}

}  // namespace underround::simulator
