#include "portfolio/valuation.hpp"

#include <gtest/gtest.h>

namespace underround {
namespace {

class ValuationTest : public ::testing::Test {
 protected:
  ConditionId add(const std::string& name, const std::string& group, int declared) {
    ConditionSpec s;
    s.condition_id = "0x" + std::string(63, 'c') + name;
    s.tokens = {"1000000000000000000" + name, "2000000000000000000" + name};
    s.outcomes = {"Yes", "No"};
    s.slug = name;
    s.version = MarketVersion::kV1;
    s.tick = kTick001;
    s.fees = FeeSchedule::free();
    s.accepting_orders = true;
    s.phase = MarketPhase::kOpen;
    if (!group.empty()) {
      s.neg_risk = s.group.neg_risk = true;
      s.group.slug = s.group.id = s.group.neg_risk_market_id = group;
      s.group.declared_conditions = declared;
    }
    const ConditionId id = catalogue_.add(s).value();
    books_.add(id, kTick001);
    return id;
  }
  void bid(ConditionId id, std::int32_t pips) { book(id, Side::kBuy, pips); }
  void ask(ConditionId id, std::int32_t pips) { book(id, Side::kSell, pips); }
  void clear(ConditionId id) { book(id, Side::kBuy, 0); }
  // A book of one level, or of none.
  void book(ConditionId id, Side side, std::int32_t pips) {
    Event head = Event::make(EventKind::kSnapshotBegin, Nanos{1}, VenueId::kPolymarket, instrument_of(id, 0).value);
    books_[id].begin_snapshot(head);
    Event e = Event::make(EventKind::kSnapshotLevel, Nanos{1}, VenueId::kPolymarket, head.header.subject);
    e.level.side = side;
    e.level.price = Price{pips};
    e.level.size = Shares::whole(1);
    if (pips > 0) books_[id].snapshot_level(e);
    books_[id].end_snapshot(head);
  }
  void buy(InstrumentId instrument, std::int32_t pips, std::int64_t shares) {
    Event e = Event::make(EventKind::kFill, Nanos{1}, VenueId::kPolymarket, instrument.value);
    e.fill.fill_id = ++fills_;
    e.fill.price = Price{pips};
    e.fill.size = Shares::whole(shares);
    e.fill.settlement = SettlementStatus::kConfirmed;
    ledger_.apply_fill(e);
  }
  std::uint64_t fills_ = 0;
  Catalogue catalogue_;
  BookStore books_;
  Ledger ledger_{Usd::whole(100)};
};

TEST_F(ValuationTest, ALoneShareIsMarkedAtTheBidAndAtCostWithoutABook) {
  const ConditionId rain = add("1", "", 0);
  buy(instrument_of(rain, 0), 4000, 10);
  EXPECT_EQ(value(ledger_, catalogue_, books_).equity, Usd::whole(100)) << "no book: at cost";
  bid(rain, 3500);
  EXPECT_EQ(value(ledger_, catalogue_, books_).equity, Usd{99'500'000});
}

TEST_F(ValuationTest, SharesThatNobodyBidsForAreNotWorthNothing) {
  const ConditionId rain = add("1", "", 0);
  buy(instrument_of(rain, 1), 4000, 10);
  const auto marked = [&] { return value(ledger_, catalogue_, books_).marked; };
  const auto unpriced = [&] { return value(ledger_, catalogue_, books_).unpriced; };
  bid(rain, 3500);
  EXPECT_EQ(marked(), Usd::whole(4)) << "NO never had a bid: at cost";
  bid(rain, 9000);
  EXPECT_EQ(marked(), Usd::whole(1)) << "but somebody offers it for ten cents";
  ask(rain, 2000);
  EXPECT_EQ(marked(), Usd::whole(8));
  EXPECT_EQ(unpriced(), Usd{});
  bid(rain, 100);
  EXPECT_EQ(marked(), Usd::whole(8)) << "withdrawn for a moment";
  EXPECT_EQ(unpriced(), Usd::whole(8));
  clear(rain);
  EXPECT_EQ(marked(), Usd::whole(8)) << "an empty book";
  books_[rain].end_epoch();
  EXPECT_EQ(marked(), Usd::whole(8)) << "no book";
}

TEST_F(ValuationTest, APairIsADollar) {
  const ConditionId rain = add("1", "", 0);
  bid(rain, 3500);
  buy(instrument_of(rain, 0), 4000, 10);
  buy(instrument_of(rain, 1), 5500, 8);
  const Valuation v = value(ledger_, catalogue_, books_);
  EXPECT_EQ(v.locked_in, Usd::whole(8));
  EXPECT_EQ(v.marked, Usd{700'000});
}

TEST_F(ValuationTest, OneYesOfEveryConditionOfACompleteEventIsADollar) {
  std::vector<ConditionId> race{add("1", "race", 3), add("2", "race", 3), add("3", "race", 3)};
  for (const ConditionId id : race) {
    bid(id, 2000);
    buy(instrument_of(id, 0), 3000, 10);
  }
  EXPECT_EQ(value(ledger_, catalogue_, books_).pnl, Usd::whole(1));
  buy(instrument_of(race[0], 0), 3000, 5);
  EXPECT_EQ(value(ledger_, catalogue_, books_).marked, Usd::whole(1)) << "the extra five at their bid";
}

TEST_F(ValuationTest, NosOfACompleteEventPayAllButOne) {
  for (const char* name : {"1", "2", "3"}) {
    const ConditionId id = add(name, "race", 3);
    bid(id, 2000);
    buy(instrument_of(id, 1), 6500, 10);
  }
  const Valuation v = value(ledger_, catalogue_, books_);
  EXPECT_EQ(v.locked_in, Usd::whole(20));
  EXPECT_EQ(v.pnl, Usd{500'000});
}

TEST_F(ValuationTest, AnIncompleteEventLocksNothingIn) {
  for (const char* name : {"1", "2", "3"}) {
    const ConditionId id = add(name, "race", 4);
    bid(id, 2000);
    buy(instrument_of(id, 0), 3000, 10);
  }
  EXPECT_EQ(value(ledger_, catalogue_, books_).locked_in, Usd{});
}

}  // namespace
}  // namespace underround
