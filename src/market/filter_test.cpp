#include "market/filter.hpp"

#include <gtest/gtest.h>

namespace underround {
namespace {

constexpr Nanos kNow = Nanos::from_seconds(1'700'000'000);

ConditionSpec market(const std::string& slug, std::int64_t volume_usd, std::vector<std::string> tags = {}) {
  ConditionSpec spec;
  spec.slug = slug;
  spec.condition_id = "0x" + slug;
  spec.volume_24h = Usd::whole(volume_usd);
  spec.liquidity = Usd::whole(volume_usd);
  spec.end_at = kNow + Nanos::from_seconds(3600);
  spec.tags = std::move(tags);
  return spec;
}
ConditionSpec leg(const std::string& slug, const std::string& event, std::int64_t volume_usd) {
  ConditionSpec spec = market(slug, volume_usd);
  spec.group.slug = event;
  spec.group.neg_risk = true;
  return spec;
}

std::vector<std::string> chosen(const std::vector<ConditionSpec>& specs, const MarketFilter& filter) {
  std::vector<std::string> slugs;
  for (const std::size_t i : select_markets(specs, filter, kNow)) slugs.push_back(specs[i].slug);
  return slugs;
}
using Slugs = std::vector<std::string>;

TEST(MarketFilter, WithoutRulesTakesAllByVolume) {
  EXPECT_EQ(chosen({market("a", 1), market("b", 3), market("c", 2)}, {}), (Slugs{"b", "c", "a"}));
}

TEST(MarketFilter, EqualVolumeIsOrderedByConditionId) {
  EXPECT_EQ(chosen({market("b", 1), market("a", 1)}, {}), (Slugs{"a", "b"}));
}

TEST(MarketFilter, PriorityTagsComeFirstInTheirOrder) {
  MarketFilter filter;
  filter.priority_tags = {"sports", "esports"};
  ConditionSpec untagged_match = market("match", 1);
  untagged_match.sports_market_type = "moneyline";  // Gamma's /markets sends no tags
  EXPECT_EQ(chosen({market("btc", 100, {"crypto"}), market("cs2", 50, {"esports"}), untagged_match,
                    market("nba", 5, {"sports"})},
                   filter),
            (Slugs{"nba", "match", "cs2", "btc"}));
}

TEST(MarketFilter, TagVolumeLiquidityAndEndDateBound) {
  MarketFilter filter;
  filter.tags = {"crypto"};
  EXPECT_EQ(chosen({market("a", 1, {"crypto"}), market("b", 1)}, filter), Slugs{"a"});
  filter = {};
  filter.min_volume_24h = Usd::whole(10);
  EXPECT_EQ(chosen({market("a", 9), market("b", 10)}, filter), Slugs{"b"});
  filter = {};
  filter.min_liquidity = Usd::whole(10);
  EXPECT_EQ(chosen({market("a", 9), market("b", 10)}, filter), Slugs{"b"});
  filter = {};
  filter.min_time_to_end = Nanos::from_seconds(60);
  filter.max_time_to_end = Nanos::from_seconds(7200);
  ConditionSpec soon = market("soon", 1), late = market("late", 1), open_ended = market("open", 1),
                right = market("ok", 1);
  soon.end_at = kNow + Nanos::from_seconds(59);
  late.end_at = kNow + Nanos::from_seconds(7201);
  open_ended.end_at = Nanos{};
  EXPECT_EQ(chosen({soon, late, open_ended, right}, filter), (Slugs{"ok", "open"}));
}

TEST(MarketFilter, AllowSkipsThresholdsAndDenyWins) {
  MarketFilter filter;
  filter.min_volume_24h = Usd::whole(100);
  filter.allow = {"small", "0xby-id", "tagged"};
  filter.deny = {"banned"};
  EXPECT_EQ(chosen({market("small", 1), market("by-id", 1), market("x", 1, {"tagged"}), market("other", 1),
                    market("big", 200, {"banned"}), market("small2", 1, {"tagged", "banned"})},
                   filter),
            (Slugs{"by-id", "small", "x"}));
}

TEST(MarketFilter, ANegRiskSetIsTakenWholeOrNotAtAll) {
  const std::vector<ConditionSpec> specs = {leg("x1", "x", 100), leg("x2", "x", 0), leg("y1", "y", 1),
                                            leg("y2", "y", 2)};
  MarketFilter filter;
  filter.min_volume_24h = Usd::whole(50);
  EXPECT_EQ(chosen(specs, filter), (Slugs{"x1", "x2"})) << "a quiet leg belongs to the set";
  filter = {};
  filter.deny = {"x2"};
  EXPECT_EQ(chosen(specs, filter), (Slugs{"y1", "y2"}));
  filter = {};
  filter.max_conditions = 3;
  EXPECT_EQ(chosen(specs, filter), (Slugs{"x1", "x2"})) << "half of y would not be a set";
}

TEST(MarketFilter, MaxCountKeepsTheBest) {
  MarketFilter filter;
  filter.max_conditions = 2;
  EXPECT_EQ(chosen({market("a", 1), market("b", 3), market("c", 2)}, filter), (Slugs{"b", "c"}));
}

}  // namespace
}  // namespace underround
