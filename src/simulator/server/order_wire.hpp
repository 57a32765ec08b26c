// Orders and trades as REST (protocol page 8) and the user channel (page 12.5) write them.
#pragma once

#include <string>

#include "simulator/server/api_keys.hpp"
#include "simulator/venue.hpp"

namespace underround::simulator {

class OrderWire {
 public:
  OrderWire(const Venue& venue, const ApiKeys& keys) : venue_(venue), keys_(keys) {}

  [[nodiscard]] std::string trade_id(TradeId trade) const { return uuid_text(trade.value, venue_.salt()); }
  void append_open_order(std::string& out, const OrderRecord& order) const;
  void append_order_event(std::string& out, const OrderRecord& order, OrderEvent event, Nanos now) const;
  // As `viewer` sees it: TAKER when it took, else MAKER.
  void append_trade(std::string& out, const TradeRecord& trade, AccountId viewer) const;
  void append_trade_event(std::string& out, const TradeRecord& trade, AccountId viewer) const;

 private:
  void append_trade_members(class JsonWriter& w, const TradeRecord& trade, AccountId viewer, bool outcome_index) const;
  void append_trade_ids(class JsonWriter& w, const OrderRecord& order) const;
  const Venue& venue_;
  const ApiKeys& keys_;
};

}  // namespace underround::simulator
