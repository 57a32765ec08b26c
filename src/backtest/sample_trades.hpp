// A few trades to look at: the biggest wins, the biggest losses, and some drawn at random, which are the honest ones.
#pragma once

#include <cstdint>
#include <vector>

#include "backtest/results.hpp"
#include "backtest/run_index.hpp"

namespace underround::backtest {
// At most `most`: two fifths wins, two fifths losses, the rest drawn from what is left. The same seed draws the same.
[[nodiscard]] std::vector<SampleTrade> sample_trades(const RunLog& log, const RunIndex& index, std::size_t most,
                                                     std::uint64_t seed);
}  // namespace underround::backtest
