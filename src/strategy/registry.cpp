#include "strategy/registry.hpp"

#include <algorithm>
#include <array>

#include "strategy/clipper.hpp"
#include "strategy/multi_outcome.hpp"
#include "strategy/sum_to_100.hpp"

namespace underround {
namespace {

template <class T>
std::unique_ptr<Strategy> make(StrategyId id, const StrategySettings& settings) {
  return std::make_unique<T>(id, settings);
}

constexpr std::array kStrategies{
    StrategyInfo{"sum_to_100", "both outcomes of one condition: buy and merge, split and sell", true, make<SumTo100>},
    StrategyInfo{"multi_outcome", "complete sets over the conditions of one event", true, make<MultiOutcome>},
    StrategyInfo{"clipper", "one best level far from what the other outcomes imply", false, make<Clipper>},
};

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

Error unknown_name(std::string_view name) {
  std::string known;
  const StrategyInfo* nearest = nullptr;
  std::size_t least = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const StrategyInfo& info : kStrategies) {
    known += (known.empty() ? "" : ", ") + std::string(info.name);
    const std::size_t distance = edit_distance(name, info.name);
    if (distance < least) least = distance, nearest = &info;
  }
  std::string message = "no strategy is called '" + std::string(name) + "'";
  if (nearest != nullptr) message += ", did you mean '" + std::string(nearest->name) + "'?";
  return {ErrorCode::kNotFound, message + " (known: " + known + ")"};
}

}  // namespace

std::span<const StrategyInfo> known_strategies() noexcept { return kStrategies; }

Result<std::vector<std::unique_ptr<Strategy>>> make_strategies(std::span<const std::string> names,
                                                               const StrategySettings& settings) {
  std::vector<std::unique_ptr<Strategy>> made;
  for (const std::string& name : names) {
    const auto info =
        std::find_if(kStrategies.begin(), kStrategies.end(), [&](const auto& s) { return s.name == name; });
    if (info == kStrategies.end()) return std::unexpected(unknown_name(name));
    const bool twice = std::any_of(made.begin(), made.end(), [&](const auto& s) { return s->name() == name; });
    if (twice) return fail(ErrorCode::kInvalidInput, "strategy '" + name + "' is named twice");
    made.push_back(info->make(StrategyId{static_cast<std::uint8_t>(made.size())}, settings));
  }
  return made;
}

}  // namespace underround
