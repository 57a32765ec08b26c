// What the venue that is not there is assumed to be like. Each switch stands alone; everything on is the default, and
// the ladder turns them on one after the other, so that a report can say what each assumption was worth.
//   Realism r;  r.fees = false;        for (const LadderStep& step : ladder()) run(step.realism);
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/units.hpp"

namespace underround::backtest {

// How a resting order moves forward in its level (queue_model.hpp has assumptions and sources).
enum class QueueModel : std::uint8_t { kPessimistic, kProportional, kPower };
[[nodiscard]] const char* to_string(QueueModel model) noexcept;
[[nodiscard]] std::optional<QueueModel> queue_model_of(std::string_view name) noexcept;

struct Realism {
  bool spread = true;      // off: what would cross fills at the mid price
  bool depth = true;       // off: the best price has shares without end
  bool fees = true;        // off: trading costs nothing
  bool latency = true;     // off: data, orders, cancels and answers take no time
  bool impact = true;      // off: a level that we have taken is there again at once; says nothing without depth
  bool queue = true;       // off: a resting order fills as soon as its price is the best of the other side or trades
  bool rules = true;       // off: no taker delay, tick, minimum, post-only, expiry, game start
  bool settlement = true;  // off: every fill and operation is final at once, never fails, costs no gas
  bool misses = true;      // off: nobody is ever faster than we are

  [[nodiscard]] bool operator==(const Realism&) const noexcept = default;
};

// Time on the way, one leg. Drawn anew for each message; never overtakes the one before it on the same leg.
//   constant     base alone
//   distribution base + exponential(jitter), and with `spike_ppm` a spike on top
//   recorded     one of the times that were measured, each as likely, whatever the other members say
// Assumption of the shape: a floor set by distance, a queueing tail, and rare stalls (garbage, retransmission).
// Published round trips to the venue: 1 to 25 ms near it (research on peers), feed p50 5 / p95 17 ms.
struct LegLatency {
  Nanos base, jitter;
  std::int64_t spike_ppm = 0;
  Nanos spike;
  std::shared_ptr<const std::vector<Nanos>> recorded{};  // not empty when it is there
  [[nodiscard]] static LegLatency constant(Nanos base) noexcept { return {base, {}, 0, {}, {}}; }
  [[nodiscard]] bool operator==(const LegLatency&) const noexcept = default;
};

struct LatencySettings {
  // Venue to us. `recorded`: the recorder's own delay of each frame (receive time less the venue's timestamp, between 0
  // and data_cap); frames without a venue time, and times that cannot be, get `data`.
  bool recorded = false;
  LegLatency data{Nanos::from_millis(12), {}, 0, {}, {}};
  Nanos data_cap = Nanos::from_seconds(2);
  LegLatency order{Nanos::from_millis(15), Nanos::from_millis(5), 5'000, Nanos::from_millis(250), {}};
  LegLatency cancel = order, user = order;
  // Orders, cancels and answers `percent` as slow: the latency curve.
  void scale(std::int64_t percent);
  [[nodiscard]] bool operator==(const LatencySettings&) const noexcept = default;
};

struct VenueModelSettings {
  Realism realism;
  LatencySettings latency;
  QueueModel queue = QueueModel::kPessimistic;
  double queue_power = 2.0;          // of kPower
  std::optional<Nanos> taker_delay;  // of markets that hold takers; nothing: as long as at their date (published_rules)
  Nanos settlement_delay = Nanos::from_seconds(4);
  Nanos operation_delay = Nanos::from_seconds(5);
  Usd gas = Usd::from_micros(10'000);
  // No published rates: assumptions, to be varied. Fills that settlement takes back; orders that find their level gone
  // because somebody else was faster although the book still showed it.
  std::int64_t settlement_failure_ppm = 2'000;
  std::int64_t miss_ppm = 20'000;
  std::uint64_t seed = 1;
  [[nodiscard]] bool operator==(const VenueModelSettings&) const noexcept = default;
};

struct LadderStep {
  std::string name, what;
  Realism realism;
};
// From "mid-price, instant, free" to everything on, one assumption at a time.
[[nodiscard]] std::vector<LadderStep> ladder();
// "fees", "latency", ...: the switch of that name; null when there is none.
[[nodiscard]] bool Realism::*realism_switch(std::string_view name) noexcept;
[[nodiscard]] std::vector<std::string_view> realism_switches();

}  // namespace underround::backtest
