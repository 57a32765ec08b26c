// What the venue says about an account, read once, for commands by hand. Blocking.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "app/account_context.hpp"
#include "core/units.hpp"

namespace underround::cli {

struct CashReading {
  Usd usd;
  std::vector<std::pair<std::string, std::string>> allowances;  // exchange -> base units
};
[[nodiscard]] Result<CashReading> read_cash(AccountContext& account);

struct HeldPosition {
  std::string token, condition_id, slug, title, outcome, average_price;
  Shares shares;       // by the order book service
  Shares data_shares;  // by the data service, which lags and leaves out dust
  bool redeemable = false, mergeable = false;
};
// Tokens as the data service lists them, numbers as the order book service states them.
[[nodiscard]] Result<std::vector<HeldPosition>> read_positions(AccountContext& account);

}  // namespace underround::cli
