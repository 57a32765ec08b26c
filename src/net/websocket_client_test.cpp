#include "net/websocket_client.hpp"

#include <optional>

#include "net/server.hpp"
#include "net/stream.hpp"

namespace underround::net {
namespace {

constexpr Nanos kLong = Nanos::from_seconds(30);

// An echo server and one client against it.
struct Pair {
  explicit Pair(ServerSettings server_settings = {}, WebSocketSettings client_settings = {}) {
    server = Server::listen(loop, std::move(server_settings),
                            {.on_request =
                                 [](const HttpRequest&, HttpResponder r) {
                                   r.send(503, "<html><body>down for maintenance</body></html>", "text/html");
                                 },
                             .on_upgrade =
                                 [this](const HttpRequest& request, WebSocketSession s) {
                                   seen_target = request.target;
                                   seen_token = request.headers.get("X-Token");
                                   if (request.path() == "/forbidden") return 403;
                                   session = s;
                                   s.on_message([this, s](std::string_view text) {
                                     ++server_got;
                                     if (echo) s.send(text);
                                   });
                                   s.on_close([this] { session_closed = true; });
                                   return 101;
                                 }})
                 .value();
    if (client_settings.url.empty()) client_settings.url = server->url("ws") + "/ws/market";
    client = std::make_unique<WebSocketClient>(loop, std::move(client_settings),
                                               WebSocketClient::Callbacks{.on_open = [this] { opened = true; },
                                                                          .on_frame =
                                                                              [this](std::string_view text, Nanos at) {
                                                                                frames.emplace_back(text);
                                                                                received_at = at;
                                                                              },
                                                                          .on_closed =
                                                                              [this](const Error& e) {
                                                                                ++closed_count;
                                                                                error = e;
                                                                              }});
  }
  void open() {
    client->connect();
    ASSERT_TRUE(loop.run_until([&] { return opened || error; }, kLong));
    ASSERT_TRUE(opened) << error->message;
  }
  void wait_closed() {
    ASSERT_TRUE(loop.run_until([&] { return error.has_value(); }, kLong));
  }

  Nanos now = Nanos::from_seconds(1000);
  EventLoop loop{[this] { return now; }};
  WebSocketSession session;
  std::unique_ptr<Server> server;
  std::unique_ptr<WebSocketClient> client;
  std::string seen_target, seen_token;
  bool opened = false, session_closed = false, echo = true;
  int closed_count = 0, server_got = 0;
  std::optional<Error> error;
  std::vector<std::string> frames;
  Nanos received_at{};
};

TEST(WebSocketClient, EchoesEverySizeStampedWithTheLoopsClock) {
  WebSocketSettings settings;
  settings.headers = {{"X-Token", "abc"}};
  settings.buffer_bytes = 4096;  // smaller than the messages: it has to grow
  Pair pair({.max_message_bytes = 4 << 20}, settings);
  pair.open();
  EXPECT_EQ(pair.seen_target, "/ws/market");
  EXPECT_EQ(pair.seen_token, "abc");
  std::vector<std::string> sent;
  for (const std::size_t size : {0U, 1U, 125U, 126U, 65535U, 65536U, 3U << 20}) {
    sent.emplace_back(size, static_cast<char>('a' + sent.size()));
    EXPECT_TRUE(pair.client->send(sent.back()));
  }
  ASSERT_TRUE(pair.loop.run_until([&] { return pair.frames.size() == sent.size(); }, kLong));
  EXPECT_EQ(pair.frames, sent);
  EXPECT_EQ(pair.received_at, Nanos::from_seconds(1000));
  EXPECT_EQ(pair.client->counters().frames, sent.size());
}

TEST(WebSocketClient, TlsWithAVerifiedHostName) {
  const auto certificate = make_self_signed_certificate("127.0.0.1").value();
  WebSocketSettings settings;
  settings.tls = TlsContext::client({.ca_pem = certificate.chain_pem}).value();
  Pair pair({.certificate = certificate, .max_message_bytes = 4 << 20}, settings);
  EXPECT_TRUE(pair.server->url("ws").starts_with("wss://"));
  pair.open();
  const std::string large(2 << 20, 'x');
  EXPECT_TRUE(pair.client->send(large));
  EXPECT_TRUE(pair.client->send("small"));
  ASSERT_TRUE(pair.loop.run_until([&] { return pair.frames.size() == 2; }, kLong));
  EXPECT_EQ(pair.frames[0], large);
  EXPECT_EQ(pair.frames[1], "small");
}

TEST(WebSocketClient, TlsRefusesAnUnknownIssuerAndAWrongName) {
  const auto certificate = make_self_signed_certificate("127.0.0.1").value();
  Pair unknown({.certificate = certificate});  // system roots do not know it
  unknown.client->connect();
  unknown.wait_closed();
  EXPECT_FALSE(unknown.opened);
  EXPECT_NE(unknown.error->message.find("certificate refused"), std::string::npos) << unknown.error->message;

  const auto other = make_self_signed_certificate("example.org").value();
  WebSocketSettings settings;
  settings.tls = TlsContext::client({.ca_pem = other.chain_pem}).value();
  Pair wrong_name({.certificate = other}, settings);
  wrong_name.client->connect();
  wrong_name.wait_closed();
  EXPECT_FALSE(wrong_name.opened);
  EXPECT_NE(wrong_name.error->message.find("mismatch"), std::string::npos) << wrong_name.error->message;

  WebSocketSettings insecure;
  insecure.tls = TlsContext::client({.insecure = true}).value();
  Pair anyway({.certificate = other}, insecure);
  anyway.open();
}

TEST(WebSocketClient, RefusedUpgradeSaysWhatCameInstead) {
  Pair pair;
  WebSocketSettings settings;
  settings.url = pair.server->url("ws") + "/forbidden";
  std::optional<Error> error;
  WebSocketClient client(pair.loop, settings, {.on_closed = [&](const Error& e) { error = e; }});
  client.connect();
  ASSERT_TRUE(pair.loop.run_until([&] { return error.has_value(); }, kLong));
  EXPECT_EQ(error->code, ErrorCode::kRefused);
  EXPECT_NE(error->message.find("HTTP 403"), std::string::npos) << error->message;
}

TEST(WebSocketClient, TlsVerifiesDnsNamesAndResolvesThem) {
  for (const char* name : {"localhost", "example.org"}) {
    const auto certificate = make_self_signed_certificate(name).value();
    Pair pair({.certificate = certificate});
    WebSocketSettings settings;
    settings.url = "wss://localhost:" + std::to_string(pair.server->port()) + "/";
    settings.tls = TlsContext::client({.ca_pem = certificate.chain_pem}).value();
    bool opened = false;
    std::optional<Error> error;
    WebSocketClient client(pair.loop, settings,
                           {.on_open = [&] { opened = true; }, .on_closed = [&](const Error& e) { error = e; }});
    client.connect();
    ASSERT_TRUE(pair.loop.run_until([&] { return opened || error; }, kLong));
    EXPECT_EQ(opened, std::string_view(name) == "localhost") << (error ? error->message : "");
  }
}

TEST(WebSocketClient, RefusalPageIsShown) {
  EventLoop loop;
  const auto server = Server::listen(loop, {}, {}).value();  // no WebSocket here at all
  std::optional<Error> error;
  WebSocketClient client(loop, {.url = server->url("ws")}, {.on_closed = [&](const Error& e) { error = e; }});
  client.connect();
  ASSERT_TRUE(loop.run_until([&] { return error.has_value(); }, kLong));
  EXPECT_NE(error->message.find("HTTP 404"), std::string::npos) << error->message;
  EXPECT_NE(error->message.find("no WebSocket here"), std::string::npos) << error->message;
}

TEST(WebSocketClient, TruncatedFrameThenHangUp) {
  Pair pair;
  pair.open();
  std::string frame;
  frame += "\x81\x7e";
  frame += std::string("\x01\x00", 2);  // 256 bytes announced
  frame += "{\"event_type\":\"bo";
  EXPECT_TRUE(pair.session.send("whole"));
  EXPECT_TRUE(pair.session.send_raw(frame));
  ASSERT_TRUE(pair.loop.run_until([&] { return pair.frames.size() == 1; }, kLong));
  pair.session.abort();
  pair.wait_closed();
  EXPECT_EQ(pair.frames, std::vector<std::string>{"whole"});  // half a message is no message
  EXPECT_EQ(pair.closed_count, 1);
  EXPECT_TRUE(pair.session_closed);
}

TEST(WebSocketClient, HtmlInTheMiddleOfTheStreamIsAProtocolError) {
  Pair pair;
  pair.open();
  EXPECT_TRUE(pair.session.send_raw("<html>502 Bad Gateway</html>"));
  pair.wait_closed();
  EXPECT_NE(pair.error->message.find("protocol error"), std::string::npos) << pair.error->message;
}

TEST(WebSocketClient, ServerCloseCarriesCodeAndReason) {
  Pair pair;
  pair.open();
  pair.session.close(1013, "try again later");
  pair.wait_closed();
  EXPECT_NE(pair.error->message.find("1013"), std::string::npos);
  EXPECT_NE(pair.error->message.find("try again later"), std::string::npos);
  EXPECT_FALSE(pair.client->send("x"));
}

TEST(WebSocketClient, OwnCloseEndsOnBothSides) {
  Pair pair;
  pair.open();
  pair.client->close();
  EXPECT_FALSE(pair.client->is_open());
  ASSERT_TRUE(pair.loop.run_until([&] { return pair.error && pair.session_closed; }, kLong));
  EXPECT_EQ(pair.closed_count, 1);
}

TEST(WebSocketClient, StalledServerIsNoticedByTheQueueLimit) {
  WebSocketSettings settings;
  settings.max_queued_bytes = 100'000;
  Pair pair({}, settings);
  pair.open();
  pair.session.pause();
  const std::string chunk(50'000, 'x');
  bool accepted = true;  // the kernel's buffers take some megabytes first
  for (int i = 0; i < 2000 && accepted; ++i) accepted = pair.client->send(chunk);
  EXPECT_FALSE(accepted);
  pair.wait_closed();
  EXPECT_NE(pair.error->message.find("queue full"), std::string::npos) << pair.error->message;
}

TEST(WebSocketClient, ProxyThatNeverAnswersTimesOut) {
  EventLoop loop;
  std::optional<HttpResponder> held;
  const auto silent =
      Server::listen(loop, {}, {.on_request = [&](const HttpRequest&, HttpResponder r) { held = r; }}).value();
  WebSocketSettings settings;
  settings.url = "ws://venue.example/ws";
  settings.proxy_url = silent->url();
  settings.connect_timeout = Nanos::from_millis(50);
  std::optional<Error> error;
  WebSocketClient client(loop, settings, {.on_closed = [&](const Error& e) { error = e; }});
  client.connect();
  ASSERT_TRUE(loop.run_until([&] { return error.has_value(); }, kLong));
  EXPECT_EQ(error->code, ErrorCode::kTimeout);
}

TEST(WebSocketClient, NobodyListens) {
  EventLoop loop;
  std::uint16_t port = 0;
  {
    const auto server = Server::listen(loop, {}, {}).value();
    port = server->port();
  }
  std::optional<Error> error;
  WebSocketClient client(loop, {.url = "ws://127.0.0.1:" + std::to_string(port)},
                         {.on_closed = [&](const Error& e) { error = e; }});
  client.connect();
  EXPECT_FALSE(error.has_value());  // never from inside connect()
  ASSERT_TRUE(loop.run_until([&] { return error.has_value(); }, kLong));
  EXPECT_EQ(error->code, ErrorCode::kNetwork);
}

TEST(WebSocketClient, BadUrlIsReportedLikeAnyOtherFailure) {
  EventLoop loop;
  std::optional<Error> error;
  WebSocketClient client(loop, {.url = "https://host/"}, {.on_closed = [&](const Error& e) { error = e; }});
  client.connect();
  ASSERT_TRUE(loop.run_until([&] { return error.has_value(); }, kLong));
  EXPECT_EQ(error->code, ErrorCode::kInvalidInput);
}

TEST(WebSocketClient, MayBeDestroyedInsideItsOwnCallback) {
  Pair pair;
  pair.open();
  std::unique_ptr<WebSocketClient> doomed;
  int frames = 0;
  doomed = std::make_unique<WebSocketClient>(pair.loop, WebSocketSettings{.url = pair.server->url("ws")},
                                             WebSocketClient::Callbacks{.on_frame =
                                                                            [&](std::string_view, Nanos) {
                                                                              ++frames;
                                                                              doomed.reset();
                                                                            },
                                                                        .on_closed = [](const Error&) { FAIL(); }});
  pair.session_closed = false;
  doomed->connect();
  ASSERT_TRUE(pair.loop.run_until([&] { return doomed->is_open(); }, kLong));
  pair.session.send("one");
  pair.session.send("two");
  ASSERT_TRUE(pair.loop.run_until([&] { return pair.session_closed; }, kLong));
  EXPECT_EQ(frames, 1);
}

TEST(WebSocketClient, ThroughAnHttpConnectProxy) {
  Pair pair;
  std::string connect_target, authorization;
  bool refuse = false;
  // Answers CONNECT with 200 and then plays the venue itself on the same socket: whatever comes through the tunnel is
  // an ordinary request to it, and there is no WebSocket there.
  const auto proxy = Server::listen(pair.loop, {},
                                    {.on_request =
                                         [&](const HttpRequest& q, HttpResponder r) {
                                           connect_target = q.method + " " + q.target;
                                           authorization = q.headers.get("Proxy-Authorization");
                                           if (refuse) return r.send(407, "who are you");
                                           r.send_raw("HTTP/1.1 200 Connection established\r\n\r\n", false);
                                         }})
                         .value();
  WebSocketSettings settings;
  settings.url = "ws://venue.example:8080/ws";
  settings.proxy_url = "http://user:pass@127.0.0.1:" + std::to_string(proxy->port());
  std::optional<Error> error;
  {
    WebSocketClient client(pair.loop, settings, {.on_closed = [&](const Error& e) { error = e; }});
    client.connect();
    ASSERT_TRUE(pair.loop.run_until([&] { return error.has_value(); }, kLong));
  }
  EXPECT_EQ(connect_target, "CONNECT venue.example:8080");
  EXPECT_EQ(authorization, "Basic dXNlcjpwYXNz");
  EXPECT_NE(error->message.find("404"), std::string::npos) << error->message;  // the upgrade did reach the far side

  refuse = true;
  error.reset();
  WebSocketClient client(pair.loop, settings, {.on_closed = [&](const Error& e) { error = e; }});
  client.connect();
  ASSERT_TRUE(pair.loop.run_until([&] { return error.has_value(); }, kLong));
  EXPECT_EQ(error->code, ErrorCode::kRefused);
  EXPECT_NE(error->message.find("407"), std::string::npos) << error->message;
}

}  // namespace
}  // namespace underround::net
