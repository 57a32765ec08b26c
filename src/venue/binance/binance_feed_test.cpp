#include "venue/binance/binance_feed.hpp"

#include "net/server.hpp"

namespace underround::binance {
namespace {

constexpr Nanos kLong = Nanos::from_seconds(30);
constexpr Nanos kSecond = Nanos::from_seconds(1);

// The venue's two routes in one server; time is virtual and moves only when a test says so.
struct BinanceFeedTest : testing::Test {
  struct Client {
    std::string target;
    net::WebSocketSession session;
    bool closed = false;
  };
  Nanos now = Nanos::from_seconds(10'000);
  net::EventLoop loop{[this] { return now; }};
  std::vector<std::unique_ptr<Client>> clients;
  std::unique_ptr<net::Server> server =
      net::Server::listen(loop, {},
                          {.on_upgrade =
                               [this](const net::HttpRequest& request, net::WebSocketSession session) {
                                 clients.push_back(std::make_unique<Client>(Client{request.target, session}));
                                 session.on_close([client = clients.back().get()] { client->closed = true; });
                                 return 101;
                               }})
          .value();
  std::vector<Event> events;
  std::unique_ptr<BinanceFeed> feed;
  std::int64_t next_id = 1;

  void start(std::vector<std::string> symbols) {
    BinanceFeedSettings settings;
    settings.symbols = std::move(symbols);
    settings.public_url = server->url("ws") + "/public";
    settings.market_url = server->url("ws") + "/market";
    settings.tick = Nanos{0};
    settings.lifetime = Nanos::from_seconds(3600);
    settings.quote_silence = Nanos::from_seconds(10);
    settings.trade_silence = Nanos::from_seconds(100);
    feed = std::make_unique<BinanceFeed>(
        loop, settings, BinanceFeed::Callbacks{.on_event = [this](const Event& e) { events.push_back(e); }});
    feed->start();
    wait_for_clients(2);
    run_until([this] { return count(EventKind::kFeed) == 2; });
  }
  void run_until(const std::function<bool()>& done) { ASSERT_TRUE(loop.run_until(done, kLong)); }
  void wait_for_clients(std::size_t n) {
    run_until([this, n] { return clients.size() >= n; });
  }
  std::size_t count(EventKind kind) const {
    return static_cast<std::size_t>(
        std::count_if(events.begin(), events.end(), [kind](const Event& e) { return e.header.kind == kind; }));
  }
  Client& newest(const std::string& route) {
    for (auto it = clients.rbegin(); it != clients.rend(); ++it) {
      if ((*it)->target.starts_with(route)) return **it;
    }
    ADD_FAILURE() << "nobody on " << route;
    return *clients.front();
  }
  void quote(Client& to, const std::string& symbol, std::int64_t id) {
    EXPECT_TRUE(to.session.send(fmt::format(
        R"({{"stream":"x","data":{{"e":"bookTicker","u":{},"s":"{}","b":"1","B":"1","a":"2","A":"1","T":5}}}})", id,
        symbol)));
  }
  void quote_and_wait(Client& to, const std::string& symbol) {
    const std::size_t before = count(EventKind::kReferenceQuote);
    quote(to, symbol, next_id++);
    run_until([&] { return count(EventKind::kReferenceQuote) == before + 1; });
  }
  void trade_and_wait(const std::string& symbol) {
    const std::size_t before = count(EventKind::kReferenceTrade);
    EXPECT_TRUE(newest("/market").session.send(
        fmt::format(R"({{"e":"aggTrade","s":"{}","a":{},"p":"61800","q":"1","T":1,"m":true}})", symbol, next_id++)));
    run_until([&] { return count(EventKind::kReferenceTrade) == before + 1; });
  }
  void advance(Nanos by) {
    now = now + by;
    feed->tick(now);
  }
};

TEST_F(BinanceFeedTest, EachStreamOnItsOwnRoute) {
  start({"BTCUSDT", "ETHUSDT"});
  EXPECT_EQ(newest("/public").target, "/public/stream?streams=btcusdt@bookTicker/ethusdt@bookTicker");
  EXPECT_EQ(newest("/market").target, "/market/stream?streams=btcusdt@aggTrade/ethusdt@aggTrade");
  quote_and_wait(newest("/public"), "ETHUSDT");
  trade_and_wait("BTCUSDT");
  EXPECT_EQ(events.back().header.subject, feed->symbols().find("BTCUSDT").value);
  const auto health = feed->health();
  EXPECT_TRUE(health[0].up && health[1].up);
  EXPECT_EQ(health[0].frames, 1U);
  EXPECT_EQ(health[0].data_age, Nanos{0});
  EXPECT_NE(health[0].connection, health[1].connection);
}

TEST_F(BinanceFeedTest, SilentStreamRestartsItsRouteAlone) {
  start({"BTCUSDT", "ETHUSDT"});
  // Acknowledged, but one of the two never speaks: the wrong-route trap of the venue page.
  for (int i = 0; i < 9; ++i) {
    quote_and_wait(newest("/public"), "BTCUSDT");
    advance(kSecond);
  }
  EXPECT_EQ(feed->health()[0].watchdog_trips, 0U);
  advance(kSecond);
  EXPECT_EQ(feed->health()[0].watchdog_trips, 1U);
  EXPECT_FALSE(feed->health()[0].up);
  EXPECT_EQ(events.back().header.kind, EventKind::kFeed);
  EXPECT_EQ(events.back().feed.up, 0);
  EXPECT_NE(feed->health()[0].last_error.find("silent"), std::string::npos);
  EXPECT_EQ(feed->health()[1].watchdog_trips, 0U);

  advance(kSecond);  // the first delay is at most a second
  wait_for_clients(3);
  run_until([&] { return feed->health()[0].up; });
  EXPECT_EQ(feed->health()[0].reconnects, 1U);
  next_id = 1;  // the venue may start again from anywhere
  quote_and_wait(newest("/public"), "BTCUSDT");
}

TEST_F(BinanceFeedTest, ServerHangUpReconnects) {
  start({"BTCUSDT"});
  quote_and_wait(newest("/public"), "BTCUSDT");
  newest("/public").session.abort();
  run_until([&] { return !feed->health()[0].up; });
  advance(kSecond);
  wait_for_clients(3);
  run_until([&] { return feed->health()[0].up; });
  EXPECT_EQ(count(EventKind::kFeed), 4U);  // up, up, down, up
}

TEST_F(BinanceFeedTest, RollsOverWithAnOverlapAndNothingTwice) {
  start({"BTCUSDT", "ETHUSDT"});
  Client& old = newest("/public");
  for (int i = 0; i < 3599; i += 9) {
    quote_and_wait(old, "BTCUSDT");
    quote_and_wait(old, "ETHUSDT");
    for (const char* symbol : {"BTCUSDT", "ETHUSDT"}) trade_and_wait(symbol);
    advance(Nanos::from_seconds(9));
  }
  run_until([&] { return clients.size() == 4; });  // both routes have opened a successor
  Client* fresh = nullptr;
  for (const auto& client : clients) {
    if (client->target.starts_with("/public") && client.get() != &old) fresh = client.get();
  }
  ASSERT_NE(fresh, nullptr);
  EXPECT_FALSE(old.closed);

  const std::size_t before = count(EventKind::kReferenceQuote);
  const std::int64_t id = next_id++;
  quote(old, "BTCUSDT", id);
  quote(*fresh, "BTCUSDT", id);  // the same update on both
  run_until([&] { return feed->codec_counters().stale == 1; });
  EXPECT_EQ(count(EventKind::kReferenceQuote), before + 1);
  advance(kSecond);
  EXPECT_EQ(feed->health()[0].roll_overs, 0U);  // ETHUSDT has not been heard on the new one
  EXPECT_FALSE(old.closed);

  quote_and_wait(*fresh, "ETHUSDT");
  advance(kSecond);
  EXPECT_EQ(feed->health()[0].roll_overs, 1U);
  run_until([&] { return old.closed; });
  EXPECT_EQ(count(EventKind::kFeed), 2U);  // the feed was never down
  quote_and_wait(*fresh, "BTCUSDT");
}

TEST_F(BinanceFeedTest, SuccessorTakesOverWhenTheOldConnectionIsCutFirst) {
  start({"BTCUSDT"});
  Client& old = newest("/public");
  for (int i = 0; i < 3600; i += 9) {
    quote_and_wait(old, "BTCUSDT");
    advance(Nanos::from_seconds(9));
  }
  run_until([&] {
    return std::count_if(clients.begin(), clients.end(),
                         [](const auto& c) { return c->target.starts_with("/public"); }) == 2;
  });
  Client& fresh = newest("/public");
  quote_and_wait(fresh, "BTCUSDT");
  old.session.abort();
  advance(kSecond);
  run_until([&] { return old.closed; });
  advance(Nanos{1});
  EXPECT_EQ(feed->health()[0].roll_overs, 1U);
  EXPECT_TRUE(feed->health()[0].up);
  quote_and_wait(fresh, "BTCUSDT");
}

TEST_F(BinanceFeedTest, GarbageIsCountedAndDoesNotKeepAStreamAlive) {
  start({"BTCUSDT"});
  for (int i = 0; i < 10; ++i) {
    newest("/public").session.send("<html>busy</html>");
    const auto errors = feed->codec_counters().decode_errors;
    run_until([&] { return feed->codec_counters().decode_errors > errors; });
    advance(kSecond);
  }
  EXPECT_EQ(feed->health()[0].watchdog_trips, 1U);
}

}  // namespace
}  // namespace underround::binance
