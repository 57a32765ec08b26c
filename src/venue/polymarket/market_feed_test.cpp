#include "venue/polymarket/market_feed.hpp"

#include <set>

#include "net/server.hpp"

namespace underround::polymarket {
namespace {

constexpr Nanos kLong = Nanos::from_seconds(30);
constexpr Nanos kSecond = Nanos::from_seconds(1);

std::string token_of(std::uint32_t condition, unsigned outcome) {
  return "713210456792522125946263855327069127503327285719425322896313793124555839" +
         std::to_string(condition * 2 + outcome);
}

FeedMarket market(std::uint32_t condition) {
  return {ConditionId{condition}, {token_of(condition, 0), token_of(condition, 1)}};
}

// The venue's market channel: remembers who asked for what, answers PING when told to. Frames are in a toy language,
// "{book 3 500 7}" = book of condition 3 at venue time 500 with one size 7: the feed must not care what JSON says.
struct FakeVenue {
  struct Client {
    net::WebSocketSession session;
    std::vector<std::string> messages;  // without PING
    int pings = 0;
    bool closed = false;
  };
  explicit FakeVenue(net::EventLoop& loop)
      : server(net::Server::listen(loop, {},
                                   {.on_upgrade =
                                        [this](const net::HttpRequest&, net::WebSocketSession session) {
                                          clients.push_back(std::make_unique<Client>());
                                          Client* const client = clients.back().get();
                                          client->session = session;
                                          session.on_message(
                                              [this, client](std::string_view text) { on_text(*client, text); });
                                          session.on_close([client] { client->closed = true; });
                                          return 101;
                                        }})
                   .value()) {}
  void on_text(Client& client, std::string_view text) {
    if (text != "PING") return client.messages.emplace_back(text), void();
    ++client.pings;
    if (answer_ping) client.session.send("PONG");
  }
  std::vector<std::unique_ptr<Client>> clients;
  bool answer_ping = true;
  std::unique_ptr<net::Server> server;
};

struct MarketFeedTest : testing::Test {
  Nanos now = Nanos::from_seconds(50'000);
  net::EventLoop loop{[this] { return now; }};
  FakeVenue venue{loop};
  MarketFeedSettings settings;
  std::unique_ptr<MarketFeed> feed;
  std::vector<Event> control;   // kGap, kFeed
  std::vector<Event> admitted;  // what the engine would see
  std::vector<std::string> frames;
  std::vector<ConditionId> hooked;
  bool use_hook = false;

  MarketFeedTest() {
    settings.url = venue.server->url("ws") + "/ws/market";
    settings.tick = Nanos{0};
  }
  void make() {
    MarketFeed::Callbacks callbacks;
    callbacks.on_frame = [this](std::string_view frame, Nanos received, std::uint16_t connection) {
      frames.emplace_back(frame);
      std::vector<Event> events = decode(frame, received, connection);
      feed->admit(connection, events);
      admitted.insert(admitted.end(), events.begin(), events.end());
    };
    callbacks.on_event = [this](const Event& event) { control.push_back(event); };
    if (use_hook) callbacks.on_resync = [this](ConditionId condition) { hooked.push_back(condition); };
    feed = std::make_unique<MarketFeed>(loop, settings, callbacks);
  }
  void start(std::uint32_t markets, std::size_t clients) {
    make();
    subscribe(0, markets);
    feed->start();
    wait_clients(clients);
    for (std::size_t i = 0; i < clients; ++i) wait_messages(i, 1);
  }
  void subscribe(std::uint32_t from, std::uint32_t to) {
    std::vector<FeedMarket> markets;
    for (std::uint32_t c = from; c < to; ++c) markets.push_back(market(c));
    feed->subscribe(markets);
  }

  static std::vector<Event> decode(std::string_view frame, Nanos received, std::uint16_t connection) {
    std::vector<Event> events;
    char what[16];
    unsigned condition = 0;
    long at = 0, size = 0;
    if (std::sscanf(std::string(frame).c_str(), "{%15s %u %ld %ld}", what, &condition, &at, &size) != 4) return events;
    for (unsigned outcome = 0; outcome < 2; ++outcome) {
      const std::uint32_t token = condition * 2 + outcome;
      if (std::string_view(what) == "book") {
        Event head = Event::make(EventKind::kSnapshotBegin, received, VenueId::kPolymarket, token, connection);
        head.book_head.venue_time = Nanos{at};
        events.push_back(head);
        head.header.kind = EventKind::kSnapshotEnd;
        events.push_back(head);
      } else {
        Event level = Event::make(EventKind::kLevel, received, VenueId::kPolymarket, token, connection);
        level.level.venue_time = Nanos{at};
        level.level.size = Shares{size};
        events.push_back(level);
      }
    }
    events.push_back(Event::make(EventKind::kFrameEnd, received, VenueId::kPolymarket, Event::kNoSubject, connection));
    return events;
  }

  void run_until(const std::function<bool()>& done) { ASSERT_TRUE(loop.run_until(done, kLong)); }
  void wait_clients(std::size_t n) {
    run_until([this, n] { return venue.clients.size() >= n; });
  }
  void wait_messages(std::size_t client, std::size_t n) {
    run_until([&] { return venue.clients[client]->messages.size() >= n; });
  }
  void wait_up(std::size_t connections) {
    run_until([&] {
      std::size_t up = 0;
      for (const auto& row : feed->health().connections) up += row.up;
      return up == connections;
    });
  }
  void say(std::size_t client, const std::string& frame) {
    const std::uint64_t before = total_frames();
    ASSERT_TRUE(venue.clients[client]->session.send(frame));
    run_until([&] { return total_frames() == before + 1; });
  }
  std::uint64_t total_frames() const {
    std::uint64_t frames_received = 0;
    for (const auto& row : feed->health().connections) frames_received += row.frames;
    return frames_received;
  }
  void tick(Nanos by) {
    now = now + by;
    feed->tick(now);
  }
  // Time passes, PINGs are answered, nothing else happens. A PONG that the kernel delivers late only counts a second
  // later.
  void tick_with_pongs(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      tick(kSecond);
      while (loop.poll() > 0) {
      }
    }
  }
  std::multiset<std::uint32_t> gaps() const {
    std::multiset<std::uint32_t> conditions;
    for (const Event& event : control) {
      if (event.header.kind == EventKind::kGap) conditions.insert(event.header.subject);
    }
    return conditions;
  }
};

std::string first_message(std::initializer_list<std::uint32_t> conditions) {
  std::string list;
  for (const std::uint32_t c : conditions) {
    for (const unsigned outcome : {0U, 1U}) list += (list.empty() ? "\"" : ",\"") + token_of(c, outcome) + "\"";
  }
  return R"({"type":"market","assets_ids":[)" + list + R"(],"custom_feature_enabled":true})";
}
std::string pair_list(std::uint32_t c) { return "\"" + token_of(c, 0) + "\",\"" + token_of(c, 1) + "\""; }

TEST_F(MarketFeedTest, ShardsKeepPairsTogetherAndSubscribeExactly) {
  settings.assets_per_connection = 5;
  start(5, 3);
  std::multiset<std::string> sent;
  for (const auto& client : venue.clients) {
    ASSERT_EQ(client->messages.size(), 1U);
    sent.insert(client->messages[0]);
  }
  EXPECT_EQ(sent, (std::multiset<std::string>{first_message({0, 1}), first_message({2, 3}), first_message({4})}));
  EXPECT_EQ(feed->shards(), 3U);
  const auto health = feed->health();
  EXPECT_EQ(health.markets, 5U);
  EXPECT_EQ(health.awaiting_snapshot, 5U);
  ASSERT_EQ(health.connections.size(), 3U);
  EXPECT_EQ(health.connections[0].assets, 4U);
  EXPECT_EQ(health.connections[2].assets, 2U);
  std::set<std::uint16_t> numbers;
  for (const auto& row : health.connections) numbers.insert(row.connection);
  EXPECT_EQ(numbers.size(), 3U);
}

TEST_F(MarketFeedTest, DynamicSubscribeAndUnsubscribeOnTheLiveSocket) {
  start(1, 1);
  subscribe(0, 2);  // 0 is known
  wait_messages(0, 2);
  EXPECT_EQ(venue.clients[0]->messages[1],
            R"({"assets_ids":[)" + pair_list(1) + R"(],"operation":"subscribe","custom_feature_enabled":true})");
  feed->unsubscribe(std::vector{ConditionId{0}, ConditionId{77}});
  wait_messages(0, 3);
  EXPECT_EQ(venue.clients[0]->messages[2], R"({"assets_ids":[)" + pair_list(0) + R"(],"operation":"unsubscribe"})");
  EXPECT_EQ(feed->health().markets, 1U);
  // A frame still on its way for the market we have left is filtered.
  say(0, "{level 0 10 5}");
  EXPECT_TRUE(admitted.empty() || admitted[0].header.kind == EventKind::kFrameEnd);
  EXPECT_EQ(venue.clients.size(), 1U);
}

TEST_F(MarketFeedTest, TheLastMarketGoneClosesTheSocketAndANewOneOpensIt) {
  start(1, 1);
  feed->unsubscribe(std::vector{ConditionId{0}});
  tick(kSecond);
  run_until([&] { return venue.clients[0]->closed; });
  EXPECT_TRUE(gaps().empty());
  subscribe(5, 6);
  wait_clients(2);
  wait_messages(1, 1);
  EXPECT_EQ(venue.clients[1]->messages[0], first_message({5}));
}

TEST_F(MarketFeedTest, TokensThatAreNotNumbersAreRefused) {
  make();
  feed->subscribe(
      std::vector{FeedMarket{ConditionId{0}, {"1\"],\"x\":[\"", "2"}}, FeedMarket{ConditionId{1}, {"1", ""}}});
  EXPECT_EQ(feed->health().refused_markets, 2U);
  EXPECT_EQ(feed->health().markets, 0U);
}

TEST_F(MarketFeedTest, FramesArriveWithPaddingAndControlTextsDoNot) {
  start(1, 1);
  say(0, R"({book 0 5 1})");
  say(0, "NO NEW ASSETS");
  say(0, "<html><body>Bad gateway</body></html>");
  say(0, "[]");
  say(0, "[{\"truncated\":");
  EXPECT_EQ(frames, (std::vector<std::string>{"{book 0 5 1}", "[{\"truncated\":"}));
  const auto row = feed->health().connections.at(0);
  EXPECT_EQ(row.garbage_frames, 1U);
  EXPECT_EQ(row.control_frames, 2U);
  EXPECT_TRUE(row.up);
  EXPECT_EQ(feed->health().awaiting_snapshot, 0U);
}

TEST_F(MarketFeedTest, PingsEveryTenSeconds) {
  start(1, 1);
  for (int i = 0; i < 35; ++i) {
    say(0, "{level 0 1 1}");
    tick_with_pongs(1);
  }
  run_until([&] { return feed->health().connections[0].pongs == 3; });
  EXPECT_EQ(venue.clients[0]->pings, 3);
  EXPECT_EQ(feed->health().connections[0].data_age, kSecond);
}

TEST_F(MarketFeedTest, NoPongMeansDead) {
  venue.answer_ping = false;
  start(1, 1);
  for (int i = 0; i < 29; ++i) {
    say(0, "{level 0 1 1}");  // data alone does not save it
    tick(kSecond);
  }
  EXPECT_EQ(feed->health().connections[0].watchdog_trips, 0U);
  tick(kSecond);
  EXPECT_EQ(feed->health().connections[0].watchdog_trips, 1U);
  EXPECT_EQ(feed->health().connections[0].last_error, "no PONG");
}

TEST_F(MarketFeedTest, PongWithoutDataMeansDeadAndIsReplaced) {
  start(2, 1);
  say(0, "{book 0 5 1}");
  say(0, "{book 1 5 1}");
  tick_with_pongs(59);
  EXPECT_GE(venue.clients[0]->pings, 5);
  EXPECT_EQ(feed->health().connections[0].watchdog_trips, 0U);
  tick_with_pongs(1);
  EXPECT_EQ(feed->health().connections[0].watchdog_trips, 1U);
  EXPECT_NE(feed->health().connections[0].last_error.find("no data"), std::string::npos);
  EXPECT_EQ(gaps(), (std::multiset<std::uint32_t>{0, 1}));
  EXPECT_EQ(control.back().header.kind, EventKind::kGap);
  EXPECT_EQ(feed->health().awaiting_snapshot, 2U);

  tick(kSecond);  // the first retry comes within a second
  wait_clients(2);
  wait_messages(1, 1);
  EXPECT_EQ(venue.clients[1]->messages[0], first_message({0, 1}));
  run_until([&] { return venue.clients[0]->closed; });
  say(1, "{book 0 9 1}");
  EXPECT_EQ(feed->health().awaiting_snapshot, 1U);
  say(1, "{book 1 9 1}");
  EXPECT_EQ(feed->health().awaiting_snapshot, 0U);
  EXPECT_EQ(feed->health().connections[0].reconnects, 1U);
}

TEST_F(MarketFeedTest, QuietShardIsReplacedEverMoreRarely) {
  start(1, 1);
  for (const int seconds_of_patience : {60, 120, 240}) {
    const auto trips = feed->health().connections[0].watchdog_trips;
    tick_with_pongs(seconds_of_patience - 1);
    EXPECT_EQ(feed->health().connections[0].watchdog_trips, trips) << seconds_of_patience;
    tick_with_pongs(1);
    EXPECT_EQ(feed->health().connections[0].watchdog_trips, trips + 1) << seconds_of_patience;
    tick(Nanos::from_seconds(30));  // the longest backoff delay
    wait_up(1);
  }
  // Live data makes it impatient again.
  tick_with_pongs(5);
  say(venue.clients.size() - 1, "{level 0 1 1}");
  tick_with_pongs(59);
  EXPECT_EQ(feed->health().connections[0].watchdog_trips, 3U);
  tick_with_pongs(1);
  EXPECT_EQ(feed->health().connections[0].watchdog_trips, 4U);
}

TEST_F(MarketFeedTest, StalledSocketIsReplaced) {
  start(1, 1);
  venue.clients[0]->session.pause();  // TCP lives, nothing is read or written
  for (int i = 0; i < 30; ++i) tick(kSecond);
  EXPECT_EQ(feed->health().connections[0].watchdog_trips, 1U);
  tick(kSecond);
  wait_clients(2);
  wait_messages(1, 1);
}

TEST_F(MarketFeedTest, HangUpReconnectsAndGapsOnlyItsOwnShard) {
  settings.assets_per_connection = 2;
  settings.pong_timeout = settings.data_timeout = Nanos::from_seconds(100'000);
  start(2, 2);
  std::size_t victim = venue.clients[0]->messages[0] == first_message({1}) ? 0 : 1;
  for (std::size_t attempt = 1; attempt <= 5; ++attempt) {
    venue.clients[victim]->session.abort();
    run_until([&] { return gaps().size() == attempt; });
    EXPECT_EQ(gaps().count(1), attempt);
    tick(attempt == 1 ? kSecond : Nanos::from_seconds(30));  // first retry within a second, the cap later
    victim = venue.clients.size();
    wait_clients(victim + 1);
    wait_messages(victim, 1);
    EXPECT_EQ(venue.clients[victim]->messages[0], first_message({1}));
  }
  EXPECT_EQ(feed->health().connections[1].reconnects, 5U);
  EXPECT_EQ(feed->health().connections[0].reconnects, 0U);
}

TEST_F(MarketFeedTest, BusyMarketThatFallsSilentIsResynced) {
  settings.busy_updates = 5;
  start(2, 1);
  say(0, "{book 0 1 1}");
  say(0, "{book 1 1 1}");
  for (int i = 0; i < 6; ++i) say(0, fmt::format("{{level 0 {} 1}}", i + 2));
  // Market 1 keeps the connection busy; market 0 was busy and says nothing more.
  for (int i = 0; i < 62; ++i) {
    tick_with_pongs(1);
    if (i % 20 == 0) say(0, fmt::format("{{level 1 {} 1}}", i + 2));
  }
  EXPECT_EQ(feed->health().busy_trips, 1U);
  EXPECT_EQ(gaps(), (std::multiset<std::uint32_t>{0}));
  wait_messages(0, 3);
  EXPECT_EQ(venue.clients[0]->messages[1], R"({"assets_ids":[)" + pair_list(0) + R"(],"operation":"unsubscribe"})");
  EXPECT_EQ(venue.clients[0]->messages[2],
            R"({"assets_ids":[)" + pair_list(0) + R"(],"operation":"subscribe","custom_feature_enabled":true})");
  EXPECT_EQ(venue.clients.size(), 1U);
}

TEST_F(MarketFeedTest, ResyncThroughTheHookLeavesTheSocketAlone) {
  use_hook = true;
  start(1, 1);
  say(0, "{book 0 1 1}");
  feed->resync(ConditionId{0});
  feed->resync(ConditionId{55});  // not subscribed
  EXPECT_EQ(hooked, std::vector{ConditionId{0}});
  EXPECT_EQ(gaps(), (std::multiset<std::uint32_t>{0}));
  tick(kSecond);
  loop.poll();
  EXPECT_EQ(venue.clients[0]->messages.size(), 1U);
}

TEST_F(MarketFeedTest, NoSnapshotAfterSubscribingIsAskedForAgainMoreAndMoreRarely) {
  start(2, 1);
  say(0, "{book 1 1 1}");
  int asked_at_second[3] = {0, 0, 0};
  std::size_t asked = 0;
  for (int second = 1; second <= 80 && asked < 3; ++second) {
    if (second % 5 == 0) say(0, fmt::format("{{level 1 {} 1}}", second));
    tick_with_pongs(1);
    if (feed->health().snapshot_retries > asked) asked_at_second[asked++] = second;
  }
  EXPECT_EQ(asked_at_second[0], 10);
  EXPECT_EQ(asked_at_second[1], 30);
  EXPECT_EQ(asked_at_second[2], 70);
  wait_messages(0, 7);
  EXPECT_NE(venue.clients[0]->messages[1].find(token_of(0, 0)), std::string::npos);
  EXPECT_EQ(venue.clients[0]->messages[1].find(token_of(1, 0)), std::string::npos);
}

// Redundant mode: which of the two clients is lane 0 is up to the network, and does not matter.
struct RedundantFeedTest : MarketFeedTest {
  void begin() {
    settings.redundant = true;
    start(2, 2);
    EXPECT_EQ(venue.clients[0]->messages[0], venue.clients[1]->messages[0]);
    for (const std::size_t client : {0U, 1U}) {
      for (const int condition : {0, 1}) say(client, fmt::format("{{book {} 10 1}}", condition));
    }
    admitted.clear();
  }
  std::size_t levels() const {
    return static_cast<std::size_t>(std::count_if(admitted.begin(), admitted.end(),
                                                  [](const Event& e) { return e.header.kind == EventKind::kLevel; }));
  }
};

TEST_F(RedundantFeedTest, FirstArrivalPassesTheOtherIsDropped) {
  begin();
  say(0, "{level 0 11 5}");
  EXPECT_EQ(levels(), 2U);
  say(1, "{level 0 11 5}");
  say(1, "{level 0 12 6}");
  say(0, "{level 0 12 6}");
  EXPECT_EQ(levels(), 4U);
  std::uint64_t duplicates = 0;
  for (const auto& row : feed->health().connections) duplicates += row.duplicates_dropped;
  EXPECT_EQ(duplicates, 4U);  // two books at the start, two levels
}

TEST_F(RedundantFeedTest, OneLaneLostIsNoGap) {
  begin();
  venue.clients[0]->session.abort();
  wait_up(1);
  EXPECT_TRUE(gaps().empty());
  say(1, "{level 0 11 5}");
  EXPECT_EQ(levels(), 2U);
  tick(kSecond);
  wait_up(2);
  wait_messages(2, 1);
  say(2, "{level 0 12 5}");  // its snapshot has not come: it may not speak yet
  EXPECT_EQ(levels(), 2U);
  say(2, "{book 0 9 1}");  // older than what has been delivered: would take the book back
  EXPECT_EQ(levels(), 2U);
  EXPECT_EQ(std::count_if(admitted.begin(), admitted.end(),
                          [](const Event& e) { return e.header.kind == EventKind::kSnapshotBegin; }),
            0);
  say(2, "{level 0 13 5}");
  EXPECT_EQ(levels(), 4U);
}

TEST_F(RedundantFeedTest, BothLanesLostIsAGapForEveryMarket) {
  begin();
  venue.clients[0]->session.abort();
  wait_up(1);
  venue.clients[1]->session.abort();
  wait_up(0);
  EXPECT_EQ(gaps(), (std::multiset<std::uint32_t>{0, 1}));
}

TEST_F(RedundantFeedTest, TheOtherLaneWithoutItsSnapshotDoesNotPreventTheGap) {
  settings.redundant = true;
  start(2, 2);
  for (const int condition : {0, 1}) say(0, fmt::format("{{book {} 10 1}}", condition));
  say(1, "{book 1 10 1}");  // condition 0 never came on this lane
  venue.clients[0]->session.abort();
  wait_up(1);
  EXPECT_EQ(gaps(), (std::multiset<std::uint32_t>{0}));
  wait_messages(1, 3);
  EXPECT_EQ(venue.clients[1]->messages[2],
            R"({"assets_ids":[)" + pair_list(0) + R"(],"operation":"subscribe","custom_feature_enabled":true})");
}

TEST_F(MarketFeedTest, StopClosesAndStartAsksForEverythingAgain) {
  start(2, 1);
  feed->stop();
  run_until([&] { return venue.clients[0]->closed; });
  EXPECT_EQ(gaps(), (std::multiset<std::uint32_t>{0, 1}));
  tick(kLong);
  feed->start();
  wait_clients(2);
  wait_messages(1, 1);
  EXPECT_EQ(venue.clients[1]->messages[0], first_message({0, 1}));
}

}  // namespace
}  // namespace underround::polymarket
