// What `underround backtest` makes: one recording, the run, the same run on every rung of the ladder of assumptions and
// at other latencies, as one report. Also the sweep over parameters.
//   auto report = run_study(settings);   report_html(*report);
// Runs are independent and use all cores; each reads the recording for itself.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "app/config.hpp"
#include "app/engine_journal.hpp"
#include "backtest/backtest.hpp"
#include "backtest/report.hpp"

namespace underround {

struct StudySettings {
  std::string title;
  std::vector<std::filesystem::path> folders;  // native recordings
  config::Config config;
  backtest::BacktestSettings run;
  backtest::ResultsSettings results;
  backtest::Assumptions assumptions{};
  bool ladder = false, latency_curve = false;
  unsigned threads = 0;  // 0 = all cores
  std::filesystem::path journal;
  std::function<void(std::size_t done, std::size_t runs)> progress{};
};

[[nodiscard]] Result<backtest::Report> run_study(const StudySettings& settings);

// One run, without a study around it.
struct OneRun {
  backtest::RunLog log;
  std::vector<std::string> notes;  // what the recordings say of themselves
};
[[nodiscard]] Result<OneRun> run_once(const StudySettings& settings, const backtest::BacktestSettings& run,
                                      const config::Config& config, EngineJournal* journal = nullptr);

// Calls job(0) ... job(count - 1) on `threads` threads (0 = all cores). Jobs must not throw.
void on_all_cores(std::size_t count, unsigned threads, const std::function<void(std::size_t)>& job);

}  // namespace underround
