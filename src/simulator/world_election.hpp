// Races: a complete neg-risk election of twelve, two smaller complete ones, and a trap of six names plus an open
// "Other" (augmented: more names may be added, so its legs are not a complete set although the venue prices them as
// if). Assumptions: shares are a softmax of random-walk strengths; many small steps, now and then news, mostly about
// somebody with a chance. The complete races are geopolitics, a category without taker fee (protocol 11): with 0.04 a
// leg a full set would cost about 3.4 cents in fees and no published mispricing would be worth taking.
#pragma once

#include <string>
#include <vector>

#include "base/random.hpp"
#include "simulator/world_context.hpp"

namespace underround::simulator {

class WorldElection final : public Task {
 public:
  WorldElection(WorldContext& context, Random rng) : context_(context), rng_(rng) {}
  void start();
  void on_due(Nanos now, std::uint64_t payload) override;

 private:
  enum class Turn : std::uint8_t { kStep, kNews, kEnd, kResolve };
  struct Race {
    GroupId group;
    std::vector<MarketId> markets;
    std::vector<double> strengths;
    std::size_t winner = 0;
    bool over = false;
  };
  // `deed`: what the winner does, "win the presidential election". `steepness`: how fast strength falls from name to
  // name.
  void list_race(const ConditionSpec::Group& group, const std::string& deed, std::size_t names, double steepness,
                 Nanos end);
  [[nodiscard]] std::size_t in_the_news(const Race& race);
  void update_fairs(const Race& race);
  [[nodiscard]] std::vector<double> shares(const Race& race) const;
  void schedule(Nanos when, Turn turn, std::size_t race);

  WorldContext& context_;
  Random rng_;
  std::vector<Race> races_;
};

}  // namespace underround::simulator
