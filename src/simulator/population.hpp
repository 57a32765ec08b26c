// Who trades against you: desks that quote whole events, retail makers that quote one leg and look at it seldom, noise
// takers, and rivals that hunt complete sets. All late, each by its own latency; calibration in README.md.
#pragma once

#include <cstdint>
#include <memory>

#include "base/random.hpp"
#include "simulator/fair_board.hpp"
#include "simulator/scheduler.hpp"
#include "simulator/venue.hpp"

namespace underround::simulator {

struct PopulationSettings {
  // Desks: refresh all legs of an event in one go. Latencies are log-normal medians.
  Nanos desk_latency = Nanos::from_millis(250);
  Nanos second_desk_latency = Nanos::from_millis(600);
  // Retail makers: one small quote on one leg, old for seconds after the world has moved.
  Nanos retail_latency = Nanos::from_millis(3500);
  double retail_size_median_shares = 28;  // the thinnest leg of a set then has about 15
  // Rivals: from seeing a mispriced set to their orders' arrival.
  Nanos rival_latency = Nanos::from_millis(3200);
  double rival_min_edge = 0.002;  // USD a set after fees
  double snipe_margin = 0.015;    // USD a share after fees that makes a desk take a stale quote
  double noise_rate = 1.0;        // multiplies how often noise takers trade
  bool rivals = true;
};

struct PopulationCounters {
  std::uint64_t refreshes = 0;  // of desk events and retail legs
  std::uint64_t quotes = 0;     // orders placed to rest
  std::uint64_t snipes = 0;     // stale quotes taken by a desk that knew better
  std::uint64_t noise_orders = 0;
  std::uint64_t rival_sets = 0;  // complete sets bought or sold by rivals
  std::uint64_t refused = 0;     // orders the venue did not take
};

class Crowd;

class Population {
 public:
  Population(Scheduler& scheduler, Venue& venue, FairBoard& fairs, const PopulationSettings& settings, Random rng);
  ~Population();

  [[nodiscard]] const PopulationCounters& counters() const noexcept;

 private:
  std::unique_ptr<Crowd> crowd_;
};

}  // namespace underround::simulator
