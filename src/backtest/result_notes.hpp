// The words of a report: whether there is an edge, and what the data is too thin to say.
#pragma once

#include <string>
#include <vector>

#include "backtest/results.hpp"

namespace underround::backtest {
[[nodiscard]] Verdict verdict_of(const Results& results, const ResultsSettings& settings);
[[nodiscard]] std::vector<std::string> thin_notes(const RunLog& log, const Results& results,
                                                  const ResultsSettings& settings);
[[nodiscard]] std::string usd_text(Usd usd);      // "-12.34 USD", four decimals below a cent
[[nodiscard]] std::string span_text(Nanos span);  // "90 s", "45 min", "3.2 h", "12.0 d"
}  // namespace underround::backtest
