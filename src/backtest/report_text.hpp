// A report for the terminal: the run, then what each assumption and each latency was worth.
#pragma once

#include <string>

#include "backtest/report.hpp"

namespace underround::backtest {
[[nodiscard]] std::string report_text(const Report& report);
}  // namespace underround::backtest
