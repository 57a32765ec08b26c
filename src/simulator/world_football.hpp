// Three-way football matches (home, draw, away: a complete neg-risk event), goals by Poisson process, final whistle.
// Assumptions: constant scoring rates drawn per match (about 1.5 and 1.15 a match), 45 + 45 minutes with a 15 minute
// break and a few minutes of stoppage time; rates drift, and every ten minutes or so something happens short of a goal
// (a card, a penalty) that changes one side's rate.
#pragma once

#include <array>
#include <deque>
#include <vector>

#include "base/random.hpp"
#include "simulator/world_context.hpp"

namespace underround::simulator {

class WorldFootball final : public Task {
 public:
  WorldFootball(WorldContext& context, Random rng) : context_(context), rng_(rng) {}
  void start();
  void on_due(Nanos now, std::uint64_t payload) override;

 private:
  enum class Turn : std::uint8_t { kTick, kResolve };
  struct Match {
    GroupId group;
    std::array<MarketId, 3> markets;
    Nanos kick_off;
    double home_rate = 0, away_rate = 0;  // goals a match
    double stoppage_s = 0;
    int home = 0, away = 0;
    bool started = false;
    bool over = false;
  };
  void list_match(Nanos kick_off);
  void tick(std::size_t index, Nanos now);
  void play(Match& match, double played_before, double played_now);
  void tell(const Match& match, Nanos now);
  void update_fairs(const Match& match, double played);
  // Seconds of play until `now`, the break left out.
  [[nodiscard]] static double played_seconds(const Match& match, Nanos now) noexcept;
  [[nodiscard]] static double full_time(const Match& match) noexcept;
  void schedule(Nanos when, Turn turn, std::size_t index);

  WorldContext& context_;
  Random rng_;
  std::deque<Match> matches_;
};

}  // namespace underround::simulator
