// The engine on recorded markets: the very engine that trades, with the recording for a feed and FillModel for a venue.
//   auto data = MarketData::open(folders).value();
//   RunLog log = run_backtest(data, make_engine, {.name = "everything on"}).value();
//
// Two clocks, one line of time: a frame exists at the venue at its exchange time and at the engine at its receive time;
// what the engine sends reaches the venue later, and meets the book that the venue has then, not the one that was seen.
// The recording says when we received; how long before that the venue had it is LatencySettings' business.
// Deterministic. Memory does not grow with the length of the recording (RunLog's rows do).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "backtest/fill_model.hpp"
#include "backtest/market_data.hpp"
#include "backtest/run_log.hpp"
#include "backtest/run_recorder.hpp"
#include "core/error.hpp"
#include "engine/engine.hpp"

namespace underround::backtest {

struct BacktestSettings {
  std::string name;
  VenueModelSettings venue{};
  // Trading between these; 0 = all there is. Books are built from the beginning.
  Nanos from{}, to{};
  Nanos timer_every = Nanos::from_millis(100);
  Nanos idle_timer_every = Nanos::from_seconds(1);  // while no plan is open and nothing is on its way
  Nanos rest = Nanos::from_seconds(90);  // after the last frame: what is under way settles, late looks are taken
  RunRecorderSettings recorder{};
  // Sees every step: a journal.
  std::function<void(const Event&, std::span<const Command>)> tap{};
  // Bytes of the recording that have been read; for a progress bar.
  std::function<void(std::uint64_t)> progress{};
};

// With an empty catalogue, to which the markets of the recording are added.
using EngineFactory = std::function<Result<std::unique_ptr<Engine>>(Catalogue&)>;
[[nodiscard]] Result<RunLog> run_backtest(MarketData& data, const EngineFactory& make,
                                          const BacktestSettings& settings);

}  // namespace underround::backtest
