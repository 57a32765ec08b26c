// A CLOB on real sockets, scripted by each test, and a gateway connected to it. Tests only.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crypto/encoding.hpp"
#include "net/server.hpp"
#include "venue/polymarket/gateway.hpp"

namespace underround {

// Stands in for risk/ (a room above this one), which alone may make an ApprovedOrder.
class RiskGate {
 public:
  static ApprovedOrder approve(OrderId id, const OrderTerms& terms, Nanos at) {
    return {id, PlanId{1}, StrategyId{1}, terms, at};
  }
};

namespace polymarket {

inline constexpr char kKey[] = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
inline constexpr std::string_view kApiKey = "00000000-0000-0000-0000-000000000001";
inline constexpr std::string_view kSecret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
inline constexpr std::string_view kYes =
    "71321045679252212594626385532706912750332728571942532289631379312455583992563";
inline constexpr std::string_view kNo = "52114319501245915516055106046884209969926127482827954674443846427813813222426";
inline constexpr std::string_view kConditionId = "0xdd22472e552920b8438158ea7238bfadfa4f736aa4cee91a6b86c39ead110917";
inline constexpr Nanos kPatience = Nanos::from_seconds(10);  // real time; only a failing test waits this long

// A CLOB on a real socket whose answers each test writes itself. Default: POST and DELETE are answered 500, lookups
// and trades are empty, the user channel says PONG.
class FakeClob {
 public:
  using Handler = std::function<void(const net::HttpRequest&, const net::HttpResponder&)>;

  explicit FakeClob(net::EventLoop& loop) {
    auto server = net::Server::listen(
        loop, {},
        {.on_request = [this](const net::HttpRequest& q, const net::HttpResponder& r) { route(q, r); },
         .on_upgrade = [this](const net::HttpRequest&, const net::WebSocketSession& s) { return accept(s); }});
    server_ = std::move(server.value());
  }

  void answer(const std::string& endpoint, int status, std::string body) {  // "POST /order"
    handlers_[endpoint] = [status, body](const net::HttpRequest&, const net::HttpResponder& r) {
      r.send(status, body);
    };
  }
  void handle(const std::string& endpoint, Handler handler) { handlers_[endpoint] = std::move(handler); }

  [[nodiscard]] std::string http() const { return server_->url("http"); }
  [[nodiscard]] std::string user_ws() const { return server_->url("ws") + "/ws/user"; }
  [[nodiscard]] std::vector<net::HttpRequest> sent(const std::string& endpoint) const {
    std::vector<net::HttpRequest> found;
    for (const auto& q : requests) {
      if (name_of(q) == endpoint) found.push_back(q);
    }
    return found;
  }

  std::vector<net::HttpRequest> requests;
  std::vector<std::string> user_messages;
  net::WebSocketSession user;
  bool answer_pings = true;

 private:
  static std::string name_of(const net::HttpRequest& q) {
    std::string path(q.path());
    if (path.starts_with("/data/order/")) path = "/data/order";
    return q.method + " " + path;
  }
  void route(const net::HttpRequest& q, const net::HttpResponder& r) {
    requests.push_back(q);
    const auto handler = handlers_.find(name_of(q));
    if (handler != handlers_.end()) return handler->second(q, r);
    if (name_of(q) == "GET /data/order") return r.send(200, "null");
    if (name_of(q) == "GET /data/trades") return r.send(200, R"({"data":[],"next_cursor":"LTE="})");
    r.send(500, R"({"error":"Internal server error"})");
  }
  int accept(const net::WebSocketSession& session) {
    user = session;
    session.on_message([this](std::string_view text) {
      if (text == "PING") {
        if (answer_pings) user.send("PONG");
        return;
      }
      user_messages.emplace_back(text);
    });
    return 101;
  }
  std::map<std::string, Handler> handlers_;
  std::unique_ptr<net::Server> server_;
};

class GatewayTest : public ::testing::Test, public SetOperations {
 protected:
  GatewayTest() : key_(crypto::SecretKey::from_hex(kKey).value()), clob_(loop_) {
    ConditionSpec spec;
    spec.condition_id = kConditionId;
    spec.tokens = {std::string(kYes), std::string(kNo)};
    spec.outcomes = {"Yes", "No"};
    spec.version = MarketVersion::kV1;
    spec.tick = kTick001;
    spec.fees = FeeSchedule::taker(70'000, 1);
    spec.phase = MarketPhase::kOpen;
    spec.accepting_orders = true;
    condition_ = catalogue_.add(spec).value();
    yes_ = instrument_of(condition_, 0);

    settings_.clob_url = clob_.http();
    settings_.user_ws_url = clob_.user_ws();
    settings_.credentials = {std::string(kApiKey), std::string(kSecret), std::string(64, 'a')};
    settings_.account = {.chain_id = kPolygon, .type = SignatureType::kEoa, .maker = key_.address()};
    settings_.order_timeout = Nanos::from_millis(100);
    settings_.cancel_timeout = Nanos::from_millis(100);
    settings_.lookup.first = settings_.lookup.retry = settings_.lookup.retry_cap = Nanos::from_millis(1);
    settings_.lookup.delayed_first = Nanos::from_millis(1);
    settings_.lookup.absent_after = Nanos{};
  }

  void run(const RunOperation& operation, Nanos) override { operations_.push_back(operation); }

  void start() {
    auto gateway =
        Gateway::make(loop_, settings_, key_, catalogue_, this,
                      {.on_event = [this](const Event& e) { events_.push_back(e); },
                       .on_named =
                           [this](OrderId id, const Digest& digest, Nanos) {
                             names_[id.value] = crypto::hex_0x(digest);
                             requests_when_named_ = clob_.requests.size();
                             return journal_works_;
                           },
                       .on_action = [this](VenueAction action, std::string_view) { actions_.push_back(action); },
                       .held = [this](std::vector<InstrumentId>& out) { out = holdings_; }});
    ASSERT_TRUE(gateway.has_value()) << gateway.error().message;
    gateway_ = std::move(*gateway);
    if (before_start_) before_start_(*gateway_);
    gateway_->start();
    if (!settings_.user_ws_url.empty()) {
      ASSERT_TRUE(until([&] { return gateway_->user_stream_up(); }));
    }
    if (!keep_events_) events_.clear();
  }
  void start_reading(std::vector<InstrumentId> held) {
    holdings_ = std::move(held);
    keep_events_ = true;  // the picture may be in before the user stream is
    start();
  }
  bool until(const std::function<bool()>& done) { return loop_.run_until(done, kPatience); }
  bool until_event(EventKind kind, std::size_t count = 1) {
    return until([&] { return all(kind).size() >= count; });
  }
  std::vector<Event> all(EventKind kind) const {
    std::vector<Event> found;
    for (const Event& e : events_) {
      if (e.header.kind == kind) found.push_back(e);
    }
    return found;
  }
  std::vector<EventKind> kinds() const {
    std::vector<EventKind> list;
    for (const Event& e : events_) list.push_back(e.header.kind);
    return list;
  }

  static OrderTerms terms(InstrumentId instrument, Side side, TimeInForce tif, Price limit, Shares size) {
    OrderTerms t;
    t.instrument = instrument;
    t.side = side;
    t.tif = tif;
    t.limit = limit;
    t.size = size;
    return t;
  }
  OrderTerms fak_buy() const { return terms(yes_, Side::kBuy, TimeInForce::kFak, Price{5000}, Shares::whole(50)); }
  OrderTerms gtc_buy() const { return terms(yes_, Side::kBuy, TimeInForce::kGtc, Price{5000}, Shares::whole(50)); }
  void place(std::uint64_t id, const OrderTerms& t) {
    gateway_->execute(PlaceOrder{RiskGate::approve(OrderId{id}, t, loop_.now())});
  }
  std::string accepted(std::uint64_t id, std::string_view status, std::string_view making = "",
                       std::string_view taking = "") const {
    return R"({"success":true,"errorMsg":"","orderID":")" + names_.at(id) + R"(","status":")" + std::string(status) +
           R"(","makingAmount":")" + std::string(making) + R"(","takingAmount":")" + std::string(taking) + R"("})";
  }
  // POST /order is answered for whichever order was named last.
  void accept_orders(std::string_view status, std::string_view making = "", std::string_view taking = "") {
    clob_.handle("POST /order", [this, s = std::string(status), m = std::string(making), t = std::string(taking)](
                                    const net::HttpRequest&, const net::HttpResponder& r) {
      r.send(200, accepted(names_.rbegin()->first, s, m, t));
    });
  }
  std::string trade(std::string_view id, std::string_view taker_order, std::string_view size,
                    std::string_view status = "MATCHED") const {
    return R"({"event_type":"trade","type":"TRADE","id":")" + std::string(id) + R"(","taker_order_id":")" +
           std::string(taker_order) + R"(","asset_id":")" + std::string(kYes) + R"(","side":"BUY","size":")" +
           std::string(size) + R"(","price":"0.5","status":")" + std::string(status) +
           R"(","trader_side":"TAKER","maker_orders":[{"order_id":"0xm","owner":"m","matched_amount":")" +
           std::string(size) + R"(","price":"0.5","asset_id":")" + std::string(kYes) + R"(","side":"SELL"}]})";
  }
  std::string order_state(std::uint64_t id, std::string_view status, std::string_view matched) const {
    return R"({"id":")" + names_.at(id) + R"(","status":")" + std::string(status) + R"(","size_matched":")" +
           std::string(matched) + R"(","associate_trades":[]})";
  }

  net::EventLoop loop_;
  crypto::SecretKey key_;
  Catalogue catalogue_;
  ConditionId condition_;
  InstrumentId yes_;
  FakeClob clob_;
  GatewaySettings settings_;
  std::unique_ptr<Gateway> gateway_;
  std::vector<Event> events_;
  std::vector<VenueAction> actions_;
  std::vector<RunOperation> operations_;
  std::map<std::uint64_t, std::string> names_;
  std::size_t requests_when_named_ = 0;
  std::vector<InstrumentId> holdings_;
  bool journal_works_ = true, keep_events_ = false;
  std::function<void(Gateway&)> before_start_;
  std::optional<net::HttpResponder> held_;  // an answer the test gives later
};

}  // namespace polymarket
}  // namespace underround
