// The box's own service, no venue has it: money, set operations, faults, time, state. Shapes in README.md.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "simulator/chain/chain.hpp"
#include "simulator/server/fault_gate.hpp"
#include "simulator/server/json_value.hpp"
#include "simulator/server/router.hpp"
#include "simulator/server/sim_clock.hpp"
#include "simulator/simulation.hpp"

namespace underround::simulator {

class ControlService {
 public:
  // `wall` gives wall time.
  ControlService(Simulation& simulation, FaultGate& gate, SimClock& clock, Chain& chain, std::function<Nanos()> wall)
      : simulation_(simulation),
        venue_(simulation.venue()),
        gate_(gate),
        clock_(clock),
        chain_(chain),
        wall_(std::move(wall)) {}
  void add_routes(Router& router);
  // Set by POST /time {"advance_ms"}: the answer is due when simulated time has got there. Asking clears it.
  [[nodiscard]] std::optional<Nanos> take_awaited() noexcept { return std::exchange(awaited_, std::nullopt); }
  [[nodiscard]] std::string time_json() const;

  static constexpr Nanos kMaxAdvance = Nanos::from_seconds(7 * 86400);

 private:
  [[nodiscard]] Reply faucet(const JsonValue& body);
  [[nodiscard]] Reply operation(const JsonValue& body);
  [[nodiscard]] Reply convert(AccountId account, const JsonValue& body, Shares amount);
  [[nodiscard]] Reply faults(const JsonValue& body);
  [[nodiscard]] std::optional<std::string> add_fault(const JsonValue& fault);
  [[nodiscard]] Reply time(const JsonValue& body);
  [[nodiscard]] Reply state() const;
  [[nodiscard]] Reply account(std::string_view address) const;
  [[nodiscard]] std::string account_json(AccountId account) const;

  Simulation& simulation_;
  Venue& venue_;
  FaultGate& gate_;
  SimClock& clock_;
  Chain& chain_;
  std::function<Nanos()> wall_;
  std::optional<Nanos> awaited_;
};

}  // namespace underround::simulator
