// What the markets are about: elections, football matches, crypto windows, plain questions. Creates the markets, moves
// the fair probabilities, ends and resolves them. One file pair per kind of event (world_*.hpp); all seeded.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/random.hpp"
#include "simulator/fair_board.hpp"
#include "simulator/scheduler.hpp"
#include "simulator/venue.hpp"

namespace underround::simulator {

struct WorldSettings {
  bool elections = true;       // 12 outcomes, complete; and 6 + "Other", augmented: a trap
  unsigned more_races = 0;     // further complete races of five to eight
  bool crypto = true;          // BTC, ETH, SOL, XRP up/down, 5 and 15 minutes
  unsigned matches = 8;        // football matches alive or ahead at any time
  unsigned windows_ahead = 2;  // crypto windows listed before they start (the venue: about 24 hours of them)
  bool protocol_v2 = true;     // some plain questions trade under Protocol V2
  Nanos reference_interval = Nanos::from_millis(100);  // mean time between Binance quotes of one symbol
};

class World {
 public:
  World(Scheduler& scheduler, Venue& venue, const WorldSettings& settings, std::uint32_t markets, Random rng);
  ~World();
  // Lists the first markets. Once, after listeners and sinks are in place.
  void start();

  [[nodiscard]] FairBoard& fairs() noexcept { return fairs_; }
  [[nodiscard]] double fair(MarketId market) const noexcept { return fairs_[market]; }
  // Spot price of "BTCUSDT" and so on; 0 when unknown.
  [[nodiscard]] double reference_price(std::string_view symbol) const noexcept;
  [[nodiscard]] std::span<const std::string_view> symbols() const noexcept;

  void add_listener(Listener& listener);  // reference quotes and trades
  void remove_listener(Listener& listener);

 private:
  struct Parts;
  WorldSettings settings_;
  FairBoard fairs_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace underround::simulator
