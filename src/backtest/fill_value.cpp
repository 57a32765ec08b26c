#include "backtest/fill_value.hpp"

#include "base/int128.hpp"

namespace underround::backtest {
namespace {

// What owning (buy) or owing (sell) `size` gains when its price goes from `from` to `to`.
std::optional<Usd> gain(Side side, Price from, Price to, Shares size) noexcept {
  if (from == kNoPrice || to == kNoPrice) return std::nullopt;
  const std::int32_t pips = side == Side::kBuy ? to.pips - from.pips : from.pips - to.pips;
  return Usd{static_cast<std::int64_t>(static_cast<Int128>(pips) * size.micros / Price::kPipsPerUsd)};
}

}  // namespace

FillValue fill_value(const OrderRow& order, const FillRow& fill) noexcept {
  const Side side = order.terms.side;
  FillValue value;
  value.spread = gain(side, order.expected == kNoPrice ? fill.price : order.expected, order.mid, fill.size);
  value.slippage = gain(side, fill.price, order.expected, fill.size);
  value.travel = gain(side, order.mid, fill.mid, fill.size);
  for (std::size_t i = 0; i < kMarkoutSeconds.size(); ++i) {
    value.drift[i] = gain(side, fill.mid, fill.mid_after[i], fill.size);
  }
  return value;
}

}  // namespace underround::backtest
