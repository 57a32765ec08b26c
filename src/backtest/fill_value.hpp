// One fill between the prices around it: mid at the decision, price decided on, price paid, mid at the fill, mids
// after. Each step is worth (difference in our favour) x size, in micro-dollars, rounded towards zero; a step with an
// unknown end is nothing and stays in PnlParts::rest.
#pragma once

#include <array>
#include <optional>

#include "backtest/run_log.hpp"

namespace underround::backtest {

struct FillValue {
  std::optional<Usd> spread, slippage, travel;
  std::array<std::optional<Usd>, kMarkoutSeconds.size()> drift;
};
[[nodiscard]] FillValue fill_value(const OrderRow& order, const FillRow& fill) noexcept;

}  // namespace underround::backtest
