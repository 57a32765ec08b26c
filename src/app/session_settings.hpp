// The configuration, as each room wants it.
#pragma once

#include <vector>

#include "app/config.hpp"
#include "engine/engine.hpp"
#include "market/filter.hpp"
#include "market/series.hpp"
#include "strategy/strategy.hpp"

namespace underround {

// On the embedded venue nothing is too small to look at: the filters are for the real one.
void open_to_everything(config::Config& config);

[[nodiscard]] MarketFilter filter_of(const config::Config& config);
[[nodiscard]] std::vector<UpDownSeries> series_of(const config::Config& config);
[[nodiscard]] StrategySettings strategy_settings_of(const config::Config& config);
[[nodiscard]] EngineSettings engine_settings_of(const config::Config& config, bool trade);

}  // namespace underround
