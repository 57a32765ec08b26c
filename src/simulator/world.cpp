#include "simulator/world.hpp"

#include "simulator/world_binaries.hpp"
#include "simulator/world_context.hpp"
#include "simulator/world_crypto.hpp"
#include "simulator/world_election.hpp"
#include "simulator/world_football.hpp"

namespace underround::simulator {

struct World::Parts {
  WorldContext context;
  std::uint32_t markets;
  WorldCrypto crypto;
  WorldFootball football;
  WorldElection election;
  WorldBinaries binaries;
  Parts(WorldContext shared, std::uint32_t count, const Random& rng)
      : context(std::move(shared)),
        markets(count),
        crypto(context, rng.fork("crypto")),
        football(context, rng.fork("football")),
        election(context, rng.fork("election")),
        binaries(context, rng.fork("binaries")) {}
};

World::World(Scheduler& scheduler, Venue& venue, const WorldSettings& settings, std::uint32_t markets, Random rng)
    : settings_(settings),
      parts_(std::make_unique<Parts>(WorldContext{scheduler, venue, fairs_, settings_, {}}, markets, rng)) {}

World::~World() = default;

void World::start() {
  if (settings_.elections) parts_->election.start();
  parts_->football.start();
  if (settings_.crypto) parts_->crypto.start();
  const auto listed = static_cast<std::uint32_t>(parts_->context.venue.market_count());
  parts_->binaries.start(parts_->markets > listed ? parts_->markets - listed : 0);
}

double World::reference_price(std::string_view symbol) const noexcept { return parts_->crypto.price(symbol); }

std::span<const std::string_view> World::symbols() const noexcept { return WorldCrypto::kSymbols; }

void World::add_listener(Listener& listener) { parts_->context.listeners.push_back(&listener); }

void World::remove_listener(Listener& listener) { std::erase(parts_->context.listeners, &listener); }

}  // namespace underround::simulator
