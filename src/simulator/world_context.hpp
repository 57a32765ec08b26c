// What the parts of the world share.
#pragma once

#include <vector>

#include "simulator/fair_board.hpp"
#include "simulator/listener.hpp"
#include "simulator/scheduler.hpp"
#include "simulator/venue.hpp"
#include "simulator/world.hpp"

namespace underround::simulator {

struct WorldContext {
  Scheduler& scheduler;
  Venue& venue;
  FairBoard& fairs;
  const WorldSettings& settings;
  std::vector<Listener*> listeners;  // of reference quotes and trades
};

// What every market of the world has in common: version, smallest order, phase.
[[nodiscard]] inline ConditionSpec base_spec() {
  ConditionSpec spec;
  spec.version = MarketVersion::kV1;
  spec.outcomes = {"Yes", "No"};
  spec.tick = kTick001;
  spec.min_order_size = Shares::whole(5);
  return spec;
}

}  // namespace underround::simulator
