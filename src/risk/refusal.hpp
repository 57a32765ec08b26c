// Why the risk room said no. One row of the table in docs/RISK.md each.
#pragma once

#include <cstdint>

namespace underround {

enum class RiskRefusal : std::uint8_t {
  kNone,
  kHalted,
  kMarketHalted,  // reconciliation found a difference there
  kUserStreamBlind,
  kNotTradable,  // closed, paused, or tick / fee / version unknown
  kTick,
  kSize,  // not a multiple of 0.01 share, or not positive
  kMinSize,
  kBookNotLive,
  kBookStale,
  kCollar,
  kOrderNotional,
  kPosition,
  kEvent,
  kTotal,
  kPending,
  kCash,
  kShares,  // selling more than is free
  kOpenOrders,
  kUnknownOrders,
  kRate,
  kDuplicate,
  kCount,
};
[[nodiscard]] const char* to_string(RiskRefusal refusal) noexcept;

}  // namespace underround
