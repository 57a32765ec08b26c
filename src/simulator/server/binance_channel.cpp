#include "simulator/server/binance_channel.hpp"

#include "base/decimal.hpp"
#include "simulator/server/json_writer.hpp"
#include "simulator/server/router.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {
namespace {

constexpr int kE8 = 8;
constexpr std::string_view kPingFrame{"\x89\x00", 2};

std::string stream_name(std::string_view symbol, std::string_view kind) {
  return lower(symbol) + "@" + std::string(kind);
}

std::string error_text(int code, std::string_view message) {
  std::string out;
  JsonWriter(out).object().key("error").object().integer("code", code).field("msg", message).end_object().end_object();
  return out;
}

// The id as it was sent: a number, a string or null.
std::string id_text(const JsonValue& message) {
  const JsonValue* id = message.find("id");
  if (id == nullptr) return "null";
  if (id->is(JsonValue::Kind::kNumber)) return id->scalar;
  std::string out = "null";
  if (id->is(JsonValue::Kind::kString)) {
    out.clear();
    append_escaped(out, id->scalar);
  }
  return out;
}

}  // namespace

BinanceChannel::BinanceChannel(Simulation& simulation, FaultGate& gate) : simulation_(simulation), peers_(gate) {
  simulation_.world().add_listener(*this);
}

BinanceChannel::~BinanceChannel() { simulation_.world().remove_listener(*this); }

int BinanceChannel::accept(const net::HttpRequest& request, net::WebSocketSession session) {
  std::string_view path = request.path();
  const bool is_public = path.starts_with("/public/"), is_market = path.starts_with("/market/");
  if (!is_public && !is_market) return 404;  // unrouted URLs were retired on 2026-04-23
  path.remove_prefix(std::string_view("/public").size());
  std::set<std::string> streams;
  const bool combined = path == "/stream";
  if (combined) {
    const std::string asked = Query(request.target).has("streams") ? request.query("streams") : std::string{};
    for (std::string_view rest = asked; !rest.empty();) {
      const std::size_t end = rest.find('/');
      if (end != 0) streams.emplace(rest.substr(0, end));
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
  } else if (path.starts_with("/ws/")) {
    streams.emplace(path.substr(4));
  } else if (path != "/ws") {
    return 404;
  }
  if (streams.size() > kMaxStreams) return 400;
  const auto peer =
      peers_.accept(std::move(session), [this](Connection& c, std::string_view text) { on_text(c, text); });
  peer->route = is_public ? Route::kPublic : Route::kMarket;
  peer->combined = combined;
  peer->streams = std::move(streams);
  return 101;
}

void BinanceChannel::ping_all() {
  for (const auto& peer : peers_.all()) {
    if (!peer->closed) peer->outlet.session().send_raw(kPingFrame);
  }
}

void BinanceChannel::on_text(Connection& connection, std::string_view text) {
  const auto message = parse_json(text);
  if (!message || !message->is(JsonValue::Kind::kObject)) {
    return connection.outlet.send_control(error_text(3, "Invalid JSON: expected value at line 1 column 1"));
  }
  control(connection, *message);
}

void BinanceChannel::control(Connection& connection, const JsonValue& message) {
  const std::string_view method = message.text("method");
  std::string result = "null";
  if (method == "SUBSCRIBE" || method == "UNSUBSCRIBE") {
    for (const std::string_view stream : message.texts("params")) {
      if (method == "UNSUBSCRIBE") {
        connection.streams.erase(std::string(stream));
      } else if (connection.streams.size() < kMaxStreams) {
        connection.streams.emplace(stream);
      }
    }
  } else if (method == "LIST_SUBSCRIPTIONS") {
    result.clear();
    JsonWriter w(result);
    w.array();
    for (const std::string& stream : connection.streams) w.string(stream);
    w.end_array();
  } else if (method == "SET_PROPERTY") {
    const JsonValue* params = message.find("params");
    if (params != nullptr && params->items.size() == 2 && params->items[0].scalar == "combined") {
      connection.combined = params->items[1].flag;
    }
  } else if (method == "GET_PROPERTY") {
    result = connection.combined ? "true" : "false";
  } else {
    return connection.outlet.send_control(error_text(2, "Invalid request: unknown method"));
  }
  std::string answer;
  JsonWriter(answer).object().key("result").raw(result).key("id").raw(id_text(message)).end_object();
  connection.outlet.send_control(answer);
}

bool BinanceChannel::anybody(Route route, const std::string& stream) const {
  return std::ranges::any_of(
      peers_.all(), [&](const auto& c) { return !c->closed && c->route == route && c->streams.contains(stream); });
}

void BinanceChannel::publish(Route route, const std::string& stream, const std::string& payload) {
  const std::string combined = "{\"stream\":\"" + stream + "\",\"data\":" + payload + "}";
  for (const auto& c : peers_.all()) {
    if (c->closed || c->route != route || !c->streams.contains(stream)) continue;
    c->outlet.send(c->combined ? combined : payload);
  }
}

void BinanceChannel::on_reference_quote(const ReferenceQuote& quote) {
  const std::string stream = stream_name(quote.symbol, "bookTicker");
  if (!anybody(Route::kPublic, stream)) return;
  std::string payload;
  JsonWriter(payload)
      .object()
      .field("e", "bookTicker")
      .integer("u", static_cast<std::int64_t>(quote.update_id))
      .field("s", quote.symbol)
      .field("ps", quote.symbol)
      .decimal("b", quote.bid_e8, kE8)
      .decimal("B", quote.bid_size_e8, kE8)
      .decimal("a", quote.ask_e8, kE8)
      .decimal("A", quote.ask_size_e8, kE8)
      .integer("T", quote.time.millis())
      .integer("E", simulation_.now().millis())
      .integer("st", 1)
      .end_object();
  publish(Route::kPublic, stream, payload);
}

void BinanceChannel::on_reference_trade(const ReferenceTrade& trade) {
  const std::string stream = stream_name(trade.symbol, "aggTrade");
  if (!anybody(Route::kMarket, stream)) return;
  const auto id = static_cast<std::int64_t>(trade.trade_id);
  std::string payload;
  JsonWriter(payload)
      .object()
      .field("e", "aggTrade")
      .integer("E", simulation_.now().millis())
      .field("s", trade.symbol)
      .integer("a", id)
      .decimal("p", trade.price_e8, kE8)
      .decimal("q", trade.quantity_e8, kE8)
      .decimal("nq", trade.quantity_e8, kE8)
      .integer("f", id)
      .integer("l", id)
      .integer("T", trade.time.millis())
      .boolean("m", trade.buyer_is_maker)
      .integer("st", 1)
      .end_object();
  publish(Route::kMarket, stream, payload);
}

}  // namespace underround::simulator
