// Every strategy by name. Adding one is its file pair and one line in registry.cpp (docs/ADDING_A_STRATEGY.md).
//   auto strategies = make_strategies(config.strategies.enabled, settings);   // Result
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "strategy/strategy.hpp"

namespace underround {

struct StrategyInfo {
  std::string_view name;
  std::string_view summary;
  bool on_by_default;  // false: the edge is a model's, and a person has to ask for it
  std::unique_ptr<Strategy> (*make)(StrategyId, const StrategySettings&);
};

[[nodiscard]] std::span<const StrategyInfo> known_strategies() noexcept;

// In the order named; StrategyId = index. Unknown or repeated names are refused with a suggestion and the known names.
[[nodiscard]] Result<std::vector<std::unique_ptr<Strategy>>> make_strategies(std::span<const std::string> names,
                                                                             const StrategySettings& settings);

}  // namespace underround
