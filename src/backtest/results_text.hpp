// Results for the terminal: the verdict first, then what it rests on.
#pragma once

#include <string>

#include "backtest/results.hpp"

namespace underround::backtest {
[[nodiscard]] std::string results_text(const Results& results);
}  // namespace underround::backtest
