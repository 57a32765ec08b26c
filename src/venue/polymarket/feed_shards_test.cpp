#include "venue/polymarket/feed_shards.hpp"

#include <set>

namespace underround::polymarket {
namespace {

TEST(ShardMap, FillsConnectionsToTheAssetLimit) {
  ShardMap map(5);  // two whole pairs; a fifth asset would tear a pair apart
  for (std::uint32_t c = 0; c < 5; ++c) EXPECT_EQ(map.add(ConditionId{c}), c / 2);
  EXPECT_EQ(map.size(), 3U);
  EXPECT_EQ(map.add(ConditionId{3}), std::nullopt);
  EXPECT_EQ(map.remove(ConditionId{1}), 0U);
  EXPECT_EQ(map.remove(ConditionId{1}), std::nullopt);
  EXPECT_EQ(map.add(ConditionId{9}), 0U);  // the hole first
  EXPECT_EQ(map.conditions(0), (std::vector{ConditionId{0}, ConditionId{9}}));
}

TEST(ShardMap, ALimitBelowOnePairStillCarriesOnePair) {
  ShardMap map(1);
  EXPECT_EQ(map.add(ConditionId{0}), 0U);
  EXPECT_EQ(map.add(ConditionId{1}), 1U);
}

TEST(ShardMap, StaysConsistentUnderAnyChanges) {
  EXPECT_TRUE(rc::check([] {
    const auto limit = *rc::gen::inRange<std::size_t>(2, 12);
    ShardMap map(limit);
    std::set<std::uint32_t> live;
    for (const auto& [add, id] : *rc::gen::container<std::vector<std::pair<bool, std::uint32_t>>>(
             rc::gen::pair(rc::gen::arbitrary<bool>(), rc::gen::inRange<std::uint32_t>(0, 40)))) {
      if (add) {
        RC_ASSERT(map.add(ConditionId{id}).has_value() == live.insert(id).second);
      } else {
        RC_ASSERT(map.remove(ConditionId{id}).has_value() == (live.erase(id) == 1));
      }
      std::size_t total = 0;
      for (std::size_t shard = 0; shard < map.size(); ++shard) {
        RC_ASSERT(map.conditions(shard).size() * 2 <= std::max<std::size_t>(limit, 2));
        for (const ConditionId condition : map.conditions(shard)) RC_ASSERT(map.shard_of(condition) == shard);
        total += map.conditions(shard).size();
      }
      RC_ASSERT(total == live.size());
      RC_ASSERT(map.condition_count() == live.size());
    }
  }));
}

}  // namespace
}  // namespace underround::polymarket
