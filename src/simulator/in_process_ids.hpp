// Ids between engine and venue, in process: an order's digest carries the engine's OrderId, a fill's id follows from
// the trade and the order, so that redelivery changes nothing.
#pragma once

#include <cstring>

#include "base/stable_hash.hpp"
#include "simulator/types.hpp"

namespace underround::simulator {

inline constexpr std::uint64_t kInProcessTag = 0x696e2d70726f6365ULL;  // "in-proce"

[[nodiscard]] inline Digest in_process_digest(AccountId account, OrderId id) noexcept {
  Digest digest{};
  const std::uint64_t words[4] = {id.value, kInProcessTag, account.value, mix64(id.value ^ kInProcessTag)};
  std::memcpy(digest.data(), words, sizeof words);
  return digest;
}

// Invalid when the digest is not one of `account`'s.
[[nodiscard]] inline OrderId in_process_order(AccountId account, const Digest& digest) noexcept {
  std::uint64_t words[4];
  std::memcpy(words, digest.data(), sizeof words);
  return words[1] == kInProcessTag && words[2] == account.value ? OrderId{words[0]} : OrderId{};
}

[[nodiscard]] inline std::uint64_t fill_id(TradeId trade, const Digest& order) noexcept {
  StableHasher hash;
  hash.add(trade.value);
  hash.add_bytes(order.data(), order.size());
  return hash.value();
}

}  // namespace underround::simulator
