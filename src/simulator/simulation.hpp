// Venue, world and population on one virtual clock: the whole box.
//   Simulation simulation({.seed = 7, .markets = 300});
//   const AccountId me = simulation.make_account("0xf39f...", Usd::whole(1000));
//   simulation.venue().add_listener(mine);   simulation.advance_to(simulation.now() + Nanos::from_seconds(3600));
// Same settings, same calls: the same events, byte for byte (event_hasher.hpp shows it). No clock, no threads, no
// sockets.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "simulator/faults.hpp"
#include "simulator/population.hpp"
#include "simulator/scheduler.hpp"
#include "simulator/venue.hpp"
#include "simulator/world.hpp"

namespace underround::simulator {

struct Settings {
  std::uint64_t seed = 1;
  Nanos start = Nanos::from_seconds(1'795'132'800);  // 2026-11-20T00:00:00Z
  std::uint32_t markets = 300;                       // total, plain binaries fill up what the fixed cast leaves
  bool with_population = true;                       // without: empty books, for scripted scenarios
  VenueSettings venue{};
  WorldSettings world{};
  PopulationSettings population{};
};

class Simulation {
 public:
  explicit Simulation(const Settings& settings);
  ~Simulation();

  // Never backwards: an earlier time does nothing.
  void advance_to(Nanos time);
  [[nodiscard]] Nanos now() const noexcept { return scheduler_.now(); }

  // Faucet: opens the account when it is new, adds `amount` either way.
  AccountId make_account(std::string_view address, Usd amount);

  // Faults that touch the venue itself (ghost fill, tick change, resolution flip) take effect here; the others wait in
  // faults() for whoever serves frames.
  void inject(const Fault& fault);

  [[nodiscard]] Venue& venue() noexcept { return *venue_; }
  [[nodiscard]] World& world() noexcept { return *world_; }
  [[nodiscard]] Population* population() noexcept { return population_.get(); }  // nullptr without
  [[nodiscard]] FaultMenu& faults() noexcept { return faults_; }
  [[nodiscard]] Scheduler& scheduler() noexcept { return scheduler_; }
  [[nodiscard]] const Settings& settings() const noexcept { return settings_; }

 private:
  Settings settings_;
  Scheduler scheduler_;
  FaultMenu faults_;
  std::unique_ptr<Venue> venue_;
  std::unique_ptr<World> world_;
  std::unique_ptr<Population> population_;
  class VenueFaults;
  std::unique_ptr<VenueFaults> venue_faults_;
};

}  // namespace underround::simulator
