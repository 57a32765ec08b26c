// One recording, many settings: every combination of the parameters given, on all cores, and what the winner is worth
// once it is remembered how many were tried.
//   auto sweep = run_sweep({.study = ..., .parameters = {{"strategies.min_edge_usd", {"0.002", "0.01"}}}, .folds = 4});
// Walk-forward: the recording is cut into `folds` pieces of equal length; on each piece but the first the combination
// is traded that was best on all the pieces before it. That figure has not seen its own future; the best of all has.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/backtest_study.hpp"

namespace underround {

struct SweepParameter {
  std::string key;                  // of the configuration: "strategies.min_edge_usd"
  std::vector<std::string> values;  // as they would stand in the environment
};

struct SweepSettings {
  StudySettings study;
  std::vector<SweepParameter> parameters;
  std::size_t folds = 4;
  static constexpr std::size_t kMostCombinations = 10'000;
};

struct SweepRow {
  std::vector<std::string> values;  // in the order of the parameters
  backtest::Results results;        // the whole recording
  std::vector<Usd> folds;           // P&L of each piece, run alone
};

struct SweepFold {
  Nanos from, to;
  std::size_t chosen = 0;     // row; by the pieces before this one
  Usd in_sample, out_sample;  // of the chosen: before, and on this piece
};

struct Sweep {
  std::vector<SweepParameter> parameters;
  std::vector<SweepRow> rows;         // in the order of the combinations
  std::size_t best = 0;               // by P&L over the whole recording
  backtest::Results best_after_luck;  // the best row's, judged as the best of that many trials
  std::vector<SweepFold> walk;        // empty with fewer than two pieces
  Usd walk_total;                     // out of sample
  std::string warning;                // in words: how many were tried, and what that does to the best
};

[[nodiscard]] Result<Sweep> run_sweep(const SweepSettings& settings);
[[nodiscard]] std::string sweep_json(const Sweep& sweep);
[[nodiscard]] std::string sweep_text(const Sweep& sweep);

}  // namespace underround
