// What to pay for gas (EIP-1559). Pure.
//   GasPrice p = gas_price(account_state, floor);   auto bumped = replacement_price(old, current, cap);
#pragma once

#include <algorithm>
#include <optional>

#include "chain/rpc_types.hpp"

namespace underround::chain {

struct GasPrice {
  Wei max_fee_wei{};           // per gas, all in all
  Wei max_priority_fee_wei{};  // per gas, of it to the producer
};

// Room for the base fee to double: six full blocks in a row. Not above `cap`; nothing when even the next block costs
// more than that.
[[nodiscard]] inline std::optional<GasPrice> gas_price(const AccountState& now, const Wei& min_priority,
                                                       const Wei& cap) {
  const Wei priority = std::max(now.priority_fee_wei, min_priority);
  if (now.base_fee_wei + priority > cap) return std::nullopt;
  return GasPrice{std::min<Wei>(now.base_fee_wei * 2 + priority, cap), priority};
}

// 12.5 % more, rounded up: nodes want 10 % on both fees before they take a replacement.
[[nodiscard]] inline Wei bumped(const Wei& fee) { return (fee * 1125 + 999) / 1000; }

// At least bumped(old) and at least what one would pay now. Nothing when that breaks the cap.
[[nodiscard]] inline std::optional<GasPrice> replacement_price(const GasPrice& old, const std::optional<GasPrice>& now,
                                                               const Wei& cap) {
  GasPrice next{bumped(old.max_fee_wei), bumped(old.max_priority_fee_wei)};
  if (next.max_fee_wei > cap) return std::nullopt;
  if (now) {
    next.max_fee_wei = std::max(next.max_fee_wei, now->max_fee_wei);
    next.max_priority_fee_wei = std::max(next.max_priority_fee_wei, now->max_priority_fee_wei);
  }
  next.max_priority_fee_wei = std::min(next.max_priority_fee_wei, next.max_fee_wei);
  return next;
}

}  // namespace underround::chain
