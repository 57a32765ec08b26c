#include "backtest/fill_model.hpp"

#include <gtest/gtest.h>

#include "risk/risk_gate.hpp"

namespace underround {
namespace {

class FillModelTest : public ::testing::Test {
 protected:
  FillModelTest() {
    ConditionSpec spec;
    spec.condition_id = "0x" + std::string(64, 'a');
    spec.tokens = {"11111111111111111111", "22222222222222222222"};
    spec.outcomes = {"Yes", "No"};
    spec.slug = "rain";
    spec.version = MarketVersion::kV1;
    spec.tick = kTick001;
    spec.fees = FeeSchedule::taker(70'000, 1);
    spec.accepting_orders = true;
    spec.phase = MarketPhase::kOpen;
    rain_ = catalogue_.add(spec).value();
    books_.add(rain_, kTick001);
    book({{Side::kBuy, 4800, 20}, {Side::kSell, 5000, 10}, {Side::kSell, 5100, 10}});
  }
  struct L {
    Side side;
    std::int32_t pips;
    std::int64_t shares;
  };
  void book(const std::vector<L>& levels) {
    Event head = Event::make(EventKind::kSnapshotBegin, Nanos{1}, VenueId::kPolymarket, instrument_of(rain_, 0).value);
    head.book_head.venue_time = Nanos::from_millis(++venue_ms_);
    books_[rain_].begin_snapshot(head);
    for (const L& l : levels) {
      Event e = Event::make(EventKind::kSnapshotLevel, Nanos{1}, VenueId::kPolymarket, head.header.subject);
      e.level.side = l.side;
      e.level.price = Price{l.pips};
      e.level.size = Shares::whole(l.shares);
      books_[rain_].snapshot_level(e);
    }
    books_[rain_].end_snapshot(head);
  }
  void place(TimeInForce tif, Side side, std::int32_t pips, std::int64_t shares, Nanos now) {
    OrderTerms terms;
    terms.instrument = instrument_of(rain_, 0);
    terms.side = side;
    terms.tif = tif;
    terms.limit = Price{pips};
    terms.size = Shares::whole(shares);
    const auto approved =
        gate_.approve(OrderId{next_++}, PlanId{}, StrategyId{0}, terms, {now, catalogue_, books_, ledger_});
    ASSERT_TRUE(approved) << to_string(approved.error());
    model_.execute(PlaceOrder{*approved}, now);
  }
  std::vector<Event> collect(Nanos now) {
    std::vector<Event> out;
    model_.collect(now, out);
    return out;
  }
  static Shares filled(const std::vector<Event>& events) {
    Shares total;
    for (const Event& e : events) {
      if (e.header.kind == EventKind::kFill) total += e.fill.size;
    }
    return total;
  }

  std::int64_t venue_ms_ = 0;
  std::uint64_t next_ = 1;
  Catalogue catalogue_;
  BookStore books_;
  Ledger ledger_{Usd::whole(1000)};
  RiskGate gate_{RiskLimits{}};
  FillModel model_{catalogue_, books_, FillModelSettings{}};
  ConditionId rain_;
};

TEST_F(FillModelTest, MeetsTheBookOfItsArrivalNotOfItsDecision) {
  place(TimeInForce::kFak, Side::kBuy, 5000, 10, Nanos::from_millis(0));
  EXPECT_TRUE(collect(Nanos::from_millis(24)).empty());
  book({{Side::kBuy, 4800, 20}, {Side::kSell, 5000, 4}});
  const auto events = collect(Nanos::from_millis(25));
  EXPECT_EQ(filled(events), Shares::whole(4));
  EXPECT_EQ(events.back().header.kind, EventKind::kOrderDone);
  EXPECT_EQ(events.back().order.matched, Shares::whole(4));
}

TEST_F(FillModelTest, WalksLevelsAndChargesTheFeeOfEach) {
  place(TimeInForce::kFak, Side::kBuy, 5100, 15, Nanos{});
  const auto events = collect(Nanos::from_seconds(1));
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].fill.price, Price{5000});
  EXPECT_EQ(events[0].fill.fee, Usd{175'000});
  EXPECT_EQ(events[1].fill.price, Price{5100});
  EXPECT_EQ(events[1].fill.size, Shares::whole(5));
}

TEST_F(FillModelTest, ADisplayedShareIsBoughtOnce) {
  place(TimeInForce::kFak, Side::kBuy, 5000, 8, Nanos{});
  EXPECT_EQ(filled(collect(Nanos::from_millis(30))), Shares::whole(8));
  place(TimeInForce::kFak, Side::kBuy, 5000, 9, Nanos::from_seconds(1));
  EXPECT_EQ(filled(collect(Nanos::from_seconds(2))), Shares::whole(2)) << "8 of the 10 shown are ours already";
  book({{Side::kBuy, 4800, 20}, {Side::kSell, 5000, 12}});
  place(TimeInForce::kFak, Side::kBuy, 5000, 9, Nanos::from_seconds(3));
  EXPECT_EQ(filled(collect(Nanos::from_seconds(4))), Shares::whole(9)) << "the level was refreshed";
}

TEST_F(FillModelTest, FokIsAllOrNothing) {
  place(TimeInForce::kFok, Side::kBuy, 5000, 11, Nanos{});
  const auto events = collect(Nanos::from_seconds(1));
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].order.reason, RejectReason::kFokNotFilled);
}

TEST_F(FillModelTest, ARestingOrderFillsOnlyWhenTradedThrough) {
  place(TimeInForce::kGtc, Side::kBuy, 4900, 10, Nanos{});
  auto events = collect(Nanos::from_millis(30));
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].order.status, OrderStatus::kLive);
  book({{Side::kBuy, 4800, 20}, {Side::kSell, 4900, 10}});
  EXPECT_TRUE(collect(Nanos::from_millis(40)).empty()) << "touching is not trading through";
  book({{Side::kBuy, 4700, 20}, {Side::kSell, 4800, 10}});
  events = collect(Nanos::from_millis(50));
  EXPECT_EQ(filled(events), Shares::whole(10));
  EXPECT_EQ(events[0].fill.liquidity, Liquidity::kMaker);
  EXPECT_EQ(events[0].fill.fee, Usd{});
}

TEST_F(FillModelTest, FillsSettleLater) {
  place(TimeInForce::kFak, Side::kBuy, 5000, 10, Nanos{});
  const auto fill = collect(Nanos::from_seconds(1)).front();
  EXPECT_EQ(fill.fill.settlement, SettlementStatus::kMatched);
  const auto later = collect(Nanos::from_seconds(10));
  ASSERT_EQ(later.size(), 1U);
  EXPECT_EQ(later[0].settlement.fill_id, fill.fill.fill_id);
  EXPECT_EQ(later[0].settlement.status, SettlementStatus::kConfirmed);
}

}  // namespace
}  // namespace underround
