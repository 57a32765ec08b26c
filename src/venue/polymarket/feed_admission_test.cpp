#include "venue/polymarket/feed_admission.hpp"

#include <deque>

namespace underround::polymarket {
namespace {

constexpr ConditionId kCondition{3};
constexpr std::uint32_t kYes = 6, kNo = 7;

using Levels = std::map<std::int32_t, std::int64_t>;  // price -> size

Event level(std::uint32_t token, std::int64_t at, std::int32_t price, std::int64_t size,
            EventKind kind = EventKind::kLevel) {
  Event event = Event::make(kind, Nanos{0}, VenueId::kPolymarket, token);
  event.level.venue_time = Nanos{at};
  event.level.price = Price{price};
  event.level.size = Shares{size};
  return event;
}

std::vector<Event> book(std::uint32_t token, std::int64_t at, const Levels& levels) {
  std::vector<Event> events;
  Event head = Event::make(EventKind::kSnapshotBegin, Nanos{0}, VenueId::kPolymarket, token);
  head.book_head.venue_time = Nanos{at};
  events.push_back(head);
  for (const auto& [price, size] : levels) events.push_back(level(token, 0, price, size, EventKind::kSnapshotLevel));
  head.header.kind = EventKind::kSnapshotEnd;
  events.push_back(head);
  return events;
}

std::vector<Event> frame(std::vector<Event> events) {
  events.push_back(Event::make(EventKind::kFrameEnd, Nanos{0}));
  return events;
}

// What a book makes of the events that pass.
struct Book {
  std::map<std::uint32_t, Levels> tokens;
  std::uint64_t applied = 0;
  void apply(const std::vector<Event>& events) {
    for (const Event& event : events) {
      Levels& levels = tokens[event.header.subject];
      if (event.header.kind == EventKind::kSnapshotBegin) levels.clear();
      if (event.header.kind == EventKind::kSnapshotLevel || event.header.kind == EventKind::kLevel) {
        ++applied;
        levels[event.level.price.pips] = event.level.size.micros;
        if (event.level.size.micros == 0) levels.erase(event.level.price.pips);
      }
    }
  }
};

struct FeedAdmissionTest : testing::Test {
  FeedAdmission admission{true};
  FeedAdmissionTest() { admission.add(kCondition); }
  std::size_t pass(unsigned lane, std::vector<Event> events) {
    std::vector<Event> all = frame(std::move(events));
    admission.filter(lane, all);
    return all.size();
  }
};

TEST_F(FeedAdmissionTest, OneLaneLetsEverythingThrough) {
  FeedAdmission single(false);
  single.add(kCondition);
  std::vector<Event> events = frame({level(kYes, 5, 100, 1), level(kYes, 5, 100, 1)});
  EXPECT_EQ(single.filter(0, events), 0U);
  EXPECT_EQ(events.size(), 3U);
  EXPECT_TRUE(single.empty(kCondition));
  events = frame(book(kYes, 5, {{1, 1}}));
  single.filter(0, events);
  EXPECT_TRUE(single.empty(kCondition));
  EXPECT_FALSE(single.synced(kCondition, 0));
  events = frame(book(kNo, 5, {}));
  single.filter(0, events);
  EXPECT_FALSE(single.empty(kCondition));
  EXPECT_TRUE(single.synced(kCondition, 0));
  single.gap(kCondition);
  EXPECT_TRUE(single.empty(kCondition));
}

TEST_F(FeedAdmissionTest, DuplicatesOfTheOtherLaneVanishWithTheirFrame) {
  EXPECT_EQ(pass(0, book(kYes, 10, {{100, 5}})), 4U);
  EXPECT_EQ(pass(1, book(kYes, 10, {{100, 5}})), 0U);
  EXPECT_EQ(pass(1, {level(kYes, 11, 200, 5)}), 2U);
  EXPECT_EQ(pass(0, {level(kYes, 11, 200, 5)}), 0U);
  EXPECT_EQ(pass(0, {level(kYes, 11, 200, 5), level(kYes, 12, 300, 5)}), 2U);  // identical twice: a second event
}

TEST_F(FeedAdmissionTest, ThereAndBackWithinOneMillisecondIsThreeEvents) {
  for (const unsigned lane : {0U, 1U}) pass(lane, book(kYes, 10, {}));
  Book seen;
  for (const unsigned lane : {0U, 1U}) {
    for (const std::int64_t size : {5, 0, 5}) {
      std::vector<Event> events = frame({level(kYes, 11, 100, size)});
      admission.filter(lane, events);
      seen.apply(events);
    }
  }
  EXPECT_EQ(seen.applied, 3U);
  EXPECT_EQ(seen.tokens[kYes], (Levels{{100, 5}}));
}

TEST_F(FeedAdmissionTest, ALaneWithoutItsSnapshotDoesNotCount) {
  pass(0, book(kYes, 10, {}));
  EXPECT_EQ(pass(1, {level(kYes, 12, 100, 5)}), 0U);
  EXPECT_EQ(pass(0, {level(kYes, 11, 200, 5)}), 2U);
  EXPECT_EQ(pass(0, {level(kYes, 12, 100, 5)}), 2U);
}

TEST_F(FeedAdmissionTest, AnOldFirstSnapshotDoesNotTakeTheBookBack) {
  pass(0, book(kYes, 10, {}));
  pass(0, {level(kYes, 20, 100, 5)});
  EXPECT_EQ(pass(1, book(kYes, 15, {})), 0U);
  EXPECT_EQ(pass(1, book(kYes, 20, {{100, 5}})), 4U);  // later ones are ordinary events of the stream
  admission.gap(kCondition);
  admission.expect_snapshot(kCondition, 1);
  EXPECT_EQ(pass(1, book(kYes, 12, {})), 3U);  // after a gap any snapshot is better than none
}

TEST_F(FeedAdmissionTest, AfterANewerSnapshotTheOtherLanesPastIsOld) {
  pass(0, book(kYes, 10, {}));
  EXPECT_EQ(pass(1, book(kYes, 30, {{100, 7}})), 4U);
  EXPECT_EQ(pass(0, {level(kYes, 20, 100, 3)}), 0U);
  EXPECT_EQ(pass(0, {level(kYes, 31, 100, 8)}), 2U);
}

TEST_F(FeedAdmissionTest, TradesPassOnceAndStatusOnce) {
  const Event trade = level(kYes, 5, 100, 5, EventKind::kTrade);
  EXPECT_EQ(pass(0, {trade}), 2U);
  EXPECT_EQ(pass(1, {trade}), 0U);
  Event status = Event::make(EventKind::kMarketStatus, Nanos{0}, VenueId::kPolymarket, kCondition.value);
  status.market.phase = MarketPhase::kResolved;
  EXPECT_EQ(pass(1, {status}), 2U);
  EXPECT_EQ(pass(0, {status}), 0U);
}

// The property all the rules serve: two lanes with any lag, going down and coming back at any moment. Whatever they
// bring, in whatever interleaving, the book ends as the venue's book, and every change is applied at most once.
TEST(FeedAdmissionProperty, TwoUnreliableLanesMakeOneTrueBook) {
  EXPECT_TRUE(rc::check([] {
    FeedAdmission admission(true);
    admission.add(kCondition);
    Levels truth;
    std::int64_t changed_at = 1;
    Book seen;
    struct Lane {
      bool up = false;
      std::deque<std::vector<Event>> wire;
    } lanes[2];
    const auto deliver = [&](unsigned lane) {
      std::vector<Event> events = std::move(lanes[lane].wire.front());
      lanes[lane].wire.pop_front();
      admission.filter(lane, events);
      seen.apply(events);
    };
    const auto connect = [&](unsigned lane) {
      lanes[lane].up = true;
      admission.expect_snapshot(kCondition, lane);
      for (const std::uint32_t token : {kYes, kNo}) lanes[lane].wire.push_back(frame(book(token, changed_at, truth)));
    };
    const auto disconnect = [&](unsigned lane) {
      lanes[lane] = {};
      admission.expect_snapshot(kCondition, lane);
      if (!lanes[1 - lane].up || !admission.synced(kCondition, 1 - lane)) {
        admission.gap(kCondition);
        seen.tokens.clear();
      }
    };
    for (const int step : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 100))) {
      const auto lane = static_cast<unsigned>(step & 1);
      if (step < 50) {  // the venue's book changes; both sockets get the frame
        const std::int32_t price = 100 * (1 + step % 5);
        const std::int64_t size = step % 3;
        truth[price] = size;
        if (size == 0) truth.erase(price);
        ++changed_at;
        for (Lane& to : lanes) {
          if (!to.up) continue;
          to.wire.push_back(frame({level(kYes, changed_at, price, size), level(kNo, changed_at, price, size)}));
        }
      } else if (step < 90) {
        if (!lanes[lane].wire.empty()) deliver(lane);
      } else if (lanes[lane].up) {
        disconnect(lane);
      } else {
        connect(lane);
      }
    }
    if (!lanes[0].up && !lanes[1].up) connect(0);
    for (const unsigned lane : {1U, 0U}) {
      while (!lanes[lane].wire.empty()) deliver(lane);
    }
    RC_ASSERT(seen.tokens[kYes] == truth);
    RC_ASSERT(seen.tokens[kNo] == truth);
  }));
}

}  // namespace
}  // namespace underround::polymarket
