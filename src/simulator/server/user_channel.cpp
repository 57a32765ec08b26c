#include "simulator/server/user_channel.hpp"

#include <vector>

namespace underround::simulator {

UserChannel::UserChannel(Venue& venue, FaultGate& gate, const ApiKeys& keys, const OrderWire& wire)
    : venue_(venue), keys_(keys), wire_(wire), peers_(gate) {
  venue_.add_listener(*this);
}

UserChannel::~UserChannel() { venue_.remove_listener(*this); }

int UserChannel::accept(const net::HttpRequest& request, net::WebSocketSession session) {
  if (request.path() != "/ws/user") return 404;
  peers_.accept(std::move(session), [this](Connection& c, std::string_view text) { on_text(c, text); });
  return 101;
}

void UserChannel::on_text(Connection& connection, std::string_view text) {
  if (text == "PING") return connection.outlet.send_pong("PONG");
  const auto message = parse_json(text);
  if (!message || !message->is(JsonValue::Kind::kObject)) return connection.outlet.send_control("INVALID MESSAGE");
  if (connection.key.empty()) return authenticate(connection, *message);
  const std::string_view operation = message->text("operation");
  for (const std::string_view market : message->texts("markets")) {
    if (operation == "subscribe") connection.markets.emplace(market);
    if (operation == "unsubscribe") connection.markets.erase(std::string(market));
  }
}

// Wrong credentials: the socket closes without a word (protocol page 12.5).
void UserChannel::authenticate(Connection& connection, const JsonValue& message) {
  const JsonValue* auth = message.find("auth");
  const Credentials* known = auth == nullptr ? nullptr : keys_.find(auth->text("apiKey"));
  const bool proven = known != nullptr && known->may(Permission::kRead) && auth->text("secret") == known->secret &&
                      auth->text("passphrase") == known->passphrase;
  if (!proven) return connection.outlet.session().close(1000);
  connection.key = known->key;
  const auto markets = message.texts("markets");
  connection.all_markets = markets.empty();
  for (const std::string_view market : markets) connection.markets.emplace(market);
}

template <class Send>
void UserChannel::each(AccountId account, MarketId market, Send send) {
  if (!venue_.watched(account)) return;
  for (const auto& connection : peers_.all()) {
    if (connection->closed || connection->key.empty()) continue;
    const Credentials* who = keys_.find(connection->key);
    if (who == nullptr || !who->holds(account)) continue;
    if (!connection->all_markets && !connection->markets.contains(venue_.market(market).spec.condition_id)) continue;
    send(*connection);
  }
}

void UserChannel::on_order(const OrderRecord& order, OrderEvent event, Nanos now) {
  std::string frame;
  each(order.account, order.market, [&](Connection& connection) {
    if (frame.empty()) wire_.append_order_event(frame, order, event, now);
    connection.outlet.send(frame, order.market);
  });
}

void UserChannel::tell(const TradeRecord& trade, AccountId viewer) {
  std::string frame;
  each(viewer, trade.market, [&](Connection& connection) {
    if (frame.empty()) wire_.append_trade_event(frame, trade, viewer);
    connection.outlet.send(frame, trade.market);
  });
}

void UserChannel::tell(const TradeRecord& trade) {
  if (peers_.all().empty()) return;
  std::vector<AccountId> told{trade.taker};
  tell(trade, trade.taker);
  for (const MakerFill& row : trade.makers) {
    if (std::ranges::find(told, row.account) != told.end()) continue;
    told.push_back(row.account);
    tell(trade, row.account);
  }
}

}  // namespace underround::simulator
