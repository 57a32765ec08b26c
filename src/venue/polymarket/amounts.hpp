// makerAmount / takerAmount of an order by integer rules only (protocol page 6.6).
//   auto a = order_amounts(terms, tick, min_order_size);   // what the gateway signs
//
// GTC/GTD: exact. shares = c lots of 0.01, price on the tick grid: usd = shares * price has no remainder.
// FAK/FOK SELL: exact as well (2 decimals of shares times a tick never needs more than the table's decimals).
// FAK/FOK BUY: the venue wants whole cents given and a target in *collateral*: usd = floor2(size * limit) and
// taker = usd / limit rounded UP at the table's decimals, so that the implied price is never worse than the limit and
// the shares asked for never exceed `size`.
//   Assumption (page 6.7 [M]): such an order spends up to `usd`. When makers are cheaper than the limit it therefore
//   brings MORE than `size` shares: at most usd / best_ask. Shares can exceed the terms, dollars never do. Whoever
//   sizes taker buys must set the limit to the worst level it means to reach, and count fills, not requests.
//   The protocol has no share-target FAK/FOK buy: limit amounts (usd with up to 6 decimals) break the two-decimal rule
//   for maker amounts of market orders whenever size * limit is not whole cents.
#pragma once

#include <cstdint>
#include <expected>

#include "core/order_types.hpp"
#include "core/units.hpp"

namespace underround::polymarket {

// Matches at once what it can, and ends: nothing of it rests.
[[nodiscard]] constexpr bool takes_only(TimeInForce tif) noexcept {
  return tif == TimeInForce::kFak || tif == TimeInForce::kFok;
}

struct OrderAmounts {
  std::uint64_t maker = 0;  // what we give, base units (1e-6 USD or share)
  std::uint64_t taker = 0;  // what we want
  constexpr bool operator==(const OrderAmounts&) const noexcept = default;
};

// A marketable BUY below one dollar is refused by the venue (page 6.6).
inline constexpr Usd kMinMarketableBuy = Usd::whole(1);

// Everything checked: tick known, price tradable on it, size in (0, 2^40 shares) and on the 0.01 grid, the resting
// minimum for GTC/GTD, the dollar minimum for FAK/FOK buys. kTick, kMinSize or kMalformed otherwise.
[[nodiscard]] std::expected<OrderAmounts, RejectReason> order_amounts(const OrderTerms& terms, Tick tick,
                                                                      Shares min_order_size) noexcept;

// The rules themselves. `price` must be tradable on a known `tick`; sizes are floored to two decimals first.
[[nodiscard]] OrderAmounts limit_amounts(Side side, Price price, Shares size) noexcept;
[[nodiscard]] OrderAmounts market_sell_amounts(Shares size, Price price) noexcept;
// Official clients round the shares down; with an explicit protection price, up (`rounding`).
[[nodiscard]] OrderAmounts market_buy_amounts(Usd spend, Price price, Tick tick, Rounding rounding) noexcept;

// Decimals of the "amount" column of the table on page 6.6; 0 for an unknown tick.
[[nodiscard]] int amount_decimals(Tick tick) noexcept;

}  // namespace underround::polymarket
