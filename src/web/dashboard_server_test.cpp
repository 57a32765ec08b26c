// The server over real loopback sockets, with the project's own client.
#include "web/dashboard_server.hpp"

#include <simdjson.h>

#include <optional>

#include "net/event_loop.hpp"
#include "net/http_client.hpp"
#include "net/websocket_client.hpp"

namespace underround::web {
namespace {

const std::string kToken = "a token that is long enough";

class Dashboard : public testing::Test {
 protected:
  void start(DashboardOptions options = {}) {
    options.port = 0;
    options.push_period = Nanos::from_millis(5);
    auto started = DashboardServer::start(options, views_, controls_);
    ASSERT_TRUE(started) << started.error().message;
    server_ = std::move(*started);
  }
  void publish(std::int64_t time_ms, std::int64_t equity_micros = 0) {
    EngineView& view = views_.draft();
    view.clear();
    view.time = Nanos::from_millis(time_ms);
    view.totals.equity = Usd{equity_micros};
    views_.publish();
  }
  net::HttpResponse fetch(const char* method, const char* target, net::HttpHeaders headers = {},
                          std::string body = {}) {
    net::HttpClientSettings settings;
    settings.base_url = server_->url();
    net::HttpClient client(loop_, settings);
    net::HttpRequest request;
    request.method = method;
    request.target = target;
    request.headers = std::move(headers);
    request.body = std::move(body);
    const auto result = client.fetch(request);
    EXPECT_TRUE(result) << (result ? "" : result.error().error.message);
    return result ? *result : net::HttpResponse{0, {}, {}};
  }
  // Runs until `count` frames have arrived or the socket has closed.
  std::vector<std::string> frames(std::size_t count, net::HttpHeaders headers = {}) {
    std::vector<std::string> received;
    bool closed = false;
    net::WebSocketSettings settings;
    settings.url = "ws" + server_->url().substr(4) + "/ws";
    settings.headers = std::move(headers);
    net::WebSocketClient::Callbacks callbacks;
    callbacks.on_frame = [&](std::string_view payload, Nanos) { received.emplace_back(payload); };
    callbacks.on_closed = [&](const Error&) { closed = true; };
    net::WebSocketClient socket(loop_, settings, callbacks);
    socket.connect();
    EXPECT_TRUE(loop_.run_until([&] { return closed || received.size() >= count; }, Nanos::from_seconds(20)));
    return received;
  }

  net::EventLoop loop_;
  Mailbox<EngineView> views_;
  SpscRing<ControlRequest> controls_{2};
  std::unique_ptr<DashboardServer> server_;
};

TEST_F(Dashboard, ServesThePageWithItsPolicy) {
  start();
  const auto page = fetch("GET", "/");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, testing::StartsWith("<!doctype html>"));
  EXPECT_THAT(std::string(page.headers.get("Content-Security-Policy")), testing::HasSubstr("default-src 'none'"));
  const std::string etag(page.headers.get("ETag"));
  EXPECT_EQ(fetch("GET", "/", {{"If-None-Match", etag}}).status, 304);
  EXPECT_EQ(fetch("GET", "/app.js").status, 200);
  EXPECT_EQ(fetch("GET", "/app.css").headers.get("Content-Type"), "text/css; charset=utf-8");
  EXPECT_EQ(fetch("GET", "/../etc/passwd").status, 404);
  EXPECT_EQ(fetch("DELETE", "/api/state").status, 405);
}

TEST_F(Dashboard, StateAndHealthFollowTheEngine) {
  start();
  EXPECT_EQ(fetch("GET", "/api/state").body, R"({"type":"state","engine":"starting"})");
  EXPECT_EQ(fetch("GET", "/api/health").status, 503);
  publish(1000, 5'000'000);
  const auto state = fetch("GET", "/api/state");
  EXPECT_THAT(state.body, testing::HasSubstr(R"("engine":"running")"));
  EXPECT_THAT(state.body, testing::HasSubstr(R"("equity_usd_micros":5000000)"));
  const auto health = fetch("GET", "/api/health");
  EXPECT_EQ(health.status, 200);
  EXPECT_THAT(health.body, testing::HasSubstr(R"("mode":"simulate","halted":false)"));
}

TEST_F(Dashboard, SilentEngineIsReportedAsSilent) {
  DashboardOptions options;
  options.silent_after = Nanos{-1};  // every picture is too old
  start(options);
  publish(1000);
  EXPECT_THAT(fetch("GET", "/api/state").body, testing::HasSubstr(R"("engine":"silent")"));
  EXPECT_EQ(fetch("GET", "/api/health").status, 503);
}

TEST_F(Dashboard, PushesHistoryThenStates) {
  start();
  publish(1000, 1);
  (void)fetch("GET", "/api/state");  // taken: it is in the history now
  publish(2000, 2);
  const auto received = frames(3);
  ASSERT_GE(received.size(), 3U);
  EXPECT_EQ(received[0], R"({"type":"history","points":[[1000,1,0],[2000,2,0]]})");
  EXPECT_THAT(received[1], testing::StartsWith(R"({"type":"state","engine":"running")"));
  EXPECT_THAT(received[2], testing::HasSubstr(R"("equity_usd_micros":2)"));
}

TEST_F(Dashboard, ForeignOriginsGetNoSocket) {
  start();
  EXPECT_TRUE(frames(1, {{"Origin", "http://evil.example"}}).empty());
  EXPECT_FALSE(frames(1, {{"Origin", server_->url()}}).empty());
}

TEST_F(Dashboard, KillReachesTheEnginesQueue) {
  start();
  const auto answer = fetch("POST", "/api/kill", {{"X-Underround", "1"}}, R"({"reason":"test"})");
  EXPECT_EQ(answer.status, 202);
  ControlRequest request;
  ASSERT_TRUE(controls_.pop(request));
  EXPECT_EQ(request.kind, ControlKind::kKill);
  EXPECT_EQ(request.note.view(), "web: test");
}

TEST_F(Dashboard, KillIsRefusedFromElsewhereOrWithoutReason) {
  start();
  constexpr const char* kBody = R"({"reason":"test"})";
  EXPECT_EQ(fetch("POST", "/api/kill", {}, kBody).status, 403);
  EXPECT_EQ(fetch("POST", "/api/kill", {{"X-Underround", "1"}, {"Origin", "http://evil.example"}}, kBody).status, 403);
  EXPECT_EQ(fetch("GET", "/api/kill", {{"X-Underround", "1"}}).status, 405);
  const auto bad = fetch("POST", "/api/kill", {{"X-Underround", "1"}}, "{}");
  EXPECT_EQ(bad.status, 400);
  EXPECT_THAT(bad.body, testing::HasSubstr("reason"));
  ControlRequest request;
  EXPECT_FALSE(controls_.pop(request));
}

TEST_F(Dashboard, KillSaysSoWhenTheEngineDoesNotRead) {
  start();
  const auto kill = [this] {
    return fetch("POST", "/api/kill", {{"X-Underround", "1"}}, R"({"reason":"test"})").status;
  };
  for (std::size_t i = 0; i < controls_.capacity(); ++i) EXPECT_EQ(kill(), 202);
  EXPECT_EQ(kill(), 503);
}

TEST_F(Dashboard, PortInUseIsNamed) {
  start();
  DashboardOptions options;
  options.port = server_->port();
  Mailbox<EngineView> views;
  SpscRing<ControlRequest> controls{2};
  const auto second = DashboardServer::start(options, views, controls);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, testing::HasSubstr(std::to_string(options.port)));
}

TEST_F(Dashboard, OtherAddressesNeedALongToken) {
  DashboardOptions options;
  options.host = "0.0.0.0";
  options.port = 0;
  for (const char* token : {"", "short"}) {
    options.token = token;
    const auto refused = DashboardServer::start(options, views_, controls_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kRefused);
    EXPECT_THAT(refused.error().message, testing::HasSubstr(kTokenVariable));
  }
}

TEST_F(Dashboard, WithATokenEverythingAsksForIt) {
  DashboardOptions options;
  options.token = kToken;
  start(options);
  const auto page = fetch("GET", "/");
  EXPECT_EQ(page.status, 303);
  EXPECT_EQ(page.headers.get("Location"), "/login");
  EXPECT_THAT(fetch("GET", "/login").body, testing::HasSubstr("Dashboard token"));
  EXPECT_EQ(fetch("GET", "/api/state").status, 401);
  EXPECT_EQ(fetch("POST", "/api/kill", {{"X-Underround", "1"}}, R"({"reason":"x"})").status, 401);
  EXPECT_TRUE(frames(1).empty());
  EXPECT_EQ(fetch("GET", "/api/state", {{"Authorization", "Bearer " + kToken}}).status, 200);

  const auto wrong = fetch("POST", "/login", {}, "token=nonsense");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_THAT(wrong.body, testing::HasSubstr("not the token"));
  const auto login = fetch("POST", "/login", {}, "token=a+token+that+is+long+enough");
  EXPECT_EQ(login.status, 303);
  const std::string cookie(login.headers.get("Set-Cookie"));
  const std::string pair = cookie.substr(0, cookie.find(';'));
  EXPECT_EQ(fetch("GET", "/", {{"Cookie", pair}}).status, 200);
  EXPECT_FALSE(frames(1, {{"Cookie", pair}}).empty());
}

TEST_F(Dashboard, GuessingTheTokenIsSlow) {
  DashboardOptions options;
  options.token = kToken;
  start(options);
  int status = 0;
  for (int i = 0; i < 50 && status != 429; ++i) status = fetch("POST", "/login", {}, "token=guess").status;
  EXPECT_EQ(status, 429);
}

}  // namespace
}  // namespace underround::web
