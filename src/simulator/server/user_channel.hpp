// wss://.../ws/user (protocol page 12.5): the account's own orders and trades, told once per change, never replayed.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "simulator/server/api_keys.hpp"
#include "simulator/server/json_value.hpp"
#include "simulator/server/order_wire.hpp"
#include "simulator/server/ws_channel.hpp"

namespace underround::simulator {

class UserChannel final : public Listener {
 public:
  UserChannel(Venue& venue, FaultGate& gate, const ApiKeys& keys, const OrderWire& wire);
  ~UserChannel() override;
  [[nodiscard]] int accept(const net::HttpRequest& request, net::WebSocketSession session);
  void sweep() {
    peers_.sweep([](Connection&) {});
  }
  [[nodiscard]] std::size_t connections() const noexcept { return peers_.all().size(); }
  [[nodiscard]] std::uint64_t frames_sent() const noexcept { return peers_.frames_sent(); }

 private:
  struct Connection : WsPeer {
    using WsPeer::WsPeer;
    std::string key;  // "" = not authenticated yet
    bool all_markets = true;
    std::set<std::string> markets;  // condition ids, when not all
  };
  void on_order(const OrderRecord& order, OrderEvent event, Nanos now) override;
  void on_trade(const TradeRecord& trade) override { tell(trade); }
  void on_trade_status(const TradeRecord& trade) override { tell(trade); }

  void on_text(Connection& connection, std::string_view text);
  void authenticate(Connection& connection, const JsonValue& message);
  void tell(const TradeRecord& trade);
  void tell(const TradeRecord& trade, AccountId viewer);
  // Connections that want to hear of this account in this market.
  template <class Send>
  void each(AccountId account, MarketId market, Send send);

  Venue& venue_;
  const ApiKeys& keys_;
  const OrderWire& wire_;
  WsPeers<Connection> peers_;
};

}  // namespace underround::simulator
