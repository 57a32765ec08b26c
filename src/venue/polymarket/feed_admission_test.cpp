#include "venue/polymarket/feed_admission.hpp"

#include <deque>

#include "base/random.hpp"

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
  EXPECT_EQ(pass(0, {level(kYes, 12, 300, 5), level(kYes, 13, 300, 6)}), 3U);
  EXPECT_EQ(pass(1, {level(kYes, 13, 300, 6), level(kYes, 14, 300, 7)}), 2U);  // half of this frame is new
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
  EXPECT_EQ(pass(0, {level(kYes, 21, 100, 5)}), 0U);  // no lane counts before its new snapshot
  EXPECT_EQ(pass(1, book(kYes, 12, {})), 3U);         // after a gap any snapshot is better than none
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

// Two lanes with any lag, going down, coming back and being resynced at any moment, and the book made of what passes.
class TwoLaneCase {
 public:
  TwoLaneCase() { admission_.add(kCondition); }
  // 0..49 the venue's book changes, 50..89 a lane delivers, 90..95 it goes down or comes up, 96..99 resync.
  void step(int step) {
    const auto lane = static_cast<unsigned>(step & 1);
    if (step < 50) {
      change(100 * (1 + step % 5), step % 3);
    } else if (step < 90) {
      if (!lanes_[lane].wire.empty()) deliver(lane);
    } else if (step >= 96) {
      lose_continuity();
    } else if (lanes_[lane].up) {
      disconnect(lane);
    } else {
      lanes_[lane].up = true;
      ask(lane);
    }
  }
  // Everything still on the wires arrives; does the book end as the venue's?
  bool ends_true() {
    if (!lanes_[0].up && !lanes_[1].up) {
      lanes_[0].up = true;
      ask(0);
    }
    for (const unsigned lane : {1U, 0U}) {
      while (!lanes_[lane].wire.empty()) deliver(lane);
    }
    return seen_.tokens[kYes] == truth_ && seen_.tokens[kNo] == truth_;
  }

 private:
  struct Lane {
    bool up = false;
    std::deque<std::vector<Event>> wire;
  };
  void change(std::int32_t price, std::int64_t size) {
    truth_[price] = size;
    if (size == 0) truth_.erase(price);
    ++changed_at_;
    for (Lane& to : lanes_) {
      if (!to.up) continue;
      to.wire.push_back(frame({level(kYes, changed_at_, price, size), level(kNo, changed_at_, price, size)}));
    }
  }
  void deliver(unsigned lane) {
    std::vector<Event> events = std::move(lanes_[lane].wire.front());
    lanes_[lane].wire.pop_front();
    admission_.filter(lane, events);
    seen_.apply(events);
  }
  void ask(unsigned lane) {  // (re)subscribe: a dump joins whatever is still on the wire
    admission_.expect_snapshot(kCondition, lane);
    for (const std::uint32_t token : {kYes, kNo}) lanes_[lane].wire.push_back(frame(book(token, changed_at_, truth_)));
  }
  void lose_continuity() {
    admission_.gap(kCondition);
    seen_.tokens.clear();
    for (const unsigned lane : {0U, 1U}) {
      if (lanes_[lane].up) ask(lane);
    }
  }
  void disconnect(unsigned lane) {
    lanes_[lane] = {};
    admission_.expect_snapshot(kCondition, lane);
    if (!lanes_[1 - lane].up || !admission_.carries(kCondition, 1 - lane)) lose_continuity();
  }

  FeedAdmission admission_{true, 1024};
  Levels truth_;
  std::int64_t changed_at_ = 1;
  Book seen_;
  Lane lanes_[2];
};

TEST(FeedAdmissionProperty, TwoUnreliableLanesMakeOneTrueBook) {
  EXPECT_TRUE(rc::check([] {
    TwoLaneCase two_lanes;
    for (const int step : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 100))) two_lanes.step(step);
    RC_ASSERT(two_lanes.ends_true());
  }));
  // The rare cases need tens of thousands of sequences.
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    Random random(seed);
    TwoLaneCase two_lanes;
    for (std::uint64_t steps = random.below(40); steps > 0; --steps)
      two_lanes.step(static_cast<int>(random.below(100)));
    ASSERT_TRUE(two_lanes.ends_true()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace underround::polymarket
