// The menu of faults. Data and dice only: whoever serves a frame or a response asks `fires()` and does the deed.
//   menu.add({.kind = FaultKind::kDropFrame, .from = t, .until = t + Nanos::from_seconds(10), .probability = 0.1});
//   if (menu.fires(FaultKind::kDropFrame, now)) return;
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "core/units.hpp"
#include "simulator/types.hpp"

namespace underround::simulator {

enum class FaultKind : std::uint8_t {
  kDropFrame,
  kDuplicateFrame,
  kReorderFrame,
  kStallSocket,     // answers PONG, sends no data
  kHalfOpen,        // neither data nor close
  kHtmlBody,        // a proxy's HTML page instead of JSON
  kHttpStatus,      // `http_status` (425, 429, 5xx), request not processed
  kLostResponse,    // `http_status` or a cut connection, although the order was accepted
  kGhostFill,       // the next fill is told and then FAILS; applied by Simulation
  kTickChange,      // the market's tick refines mid-flight; applied by Simulation
  kResolutionFlip,  // announced winner changes before redemption; applied by Simulation
  kNoHeartbeat,     // PONG and heartbeat answers stop
};
[[nodiscard]] std::optional<FaultKind> parse_fault_kind(std::string_view name) noexcept;  // "drop_frame", ...
[[nodiscard]] const char* to_string(FaultKind kind) noexcept;

struct Fault {
  FaultKind kind = FaultKind::kDropFrame;
  Nanos from{}, until{INT64_MAX};
  double probability = 1.0;
  std::uint32_t times = ~0U;  // at most this often
  int http_status = 503;
  MarketId market{};  // invalid = any
};

class FaultMenu {
 public:
  explicit FaultMenu(Random rng) : rng_(rng) {}
  void add(const Fault& fault) { faults_.push_back(fault); }
  void clear() noexcept { faults_.clear(); }
  [[nodiscard]] const std::vector<Fault>& active() const noexcept { return faults_; }
  // The fault of this kind that strikes now, if one does; counts it. Without active faults no dice are thrown, so an
  // empty menu changes nothing.
  [[nodiscard]] std::optional<Fault> fires(FaultKind kind, Nanos now);

 private:
  Random rng_;
  std::vector<Fault> faults_;
};

}  // namespace underround::simulator
