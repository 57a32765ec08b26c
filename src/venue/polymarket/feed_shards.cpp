#include "venue/polymarket/feed_shards.hpp"

#include <algorithm>

namespace underround::polymarket {

std::optional<std::size_t> ShardMap::add(ConditionId condition) {
  if (shard_of_.contains(condition)) return std::nullopt;
  const auto with_room =
      std::ranges::find_if(shards_, [this](const auto& conditions) { return conditions.size() < capacity_; });
  const auto shard = static_cast<std::size_t>(with_room - shards_.begin());
  if (with_room == shards_.end()) shards_.emplace_back();
  shards_[shard].push_back(condition);
  shard_of_.emplace(condition, shard);
  return shard;
}

std::optional<std::size_t> ShardMap::remove(ConditionId condition) {
  const auto found = shard_of_.find(condition);
  if (found == shard_of_.end()) return std::nullopt;
  const std::size_t shard = found->second;
  shard_of_.erase(found);
  std::erase(shards_[shard], condition);
  return shard;
}

std::optional<std::size_t> ShardMap::shard_of(ConditionId condition) const {
  const auto found = shard_of_.find(condition);
  if (found == shard_of_.end()) return std::nullopt;
  return found->second;
}

}  // namespace underround::polymarket
