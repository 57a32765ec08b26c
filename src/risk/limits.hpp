// Every limit the risk room enforces, with a safe default for an account of a few thousand dollars.
#pragma once

#include <cstdint>

#include "core/units.hpp"

namespace underround {

struct RiskLimits {
  Usd max_order = Usd::whole(100);      // notional of one order
  Usd max_position = Usd::whole(250);   // worst-case loss in one condition
  Usd max_event = Usd::whole(500);      // worst-case loss in one event
  Usd max_total = Usd::whole(1000);     // dollars at work: cost of positions plus open buys
  Usd max_pending = Usd::whole(500);    // matched but not settled
  Usd max_daily_loss = Usd::whole(50);  // halts; a person lifts it
  Nanos max_book_age = Nanos::from_seconds(120);
  Price collar{500};  // how far through the touch a limit price may reach
  std::uint32_t max_open_orders = 200;
  std::uint32_t max_unknown_orders = 3;              // orders whose outcome is not known
  std::uint32_t max_orders_per_second = 40;          // the venue's own lowest tier (protocol page 10.2)
  Nanos duplicate_window = Nanos::from_millis(200);  // same instrument, side, price and size
  Nanos user_stream_blind = Nanos::from_seconds(15);
};

}  // namespace underround
