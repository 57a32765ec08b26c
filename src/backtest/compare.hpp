// Two reports side by side: what was set differently, and what that did. B - A throughout.
//   auto c = compare_reports(json_a, json_b);   if (c) fmt::print("{}", comparison_text(*c));
// Reads what report_json() wrote, of this version only. Intervals that do not overlap are a difference that chance
// rarely makes; overlapping ones say nothing for sure (two runs of one recording share its luck, so that this is the
// cautious reading).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backtest/results.hpp"
#include "core/error.hpp"

namespace underround::backtest {

template <class Value, class Range>
struct Change {
  std::string name;
  std::optional<Value> a, b;
  std::optional<Range> a_interval, b_interval;
  // Nothing when either interval is missing.
  [[nodiscard]] std::optional<bool> overlap() const {
    if (!a_interval || !b_interval) return std::nullopt;
    return a_interval->overlaps(*b_interval);
  }
};
using MoneyChange = Change<Usd, UsdInterval>;
using RatioChange = Change<double, statistics::Interval>;
struct CountChange {
  std::string name;
  std::int64_t a = 0, b = 0;
};
struct SettingChange {
  std::string name;
  std::optional<std::string> a, b;  // nothing: not there
};

struct Comparison {
  std::string title_a, title_b, verdict_a, verdict_b;  // verdicts in words
  bool identical = false;                              // the same events led to the same state: the same run
  std::vector<SettingChange> settings;                 // those that differ, by name
  std::vector<CountChange> counts;
  std::vector<MoneyChange> money;  // "pnl" first
  std::vector<RatioChange> ratios;
  std::vector<MoneyChange> parts;    // of the P&L
  std::vector<MoneyChange> ladder;   // P&L of rungs with one name; a rung of one report only has one side
  std::vector<MoneyChange> latency;  // P&L by order latency
  std::string conclusion;            // in words
};

[[nodiscard]] Result<Comparison> compare_reports(std::string_view report_a, std::string_view report_b);
[[nodiscard]] std::string comparison_json(const Comparison& comparison);
[[nodiscard]] std::string comparison_text(const Comparison& comparison);

}  // namespace underround::backtest
