#include "simulator/server/order_wire.hpp"

#include "simulator/server/json_writer.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {
namespace {

// A killed FOK or FAK carries the venue's words in its status, and little else (protocol page 12.5).
bool killed(const OrderRecord& order) noexcept {
  const bool immediate = order.tif == TimeInForce::kFok || order.tif == TimeInForce::kFak;
  return immediate && order.state == OrderState::kCancelled && order.matched.micros == 0 && !order.note.empty();
}

const char* event_text(OrderEvent event) noexcept {
  switch (event) {
    case OrderEvent::kPlacement: return "PLACEMENT";
    case OrderEvent::kUpdate: return "UPDATE";
    case OrderEvent::kCancellation: return "CANCELLATION";
  }
  return "";
}

}  // namespace

void OrderWire::append_trade_ids(JsonWriter& w, const OrderRecord& order) const {
  w.key("associate_trades").array();
  for (const TradeId trade : order.trades) w.string(trade_id(trade));
  w.end_array();
}

void OrderWire::append_open_order(std::string& out, const OrderRecord& order) const {
  const ConditionSpec& spec = venue_.market(order.market).spec;
  JsonWriter w(out);
  w.object()
      .field("id", hex_text(order.id))
      .field("status", to_string(order.state))
      .field("owner", keys_.owner_of(order.account))
      .field("maker_address", venue_.ledger().address(order.account))
      .field("market", spec.condition_id)
      .field("asset_id", spec.tokens[order.outcome])
      .field("side", to_string(order.side))
      .field("original_size", shares_text(order.size))
      .field("size_matched", shares_text(order.matched))
      .field("price", price_text(order.limit));
  append_trade_ids(w, order);
  w.field("outcome", spec.outcomes[order.outcome])
      .integer("created_at", order.created_at.seconds())
      .field("expiration", seconds_text(order.expires_at))
      .field("order_type", to_string(order.tif))
      .end_object();
}

void OrderWire::append_order_event(std::string& out, const OrderRecord& order, OrderEvent event, Nanos now) const {
  const ConditionSpec& spec = venue_.market(order.market).spec;
  const bool kill = killed(order);
  const std::string owner = keys_.owner_of(order.account);
  JsonWriter w(out);
  w.object()
      .field("id", hex_text(order.id))
      .field("owner", owner)
      .field("market", spec.condition_id)
      .field("asset_id", spec.tokens[order.outcome])
      .field("side", to_string(order.side))
      .field("order_owner", owner)
      .field("original_size", shares_text(order.size))
      .field("size_matched", kill ? std::string{} : shares_text(order.matched))
      .field("price", price_text(order.limit));
  append_trade_ids(w, order);
  w.field("outcome", kill ? std::string{} : spec.outcomes[order.outcome])
      .field("type", event_text(event))
      .field("created_at", kill ? std::string{} : seconds_text(order.created_at))
      .field("expiration", seconds_text(order.expires_at))
      .field("order_type", to_string(order.tif))
      .field("status", kill ? "CANCELED_" + order.note : std::string(to_string(order.state)))
      .field("maker_address", venue_.ledger().address(order.account))
      .field("timestamp", millis_text(now))
      .field("event_type", "order")
      .end_object();
}

void OrderWire::append_trade_members(JsonWriter& w, const TradeRecord& trade, AccountId viewer,
                                     bool outcome_index) const {
  const ConditionSpec& spec = venue_.market(trade.market).spec;
  w.field("id", trade_id(trade.id))
      .field("taker_order_id", hex_text(trade.taker_order))
      .field("market", spec.condition_id)
      .field("asset_id", spec.tokens[trade.outcome])
      .field("side", to_string(trade.side))
      .field("size", shares_text(trade.size))
      .field("fee_rate_bps", "0")
      .field("price", price_text(trade.price))
      .field("status", settlement_text(trade.status))
      .field("match_time", seconds_text(trade.matched_at))
      .field("last_update", seconds_text(trade.updated_at))
      .field("outcome", spec.outcomes[trade.outcome])
      .integer("bucket_index", trade.bucket_index)
      .field("owner", keys_.owner_of(trade.taker))
      .field("maker_address", venue_.ledger().address(trade.taker))
      .field("transaction_hash",
             trade.status == SettlementStatus::kMatched ? std::string{} : hex_text(trade.transaction_hash))
      .field("trader_side", viewer == trade.taker ? "TAKER" : "MAKER")
      .key("maker_orders")
      .array();
  for (const MakerFill& row : trade.makers) {
    w.object()
        .field("order_id", hex_text(row.order))
        .field("owner", keys_.owner_of(row.account))
        .field("maker_address", venue_.ledger().address(row.account))
        .field("matched_amount", shares_text(row.size))
        .field("price", price_text(row.price))
        .field("fee_rate_bps", "0")
        .field("asset_id", spec.tokens[row.outcome])
        .field("outcome", spec.outcomes[row.outcome]);
    if (outcome_index) w.integer("outcome_index", row.outcome);
    w.field("side", to_string(row.side)).end_object();
  }
  w.end_array();
}

void OrderWire::append_trade(std::string& out, const TradeRecord& trade, AccountId viewer) const {
  JsonWriter w(out);
  w.object();
  append_trade_members(w, trade, viewer, false);
  w.end_object();
}

void OrderWire::append_trade_event(std::string& out, const TradeRecord& trade, AccountId viewer) const {
  JsonWriter w(out);
  w.object().field("event_type", "trade").field("type", "TRADE");
  append_trade_members(w, trade, viewer, true);
  w.field("trade_owner", keys_.owner_of(viewer)).field("timestamp", millis_text(trade.updated_at)).end_object();
}

}  // namespace underround::simulator
