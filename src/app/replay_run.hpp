// A replay with the engine riding along: books, checks, opportunities.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "backtest/replay.hpp"
#include "strategy/opportunity_log.hpp"

namespace underround {

struct ReplayRun {
  backtest::ReplayReport report;
  struct Found {
    Opportunity opportunity;
    std::string strategy, label;
  };
  std::vector<Found> opportunities;  // every episode, in order of closing
  std::uint64_t phantoms_refused = 0;
  std::uint64_t state_hash = 0;  // of the engine at the end: same files, same build, same number
};

[[nodiscard]] Result<ReplayRun> replay_run(std::span<const std::filesystem::path> files, const config::Config& config);

[[nodiscard]] std::string replay_json(const ReplayRun& run);
[[nodiscard]] std::string replay_text(const ReplayRun& run, bool list_opportunities);

}  // namespace underround
