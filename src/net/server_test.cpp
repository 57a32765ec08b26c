#include "net/server.hpp"

#include <optional>

#include "net/stream.hpp"
#include "net/websocket_client.hpp"

namespace underround::net {
namespace {

constexpr Nanos kLong = Nanos::from_seconds(30);

// Speaks raw bytes to a server, so that nothing of our own HTTP code can hide a mistake.
class RawPeer final : public StreamOwner {
 public:
  static std::shared_ptr<RawPeer> connect(EventLoop& loop, const Server& server) {
    auto peer = std::make_shared<RawPeer>(loop);
    peer->stream.connect({parse_url(server.url()).value(), std::nullopt, nullptr, kLong}, peer);
    EXPECT_TRUE(loop.run_until([&] { return peer->stream.is_open(); }, kLong));
    return peer;
  }
  explicit RawPeer(EventLoop& loop) : stream(loop) {}
  void on_stream_open() override {}
  std::span<char> stream_space() override { return chunk_; }
  void on_stream_bytes(std::size_t bytes) override { received.append(chunk_, bytes); }
  void on_stream_closed(const Error&) override { closed = true; }

  Stream stream;
  std::string received;
  bool closed = false;

 private:
  char chunk_[4096];
};

std::unique_ptr<Server> start(EventLoop& loop, Server::Callbacks callbacks, ServerSettings settings = {}) {
  return Server::listen(loop, std::move(settings), std::move(callbacks)).value();
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

Server::Callbacks echo_path() {
  return {.on_request = [](const HttpRequest& q, HttpResponder r) { r.send(200, q.target, "text/plain"); }};
}

TEST(Server, PortInUseNamesThePort) {
  EventLoop loop;
  const auto first = start(loop, {});
  const auto second = Server::listen(loop, {.port = first->port()}, {});
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kRefused);
  EXPECT_NE(second.error().message.find("port " + std::to_string(first->port())), std::string::npos);
  EXPECT_NE(second.error().message.find("in use"), std::string::npos);
}

TEST(Server, BadAddressIsRefused) {
  EventLoop loop;
  EXPECT_EQ(Server::listen(loop, {.address = "nowhere"}, {}).error().code, ErrorCode::kInvalidInput);
}

TEST(Server, PipelinedRequestsAreAnsweredInOrder) {
  EventLoop loop;
  const auto server = start(loop, echo_path());
  const auto peer = RawPeer::connect(loop, *server);
  peer->stream.write("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\nGET /3 HT");
  peer->stream.write("TP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  ASSERT_TRUE(loop.run_until([&] { return peer->closed; }, kLong));
  const std::size_t one = peer->received.find("/1"), two = peer->received.find("/2"), three = peer->received.find("/3");
  EXPECT_LT(one, two);
  EXPECT_LT(two, three);
  EXPECT_EQ(count(peer->received, "HTTP/1.1 200 OK"), 3U);
  EXPECT_EQ(server->counters().requests, 3U);
}

TEST(Server, AnAnswerMayComeLaterAndOnlyOnce) {
  EventLoop loop;
  std::optional<HttpResponder> held;
  const auto server = start(loop, {.on_request = [&](const HttpRequest&, HttpResponder r) { held = r; }});
  const auto peer = RawPeer::connect(loop, *server);
  peer->stream.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(loop.run_until([&] { return held.has_value(); }, kLong));
  EXPECT_TRUE(held->answerable());
  held->send(200, "first");
  held->send(200, "second");
  EXPECT_FALSE(held->answerable());
  ASSERT_TRUE(loop.run_until([&] { return peer->received.ends_with("first"); }, kLong));
  loop.poll();
  EXPECT_EQ(count(peer->received, "HTTP/1.1"), 1U);
}

TEST(Server, LimitsAndNonsense) {
  EventLoop loop;
  const auto server = start(loop, echo_path(), {.max_header_bytes = 300, .max_body_bytes = 10});
  const std::map<std::string, std::string> cases = {
      {"GET / HTTP/1.1\r\nX: " + std::string(400, 'a') + "\r\n\r\n", "HTTP/1.1 431"},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n", "HTTP/1.1 413"},
      {"\x16\x03\x01 this is a TLS hello\r\n\r\n", "HTTP/1.1 400"},
      {"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n", "HTTP/1.1 400"},
      {"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
       "HTTP/1.1 404"},
  };
  for (const auto& [request, status] : cases) {
    const auto peer = RawPeer::connect(loop, *server);
    peer->stream.write(request);
    ASSERT_TRUE(loop.run_until([&] { return peer->closed; }, kLong)) << request;
    EXPECT_EQ(peer->received.substr(0, status.size()), status) << request;
  }
  EXPECT_TRUE(loop.run_until([&] { return server->counters().open_connections == 0; }, kLong));
}

TEST(Server, AnswersExpect100Continue) {
  EventLoop loop;
  const auto server = start(loop, {.on_request = [](const HttpRequest& q, HttpResponder r) { r.send(200, q.body); }});
  const auto peer = RawPeer::connect(loop, *server);
  peer->stream.write("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  ASSERT_TRUE(loop.run_until([&] { return peer->received == "HTTP/1.1 100 Continue\r\n\r\n"; }, kLong));
  peer->stream.write("abc");
  ASSERT_TRUE(loop.run_until([&] { return peer->received.ends_with("\r\n\r\nabc"); }, kLong));
}

TEST(Server, IdleConnectionsAreClosed) {
  EventLoop loop;
  const auto server = start(loop, echo_path(), {.idle_timeout = Nanos::from_millis(1)});
  const auto peer = RawPeer::connect(loop, *server);
  EXPECT_TRUE(loop.run_until([&] { return peer->closed; }, kLong));
}

TEST(Server, FirstFrameInTheSameSegmentAsTheHandshake) {
  EventLoop loop;
  std::string got;
  const auto server = start(loop, {.on_upgrade = [&](const HttpRequest&, WebSocketSession session) {
                              session.on_message([&got](std::string_view text) { got = text; });
                              return session.send("welcome") ? 101 : 500;  // even before the handshake is answered
                            }});
  const auto peer = RawPeer::connect(loop, *server);
  const std::string frame = {'\x81', '\x82', 0, 0, 0, 0, 'h', 'i'};
  peer->stream.write(
      "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" +
      frame);
  ASSERT_TRUE(loop.run_until([&] { return got == "hi" && peer->received.ends_with("\x81\x07welcome"); }, kLong));
  EXPECT_EQ(peer->received.substr(0, 12), "HTTP/1.1 101");
  EXPECT_NE(peer->received.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), std::string::npos);
}

// A stalled reader: the queue fills, and the policy decides.
struct SlowConsumerCase {
  EventLoop loop;
  WebSocketSession session;
  bool closed = false;
  std::unique_ptr<Server> server;
  std::unique_ptr<WebSocketClient> client;

  explicit SlowConsumerCase(SlowConsumer policy) {
    server = start(loop,
                   {.on_upgrade =
                        [this](const HttpRequest&, WebSocketSession s) {
                          session = s;
                          s.on_close([this] { closed = true; });
                          return 101;
                        }},
                   {.max_queued_bytes = 10'000, .slow_consumer = policy});
    client = std::make_unique<WebSocketClient>(
        loop, WebSocketSettings{.url = server->url("ws")},
        WebSocketClient::Callbacks{.on_frame = [this](std::string_view text, Nanos) { received.emplace_back(text); }});
    client->connect();
    EXPECT_TRUE(loop.run_until([&] { return client->is_open(); }, kLong));
    session.pause();
  }
  std::vector<std::string> received;
};

TEST(Server, SlowConsumerIsClosed) {
  SlowConsumerCase slow(SlowConsumer::kClose);
  const std::string text(3000, 'x');
  EXPECT_TRUE(slow.session.send(text));
  EXPECT_TRUE(slow.session.send(text));
  EXPECT_TRUE(slow.session.send(text));
  EXPECT_FALSE(slow.session.send(text));
  EXPECT_FALSE(slow.session.is_open());
  EXPECT_FALSE(slow.closed);  // never from inside send(): the caller may be walking over its sessions
  ASSERT_TRUE(slow.loop.run_until([&] { return slow.closed; }, kLong));
  EXPECT_EQ(slow.server->counters().slow_consumers_closed, 1U);
  EXPECT_EQ(slow.server->counters().open_connections, 0U);
}

TEST(Server, SlowConsumerMissesTheNewestAndLivesOn) {
  SlowConsumerCase slow(SlowConsumer::kDrop);
  const std::string text(4000, 'x');
  EXPECT_TRUE(slow.session.send(text));
  EXPECT_TRUE(slow.session.send(text));
  EXPECT_FALSE(slow.session.send(text));
  EXPECT_EQ(slow.session.dropped(), 1U);
  EXPECT_GE(slow.session.queued_bytes(), 8000U);
  slow.session.resume();
  ASSERT_TRUE(slow.loop.run_until([&] { return slow.received.size() == 2; }, kLong));
  EXPECT_TRUE(slow.session.send("after"));
  ASSERT_TRUE(slow.loop.run_until([&] { return slow.received.size() == 3; }, kLong));
  EXPECT_EQ(slow.received.back(), "after");
  EXPECT_EQ(slow.server->counters().messages_dropped, 1U);
}

TEST(Server, HandlesOutliveConnectionAndServer) {
  EventLoop loop;
  std::optional<HttpResponder> responder;
  auto server = start(loop, {.on_request = [&](const HttpRequest&, HttpResponder r) { responder = r; }});
  const auto peer = RawPeer::connect(loop, *server);
  peer->stream.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(loop.run_until([&] { return responder.has_value(); }, kLong));
  server.reset();
  EXPECT_FALSE(responder->answerable());
  responder->send(200, "nobody listens");
  ASSERT_TRUE(loop.run_until([&] { return peer->closed; }, kLong));
  EXPECT_EQ(peer->received, "");
}

TEST(Server, MoreConnectionsThanAllowedAreHungUpOn) {
  EventLoop loop;
  const auto server = start(loop, echo_path(), {.max_connections = 1});
  const auto first = RawPeer::connect(loop, *server);
  ASSERT_TRUE(loop.run_until([&] { return server->counters().open_connections == 1; }, kLong));
  const auto second = RawPeer::connect(loop, *server);
  ASSERT_TRUE(loop.run_until([&] { return second->closed; }, kLong));
  EXPECT_FALSE(first->closed);
}

}  // namespace
}  // namespace underround::net
