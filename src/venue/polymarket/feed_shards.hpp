// Which connection carries which market. Both tokens of a condition are always together, so a mirrored book never waits
// for two sockets. Holes left by unsubscribing are filled first: few, full connections.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/ids.hpp"

namespace underround::polymarket {

class ShardMap {
 public:
  // At least one condition (two assets) fits on a connection, whatever the limit says.
  explicit ShardMap(std::size_t assets_per_connection)
      : capacity_(assets_per_connection < 4 ? 1 : assets_per_connection / 2) {}

  // The shard of a new condition; nullopt when it already has one.
  std::optional<std::size_t> add(ConditionId condition);
  // The shard it leaves; nullopt when it had none.
  std::optional<std::size_t> remove(ConditionId condition);
  [[nodiscard]] std::optional<std::size_t> shard_of(ConditionId condition) const;
  // In order of subscription.
  [[nodiscard]] const std::vector<ConditionId>& conditions(std::size_t shard) const { return shards_[shard]; }
  [[nodiscard]] std::size_t size() const noexcept { return shards_.size(); }
  [[nodiscard]] std::size_t condition_count() const noexcept { return shard_of_.size(); }

 private:
  const std::size_t capacity_;  // conditions per shard
  std::vector<std::vector<ConditionId>> shards_;
  std::unordered_map<ConditionId, std::size_t> shard_of_;
};

}  // namespace underround::polymarket
