// How plans are carried out.
#pragma once

#include <cstdint>

#include "core/units.hpp"

namespace underround {

struct ExecutionSettings {
  bool thinnest_first = true;  // one round trip more, far fewer orphans
  std::uint32_t max_repairs = 3;
  Price unwind_slippage{300};  // how far below the price paid an orphan may be sold
  bool auto_merge = true;      // merge complete pairs at once; false: hold them to resolution
  bool auto_redeem = true;     // collect what resolved markets pay
  Nanos settle_timeout = Nanos::from_seconds(180);
  Nanos repair_wait = Nanos::from_seconds(30);  // for an orphan's shares to settle so that they may be sold
  // Smaller sets wait for company. So do sets worth less than `merge_cost_multiple` times what the operation costs now,
  // and, when less than a tenth of the relayer's daily quota is left, sets worth less than ten times min_merge.
  Shares min_merge = Shares::whole(1);
  std::int64_t merge_cost_multiple = 20;
  Usd gas_per_operation = Usd::from_micros(10'000);  // estimate used before the chain has told the price
};

}  // namespace underround
