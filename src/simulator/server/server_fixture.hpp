// For the tests of this room: a server, and a stranger's client over real sockets. Time stands still unless a test
// steps it, and nothing sleeps: a probe reads until what it waits for has come, or gives up after a generous deadline.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "net/event_loop.hpp"
#include "net/http_client.hpp"
#include "net/websocket_client.hpp"
#include "simulator/server/json_value.hpp"
#include "simulator/server/simulator_server.hpp"
#include "simulator/server/test_wallet.hpp"

namespace underround::simulator {

inline constexpr Nanos kGiveUp = Nanos::from_seconds(30);

struct Answer {
  int status = 0;
  std::string body;
  net::HttpHeaders headers;
  JsonValue json;  // null when the body is not JSON
  [[nodiscard]] std::string error() const { return std::string(json.text("error")); }
};

// One WebSocket connection and everything that came in.
class Probe {
 public:
  Probe(net::EventLoop& loop, const std::string& url)
      : loop_(loop),
        socket_(loop, {.url = url, .proxy_url = {}, .tls = {}, .headers = {}},
                {.on_open = [this] { open_ = true; },
                 .on_frame = [this](std::string_view text, Nanos) { frames.emplace_back(text); },
                 .on_closed = [this](const Error&) { closed_ = true; }}) {
    socket_.connect();
    (void)loop_.run_until([this] { return open_ || closed_; }, kGiveUp);
  }
  void send(std::string_view text) { EXPECT_TRUE(socket_.send(text)); }
  [[nodiscard]] bool open() const { return open_ && !closed_; }
  bool wait_closed() {
    return loop_.run_until([this] { return closed_; }, kGiveUp);
  }
  // Index of the first frame at or after `from` that contains all of `texts`.
  std::optional<std::size_t> wait_for(std::vector<std::string> texts, std::size_t from = 0) {
    std::optional<std::size_t> found;
    std::size_t next = from;
    (void)loop_.run_until(
        [&] {
          for (; next < frames.size(); ++next) {
            bool all = true;
            for (const std::string& text : texts) all = all && frames[next].find(text) != std::string::npos;
            if (all) return found = next, true;
          }
          return false;
        },
        kGiveUp);
    return found;
  }
  // Everything sent before this call has been read when it returns: PONG comes after it on the same socket.
  bool barrier() {
    const std::size_t from = frames.size();
    send("PING");
    return wait_for({"PONG"}, from).has_value();
  }
  std::vector<std::string> frames;

 private:
  net::EventLoop& loop_;
  bool open_ = false, closed_ = false;
  net::WebSocketClient socket_;
};

struct TestMarket {
  std::string condition, slug;
  std::string tokens[2];
  bool neg_risk = false;
};

class ServerTest : public ::testing::Test {
 protected:
  void start(ServerSettings settings) {
    auto started = SimulatorServer::start(settings);
    ASSERT_TRUE(started.has_value()) << started.error().message;
    server_ = std::move(*started);
  }
  static ServerSettings quiet_settings() {  // empty books, time standing still
    ServerSettings settings;
    settings.seed = 7;
    settings.markets = 90;
    settings.paused = true;
    settings.start = Nanos::from_seconds(1'795'132'800);
    settings.with_population = false;
    return settings;
  }
  static ServerSettings crowd_settings() {
    ServerSettings settings = quiet_settings();
    settings.with_population = true;
    return settings;
  }

  Answer call(const std::string& base, std::string method, std::string target, std::string body = {},
              net::HttpHeaders headers = {}) {
    net::HttpClient client(
        loop_, {.base_url = base, .proxy_url = {}, .tls = {}, .headers = {}, .connections = 1, .timeout = kGiveUp});
    auto result = client.fetch({.method = std::move(method),
                                .target = std::move(target),
                                .headers = std::move(headers),
                                .body = std::move(body)});
    Answer answer;
    if (!result) return answer;
    answer.status = result->status;
    answer.body = result->body;
    answer.headers = result->headers;
    answer.json = parse_json(answer.body).value_or(JsonValue{});
    return answer;
  }
  Answer get(const std::string& base, std::string target) { return call(base, "GET", std::move(target)); }
  Answer control(std::string target, std::string body) {
    return call(server_->urls().control, "POST", std::move(target), std::move(body));
  }
  // Simulated time has moved by then.
  void advance(std::int64_t ms) {
    ASSERT_EQ(control("/time", "{\"advance_ms\":" + std::to_string(ms) + "}").status, 200);
  }
  const ServiceUrls& urls() const { return server_->urls(); }

  // An open market without taker delay whose tick is one cent; `neg_risk` and Protocol V2 as asked.
  TestMarket plain_market(bool neg_risk = false, bool v2 = false) {
    for (int page = 0; page < 5; ++page) {
      const Answer list = get(urls().gamma, "/markets?closed=false&limit=100&offset=" + std::to_string(page * 100));
      for (const JsonValue& m : list.json.items) {
        const Answer clob = get(urls().clob, "/clob-markets/" + std::string(m.text("conditionId")));
        const bool delayed = clob.json.boolean("itode") || clob.json.integer("sd").value_or(0) > 0;
        if ((clob.json.text("v") == "v2") != v2) continue;
        if (delayed || clob.json.boolean("nr") != neg_risk || !clob.json.boolean("ao")) continue;
        if (!neg_risk && clob.json.text("mts") != "0.01") continue;
        const auto& tokens = clob.json.find("t")->items;
        if (neg_risk) {
          for (const JsonValue& token : tokens) neg_risk_tokens_.emplace(token.text("t"));
        }
        return {std::string(m.text("conditionId")),
                std::string(m.text("slug")),
                {std::string(tokens[0].text("t")), std::string(tokens[1].text("t"))},
                neg_risk};
      }
    }
    ADD_FAILURE() << "no such market";
    return {};
  }

  // A client of the venue: its wallet, and the API key it got by signing for it.
  struct User {
    TestWallet wallet{'1'};
    std::string address, key, secret, passphrase;
  };
  static std::string wall_seconds() { return std::to_string(net::EventLoop::wall_now().seconds()); }
  // `digit`: of the key, not of the address.
  User make_user(char digit, const std::string& usd) {
    User user{.wallet = TestWallet(digit), .address = {}, .key = {}, .secret = {}, .passphrase = {}};
    user.address = user.wallet.address();
    const Answer keys = call(urls().clob, "POST", "/auth/api-key", {}, user.wallet.l1_headers(wall_seconds()));
    EXPECT_EQ(keys.status, 200) << keys.body;
    user.key = keys.json.text("apiKey");
    user.secret = keys.json.text("secret");
    user.passphrase = keys.json.text("passphrase");
    if (!usd.empty()) give(user.address, usd);
    return user;
  }
  void give(const std::string& address, const std::string& usd) {
    EXPECT_EQ(control("/faucet", R"({"address":")" + address + R"(","usd":")" + usd + "\"}").status, 200);
  }
  static net::HttpHeaders l2_headers(const User& user, const std::string& method, const std::string& target,
                                     const std::string& body, const std::string& timestamp = wall_seconds()) {
    const std::string path = target.substr(0, target.find('?'));
    return {{"POLY_ADDRESS", user.address},
            {"POLY_API_KEY", user.key},
            {"POLY_PASSPHRASE", user.passphrase},
            {"POLY_SIGNATURE", test_hmac(user.secret, timestamp, method, path, body)},
            {"POLY_TIMESTAMP", timestamp}};
  }
  Answer as(const User& user, std::string method, std::string target, std::string body = {}) {
    net::HttpHeaders headers = l2_headers(user, method, target, body);
    return call(urls().clob, std::move(method), std::move(target), std::move(body), std::move(headers));
  }
  struct Order {
    std::string token;
    std::string side = "BUY";
    long long maker = 0, taker = 0;  // base units
    std::string type = "GTC";
    bool post_only = false;
    long long expiration = 0;
    long long salt = 0;  // 0 = the next
    std::string builder = "0x" + std::string(64, '0');
    unsigned signature_type = 0;
    std::string wallet{};                    // the maker, when it is not the user's own address
    std::optional<TestExchange> exchange{};  // signed for; the token's own when empty
    bool session = false;                    // signed as a session key
  };
  std::string order_body(const User& user, const Order& o) {
    const std::string maker = o.wallet.empty() ? user.address : o.wallet;
    const TestOrder order{.salt = std::to_string(o.salt != 0 ? o.salt : ++salt_),
                          .maker = maker,
                          .signer = o.signature_type == 3 ? maker : user.address,
                          .token = o.token,
                          .maker_amount = std::to_string(o.maker),
                          .taker_amount = std::to_string(o.taker),
                          .sell = o.side == "SELL",
                          .type = o.signature_type,
                          .timestamp = "1795132800000",
                          .builder = o.builder};
    const TestExchange exchange =
        o.exchange.value_or(neg_risk_tokens_.contains(o.token) ? kTestNegRisk : kTestStandard);
    const std::string signature =
        o.session ? user.wallet.sign_order_as_session(order, exchange) : user.wallet.sign_order(order, exchange);
    const std::string zero = "0x" + std::string(64, '0');
    return R"({"deferExec":false,"postOnly":)" + std::string(o.post_only ? "true" : "false") + R"(,"order":{"salt":)" +
           order.salt + R"(,"maker":")" + order.maker + R"(","signer":")" + order.signer + R"(","tokenId":")" +
           order.token + R"(","makerAmount":")" + order.maker_amount + R"(","takerAmount":")" + order.taker_amount +
           R"(","side":")" + o.side + R"(","signatureType":)" + std::to_string(order.type) + R"(,"timestamp":")" +
           order.timestamp + R"(","expiration":")" + std::to_string(o.expiration) + R"(","metadata":")" + zero +
           R"(","builder":")" + order.builder + R"(","signature":")" + signature + R"("},"owner":")" + user.key +
           R"(","orderType":")" + o.type + "\"}";
  }
  Answer post(const User& user, const Order& order) { return as(user, "POST", "/order", order_body(user, order)); }

  net::EventLoop loop_;
  std::unique_ptr<SimulatorServer> server_;
  std::set<std::string> neg_risk_tokens_;  // as far as plain_market() has told
  long long salt_ = 1000;
};

}  // namespace underround::simulator
