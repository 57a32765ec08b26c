// What an import did, for people and for programs.
#pragma once

#include <string>

#include "backtest/import/import_report.hpp"

namespace underround {

[[nodiscard]] std::string import_json(const backtest::ImportReport& report);
[[nodiscard]] std::string import_text(const backtest::ImportReport& report);

}  // namespace underround
