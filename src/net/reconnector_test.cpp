#include "net/reconnector.hpp"

#include "net/server.hpp"

namespace underround::net {
namespace {

constexpr Nanos kLong = Nanos::from_seconds(30);
using State = Reconnector::State;

struct ReconnectorTest : testing::Test {
  Nanos now = Nanos::from_seconds(1000);
  EventLoop loop{[this] { return now; }};
  std::vector<WebSocketSession> sessions;
  bool accept = true;
  std::unique_ptr<Server> server = Server::listen(loop, {},
                                                  {.on_upgrade =
                                                       [this](const HttpRequest&, WebSocketSession s) {
                                                         sessions.push_back(s);
                                                         return accept ? 101 : 503;
                                                       }})
                                       .value();
  std::vector<std::string> log;
  Reconnector link{loop,
                   {.url = server->url("ws")},
                   Backoff({}, Random(3)),
                   {.on_open = [this] { log.push_back("open"); },
                    .on_frame = [this](std::string_view text, Nanos) { log.emplace_back(text); },
                    .on_down = [this](const Error&) { log.push_back("down"); }}};

  bool reaches(State state) {
    return loop.run_until([&] { return link.state() == state; }, kLong);
  }
};

TEST_F(ReconnectorTest, ComesBackAfterTheDelayAndNotBefore) {
  link.start(now);
  ASSERT_TRUE(reaches(State::kOpen));
  sessions.back().send("data");
  ASSERT_TRUE(loop.run_until([&] { return log.size() == 2; }, kLong));
  sessions.back().abort();
  ASSERT_TRUE(reaches(State::kWaiting));
  EXPECT_EQ(log, (std::vector<std::string>{"open", "data", "down"}));
  EXPECT_LE(link.retry_at(), now + Nanos::from_seconds(1));
  EXPECT_FALSE(link.send("x"));

  now = link.retry_at() - Nanos{1};
  link.tick(now);
  EXPECT_EQ(link.state(), State::kWaiting);
  now = link.retry_at();
  link.tick(now);
  ASSERT_TRUE(reaches(State::kOpen));
  EXPECT_EQ(link.counters().reconnects, 1U);
  EXPECT_EQ(link.opened_at(), now);
}

TEST_F(ReconnectorTest, KeepsTryingWhileTheServerRefuses) {
  accept = false;
  link.start(now);
  for (int attempt = 1; attempt <= 5; ++attempt) {
    ASSERT_TRUE(reaches(State::kWaiting));
    EXPECT_EQ(link.counters().failures, static_cast<std::uint64_t>(attempt));
    EXPECT_NE(link.last_error().find("503"), std::string::npos);
    now = link.retry_at();
    if (attempt == 5) accept = true;
    link.tick(now);
  }
  ASSERT_TRUE(reaches(State::kOpen));
  EXPECT_EQ(log, std::vector<std::string>{"open"});  // a connection that never opened cannot go down
}

TEST_F(ReconnectorTest, RestartInsideAFrameCallback) {
  bool once = true;
  Reconnector self_restarting(loop, {.url = server->url("ws")}, Backoff({}, Random(1)),
                              {.on_frame = [&](std::string_view, Nanos) {
                                if (std::exchange(once, false)) self_restarting.restart(now, "garbage");
                              }});
  self_restarting.start(now);
  ASSERT_TRUE(loop.run_until([&] { return self_restarting.is_open(); }, kLong));
  sessions.back().send("1");
  sessions.back().send("2");
  ASSERT_TRUE(loop.run_until([&] { return self_restarting.state() == State::kWaiting; }, kLong));
  EXPECT_EQ(self_restarting.last_error(), "garbage");
  EXPECT_EQ(self_restarting.counters().frames, 1U);  // the rest of a dropped socket is not delivered
}

TEST_F(ReconnectorTest, StopIsFinal) {
  link.start(now);
  ASSERT_TRUE(reaches(State::kOpen));
  link.stop();
  now = now + kLong;
  link.tick(now);
  EXPECT_EQ(link.state(), State::kStopped);
  EXPECT_EQ(log, std::vector<std::string>{"open"});
}

}  // namespace
}  // namespace underround::net
