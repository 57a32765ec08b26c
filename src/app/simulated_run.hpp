// The engine on the venue in a box, in virtual time and in one thread: same seed, same run, byte for byte.
//   auto run = simulated_run({.seed = 7, .duration = 15min, .journal = "out"});   run->state_hash
#pragma once

#include <cstdint>
#include <filesystem>

#include "app/config.hpp"
#include "core/error.hpp"
#include "core/units.hpp"

namespace underround {

struct SimulatedRunSettings {
  config::Config config;
  std::uint64_t seed = 1;
  std::uint32_t markets = 300;
  Nanos duration;
  std::filesystem::path journal;  // empty: none. Refused when there is one already
};

struct SimulatedRun {
  std::uint64_t state_hash = 0, events = 0, commands = 0, journal_records = 0;
  std::uint64_t markets = 0, opportunities_seen = 0, opportunities_taken = 0, phantoms = 0;
  std::uint64_t orders = 0, fills = 0, invariant_violations = 0;
  bool ledger_equals_venue = false;  // cash to the micro-dollar, and every position
  Nanos from, to;
  Usd pnl, equity, fees;
};

[[nodiscard]] Result<SimulatedRun> simulated_run(const SimulatedRunSettings& settings);

}  // namespace underround
