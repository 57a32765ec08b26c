// Results per market (or event), per strategy and per hour.
#pragma once

#include <vector>

#include "backtest/results.hpp"
#include "backtest/run_index.hpp"

namespace underround::backtest {
[[nodiscard]] std::vector<TableRow> market_table(const RunLog& log, const RunIndex& index);
[[nodiscard]] std::vector<TableRow> strategy_table(const RunLog& log, const RunIndex& index);
// `pnl` is the run's: the last hour ends at the final equity, whatever the last equity point says.
[[nodiscard]] std::vector<HourRow> hour_table(const RunLog& log, Usd pnl);
}  // namespace underround::backtest
