// Made-up figures for looking at the page. Nothing of it is a claim about any market.
#pragma once

#include <cstdint>

#include "base/random.hpp"
#include "engine/engine_view.hpp"

namespace underround::web {

enum class Scene : std::uint8_t { kTrading, kEmpty, kHalted };

// Keeps a small world in motion between pictures.
class SyntheticEngine {
 public:
  SyntheticEngine(Scene scene, RunMode mode, Nanos start);
  // Moves time forward and fills `view`.
  void picture(Nanos now, EngineView& view);

 private:
  void add_positions(EngineView& view);
  void add_orders(EngineView& view);
  void add_opportunities(EngineView& view);
  void add_books(EngineView& view);
  void add_health(EngineView& view);

  Scene scene_;
  RunMode mode_;
  Nanos start_, now_;
  Random random_{7};
  std::int64_t pnl_micros_ = 0, fees_micros_ = 0;
  std::uint64_t messages_ = 0, seen_ = 41, taken_ = 12, phantoms_ = 873, orders_ = 31, fills_ = 27;
};

}  // namespace underround::web
