// Results as one JSON object, keys always in the same order. Money: whole micro-dollars, keys end in _usd_micros;
// prices in pips, sizes in micro-shares, times in nanoseconds since 1970; ratios are doubles; null = not known or too
// thin to say. Ids are strings: a JavaScript number holds 53 bits.
//   {"headline":{...},"thin":[...],"parts":{...},"markouts":[...],...,"curve":[[at_ns,equity,cash,bound]...],"samples":[]}
#pragma once

#include <string>

#include "backtest/results.hpp"
#include "base/json_writer.hpp"

namespace underround::backtest {
void write_results(JsonWriter& json, const Results& results);
// The figures that runs are compared by (a rung of the ladder, a point of the latency curve, two reports).
void write_headline(JsonWriter& json, const Results& results);
void write_parts(JsonWriter& json, const PnlParts& parts);
[[nodiscard]] std::string results_json(const Results& results);
}  // namespace underround::backtest
