#include "book/condition_book.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace underround {
namespace {

constexpr ConditionId kCondition{0};

struct L {
  Side side;
  std::int32_t pips;
  std::int64_t shares;
};

class ConditionBookTest : public ::testing::Test {
 protected:
  Event make(EventKind kind, unsigned outcome) {
    return Event::make(kind, Nanos{++clock_}, VenueId::kPolymarket, instrument_of(kCondition, outcome).value);
  }
  void snapshot(unsigned outcome, std::int64_t venue_ms, const std::vector<L>& levels, Tick tick = {}) {
    Event head = make(EventKind::kSnapshotBegin, outcome);
    head.book_head = {Nanos::from_millis(venue_ms), tick, static_cast<std::uint32_t>(levels.size())};
    book_.begin_snapshot(head);
    for (const L& l : levels) {
      Event e = make(EventKind::kSnapshotLevel, outcome);
      e.level.side = l.side;
      e.level.price = Price{l.pips};
      e.level.size = Shares::whole(l.shares);
      book_.snapshot_level(e);
    }
    head.header.kind = EventKind::kSnapshotEnd;
    book_.end_snapshot(head);
  }
  void level(unsigned outcome, std::int64_t venue_ms, L l, Price best_bid = kNoPrice, Price best_ask = kNoPrice) {
    Event e = make(EventKind::kLevel, outcome);
    e.level = {Nanos::from_millis(venue_ms), Shares::whole(l.shares), Price{l.pips}, best_bid, best_ask, l.side};
    book_.apply_level(e);
  }

  std::int64_t clock_ = 0;
  ConditionBook book_{kTick001};
};

TEST_F(ConditionBookTest, NothingIsKnownBeforeASnapshot) {
  level(0, 1, {Side::kBuy, 4900, 10});
  EXPECT_EQ(book_.state(), BookState::kAwaitingSnapshot);
  EXPECT_EQ(book_.counters().before_snapshot, 1U);
  EXPECT_FALSE(book_.consistent());
}

TEST_F(ConditionBookTest, BothTokensFeedOneBook) {
  snapshot(1, 1, {{Side::kBuy, 4000, 10}, {Side::kSell, 4200, 5}});
  EXPECT_EQ(book_.book().best_ask(), Price{6000}) << "a NO bid at 0.40 is a YES ask at 0.60";
  EXPECT_EQ(book_.book().best_bid(), Price{5800});
  level(0, 2, {Side::kSell, 5900, 7});
  EXPECT_EQ(book_.book().best_ask(), Price{5900});
  level(1, 3, {Side::kBuy, 4100, 0});
  EXPECT_EQ(book_.book().best_ask(), Price{6000}) << "removing the NO bid at 0.41 removes the YES ask at 0.59";
}

TEST_F(ConditionBookTest, TheOtherTokensSnapshotOfTheSameMomentIsACheck) {
  snapshot(0, 5, {{Side::kBuy, 5800, 5}, {Side::kSell, 6000, 10}});
  snapshot(1, 5, {{Side::kBuy, 4000, 10}, {Side::kSell, 4200, 5}});
  EXPECT_EQ(book_.counters().mirror_checked, 1U);
  EXPECT_EQ(book_.counters().mirror_agree, 1U);
  snapshot(0, 6, {{Side::kBuy, 5800, 5}, {Side::kSell, 6000, 10}});
  snapshot(1, 6, {{Side::kBuy, 4000, 11}, {Side::kSell, 4200, 5}});
  EXPECT_EQ(book_.counters().mirror_checked, 2U);
  EXPECT_EQ(book_.counters().mirror_agree, 1U);
}

// data/ANALYSIS.md section 1: the first frame of a batch already claims the best prices after the whole batch.
TEST_F(ConditionBookTest, IsNotConsistentInTheMiddleOfABatch) {
  snapshot(0, 1, {{Side::kBuy, 6300, 10}, {Side::kSell, 6400, 5}, {Side::kSell, 6500, 5}, {Side::kSell, 6600, 5}});
  EXPECT_TRUE(book_.consistent());
  level(0, 2, {Side::kSell, 6500, 0}, Price{6300}, Price{6600});
  EXPECT_FALSE(book_.consistent()) << "0.64 still stands, the claim says 0.66";
  level(0, 2, {Side::kSell, 6400, 0}, Price{6300}, Price{6600});
  EXPECT_TRUE(book_.consistent());
  book_.finish_batch();
  EXPECT_EQ(book_.counters().bbo_checked, 2U);
  EXPECT_EQ(book_.counters().bbo_agree, 2U);
  EXPECT_EQ(book_.state(), BookState::kLive);
}

TEST_F(ConditionBookTest, ADisagreementThatSurvivesItsBatchBreaksTheBook) {
  snapshot(0, 1, {{Side::kBuy, 4900, 10}, {Side::kSell, 5100, 5}});
  level(0, 2, {Side::kBuy, 4800, 3}, Price{5000}, Price{5100});
  EXPECT_EQ(book_.state(), BookState::kLive) << "the rest of the batch may still come";
  level(0, 3, {Side::kBuy, 4700, 3}, Price{4900}, Price{5100});
  EXPECT_EQ(book_.state(), BookState::kBroken);
  EXPECT_EQ(book_.counters().bbo_agree, 0U);
  snapshot(0, 4, {{Side::kBuy, 5000, 10}, {Side::kSell, 5100, 5}});
  EXPECT_EQ(book_.state(), BookState::kLive) << "a snapshot heals";
}

TEST_F(ConditionBookTest, BestPricesAnnouncedAheadAreWaitedFor) {
  snapshot(0, 1, {{Side::kBuy, 4900, 10}, {Side::kSell, 5100, 5}, {Side::kSell, 5200, 5}});
  Event top = make(EventKind::kTopOfBook, 0);
  top.level = {Nanos::from_millis(2), Shares{}, Price{}, Price{4900}, Price{5200}, Side::kBuy};
  book_.top_of_book(top);
  EXPECT_FALSE(book_.consistent());
  level(0, 2, {Side::kSell, 5100, 0}, Price{4900}, Price{5200});
  EXPECT_TRUE(book_.consistent());
}

TEST_F(ConditionBookTest, OldNewsIsDropped) {
  snapshot(0, 10, {{Side::kBuy, 4900, 10}, {Side::kSell, 5100, 5}});
  level(0, 9, {Side::kBuy, 5000, 10});
  EXPECT_EQ(book_.book().best_bid(), Price{4900}) << "the snapshot of 10 already knew what happened at 9";
  level(0, 12, {Side::kBuy, 5000, 10});
  snapshot(1, 11, {{Side::kBuy, 4900, 5}, {Side::kSell, 5100, 10}});
  EXPECT_EQ(book_.book().best_bid(), Price{5000}) << "a snapshot of 11 does not know the change of 12";
  EXPECT_EQ(book_.counters().stale_dropped, 2U);
}

TEST_F(ConditionBookTest, ATickChangeIsANewEpoch) {
  snapshot(0, 1, {{Side::kBuy, 9700, 10}});
  const auto epoch = book_.epoch();
  Event e = make(EventKind::kTickChange, 0);
  e.book_head.tick = kTick0001;
  book_.change_tick(e);
  EXPECT_GT(book_.epoch(), epoch);
  EXPECT_EQ(book_.state(), BookState::kAwaitingSnapshot);
  snapshot(0, 2, {{Side::kBuy, 9705, 10}});
  EXPECT_EQ(book_.state(), BookState::kAwaitingSnapshot) << "9705 is off the 0.001 grid the venue declared";
  EXPECT_EQ(book_.counters().off_grid, 1U);
  snapshot(0, 3, {{Side::kBuy, 9710, 10}});
  EXPECT_EQ(book_.book().best_bid(), Price{9710});
}

TEST_F(ConditionBookTest, AnUndeclaredGridIsLearnt) {
  snapshot(0, 1, {{Side::kBuy, 4910, 10}, {Side::kSell, 5100, 5}});
  EXPECT_EQ(book_.state(), BookState::kLive);
  EXPECT_EQ(book_.book().tick(), kTick0001);
}

TEST_F(ConditionBookTest, LearningTheGridInTheMiddleOfASnapshotKeepsItsLevels) {
  snapshot(0, 1, {{Side::kBuy, 4900, 10}, {Side::kSell, 5100, 5}, {Side::kBuy, 4810, 7}});
  EXPECT_EQ(book_.book().best_bid(), Price{4900});
  EXPECT_EQ(book_.book().best_ask(), Price{5100});
  EXPECT_EQ(book_.book().size_at(Side::kBuy, Price{4810}), Shares::whole(7));
}

TEST_F(ConditionBookTest, ASnapshotOfTheBatchsMomentJudgesTheBatch) {
  snapshot(0, 1, {{Side::kBuy, 4900, 10}, {Side::kSell, 5100, 5}});
  level(0, 2, {Side::kBuy, 5000, 3}, Price{5000}, Price{5100});
  snapshot(0, 2, {{Side::kBuy, 5000, 3}, {Side::kBuy, 4900, 10}, {Side::kSell, 5100, 5}});
  EXPECT_EQ(book_.counters().bbo_checked, 1U);
  EXPECT_EQ(book_.counters().bbo_agree, 1U);
  EXPECT_EQ(book_.state(), BookState::kLive);
}

TEST_F(ConditionBookTest, ImpossiblePricesEndTheEpoch) {
  snapshot(0, 1, {{Side::kBuy, 4900, 10}, {Side::kSell, 5100, 5}}, kTick001);
  level(0, 2, {Side::kBuy, 4905, 10});
  EXPECT_EQ(book_.state(), BookState::kAwaitingSnapshot);
  snapshot(0, 3, {{Side::kBuy, 0, 10}});
  EXPECT_EQ(book_.state(), BookState::kAwaitingSnapshot);
  EXPECT_EQ(book_.counters().off_grid, 2U);
}

TEST_F(ConditionBookTest, AnEmptyBookIsABook) {
  snapshot(0, 1, {});
  EXPECT_EQ(book_.state(), BookState::kLive);
  EXPECT_EQ(book_.book().best_bid(), Price{0});
  EXPECT_EQ(book_.book().best_ask(), kOneUsd);
  EXPECT_TRUE(book_.consistent());
  level(0, 2, {Side::kBuy, 100, 3}, Price{100}, kOneUsd);
  EXPECT_TRUE(book_.consistent());
}

TEST_F(ConditionBookTest, EachTokensOwnViewIsKept) {
  snapshot(0, 1, {{Side::kBuy, 4900, 10}, {Side::kSell, 5100, 5}});
  level(0, 2, {Side::kBuy, 5000, 4}, Price{5000}, Price{5100});
  EXPECT_EQ(book_.token_top(0).bid, Price{5000});
  EXPECT_FALSE(book_.token_top(1).known);
  level(1, 2, {Side::kSell, 5000, 4}, Price{4900}, Price{5000});
  EXPECT_EQ(book_.token_top(1).ask, Price{5000});
  EXPECT_EQ(book_.token_top(1).venue_time, Nanos::from_millis(2));
}

}  // namespace
}  // namespace underround
