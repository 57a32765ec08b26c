// For the tests of this room: a server, and a stranger's client over real sockets. Time stands still unless a test
// steps it, and nothing sleeps: a probe reads until what it waits for has come, or gives up after a generous deadline.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/event_loop.hpp"
#include "net/http_client.hpp"
#include "net/websocket_client.hpp"
#include "simulator/server/json_value.hpp"
#include "simulator/server/simulator_server.hpp"

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

  // An open market without taker delay whose tick is one cent; `neg_risk` as asked.
  TestMarket plain_market(bool neg_risk = false) {
    for (int page = 0; page < 5; ++page) {
      const Answer list = get(urls().gamma, "/markets?closed=false&limit=100&offset=" + std::to_string(page * 100));
      for (const JsonValue& m : list.json.items) {
        const Answer clob = get(urls().clob, "/clob-markets/" + std::string(m.text("conditionId")));
        const bool delayed = clob.json.boolean("itode") || clob.json.integer("sd").value_or(0) > 0;
        if (delayed || clob.json.boolean("nr") != neg_risk || !clob.json.boolean("ao")) continue;
        if (!neg_risk && clob.json.text("mts") != "0.01") continue;
        const auto& tokens = clob.json.find("t")->items;
        return {std::string(m.text("conditionId")),
                std::string(m.text("slug")),
                {std::string(tokens[0].text("t")), std::string(tokens[1].text("t"))},
                neg_risk};
      }
    }
    ADD_FAILURE() << "no such market";
    return {};
  }

  struct User {
    std::string address, key, secret, passphrase;
  };
  User make_user(char digit, const std::string& usd) {
    User user;
    user.address = "0x" + std::string(40, digit);
    const Answer keys = call(
        urls().clob, "POST", "/auth/api-key", {},
        {{"POLY_ADDRESS", user.address}, {"POLY_SIGNATURE", "0x00"}, {"POLY_TIMESTAMP", "1"}, {"POLY_NONCE", "0"}});
    EXPECT_EQ(keys.status, 200);
    user.key = keys.json.text("apiKey");
    user.secret = keys.json.text("secret");
    user.passphrase = keys.json.text("passphrase");
    const std::string deposit = R"({"address":")" + user.address + R"(","usd":")" + usd + "\"}";
    EXPECT_EQ(usd.empty() ? 200 : control("/faucet", deposit).status, 200);
    return user;
  }
  Answer as(const User& user, std::string method, std::string target, std::string body = {}) {
    return call(urls().clob, std::move(method), std::move(target), std::move(body),
                {{"POLY_ADDRESS", user.address},
                 {"POLY_API_KEY", user.key},
                 {"POLY_PASSPHRASE", user.passphrase},
                 {"POLY_SIGNATURE", "x"},
                 {"POLY_TIMESTAMP", "1"}});
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
  };
  std::string order_body(const User& user, const Order& o) {
    const long long salt = o.salt != 0 ? o.salt : ++salt_;
    const std::string zero = "0x" + std::string(64, '0');
    return R"({"deferExec":false,"postOnly":)" + std::string(o.post_only ? "true" : "false") + R"(,"order":{"salt":)" +
           std::to_string(salt) + R"(,"maker":")" + user.address + R"(","signer":")" + user.address +
           R"(","tokenId":")" + o.token + R"(","makerAmount":")" + std::to_string(o.maker) + R"(","takerAmount":")" +
           std::to_string(o.taker) + R"(","side":")" + o.side + R"(","signatureType":0,"timestamp":"1795132800000",)" +
           R"("expiration":")" + std::to_string(o.expiration) + R"(","metadata":")" + zero + R"(","builder":")" +
           o.builder + R"(","signature":"0x11"},"owner":")" + user.key + R"(","orderType":")" + o.type + "\"}";
  }
  Answer post(const User& user, const Order& order) { return as(user, "POST", "/order", order_body(user, order)); }

  net::EventLoop loop_;
  std::unique_ptr<SimulatorServer> server_;
  long long salt_ = 1000;
};

}  // namespace underround::simulator
