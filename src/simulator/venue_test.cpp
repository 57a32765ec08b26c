// The venue's rules, one by one (protocol 6.6, 6.7, 9, 12, 15, 16).
#include "simulator/venue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "simulator/venue_fixture.hpp"

namespace underround::simulator {
namespace {

using ::testing::HasSubstr;

TEST(Venue, BuyOfYesAndBuyOfNoMintASet) {
  VenueFixture f;
  ASSERT_EQ(f.buy(f.alice, 0, 5000, 25).state, OrderState::kLive);
  // Bob would pay 0.55 for NO; the maker's 0.50 leaves him 0.50: improvement is the taker's.
  const OrderResult r = f.buy(f.bob, 1, 5500, 25);
  EXPECT_EQ(r.state, OrderState::kMatched);
  EXPECT_EQ(r.cash, Usd::from_micros(12'500'000));
  ASSERT_EQ(f.told.trades.size(), 1U);
  EXPECT_EQ(f.told.trades[0].makers[0].kind, MatchKind::kMint);
  EXPECT_EQ(f.told.trades[0].price, Price{5000});
  EXPECT_EQ(f.told.trades[0].makers[0].outcome, 0);
  EXPECT_EQ(f.held(f.alice, 0), Shares::whole(25));
  EXPECT_EQ(f.held(f.bob, 1), Shares::whole(25));
  EXPECT_EQ(f.venue.ledger().check_conservation(), std::nullopt);
}

TEST(Venue, SalesOfBothOutcomesMergeASetAndSaleToBuyerIsComplementary) {
  VenueFixture f;
  ASSERT_TRUE(f.venue.split(f.alice, f.market, Shares::whole(20)));
  ASSERT_TRUE(f.venue.split(f.bob, f.market, Shares::whole(20)));
  f.sell(f.alice, 0, 4000, 10);
  EXPECT_EQ(f.sell(f.bob, 1, 5000, 10).cash, Usd::whole(6));  // 1 - 0.40: better than he asked
  EXPECT_EQ(f.told.trades.back().makers[0].kind, MatchKind::kMerge);
  f.sell(f.alice, 0, 4500, 10);
  f.buy(f.carol, 0, 4600, 10);
  EXPECT_EQ(f.told.trades.back().makers[0].kind, MatchKind::kComplementary);
  EXPECT_EQ(f.cash(f.carol), Usd::from_micros(995'500'000));
  EXPECT_EQ(f.venue.ledger().check_conservation(), std::nullopt);
}

TEST(Venue, TwoPriceLevelsAreTwoTradesWithCountingBuckets) {
  VenueFixture f;
  f.buy(f.alice, 1, 5200, 10);  // YES ask 0.48
  f.buy(f.carol, 1, 5200, 10);
  f.buy(f.alice, 1, 5100, 10);  // YES ask 0.49
  const OrderResult r = f.buy(f.bob, 0, 4900, 25);
  EXPECT_EQ(r.matched, Shares::whole(25));
  ASSERT_EQ(f.told.trades.size(), 2U);
  EXPECT_EQ(f.told.trades[0].makers.size(), 2U);
  EXPECT_EQ(f.told.trades[0].size, Shares::whole(20));
  EXPECT_EQ(f.told.trades[1].price, Price{4900});
  EXPECT_EQ(f.told.trades[1].bucket_index, 1U);
  EXPECT_EQ(r.trades.size(), 2U);
}

TEST(Venue, RefusesWithTheVenuesWords) {
  VenueFixture f;
  f.buy(f.alice, 1, 5000, 10);  // YES ask at 0.50
  auto expect = [&](const NewOrder& order, RejectReason reason, const char* words) {
    const OrderResult r = f.venue.submit(order);
    EXPECT_FALSE(r.accepted);
    EXPECT_EQ(r.reason, reason);
    EXPECT_THAT(r.error, HasSubstr(words));
  };
  NewOrder o = f.order(f.bob, 0, Side::kBuy, 4950, 10);
  expect(o, RejectReason::kTick, "Price (0.495) breaks minimum tick size rule: 0.01");
  expect(f.order(f.bob, 0, Side::kBuy, 10'000, 10), RejectReason::kTick, "breaks minimum tick size rule");
  expect(f.order(f.bob, 0, Side::kBuy, 4900, 4), RejectReason::kMinSize, "Size (4) lower than the minimum: 5");
  o = f.order(f.bob, 0, Side::kBuy, 5000, 1, TimeInForce::kFak);
  expect(o, RejectReason::kMinSize, "invalid amount for a marketable BUY order ($0.5), min size: $1");
  expect(f.order(f.bob, 0, Side::kBuy, 4900, 5000), RejectReason::kBalance, "not enough balance / allowance");
  expect(f.order(f.bob, 0, Side::kSell, 4900, 10), RejectReason::kBalance, "not enough balance / allowance");
  o = f.order(f.bob, 0, Side::kBuy, 5000, 10);
  o.post_only = true;
  expect(o, RejectReason::kPostOnlyCross, "invalid post-only order: order crosses book");
  expect(f.order(f.bob, 0, Side::kBuy, 5000, 20, TimeInForce::kFok), RejectReason::kFokNotFilled,
         "order couldn't be fully filled. FOK orders are fully filled or killed.");
  expect(f.order(f.bob, 0, Side::kBuy, 4900, 20, TimeInForce::kFak), RejectReason::kFakNoMatch,
         "no orders found to match with FAK order.");
  o = f.order(f.bob, 0, Side::kBuy, 4000, 10);
  o.size = Shares::from_micros(10'005'000);
  expect(o, RejectReason::kMalformed, "Invalid order payload");
  o = f.order(f.bob, 0, Side::kBuy, 4000, 10, TimeInForce::kGtd);
  o.expires_at = f.venue.now() + Nanos::from_seconds(179);
  expect(o, RejectReason::kMalformed, "invalid expiration");
  o = f.order(f.bob, 0, Side::kBuy, 4000, 10);
  ASSERT_TRUE(f.venue.submit(o).accepted);
  expect(o, RejectReason::kDuplicate, "is invalid. Duplicated.");
  f.venue.cancel(f.bob, o.id);
  expect(o, RejectReason::kDuplicate, "is invalid. Duplicated.");
  EXPECT_EQ(f.told.trades.size(), 0U);
}

TEST(Venue, ModesOfTheVenue) {
  VenueFixture f;
  const OrderResult live = f.buy(f.alice, 0, 4000, 10);
  f.venue.set_mode(VenueMode::kRestarting);
  EXPECT_EQ(f.buy(f.bob, 0, 4000, 10).reason, RejectReason::kVenueRestarting);
  f.venue.set_mode(VenueMode::kPostOnly);
  EXPECT_EQ(f.buy(f.bob, 0, 4000, 10).reason, RejectReason::kPostOnlyMode);
  NewOrder quote = f.order(f.bob, 0, Side::kBuy, 4000, 10);
  quote.post_only = true;
  EXPECT_TRUE(f.venue.submit(quote).accepted);
  f.venue.set_mode(VenueMode::kCancelOnly);
  EXPECT_EQ(f.buy(f.bob, 0, 4000, 10).reason, RejectReason::kVenueDisabled);
  EXPECT_TRUE(f.venue.cancel(f.alice, live.id).cancelled);
}

TEST(Venue, FakKeepsWhatItGotAndFokIsWholeOrNothing) {
  VenueFixture f;
  f.buy(f.alice, 1, 5000, 10);
  const OrderResult fak = f.buy(f.bob, 0, 5000, 30, TimeInForce::kFak);
  EXPECT_EQ(fak.matched, Shares::whole(10));
  EXPECT_EQ(f.told.orders.back().state, OrderState::kCancelled);
  EXPECT_TRUE(f.venue.open_orders(f.bob).empty());
  EXPECT_EQ(f.venue.ledger().reserved(f.bob), Usd{});
  f.buy(f.alice, 1, 5000, 10);
  EXPECT_EQ(f.buy(f.bob, 0, 5000, 10, TimeInForce::kFok).matched, Shares::whole(10));
}

TEST(Venue, MarketBuyInDollarsSpendsThem) {
  ConditionSpec spec = VenueFixture::free_spec();
  spec.fees = FeeSchedule::taker(70'000, 1);
  VenueFixture f(spec);
  f.buy(f.alice, 1, 6000, 100);  // YES ask 0.40
  NewOrder o = f.order(f.bob, 0, Side::kBuy, 5000, 0, TimeInForce::kFak);
  o.amount = Usd::whole(10);
  const OrderResult r = f.venue.submit(o);
  EXPECT_EQ(r.matched, Shares::whole(25));
  EXPECT_EQ(r.cash, Usd::whole(10));
  EXPECT_EQ(r.fee, Usd::from_micros(420'000));  // 25 * 0.07 * 0.24, on top
  EXPECT_EQ(f.cash(f.bob), Usd::from_micros(989'580'000));
  EXPECT_EQ(f.venue.ledger().balance(Ledger::fee_account()), r.fee);
  o = f.order(f.bob, 0, Side::kBuy, 5000, 0, TimeInForce::kFak);
  o.amount = Usd::from_micros(1'234'500);  // three decimals
  EXPECT_EQ(f.venue.submit(o).reason, RejectReason::kMalformed);
}

TEST(Venue, OpenOrdersHoldBackBalance) {
  VenueFixture f;
  ASSERT_TRUE(f.buy(f.alice, 0, 5000, 1500).accepted);  // 750 USD
  EXPECT_EQ(f.buy(f.alice, 0, 4000, 1000).reason, RejectReason::kBalance);
  // Reservations bind orders, not the chain: a split may dip into them, and the venue cancels what is bare.
  ASSERT_TRUE(f.venue.split(f.alice, f.market, Shares::whole(400)));
  EXPECT_TRUE(f.venue.open_orders(f.alice).empty());
  EXPECT_EQ(f.told.orders.back().state, OrderState::kInvalid);
  EXPECT_EQ(f.venue.ledger().reserved(f.alice), Usd{});
}

TEST(Venue, CancelsByIdMarketAndAll) {
  VenueFixture f;
  const OrderResult a = f.buy(f.alice, 0, 3000, 10);
  f.buy(f.alice, 1, 3000, 10);
  f.buy(f.alice, 1, 2900, 10);
  EXPECT_FALSE(f.venue.cancel(f.bob, a.id).cancelled);
  EXPECT_TRUE(f.venue.cancel(f.alice, a.id).cancelled);
  EXPECT_EQ(f.venue.cancel(f.alice, a.id).reason, "already canceled or matched");
  EXPECT_EQ(f.venue.cancel_market(f.alice, f.market, 0U).size(), 0U);
  EXPECT_EQ(f.venue.cancel_all(f.alice).size(), 2U);
  EXPECT_EQ(f.told.batches.back().size(), 2U);  // one transaction
  EXPECT_EQ(f.venue.best_ask(f.market), kOneUsd);
}

TEST(Venue, GtdEndsAMinuteEarly) {
  VenueFixture f;
  NewOrder o = f.order(f.alice, 0, Side::kBuy, 3000, 10, TimeInForce::kGtd);
  o.expires_at = f.venue.now() + Nanos::from_seconds(200);
  ASSERT_TRUE(f.venue.submit(o).accepted);
  f.run(Nanos::from_seconds(139));
  EXPECT_EQ(f.venue.open_orders(f.alice).size(), 1U);
  f.run(Nanos::from_seconds(1));
  EXPECT_TRUE(f.venue.open_orders(f.alice).empty());
  EXPECT_EQ(f.told.orders.back().event, OrderEvent::kCancellation);
  EXPECT_EQ(f.told.orders.back().note, "expired");
}

TEST(Venue, TakerDelayHoldsTheOrderAndMakersMayPull) {
  ConditionSpec spec = VenueFixture::free_spec();
  spec.taker_delay = true;
  VenueFixture f(spec);
  const OrderResult maker = f.buy(f.alice, 1, 5000, 10);
  const OrderResult held = f.buy(f.bob, 0, 5000, 10, TimeInForce::kFak);
  EXPECT_EQ(held.state, OrderState::kDelayed);
  EXPECT_EQ(f.venue.cancel(f.bob, held.id).reason, "cannot cancel because the order is in pending/delayed status");
  EXPECT_EQ(f.venue.ledger().reserved(f.bob), Usd::whole(5));
  f.run(Nanos::from_millis(249));
  EXPECT_TRUE(f.venue.cancel(f.alice, maker.id).cancelled);
  f.run(Nanos::from_millis(1));
  EXPECT_EQ(f.told.orders.back().state, OrderState::kUnmatched);
  EXPECT_EQ(f.venue.ledger().reserved(f.bob), Usd{});
  EXPECT_EQ(f.venue.find_order(held.id), nullptr);

  f.buy(f.alice, 1, 5000, 10);
  EXPECT_EQ(f.buy(f.bob, 0, 5000, 10, TimeInForce::kFak).state, OrderState::kDelayed);
  f.run(Nanos::from_millis(250));
  EXPECT_EQ(f.held(f.bob, 0), Shares::whole(10));
  // Orders that do not cross are not held.
  EXPECT_EQ(f.buy(f.bob, 0, 3000, 10).state, OrderState::kLive);
}

TEST(Venue, SportsDelayIsSeconds) {
  ConditionSpec spec = VenueFixture::free_spec();
  spec.seconds_delay = 3;
  VenueFixture f(spec);
  f.buy(f.alice, 1, 5000, 10);
  EXPECT_EQ(f.buy(f.bob, 0, 5000, 20).state, OrderState::kDelayed);
  f.run(Nanos::from_millis(2999));
  EXPECT_EQ(f.held(f.bob, 0), Shares{});
  f.run(Nanos::from_millis(1));
  EXPECT_EQ(f.held(f.bob, 0), Shares::whole(10));
  EXPECT_EQ(f.venue.best_bid(f.market), Price{5000});  // the GTC rest stays
}

TEST(Venue, TickRefinesAtTheEdgesAndKeepsTheBook) {
  VenueFixture f;
  f.buy(f.alice, 0, 9600, 10);
  EXPECT_TRUE(f.told.ticks.empty());
  f.buy(f.alice, 0, 9700, 10);
  ASSERT_EQ(f.told.ticks.size(), 1U);
  EXPECT_EQ(f.told.ticks[0].second, kTick0001);
  EXPECT_TRUE(f.buy(f.alice, 0, 9755, 10).reason == RejectReason::kTick);
  EXPECT_TRUE(f.buy(f.alice, 0, 9750, 10).accepted);
  std::vector<BookLevel> levels;
  f.venue.book_levels(f.market, 1, Side::kSell, levels);  // as NO asks
  ASSERT_EQ(levels.size(), 3U);
  EXPECT_EQ(levels[0].price, Price{250});
  EXPECT_EQ(levels[2].price, Price{400});
}

TEST(Venue, GameStartClearsTheBookWhenTheMarketSaysSo) {
  ConditionSpec spec = VenueFixture::free_spec();
  spec.clear_book_on_start = true;
  VenueFixture f(spec);
  f.buy(f.alice, 0, 4000, 10);
  f.buy(f.bob, 1, 4000, 10);
  f.venue.start_game(f.market);
  EXPECT_EQ(f.told.orders.back().state, OrderState::kInvalid);
  EXPECT_EQ(f.venue.best_bid(f.market), Price{0});
  EXPECT_TRUE(f.buy(f.alice, 0, 4000, 10).accepted);
}

TEST(Venue, LifeCycleFromPendingToRedeemed) {
  VenueFixture f;
  const MarketId later = f.venue.add_market(VenueFixture::free_spec());
  NewOrder early = f.order(f.alice, 0, Side::kBuy, 4000, 10);
  early.market = later;
  EXPECT_EQ(f.venue.submit(early).reason, RejectReason::kNotReady);

  f.buy(f.alice, 0, 6000, 10);
  f.buy(f.bob, 1, 4000, 10);
  f.buy(f.carol, 0, 3000, 10);
  f.venue.close_market(f.market);
  EXPECT_TRUE(f.venue.open_orders(f.carol).empty());
  EXPECT_EQ(f.buy(f.alice, 0, 6000, 10).reason, RejectReason::kNotReady);
  f.venue.resolve_market(f.market, 1);
  EXPECT_FALSE(f.venue.redeem(f.alice, f.market).has_value());
  f.venue.resolve_market(f.market, 0);  // the announced winner was wrong
  EXPECT_EQ(f.told.winners, (std::vector<unsigned>{1, 0}));
  f.run(Nanos::from_seconds(30));
  EXPECT_EQ(f.told.phases.back(), MarketPhase::kRedeemable);
  EXPECT_EQ(f.venue.redeem(f.alice, f.market).value(), Usd::whole(10));
  EXPECT_EQ(f.cash(f.alice), Usd::whole(1004));
  EXPECT_EQ(f.cash(f.bob), Usd::whole(996));
  EXPECT_EQ(f.venue.ledger().check_conservation(), std::nullopt);
}

TEST(Venue, TradesAreMinedConfirmedAndSometimesFail) {
  VenueFixture f;
  f.buy(f.alice, 0, 5000, 10);
  f.buy(f.bob, 1, 5000, 10);
  f.run(Nanos::from_seconds(120));
  ASSERT_EQ(f.told.statuses.size(), 2U);
  EXPECT_EQ(f.told.statuses[0].second, SettlementStatus::kMined);
  EXPECT_EQ(f.told.statuses[1].second, SettlementStatus::kConfirmed);

  f.venue.settlement().fail_next(1);
  f.buy(f.alice, 0, 5000, 10);
  f.buy(f.bob, 1, 5000, 10);
  EXPECT_EQ(f.held(f.alice, 0), Shares::whole(20));
  f.run(Nanos::from_seconds(120));
  EXPECT_EQ(f.told.statuses.back().second, SettlementStatus::kFailed);
  EXPECT_EQ(f.held(f.alice, 0), Shares::whole(10));
  EXPECT_EQ(f.cash(f.alice), Usd::whole(995));
  EXPECT_EQ(f.venue.ledger().check_conservation(), std::nullopt);
}

TEST(Venue, FailureThatCannotBeUndoneIsRetriedAndOrdersLeftBareAreCancelled) {
  VenueFixture f;
  f.venue.settlement().fail_next(1);
  f.buy(f.alice, 0, 5000, 10);
  f.buy(f.bob, 1, 5000, 10);
  ASSERT_TRUE(f.venue.split(f.alice, f.market, Shares::whole(1)));
  f.sell(f.alice, 0, 6000, 11);  // rests on tokens that are about to vanish
  f.run(Nanos::from_seconds(120));
  EXPECT_EQ(f.told.statuses.back().second, SettlementStatus::kFailed);
  EXPECT_TRUE(f.venue.open_orders(f.alice).empty());

  f.venue.settlement().fail_next(1);
  f.buy(f.alice, 0, 5000, 10);
  f.buy(f.bob, 1, 5000, 10);
  ASSERT_TRUE(f.venue.split(f.bob, f.market, Shares::whole(10)));
  ASSERT_TRUE(f.venue.merge(f.bob, f.market, Shares::whole(10)));
  f.sell(f.alice, 0, 4000, 10);
  f.buy(f.carol, 0, 4000, 10);  // alice has passed her YES on
  f.run(Nanos::from_seconds(120));
  EXPECT_EQ(f.venue.find_trade(TradeId{1})->status, SettlementStatus::kConfirmed);
  EXPECT_EQ(f.venue.ledger().check_conservation(), std::nullopt);
}

TEST(Venue, TransactionsOfOneMillisecondHaveDifferentTimes) {
  VenueFixture f;
  f.buy(f.alice, 0, 3000, 10);
  f.buy(f.alice, 0, 3100, 10);
  f.venue.begin_batch();
  f.buy(f.alice, 0, 3200, 10);
  f.buy(f.alice, 0, 3300, 10);
  f.venue.end_batch();
  ASSERT_EQ(f.told.batch_times.size(), 3U);
  EXPECT_LT(f.told.batch_times[0], f.told.batch_times[1]);
  EXPECT_LT(f.told.batch_times[1], f.told.batch_times[2]);
  EXPECT_EQ(f.told.batches[2].size(), 2U);
}

TEST(Venue, IdsLookLikeTheChains) {
  VenueFixture f;
  const ConditionSpec& spec = f.venue.market(f.market).spec;
  EXPECT_EQ(spec.condition_id.size(), 66U);
  for (unsigned outcome = 0; outcome < 2; ++outcome) {
    EXPECT_LE(spec.tokens[outcome].size(), 78U);
    EXPECT_TRUE(std::ranges::all_of(spec.tokens[outcome], [](char c) { return c >= '0' && c <= '9'; }));
    EXPECT_EQ(f.venue.find_token(spec.tokens[outcome])->outcome, outcome);
  }
  EXPECT_EQ(f.venue.find_condition(spec.condition_id), f.market);
  EXPECT_EQ(uuid_text(7, 1).size(), 36U);
  EXPECT_NE(uuid_text(7, 1), uuid_text(8, 1));
}

// A random operation may be refused; what counts is that nothing broke.
template <class T>
void may_fail(const Result<T>& /*result*/) {}

// Everybody trades with everybody, in lots and in dollars, with fees and failures; nothing is made or lost, no book
// crosses, nobody's reservations exceed what they have.
TEST(Venue, RandomTradingConservesEverything) {
  EXPECT_TRUE(rc::check("random orders against the ledger's identities", [] {
    ConditionSpec spec = VenueFixture::free_spec();
    spec.fees = FeeSchedule::taker(50'000, 1);
    spec.seconds_delay = *rc::gen::inRange(0, 2);
    VenueSettings settings;
    settings.settlement.failure_probability = 0.2;
    settings.settlement.retry_probability = 0.2;
    VenueFixture f(spec, settings);
    const std::vector<AccountId> people{f.alice, f.bob, f.carol};
    const int steps = *rc::gen::inRange(1, 100);
    for (int i = 0; i < steps; ++i) {
      const AccountId who = *rc::gen::elementOf(people);
      const int action = *rc::gen::inRange(0, 14);
      if (action == 0) may_fail(f.venue.split(who, f.market, Shares::whole(*rc::gen::inRange(1, 50))));
      if (action == 1) may_fail(f.venue.merge(who, f.market, Shares::whole(*rc::gen::inRange(1, 50))));
      if (action == 2) f.venue.cancel_all(who);
      if (action == 3) f.run(Nanos::from_millis(*rc::gen::inRange(1, 6000)));
      if (action >= 4) {
        const Side side = *rc::gen::element(Side::kBuy, Side::kBuy, Side::kSell);
        const auto tif = *rc::gen::element(TimeInForce::kGtc, TimeInForce::kGtc, TimeInForce::kFak, TimeInForce::kFok);
        NewOrder o = f.order(who, *rc::gen::inRange(0U, 2U), side, 100 * *rc::gen::inRange(40, 61),
                             *rc::gen::inRange(5, 60), tif);
        if (side == Side::kBuy && tif != TimeInForce::kGtc && *rc::gen::inRange(0, 2) == 0) {
          o.amount = Usd{*rc::gen::inRange<std::int64_t>(100, 3000) * 10'000};
        }
        (void)f.venue.submit(o);
      }
      const auto broken = f.venue.ledger().check_conservation();
      if (broken) RC_LOG(*broken);
      RC_ASSERT(!broken);
      RC_ASSERT(f.venue.best_bid(f.market) < f.venue.best_ask(f.market));
      for (const AccountId account : people) {
        RC_ASSERT(f.venue.ledger().available(account) >= Usd{});
        for (unsigned outcome = 0; outcome < 2; ++outcome) {
          RC_ASSERT(f.venue.ledger().available(account, f.market, outcome) >= Shares{});
        }
      }
    }
    f.venue.cancel_all(f.alice);
    f.venue.cancel_all(f.bob);
    f.venue.cancel_all(f.carol);
    f.run(Nanos::from_seconds(5));
    f.venue.cancel_all(f.alice);
    f.venue.cancel_all(f.bob);
    f.venue.cancel_all(f.carol);
    for (const AccountId account : people) RC_ASSERT(f.venue.ledger().reserved(account) == Usd{});
  }));
}

}  // namespace
}  // namespace underround::simulator
