// The population is believed because its mispricings look like the published ones: research/peers.md 1.5 (median 2.7 to
// 3.6 s, 76.9 % limited to about 15 shares, edges around 1 %) and data/ANALYSIS.md section 2 (0.1 to 1.6 % of states,
// median ask sum 1.03). Bands are broad; the numbers are printed.
#include "simulator/population.hpp"

#include <gtest/gtest.h>

#include <iostream>

#include "simulator/set_meter.hpp"
#include "simulator/simulation.hpp"

namespace underround::simulator {
namespace {

TEST(Population, MispricedSetsLookLikeThePublishedOnes) {
  Simulation simulation({.seed = 20261120, .markets = 120});
  simulation.advance_to(simulation.now() + Nanos::from_seconds(30));  // everybody is in place
  SetMeter meter(simulation.venue());
  simulation.venue().add_listener(meter);
  simulation.advance_to(simulation.now() + Nanos::from_seconds(3600));
  const SetMeter::Report r = meter.report(simulation.now());
  const PopulationCounters& c = simulation.population()->counters();
  std::cout << r.text() << "\n"
            << "refreshes " << c.refreshes << ", quotes " << c.quotes << ", snipes " << c.snipes << ", noise "
            << c.noise_orders << ", rival sets " << c.rival_sets << ", refused " << c.refused << ", trades "
            << simulation.venue().trades_made() << ", tasks " << simulation.scheduler().executed() << "\n";
  EXPECT_GE(r.episodes, 15U);
  EXPECT_GT(r.share_of_time, 0.0003);
  EXPECT_LT(r.share_of_time, 0.02);
  EXPECT_GT(r.median_duration_s, 1.0);
  EXPECT_LT(r.median_duration_s, 6.0);
  EXPECT_GT(r.median_edge, 0.002);
  EXPECT_LT(r.median_edge, 0.02);
  EXPECT_GT(r.median_size, 6.0);
  EXPECT_LT(r.median_size, 30.0);
  EXPECT_GT(r.median_ask_sum, 1.008);
  EXPECT_LT(r.median_ask_sum, 1.05);
  EXPECT_GT(c.rival_sets, 0U);
  EXPECT_EQ(simulation.venue().ledger().check_conservation(), std::nullopt);
}

}  // namespace
}  // namespace underround::simulator
