// The simulator started inside this process, as a venue with addresses.
#pragma once

#include <memory>

#include "app/session.hpp"
#include "core/error.hpp"
#include "simulator/server/simulator_server.hpp"

namespace underround {

// The venue a configuration names: the embedded one is started (and its filters opened), the real one only addressed.
struct ChosenVenue {
  std::unique_ptr<simulator::SimulatorServer> embedded;  // null = the real venue
  VenueUrls urls;
};
[[nodiscard]] Result<ChosenVenue> choose_venue(config::Config& config);

// For commands that act on an account outside a running engine: an embedded venue lives and dies with its engine, so
// they want one with addresses (kInvalidInput says how to get one).
[[nodiscard]] Result<VenueUrls> real_venue_urls(const config::Config& config);

}  // namespace underround
