// The report as one HTML file: script, style and data inside, nothing loaded from elsewhere. The page is
// dashboard/report/ (TypeScript), built and embedded by cmake/Dashboard.cmake.
#pragma once

#include <string>

#include "backtest/report.hpp"

namespace underround::backtest {
[[nodiscard]] std::string report_html(const Report& report);
}  // namespace underround::backtest
