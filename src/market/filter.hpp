// Which markets to trade, and in which order: by tag, volume, liquidity, end date, allow and deny lists.
//   MarketFilter filter;  filter.priority_tags = {"sports", "esports"};  filter.max_conditions = 2000;
//   for (std::size_t i : select_markets(specs, filter, now)) catalogue.add(specs[i]);
// A neg-risk set is taken whole or not at all: one missing leg and it is no longer a complete set (DESIGN section 4).
// Cold path.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/units.hpp"
#include "market/catalogue.hpp"

namespace underround {

struct MarketFilter {
  std::vector<std::string> tags;   // any one of these; empty = every market
  std::vector<std::string> allow;  // always in, thresholds do not apply: slug, event slug, condition id or tag
  std::vector<std::string> deny;   // always out, wins over allow; same names
  Usd min_volume_24h{};
  Usd min_liquidity{};
  Nanos min_time_to_end{};  // 0 = no bound; a market without an end date passes both bounds
  Nanos max_time_to_end{};
  std::vector<std::string> priority_tags;  // markets with the first tag come first, then the second, then the rest
  std::size_t max_conditions = 0;          // 0 = no limit
};

// True when `name` is the market's slug, event slug, condition id, or one of its tags. A market with a sports market
// type carries the tag "sports" even when the venue did not send tags.
[[nodiscard]] bool answers_to(const ConditionSpec& spec, std::string_view name) noexcept;

// Indexes into `specs`, best first: priority tag, then 24 h volume of the set or market, then condition id.
[[nodiscard]] std::vector<std::size_t> select_markets(std::span<const ConditionSpec> specs, const MarketFilter& filter,
                                                      Nanos now);

}  // namespace underround
