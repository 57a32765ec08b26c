// How often, how big and how long: episodes in which the best asks of a complete event add up to less than one dollar.
//   SetMeter meter(simulation.venue());  simulation.venue().add_listener(meter);  ... meter.report(simulation.now())
// The yardstick for the population (research/peers.md 1.5, data/ANALYSIS.md section 2): gross of fees, at the touch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "simulator/venue.hpp"

namespace underround::simulator {

class SetMeter final : public Listener {
 public:
  struct Episode {
    GroupId group;
    Nanos from, until;
    double best_edge = 0;     // USD a set
    double size_at_best = 0;  // shares on the thinnest leg
  };
  struct Report {
    std::size_t events = 0;
    std::size_t episodes = 0;
    double share_of_time = 0;  // in which an event's asks add up to less than 1
    double median_duration_s = 0, p90_duration_s = 0;
    double median_edge = 0, p90_edge = 0;
    double median_size = 0, p90_size = 0;
    double median_ask_sum = 0;  // of all states seen
    [[nodiscard]] std::string text() const;
  };

  explicit SetMeter(const Venue& venue) : venue_(venue) {}
  void on_book(const BookBatch& batch) override;
  void on_market_phase(const Market& market, Nanos now) override;
  [[nodiscard]] Report report(Nanos now) const;
  [[nodiscard]] const std::vector<Episode>& episodes() const noexcept { return episodes_; }

 private:
  struct State {
    bool two_sided = false;  // every leg has an ask
    bool open = false;
    Episode episode;
    Nanos since;
    Nanos observed;  // time with every leg quoted
    Nanos below;     // of that, with the sum under one
  };
  void look(GroupId group, Nanos now);
  void close(State& state, Nanos now);

  const Venue& venue_;
  std::vector<State> states_;  // by GroupId
  std::vector<Episode> episodes_;
  std::vector<std::uint32_t> ask_sums_;  // histogram, by pips over 0.8 USD
};

}  // namespace underround::simulator
