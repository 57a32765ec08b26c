// From "seen on the screen" to "settled": how many opportunities came how far, and why the others did not.
#pragma once

#include "backtest/results.hpp"
#include "backtest/run_index.hpp"

namespace underround::backtest {
[[nodiscard]] Funnel funnel_of(const RunLog& log, const RunIndex& index);
// Adds to the entry of that name.
void add_count(std::vector<Count>& counts, const std::string& name, std::uint64_t by = 1);
void most_first(std::vector<Count>& counts);
}  // namespace underround::backtest
