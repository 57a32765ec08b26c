#include "venue/polymarket/amounts.hpp"

#include "base/check.hpp"
#include "base/int128.hpp"

namespace underround::polymarket {
namespace {

constexpr std::int64_t kMicrosPerCent = 10'000;
constexpr Shares kMaxSize = Shares::whole(std::int64_t{1} << 40);

std::uint64_t base_units(std::int64_t micros) noexcept {
  UR_CHECK(micros >= 0);
  return static_cast<std::uint64_t>(micros);
}

std::int64_t power_of_ten(int exponent) noexcept {
  std::int64_t power = 1;
  while (exponent-- > 0) power *= 10;
  return power;
}

}  // namespace

int amount_decimals(Tick tick) noexcept {
  switch (tick.pips) {
    case 1000: return 3;
    case 100: return 4;
    case 50:
    case 10: return 5;
    case 25:
    case 1: return 6;
    default: return 0;
  }
}

OrderAmounts limit_amounts(Side side, Price price, Shares size) noexcept {
  const Shares shares = size.floor_to_lot();
  const Usd usd = notional(price, shares, Rounding::kDown);  // exact: lots are 10^4 micros, prices are pips
  return side == Side::kBuy ? OrderAmounts{base_units(usd.micros), base_units(shares.micros)}
                            : OrderAmounts{base_units(shares.micros), base_units(usd.micros)};
}

OrderAmounts market_sell_amounts(Shares size, Price price) noexcept { return limit_amounts(Side::kSell, price, size); }

OrderAmounts market_buy_amounts(Usd spend, Price price, Tick tick, Rounding rounding) noexcept {
  UR_CHECK(tick.tradable(price) && spend.micros >= 0);
  const std::int64_t usd = spend.micros - spend.micros % kMicrosPerCent;
  const std::int64_t unit = power_of_ten(Shares::kDecimals - amount_decimals(tick));  // micros
  const Int128 numerator = static_cast<Int128>(usd) * Price::kPipsPerUsd;
  const Int128 denominator = static_cast<Int128>(price.pips) * unit;
  const Int128 pad = rounding == Rounding::kUp ? denominator - 1 : 0;
  const auto shares = static_cast<std::int64_t>((numerator + pad) / denominator * unit);
  return {base_units(usd), base_units(shares)};
}

std::expected<OrderAmounts, RejectReason> order_amounts(const OrderTerms& terms, Tick tick,
                                                        Shares min_order_size) noexcept {
  if (!tick.known() || !tick.tradable(terms.limit)) return std::unexpected(RejectReason::kTick);
  if (terms.size.micros <= 0) return std::unexpected(RejectReason::kMinSize);
  if (terms.size > kMaxSize || terms.size != terms.size.floor_to_lot()) {
    return std::unexpected(RejectReason::kMalformed);
  }
  if (!takes_only(terms.tif)) {
    if (terms.size < min_order_size) return std::unexpected(RejectReason::kMinSize);
    return limit_amounts(terms.side, terms.limit, terms.size);
  }
  if (terms.side == Side::kSell) return market_sell_amounts(terms.size, terms.limit);
  const Usd spend = notional(terms.limit, terms.size, Rounding::kDown);
  const OrderAmounts amounts = market_buy_amounts(spend, terms.limit, tick, Rounding::kUp);
  if (amounts.maker < base_units(kMinMarketableBuy.micros)) return std::unexpected(RejectReason::kMinSize);
  return amounts;
}

}  // namespace underround::polymarket
