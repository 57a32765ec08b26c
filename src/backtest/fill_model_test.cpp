#include "backtest/fill_model.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <optional>

#include "risk/risk_gate.hpp"

namespace underround::backtest {
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
    risk_books_.add(rain_, kTick001);
    book({{Side::kBuy, 4800, 20}, {Side::kSell, 5000, 10}, {Side::kSell, 5100, 10}});
  }
  struct L {
    Side side;
    std::int32_t pips;
    std::int64_t shares;
  };
  void book(const std::vector<L>& levels) {
    show(books_, levels);
    if (venue_ms_ == 1) show(risk_books_, levels);
  }
  void show(BookStore& books, const std::vector<L>& levels) {
    Event head = Event::make(EventKind::kSnapshotBegin, Nanos{1}, VenueId::kPolymarket, instrument_of(rain_, 0).value);
    head.book_head.venue_time = Nanos::from_millis(++venue_ms_);
    books[rain_].begin_snapshot(head);
    for (const L& l : levels) {
      Event e = Event::make(EventKind::kSnapshotLevel, Nanos{1}, VenueId::kPolymarket, head.header.subject);
      e.level.side = l.side;
      e.level.price = Price{l.pips};
      e.level.size = Shares::whole(l.shares);
      books[rain_].snapshot_level(e);
    }
    books[rain_].end_snapshot(head);
  }
  // Risk is asked with a book and a ledger of its own: what the venue refuses is the subject here.
  PlaceOrder approved(TimeInForce tif, Side side, std::int32_t pips, std::int64_t shares, bool post_only = false) {
    OrderTerms terms;
    terms.instrument = instrument_of(rain_, 0);
    terms.side = side;
    terms.tif = tif;
    terms.post_only = post_only;
    terms.limit = Price{pips};
    terms.size = Shares::whole(shares);
    RiskLimits limits;
    limits.max_order = limits.max_position = limits.max_event = limits.max_total = Usd::whole(100'000);
    RiskGate gate(limits);
    Ledger ledger(Usd::whole(100'000));
    ledger.adopt(terms.instrument, Shares::whole(100'000), Usd{});
    const auto order =
        gate.approve(OrderId{next_++}, PlanId{}, StrategyId{0}, terms, {Nanos{}, catalogue_, risk_books_, ledger});
    EXPECT_TRUE(order) << to_string(order.error());
    return PlaceOrder{*order};
  }
  void place(TimeInForce tif, Side side, std::int32_t pips, std::int64_t shares, Nanos now, bool post_only = false) {
    model_->execute(approved(tif, side, pips, shares, post_only), now);
  }
  void trade(unsigned outcome, Side taker, std::int32_t pips, std::int64_t shares, Nanos now) {
    Event e = Event::make(EventKind::kTrade, now, VenueId::kPolymarket, instrument_of(rain_, outcome).value);
    e.level.price = Price{pips};
    e.level.size = Shares::whole(shares);
    e.level.side = taker;
    model_->on_market(e, now);
  }
  void level(Side side, std::int32_t pips, Shares shown, Nanos now) {
    Event e = Event::make(EventKind::kLevel, now, VenueId::kPolymarket, instrument_of(rain_, 0).value);
    e.level = {Nanos::from_millis(++venue_ms_), shown, Price{pips}, kNoPrice, kNoPrice, side};
    ASSERT_TRUE(books_[rain_].apply(e));
    model_->on_market(e, now);
    model_->on_market(Event::make(EventKind::kFrameEnd, now, VenueId::kPolymarket), now);
  }
  void status(MarketPhase phase, Nanos now) {
    Event e = Event::make(EventKind::kMarketStatus, now, VenueId::kPolymarket, rain_.value);
    e.market.phase = phase;
    model_->on_market(e, now);
  }
  // Everything there is at `pips`, bought by an order that is there at once.
  Shares takes(std::int32_t pips, Nanos now) {
    place(TimeInForce::kGtc, Side::kBuy, pips, 50, now);
    const Shares got = filled(collect(now + Nanos::from_millis(25)));
    model_->execute(CancelOrder{OrderId{next_ - 1}}, now + Nanos::from_millis(25));
    (void)collect(now + Nanos::from_millis(50));
    return got;
  }
  void end_frame(Nanos now) {
    Event e = Event::make(EventKind::kSnapshotEnd, now, VenueId::kPolymarket, instrument_of(rain_, 0).value);
    model_->on_market(e, now);
    model_->on_market(Event::make(EventKind::kFrameEnd, now, VenueId::kPolymarket), now);
  }
  void set(const std::function<void(ConditionSpec&)>& change) {
    ConditionSpec spec = catalogue_[rain_].spec;
    change(spec);
    ASSERT_TRUE(catalogue_.add(spec));
  }
  std::vector<Event> collect(Nanos now) {
    std::vector<Event> out;
    model_->advance(now, out);
    return out;
  }
  // 25 ms to the venue, nothing left to chance.
  static VenueModelSettings exact() {
    VenueModelSettings s;
    s.latency.order = s.latency.cancel = LegLatency::constant(Nanos::from_millis(25));
    s.latency.user = LegLatency::constant(Nanos{});
    s.taker_delay = Nanos::from_millis(250);
    s.realism.misses = false;
    s.settlement_failure_ppm = 0;
    return s;
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
  BookStore books_, risk_books_;
  std::optional<FillModel> model_{std::in_place, catalogue_, books_, exact()};
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
  place(TimeInForce::kGtc, Side::kBuy, 5100, 15, Nanos{});
  const auto events = collect(Nanos::from_seconds(1));
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].fill.price, Price{5000});
  EXPECT_EQ(events[0].fill.fee, Usd{175'000});
  EXPECT_EQ(events[1].fill.price, Price{5100});
  EXPECT_EQ(events[1].fill.size, Shares::whole(5));
}

// A FAK BUY names dollars: 15 at 0.51 are 7.65 USD; 10 at 0.50 leave 2.65, which buy 5.19 at 0.51.
TEST_F(FillModelTest, AFakBuySpendsDollars) {
  place(TimeInForce::kFak, Side::kBuy, 5100, 15, Nanos{});
  EXPECT_EQ(filled(collect(Nanos::from_seconds(1))), Shares{15'190'000});
}

TEST_F(FillModelTest, ADisplayedShareIsBoughtOnce) {
  place(TimeInForce::kFak, Side::kBuy, 5000, 8, Nanos{});
  EXPECT_EQ(filled(collect(Nanos::from_millis(30))), Shares::whole(8));
  place(TimeInForce::kFak, Side::kBuy, 5000, 9, Nanos::from_seconds(1));
  EXPECT_EQ(filled(collect(Nanos::from_seconds(2))), Shares::whole(2)) << "8 of the 10 shown are ours already";
  level(Side::kSell, 5000, Shares::whole(12), Nanos::from_millis(2'500));
  place(TimeInForce::kFak, Side::kBuy, 5000, 9, Nanos::from_seconds(3));
  EXPECT_EQ(filled(collect(Nanos::from_seconds(4))), Shares::whole(2)) << "two are new";
}

TEST_F(FillModelTest, ALevelThatShrinksGivesNothingBack) {
  place(TimeInForce::kGtc, Side::kBuy, 5000, 7, Nanos{});
  EXPECT_EQ(filled(collect(Nanos::from_millis(30))), Shares::whole(7));
  level(Side::kSell, 5000, Shares{9'990'000}, Nanos::from_millis(40));
  EXPECT_EQ(takes(5000, Nanos::from_millis(50)), Shares{2'990'000}) << "who left may have been the three we left";
  level(Side::kSell, 5000, Shares::whole(4), Nanos::from_millis(100));
  EXPECT_EQ(takes(5000, Nanos::from_millis(110)), Shares{}) << "and these four may be ours";
  level(Side::kSell, 5000, Shares::whole(5), Nanos::from_millis(200));
  EXPECT_EQ(takes(5000, Nanos::from_millis(210)), Shares::whole(1)) << "only what came is new";
  level(Side::kSell, 5000, Shares{}, Nanos::from_millis(300));
  level(Side::kSell, 5000, Shares::whole(6), Nanos::from_millis(310));
  EXPECT_EQ(takes(5000, Nanos::from_millis(320)), Shares::whole(6)) << "another level";
}

TEST_F(FillModelTest, ALevelThatWentAndCameBackIsANewOne) {
  place(TimeInForce::kFak, Side::kBuy, 5000, 10, Nanos{});
  EXPECT_EQ(filled(collect(Nanos::from_millis(30))), Shares::whole(10));
  book({{Side::kBuy, 4800, 20}, {Side::kSell, 5100, 10}});
  end_frame(Nanos::from_millis(40));
  book({{Side::kBuy, 4800, 20}, {Side::kSell, 5000, 10}, {Side::kSell, 5100, 10}});
  end_frame(Nanos::from_millis(50));
  place(TimeInForce::kFak, Side::kBuy, 5000, 4, Nanos::from_millis(60));
  EXPECT_EQ(filled(collect(Nanos::from_millis(90))), Shares::whole(4));
}

TEST_F(FillModelTest, FokIsAllOrNothing) {
  place(TimeInForce::kFok, Side::kBuy, 5000, 11, Nanos{});
  auto events = collect(Nanos::from_seconds(1));
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].order.reason, RejectReason::kFokNotFilled);
  place(TimeInForce::kFok, Side::kBuy, 5100, 19, Nanos::from_seconds(2));
  events = collect(Nanos::from_seconds(3));
  EXPECT_EQ(events.back().order.status, OrderStatus::kFilled);
}

TEST_F(FillModelTest, WhatStandsAtOurPriceWouldHaveMetUsFirst) {
  place(TimeInForce::kGtc, Side::kBuy, 4900, 10, Nanos{});
  auto events = collect(Nanos::from_millis(30));
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].order.status, OrderStatus::kLive);
  book({{Side::kBuy, 4800, 20}, {Side::kSell, 4900, 4}});
  end_frame(Nanos::from_millis(40));
  events = collect(Nanos::from_millis(40));
  EXPECT_EQ(filled(events), Shares::whole(4)) << "no more than is shown";
  EXPECT_EQ(events[0].fill.price, Price{4900});
  EXPECT_EQ(events[0].fill.liquidity, Liquidity::kMaker);
  EXPECT_EQ(events[0].fill.fee, Usd{});
  end_frame(Nanos::from_millis(50));
  EXPECT_EQ(filled(collect(Nanos::from_millis(50))), Shares{}) << "the same shares do not fill twice";
}

TEST_F(FillModelTest, TradesAtOurPriceServeTheQueueFirst) {
  place(TimeInForce::kGtc, Side::kBuy, 4800, 10, Nanos{});  // behind 20
  (void)collect(Nanos::from_millis(30));
  trade(0, Side::kSell, 4800, 15, Nanos::from_millis(240));
  EXPECT_EQ(filled(collect(Nanos::from_millis(240))), Shares{});
  trade(0, Side::kBuy, 4800, 15, Nanos::from_millis(245));  // the other side
  EXPECT_EQ(filled(collect(Nanos::from_millis(245))), Shares{});
  trade(1, Side::kBuy, 5200, 9, Nanos::from_millis(250));  // buying NO at 0.52 is selling YES at 0.48
  EXPECT_EQ(filled(collect(Nanos::from_millis(250))), Shares::whole(4)) << "5 of the 9 were still ahead";
  trade(0, Side::kSell, 4700, 3, Nanos::from_millis(260));
  EXPECT_EQ(filled(collect(Nanos::from_millis(260))), Shares::whole(3)) << "beyond our price everybody here was served";
}

// As the venue tells of a trade: its level falls, and the print comes some 40 ms later.
TEST_F(FillModelTest, ATradeToldByLevelAndPrintIsOneTrade) {
  for (const bool level_first : {true, false}) {
    for (const QueueModel queue : {QueueModel::kPessimistic, QueueModel::kProportional, QueueModel::kPower}) {
      VenueModelSettings s = exact();
      s.queue = queue;
      model_.emplace(catalogue_, books_, s);
      book({{Side::kBuy, 4800, 100}, {Side::kSell, 5000, 10}});
      place(TimeInForce::kGtc, Side::kBuy, 4800, 50, Nanos{});
      (void)collect(Nanos::from_millis(30));
      const auto told = [&](std::int64_t shown, std::int64_t size, std::int64_t at_ms) {
        if (level_first) level(Side::kBuy, 4800, Shares::whole(shown), Nanos::from_millis(at_ms));
        trade(0, Side::kSell, 4800, size, Nanos::from_millis(at_ms + 41));
        if (!level_first) level(Side::kBuy, 4800, Shares::whole(shown), Nanos::from_millis(at_ms + 60));
        return filled(collect(Nanos::from_millis(at_ms + 99)));
      };
      EXPECT_EQ(told(40, 60, 300), Shares{}) << to_string(queue) << level_first << ": forty are still ahead";
      EXPECT_EQ(told(0, 40, 400), Shares{}) << to_string(queue) << level_first;
      trade(0, Side::kSell, 4800, 5, Nanos::from_millis(500));
      EXPECT_EQ(filled(collect(Nanos::from_millis(500))), Shares::whole(5)) << to_string(queue) << level_first;
    }
  }
}

TEST_F(FillModelTest, APrintOfBeforeWeCameDoesNotFillUs) {
  book({{Side::kBuy, 4800, 10}, {Side::kSell, 5000, 10}});  // 70 a moment ago
  place(TimeInForce::kGtc, Side::kBuy, 4800, 10, Nanos{});
  (void)collect(Nanos::from_millis(30));
  trade(0, Side::kSell, 4800, 60, Nanos::from_millis(50));
  EXPECT_EQ(filled(collect(Nanos::from_millis(50))), Shares{});
}

TEST_F(FillModelTest, OnePrintIsSharedByPriceThenTime) {
  place(TimeInForce::kGtc, Side::kBuy, 4900, 10, Nanos{});
  place(TimeInForce::kGtc, Side::kBuy, 4700, 10, Nanos{});
  place(TimeInForce::kGtc, Side::kBuy, 4900, 10, Nanos{});
  (void)collect(Nanos::from_millis(30));
  const auto got = [&](std::int32_t pips, std::int64_t shares, std::int64_t at_ms) {
    trade(0, Side::kSell, pips, shares, Nanos::from_millis(at_ms));
    std::vector<std::pair<std::uint64_t, Shares>> fills;
    for (const Event& e : collect(Nanos::from_millis(at_ms))) {
      if (e.header.kind == EventKind::kFill) fills.emplace_back(e.fill.order.value, e.fill.size);
    }
    return fills;
  };
  using Fills = std::vector<std::pair<std::uint64_t, Shares>>;
  EXPECT_EQ(got(4900, 4, 300), (Fills{{1, Shares::whole(4)}}));
  EXPECT_EQ(got(4800, 9, 400), (Fills{{1, Shares::whole(6)}, {3, Shares::whole(3)}}));
  EXPECT_EQ(got(4600, 100, 500), (Fills{{3, Shares::whole(7)}, {2, Shares::whole(10)}}));
}

// Twenty of theirs, then two of ours in one level.
TEST_F(FillModelTest, OnePrintServesAQueueWithTwoOfOursInIt) {
  place(TimeInForce::kGtc, Side::kBuy, 4800, 10, Nanos{});
  place(TimeInForce::kGtc, Side::kBuy, 4800, 10, Nanos{});
  (void)collect(Nanos::from_millis(30));
  trade(0, Side::kSell, 4800, 34, Nanos::from_millis(300));
  const auto events = collect(Nanos::from_millis(300));
  EXPECT_EQ(filled(events), Shares::whole(14));
  EXPECT_EQ(events.front().fill.size, Shares::whole(10));
}

TEST_F(FillModelTest, WithoutTheQueueATouchFills) {
  VenueModelSettings s = exact();
  s.realism.queue = false;
  model_.emplace(catalogue_, books_, s);
  place(TimeInForce::kGtc, Side::kBuy, 4800, 10, Nanos{});
  (void)collect(Nanos::from_millis(30));
  trade(0, Side::kSell, 4800, 4, Nanos::from_millis(240));
  EXPECT_EQ(filled(collect(Nanos::from_millis(240))), Shares::whole(4));
}

TEST_F(FillModelTest, TheTakerDelayHoldsWhatWouldMatchAndNothingElse) {
  set([](ConditionSpec& spec) { spec.taker_delay = true; });
  place(TimeInForce::kFak, Side::kBuy, 5000, 5, Nanos{});
  auto events = collect(Nanos::from_millis(274));
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].order.status, OrderStatus::kDelayed);
  book({{Side::kBuy, 4800, 20}, {Side::kSell, 5100, 10}});
  events = collect(Nanos::from_millis(275));
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].order.reason, RejectReason::kUnmatched) << "the makers had time to leave";
  place(TimeInForce::kGtc, Side::kBuy, 4900, 5, Nanos::from_seconds(1));
  events = collect(Nanos::from_millis(1025));
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].order.status, OrderStatus::kLive);
}

TEST_F(FillModelTest, WhatIsHeldIsNotMatchedAfterTheEnd) {
  set([](ConditionSpec& spec) { spec.taker_delay = true; });
  for (const TimeInForce tif : {TimeInForce::kFak, TimeInForce::kGtc}) {
    model_.emplace(catalogue_, books_, exact());
    place(tif, Side::kBuy, 5000, 5, Nanos{});
    EXPECT_EQ(collect(Nanos::from_millis(100)).at(0).order.status, OrderStatus::kDelayed);
    status(MarketPhase::kClosed, Nanos::from_millis(150));
    const auto events = collect(Nanos::from_seconds(1));
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].header.kind, EventKind::kOrderRejected);
    EXPECT_EQ(events[0].order.reason, RejectReason::kUnmatched);
    place(tif, Side::kBuy, 5000, 5, Nanos::from_seconds(2));
    EXPECT_EQ(collect(Nanos::from_seconds(3)).at(0).order.reason, RejectReason::kNotReady)
        << "the catalogue has not heard of it, the venue knows";
  }
}

TEST_F(FillModelTest, WhatIsHeldOverAGameStartFindsNothing) {
  set([](ConditionSpec& spec) {
    spec.seconds_delay = 3;
    spec.clear_book_on_start = true;
    spec.game_start_at = Nanos::from_seconds(10);
  });
  place(TimeInForce::kFak, Side::kBuy, 5000, 5, Nanos::from_seconds(8));
  auto events = collect(Nanos::from_seconds(12));
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].order.status, OrderStatus::kDelayed);
  EXPECT_EQ(events[1].order.reason, RejectReason::kUnmatched);
  place(TimeInForce::kFak, Side::kBuy, 5000, 5, Nanos::from_seconds(20));
  EXPECT_EQ(filled(collect(Nanos::from_seconds(24))), Shares::whole(5)) << "the game is on, and so is its market";
}

TEST_F(FillModelTest, AHeldFokThatFindsTooLittleIsUnmatched) {
  set([](ConditionSpec& spec) { spec.taker_delay = true; });
  place(TimeInForce::kFok, Side::kBuy, 5000, 9, Nanos{});
  (void)collect(Nanos::from_millis(30));
  level(Side::kSell, 5000, Shares::whole(4), Nanos::from_millis(40));
  EXPECT_EQ(collect(Nanos::from_seconds(1)).at(0).order.reason, RejectReason::kUnmatched);
}

TEST_F(FillModelTest, TheTakerDelayIsThatOfTheDate) {
  VenueModelSettings s = exact();
  s.taker_delay.reset();
  model_.emplace(catalogue_, books_, s);
  set([](ConditionSpec& spec) { spec.slug = "btc-updown-5m-1768000500"; });
  const auto fills_at = [&](Nanos arrival) {
    place(TimeInForce::kFak, Side::kBuy, 5000, 3, arrival - Nanos::from_millis(25));
    return filled(collect(arrival));
  };
  EXPECT_EQ(fills_at(Nanos::from_seconds(1'768'000'000)), Shares{}) << "January 2026: half a second";
  EXPECT_EQ(filled(collect(Nanos::from_seconds(1'768'000'000) + Nanos::from_millis(500))), Shares::whole(3));
  EXPECT_EQ(fills_at(Nanos::from_seconds(1'777'000'000)), Shares::whole(3)) << "April 2026: none";
  EXPECT_EQ(fills_at(Nanos::from_seconds(1'790'000'000)), Shares{}) << "September 2026";
  EXPECT_EQ(filled(collect(Nanos::from_seconds(1'790'000'000) + Nanos::from_millis(250))), Shares::whole(3));
}

TEST_F(FillModelTest, ATakerDelayThatIsGivenCountsWhereTakersAreHeld) {
  place(TimeInForce::kFak, Side::kBuy, 5000, 5, Nanos{});
  EXPECT_EQ(filled(collect(Nanos::from_millis(25))), Shares::whole(5)) << "it rains on everybody at once";
  set([](ConditionSpec& spec) { spec.seconds_delay = 3; });
  place(TimeInForce::kFak, Side::kBuy, 5000, 5, Nanos::from_seconds(10));
  EXPECT_EQ(filled(collect(Nanos::from_millis(13'024))), Shares{});
  EXPECT_EQ(filled(collect(Nanos::from_millis(13'025))), Shares::whole(5)) << "the market's own number";
}

TEST_F(FillModelTest, VenueRulesRefuse) {
  place(TimeInForce::kGtc, Side::kBuy, 5000, 5, Nanos{}, true);
  EXPECT_EQ(collect(Nanos::from_seconds(1)).at(0).order.reason, RejectReason::kPostOnlyCross);
  place(TimeInForce::kGtc, Side::kBuy, 4900, 5, Nanos::from_seconds(2));
  set([](ConditionSpec& spec) { spec.tick = Tick{1000}; });
  EXPECT_EQ(collect(Nanos::from_seconds(3)).at(0).order.reason, RejectReason::kTick) << "the tick of its arrival";
}

TEST_F(FillModelTest, CancelsTravelToo) {
  place(TimeInForce::kGtc, Side::kBuy, 4900, 10, Nanos{});
  (void)collect(Nanos::from_millis(30));
  model_->execute(CancelOrder{OrderId{1}}, Nanos::from_millis(230));
  trade(0, Side::kSell, 4900, 4, Nanos::from_millis(250));
  const auto events = collect(Nanos::from_millis(255));
  EXPECT_EQ(filled(events), Shares::whole(4)) << "it met us while the cancel was on its way";
  EXPECT_EQ(events.back().order.status, OrderStatus::kCancelled);
  EXPECT_EQ(events.back().order.matched, Shares::whole(4));
  model_->execute(CancelOrder{OrderId{1}}, Nanos::from_millis(260));
  EXPECT_EQ(collect(Nanos::from_millis(290)).at(0).header.kind, EventKind::kCancelRejected);
}

TEST_F(FillModelTest, TheGameStartsAndTheBookIsCleared) {
  set([](ConditionSpec& spec) {
    spec.clear_book_on_start = true;
    spec.game_start_at = Nanos::from_seconds(10);
  });
  place(TimeInForce::kGtc, Side::kBuy, 4900, 10, Nanos{});
  EXPECT_EQ(collect(Nanos::from_seconds(9)).size(), 1U);
  EXPECT_EQ(collect(Nanos::from_seconds(10)).at(0).order.status, OrderStatus::kCancelled);
}

TEST_F(FillModelTest, FillsSettleLaterOrAreTakenBack) {
  place(TimeInForce::kFak, Side::kBuy, 5000, 10, Nanos{});
  const auto fill = collect(Nanos::from_seconds(1)).front();
  EXPECT_EQ(fill.fill.settlement, SettlementStatus::kMatched);
  auto later = collect(Nanos::from_seconds(10));
  ASSERT_EQ(later.size(), 1U);
  EXPECT_EQ(later[0].settlement.fill_id, fill.fill.fill_id);
  EXPECT_EQ(later[0].settlement.status, SettlementStatus::kConfirmed);
  VenueModelSettings s = exact();
  s.settlement_failure_ppm = 1'000'000;
  model_.emplace(catalogue_, books_, s);
  place(TimeInForce::kFak, Side::kSell, 4800, 10, Nanos::from_seconds(20));
  EXPECT_EQ(collect(Nanos::from_seconds(30)).back().settlement.status, SettlementStatus::kFailed);
}

TEST_F(FillModelTest, SomebodyElseWasFaster) {
  VenueModelSettings s = exact();
  s.realism.misses = true;
  s.miss_ppm = 1'000'000;
  model_.emplace(catalogue_, books_, s);
  place(TimeInForce::kFak, Side::kBuy, 5000, 10, Nanos{});
  EXPECT_EQ(collect(Nanos::from_seconds(1)).at(0).order.reason, RejectReason::kFakNoMatch);
}

TEST_F(FillModelTest, AMissNeedsNoOtherSwitch) {
  for (const std::string_view off : realism_switches()) {
    VenueModelSettings s = exact();
    s.realism.misses = true;
    s.miss_ppm = 1'000'000;
    s.realism.*realism_switch(off) = false;
    if (off == "misses") continue;
    model_.emplace(catalogue_, books_, s);
    place(TimeInForce::kFak, Side::kBuy, 5000, 10, Nanos{});
    EXPECT_EQ(filled(collect(Nanos::from_seconds(1))), Shares{}) << "without " << off;
    EXPECT_EQ(model_->counters().missed_to_others, 1U) << "without " << off;
  }
}

TEST_F(FillModelTest, AMissTakesTheBestLevelAndNoOther) {
  VenueModelSettings s = exact();
  s.realism.misses = true;
  s.miss_ppm = 1'000'000;
  model_.emplace(catalogue_, books_, s);
  place(TimeInForce::kGtc, Side::kBuy, 5100, 25, Nanos{});
  auto events = collect(Nanos::from_millis(30));
  EXPECT_EQ(filled(events), Shares::whole(10));
  EXPECT_EQ(events.front().fill.price, Price{5100});
  // What rests of it does not meet, as a maker and free of fees, the level that it missed ...
  end_frame(Nanos::from_millis(40));
  EXPECT_EQ(filled(collect(Nanos::from_millis(40))), Shares{});
  // ... only what is new there.
  level(Side::kSell, 5000, Shares::whole(13), Nanos::from_millis(50));
  EXPECT_EQ(filled(collect(Nanos::from_millis(50))), Shares::whole(3));
}

TEST_F(FillModelTest, MissesAndFailuresAreDrawnApart) {
  const auto run = [&](std::int64_t miss_ppm, std::int64_t failure_ppm) {
    VenueModelSettings s = exact();
    s.realism.misses = miss_ppm > 0;
    s.realism.impact = false;
    s.miss_ppm = miss_ppm;
    s.settlement_failure_ppm = failure_ppm;
    model_.emplace(catalogue_, books_, s);
    next_ = 1;
    std::vector<int> fates;  // by order: 0 missed, 1 failed, 2 confirmed
    for (int i = 0; i < 200; ++i) {
      place(TimeInForce::kFak, Side::kBuy, 5000, 10, Nanos::from_seconds(10 * i));
      const auto events = collect(Nanos::from_seconds(10 * i + 9));
      fates.push_back(filled(events).micros == 0                                     ? 0
                      : events.back().settlement.status == SettlementStatus::kFailed ? 1
                                                                                     : 2);
    }
    return fates;
  };
  const auto both = run(500'000, 500'000), failures = run(0, 500'000), misses = run(500'000, 0);
  int missed = 0, failed = 0;
  for (std::size_t i = 0; i < both.size(); ++i) {
    missed += both[i] == 0 ? 1 : 0;
    failed += both[i] == 1 ? 1 : 0;
    EXPECT_EQ(both[i] == 0, misses[i] == 0) << "order " << i;
    EXPECT_TRUE(both[i] == 0 || both[i] == failures[i]) << "order " << i;
  }
  EXPECT_NEAR(missed, 100, 40);
  EXPECT_NEAR(failed, 50, 30);
}

TEST_F(FillModelTest, WhatHasNoEndCannotBeTaken) {
  VenueModelSettings s = exact();
  s.realism.depth = false;
  model_.emplace(catalogue_, books_, s);
  place(TimeInForce::kFak, Side::kBuy, 5000, 500, Nanos{});
  EXPECT_EQ(filled(collect(Nanos::from_seconds(1))), Shares::whole(500));
  level(Side::kSell, 5000, Shares{}, Nanos::from_seconds(2));
  level(Side::kSell, 5000, Shares::whole(4), Nanos::from_seconds(2));
  place(TimeInForce::kFak, Side::kBuy, 5000, 500, Nanos::from_seconds(3));
  EXPECT_EQ(filled(collect(Nanos::from_seconds(4))), Shares::whole(500));
  place(TimeInForce::kGtc, Side::kBuy, 4900, 5, Nanos::from_seconds(5));
  (void)collect(Nanos::from_seconds(6));
  for (int i = 0; i < 2; ++i) {
    level(Side::kSell, 4900, Shares::whole(3 - i), Nanos::from_seconds(7));
    EXPECT_EQ(filled(collect(Nanos::from_seconds(7))), Shares::whole(3 - i)) << "a resting order gets what is shown";
  }
}

TEST_F(FillModelTest, WithoutALiveBookNothingFills) {
  books_[rain_].end_epoch();
  model_->execute(approved(TimeInForce::kFak, Side::kBuy, 5000, 10), Nanos{});
  EXPECT_EQ(collect(Nanos::from_seconds(1)).at(0).order.reason, RejectReason::kNotReady);
}

TEST_F(FillModelTest, NaiveIsTheMidPriceAtOnceForNothingWithoutEnd) {
  VenueModelSettings s = exact();
  s.realism = ladder().front().realism;
  model_.emplace(catalogue_, books_, s);
  place(TimeInForce::kFak, Side::kBuy, 5000, 500, Nanos{});
  const auto events = collect(Nanos{});
  EXPECT_EQ(filled(events), Shares::whole(500));
  EXPECT_EQ(events[0].fill.price, Price{4900});
  EXPECT_EQ(events[0].fill.fee, Usd{});
}

}  // namespace
}  // namespace underround::backtest
