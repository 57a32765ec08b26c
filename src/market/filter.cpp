#include "market/filter.hpp"

#include <algorithm>
#include <unordered_map>

namespace underround {
namespace {

bool any_answers(const ConditionSpec& spec, const std::vector<std::string>& names) {
  return std::ranges::any_of(names, [&spec](const std::string& name) { return answers_to(spec, name); });
}

bool passes(const ConditionSpec& spec, const MarketFilter& filter, Nanos now) {
  if (any_answers(spec, filter.allow)) return true;
  if (!filter.tags.empty() && !any_answers(spec, filter.tags)) return false;
  if (spec.volume_24h < filter.min_volume_24h || spec.liquidity < filter.min_liquidity) return false;
  if (spec.end_at == Nanos{}) return true;
  const Nanos left = spec.end_at - now;
  if (filter.min_time_to_end > Nanos{} && left < filter.min_time_to_end) return false;
  return filter.max_time_to_end <= Nanos{} || left <= filter.max_time_to_end;
}

std::size_t priority_of(const ConditionSpec& spec, const MarketFilter& filter) {
  const auto& tags = filter.priority_tags;
  return static_cast<std::size_t>(
      std::ranges::find_if(tags, [&spec](const std::string& tag) { return answers_to(spec, tag); }) - tags.begin());
}

// What is taken together: a neg-risk set, or one market.
struct Unit {
  std::vector<std::size_t> members;
  bool wanted = false;
  bool denied = false;
  std::size_t priority = 0;
  Usd volume{};
};

std::vector<Unit> units_of(std::span<const ConditionSpec> specs, const MarketFilter& filter, Nanos now) {
  std::vector<Unit> units;
  std::unordered_map<std::string_view, std::size_t> by_set;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const ConditionSpec& spec = specs[i];
    std::size_t at = units.size();
    if (spec.group.neg_risk && !spec.group.slug.empty()) at = by_set.try_emplace(spec.group.slug, at).first->second;
    if (at == units.size()) units.push_back({{}, false, false, filter.priority_tags.size(), {}});
    Unit& unit = units[at];
    unit.members.push_back(i);
    unit.wanted = unit.wanted || passes(spec, filter, now);
    unit.denied = unit.denied || any_answers(spec, filter.deny);
    unit.priority = std::min(unit.priority, priority_of(spec, filter));
    unit.volume += spec.volume_24h;
  }
  return units;
}

}  // namespace

bool answers_to(const ConditionSpec& spec, std::string_view name) noexcept {
  if (name.empty()) return false;
  if (name == spec.slug || name == spec.group.slug || name == spec.condition_id) return true;
  if (name == "sports" && !spec.sports_market_type.empty()) return true;
  return std::ranges::find(spec.tags, name) != spec.tags.end();
}

std::vector<std::size_t> select_markets(std::span<const ConditionSpec> specs, const MarketFilter& filter, Nanos now) {
  std::vector<Unit> units = units_of(specs, filter, now);
  std::erase_if(units, [](const Unit& unit) { return !unit.wanted || unit.denied; });
  std::ranges::sort(units, [&specs](const Unit& a, const Unit& b) {
    if (a.priority != b.priority) return a.priority < b.priority;
    if (a.volume != b.volume) return a.volume > b.volume;
    return specs[a.members.front()].condition_id < specs[b.members.front()].condition_id;
  });
  std::vector<std::size_t> chosen;
  for (const Unit& unit : units) {
    // A set that does not fit is passed over; a smaller one further down may still fit.
    if (filter.max_conditions != 0 && chosen.size() + unit.members.size() > filter.max_conditions) continue;
    chosen.insert(chosen.end(), unit.members.begin(), unit.members.end());
  }
  return chosen;
}

}  // namespace underround
