#include "strategy/multi_outcome.hpp"

#include <map>
#include <optional>

#include "strategy/test_world.hpp"

namespace underround {
namespace {

Nanos ms(std::int64_t n) { return Nanos::from_millis(n); }
std::uint64_t fates(const TestWorld& w, Fate fate) { return w.log.totals().by_fate[static_cast<std::size_t>(fate)]; }

struct Three : TestWorld {
  std::vector<ConditionId> c;
  explicit Three(const StrategySettings& settings = test_settings(), Usd cash = Usd::whole(1000),
                 const Terms& terms = Terms{})
      : TestWorld(cash) {
    c = add_event("match", 3, terms);
    attach<MultiOutcome>(settings);
  }
  void books(std::int32_t ask0, std::int32_t ask1, std::int32_t ask2, std::int64_t size = 50) {
    const std::int32_t asks[] = {ask0, ask1, ask2};
    for (std::size_t i = 0; i < 3; ++i) book(c[i], {{asks[i] - 200, size}}, {{asks[i], size}});
  }
};

TEST(MultiOutcome, BuysYesOfAll) {
  Three w;
  w.book(w.c[0], {{3800, 50}}, {{4000, 20}, {4100, 30}});
  w.book(w.c[1], {{2800, 50}}, {{3000, 60}});
  EXPECT_TRUE(w.intents.empty());  // the third book is not there yet
  w.book(w.c[2], {{2500, 50}}, {{2700, 40}});
  ASSERT_EQ(w.intents.size(), 1U);
  const Intent& i = w.intents[0];
  EXPECT_EQ(i.kind, IntentKind::kBuySetAndHold);
  EXPECT_EQ(i.event, w.catalogue[w.c[0]].event);
  EXPECT_EQ(i.size, Shares::whole(40));
  EXPECT_EQ(i.expected_profit, Usd::from_micros(20 * 30'000 + 20 * 20'000));
  ASSERT_EQ(i.legs().size(), 3U);
  EXPECT_EQ(i.legs()[0].instrument, instrument_of(w.c[2], 0));  // thinnest within its limit
  EXPECT_EQ(i.legs()[0].available, Shares::whole(40));
  EXPECT_EQ(i.orphan, OrphanPolicy::kCheapest);
  EXPECT_EQ(i.decided_at, w.now);
  const Opportunity* o = w.log.find(i.opportunity);
  ASSERT_NE(o, nullptr);
  EXPECT_EQ(o->edge, Price{300});
  EXPECT_EQ(o->profit, i.expected_profit);
}

TEST(MultiOutcome, ShortBuysNoAndConverts) {
  Three w;
  w.book(w.c[0], {{4200, 30}}, {{4400, 50}});
  w.book(w.c[1], {{3300, 50}}, {{3500, 50}});
  w.book(w.c[2], {{2800, 50}}, {{3000, 50}});  // bids add up to 1.03
  ASSERT_EQ(w.intents.size(), 1U);
  const Intent& i = w.intents[0];
  EXPECT_EQ(i.kind, IntentKind::kBuyNoAndConvert);
  EXPECT_EQ(i.size, Shares::whole(30));
  EXPECT_EQ(i.expected_profit, Usd::from_micros(900'000));  // 30 * (2 - .58 - .67 - .72)
  ASSERT_EQ(i.legs().size(), 3U);
  for (const IntentLeg& leg : i.legs()) EXPECT_EQ(outcome_of(leg.instrument), 1U);
  EXPECT_EQ(i.legs()[0].limit, Price{5800});
}

TEST(MultiOutcome, ShortLeavesOutWhatNobodyBidsFor) {
  Three w;
  w.book(w.c[2], {}, {{100, 50}});
  w.book(w.c[0], {{6000, 30}}, {{6200, 50}});
  w.book(w.c[1], {{4500, 50}}, {{4700, 50}});
  ASSERT_EQ(w.intents.size(), 1U);
  EXPECT_EQ(w.intents[0].legs().size(), 2U);
  EXPECT_EQ(w.intents[0].expected_profit, Usd::from_micros(1'500'000));  // 30 * (1 - .40 - .55)
}

TEST(MultiOutcome, ShortSellsSetsAlreadyHeld) {
  Three w;
  for (const ConditionId c : w.c) w.ledger.split(c, Shares::whole(12), Usd{});
  w.book(w.c[0], {{4200, 30}}, {{4400, 50}});
  w.book(w.c[1], {{3300, 50}}, {{3500, 50}});
  w.book(w.c[2], {{2800, 50}}, {{3000, 50}});
  ASSERT_EQ(w.intents.size(), 1U);
  const Intent& i = w.intents[0];
  EXPECT_EQ(i.kind, IntentKind::kDirectional);
  EXPECT_EQ(i.size, Shares::whole(12));
  EXPECT_EQ(i.orphan, OrphanPolicy::kHold);
  EXPECT_EQ(i.expected_profit, Usd::from_micros(360'000));
  for (const IntentLeg& leg : i.legs()) {
    EXPECT_EQ(leg.side, Side::kSell);
    EXPECT_EQ(outcome_of(leg.instrument), 0U);
  }
}

TEST(MultiOutcome, AugmentedSetIsNeverComplete) {
  Three w(test_settings(), Usd::whole(1000), {.augmented = true});
  w.books(3000, 3000, 3000);
  w.books(2900, 3000, 3000);
  EXPECT_TRUE(w.intents.empty());
  EXPECT_EQ(fates(w, Fate::kIncomplete), 1U);  // once per episode
  w.books(3400, 3400, 3400);                   // asks 1.02, bids .96: nothing either way
  w.books(3000, 3000, 3000);
  EXPECT_EQ(fates(w, Fate::kIncomplete), 2U);
}

TEST(MultiOutcome, LaddersAndIncompleteGroupsAreNotWatched) {
  Three ladder(test_settings(), Usd::whole(1000), {.neg_risk = false});
  ladder.books(3000, 3000, 3000);
  EXPECT_EQ(ladder.log.totals().seen, 0U);
  EXPECT_TRUE(ladder.intents.empty());

  Three closed;
  closed.catalogue.set_phase(closed.c[1], MarketPhase::kClosed);
  closed.strategy->on_condition_added(closed.context(), closed.c[1]);
  closed.books(3000, 3000, 3000);
  EXPECT_TRUE(closed.intents.empty());
}

TEST(MultiOutcome, FeeEatsTheEdge) {
  Three w(test_settings(), Usd::whole(1000), {.fees = FeeSchedule::taker(50'000, 1)});
  w.books(3300, 3300, 3300);  // 1 cent of edge, 3.3 of fees
  EXPECT_TRUE(w.intents.empty());
  EXPECT_EQ(w.log.totals().seen, 0U);
  w.books(3100, 3100, 3100);  // 7 cents of edge
  EXPECT_EQ(w.intents.size(), 1U);
}

TEST(MultiOutcome, UnknownFeeMinimumSizeCash) {
  Three unknown(test_settings(), Usd::whole(1000), {.fees = FeeSchedule{}});
  unknown.books(3000, 3000, 3000);
  EXPECT_TRUE(unknown.intents.empty());
  EXPECT_EQ(fates(unknown, Fate::kUnknownFee), 1U);

  Three thin;
  thin.books(3000, 3000, 3000, 4);
  EXPECT_TRUE(thin.intents.empty());
  EXPECT_EQ(fates(thin, Fate::kTooSmall), 1U);

  Three poor(test_settings(), Usd::whole(4));
  poor.books(3000, 3000, 3000);
  EXPECT_TRUE(poor.intents.empty());
  EXPECT_EQ(fates(poor, Fate::kNoCash), 1U);

  Three modest(test_settings(), Usd::whole(20));
  modest.books(3000, 3000, 3000);
  ASSERT_EQ(modest.intents.size(), 1U);
  EXPECT_EQ(modest.intents[0].size, Shares::from_micros(22'220'000));  // 20 / .90, floored
}

TEST(MultiOutcome, SizeScalesWithTheEdgeAndIsCapped) {
  StrategySettings s = test_settings();
  s.full_size_edge = Price{1000};
  s.max_set_cost = Usd::whole(30);
  const auto size_at = [&](std::int32_t ask) {
    Three w(s);
    w.books(ask, ask, ask, 1000);
    return w.intents.size() == 1 ? w.intents[0].size : Shares{};
  };
  const Shares thin = size_at(3200), middle = size_at(3100), full = size_at(3000), rich = size_at(2000);
  EXPECT_EQ(thin, Shares::from_micros(12'490'000));    // 40 % of 30 USD at .96 a set
  EXPECT_EQ(middle, Shares::from_micros(22'580'000));  // 70 % at .93
  EXPECT_EQ(full, Shares::from_micros(33'330'000));
  EXPECT_EQ(notional(Price{6000}, rich, Rounding::kUp), Usd::from_micros(29'994'000));  // never above the cap
}

TEST(MultiOutcome, SmallEdgeIsSeenAndNotTaken) {
  StrategySettings s = test_settings();
  s.min_edge = Price{150};
  Three w(s);
  w.books(3300, 3300, 3300);
  EXPECT_TRUE(w.intents.empty());
  EXPECT_EQ(fates(w, Fate::kTooSmall), 1U);
  s.min_edge = Price{20};
  s.min_profit = Usd::whole(5);
  Three profit(s);
  profit.books(3300, 3300, 3300);
  EXPECT_EQ(fates(profit, Fate::kTooSmall), 1U);
}

TEST(MultiOutcome, HalfABatchIsAPhantom) {
  Three w;
  w.books(3400, 3400, 3400);
  w.advance(ms(10));
  // First frame: a cheaper ask; the claim says the whole batch ends at .34 again.
  w.change(w.c[0], 0, Side::kSell, {2500, 50}, 3200, 3400, w.now);
  w.frame_end(w.c[0]);
  EXPECT_TRUE(w.intents.empty());
  EXPECT_EQ(w.log.totals().phantoms, 1U);
  w.change(w.c[0], 0, Side::kSell, {2500, 0}, 3200, 3400, w.now);
  w.frame_end(w.c[0]);
  EXPECT_EQ(w.log.totals().seen, 0U);
}

TEST(MultiOutcome, ALaggingConnectionIsAPhantomAndAQuietOneIsNot) {
  const auto run = [](Nanos lag_of_first) {
    Three w;
    w.books(3400, 3400, 3400);
    w.advance(Nanos::from_seconds(60));  // a minute of silence is no age
    w.change(w.c[0], 0, Side::kSell, {3400, 60}, 3200, 3400, w.now - lag_of_first);
    w.frame_end(w.c[0]);
    w.change(w.c[1], 0, Side::kSell, {2900, 50}, 3200, 2900, w.now - ms(20));
    w.change(w.c[1], 0, Side::kBuy, {3200, 0}, 2800, 2900, w.now - ms(20));
    w.change(w.c[1], 0, Side::kBuy, {2800, 50}, 2800, 2900, w.now - ms(20));
    w.frame_end(w.c[1]);
    return std::pair{w.intents.size(), w.log.totals().phantoms};
  };
  EXPECT_EQ(run(ms(30)), (std::pair<std::size_t, std::uint64_t>{1, 0}));
  EXPECT_EQ(run(ms(400)), (std::pair<std::size_t, std::uint64_t>{0, 1}));
}

TEST(MultiOutcome, TooOldIsStale) {
  Three w;
  w.books(3400, 3400, 3400);
  w.advance(Nanos::from_seconds(121));
  w.book(w.c[0], {{2700, 50}}, {{2900, 50}});
  EXPECT_TRUE(w.intents.empty());
  EXPECT_EQ(fates(w, Fate::kStale), 1U);
}

TEST(MultiOutcome, ABookThatLostItsEpochIsNoLeg) {
  Three w;
  w.books(3400, 3400, 3400);
  TestWorld& base = w;
  base.books[w.c[2]].end_epoch();  // and the strategy was not told
  w.book(w.c[0], {{2700, 50}}, {{2900, 50}});
  EXPECT_TRUE(w.intents.empty());
  EXPECT_EQ(fates(w, Fate::kStale), 1U);
}

TEST(MultiOutcome, CooldownPerEvent) {
  Three w;
  w.books(3000, 3000, 3000);
  ASSERT_EQ(w.intents.size(), 1U);
  w.log.mark(w.intents[0].opportunity, Fate::kTaken);
  w.advance(ms(400));
  w.books(3000, 3000, 3000);
  EXPECT_EQ(w.intents.size(), 1U);
  EXPECT_EQ(w.log.totals().taken, 1U);
  w.strategy->on_plan_done(w.context(), w.intents[0], Shares::whole(50), Usd::whole(5));
  w.advance(ms(499));
  w.frame_end(w.c[0]);
  EXPECT_EQ(w.intents.size(), 1U);
  w.advance(ms(1));
  w.frame_end(w.c[0]);
  EXPECT_EQ(w.intents.size(), 2U);
}

// --- property: whatever the books, an intent is what its legs really cost

std::optional<Usd> recount(const TestWorld& w, const Intent& intent) {
  Usd legs;
  for (const IntentLeg& leg : intent.legs()) {
    const ConditionId c = condition_of(leg.instrument);
    const L2Book& book = w.books[c].book();
    const bool buying = leg.side == Side::kBuy;
    const Ladder ladder =
        buying ? Ladder::to_buy(book, outcome_of(leg.instrument)) : Ladder::to_sell(book, outcome_of(leg.instrument));
    const Walk walk = walk_shares(ladder, intent.size, leg.limit);
    if (walk.filled != intent.size) return std::nullopt;
    Usd fee;
    Shares left = intent.size;
    for (LadderCursor cursor(ladder); left.micros > 0; cursor.advance()) {
      const Shares take = std::min(left, cursor.size());
      fee += w.catalogue[c].spec.fees.charge(cursor.price(), take);
      left -= take;
    }
    legs += buying ? -walk.value - fee : walk.value - fee;
  }
  const auto n = static_cast<std::int64_t>(intent.legs().size());
  const std::int64_t pays = intent.kind == IntentKind::kBuyNoAndConvert ? n - 1 : 1;
  const Usd set{intent.size.micros * pays};
  return intent.legs()[0].side == Side::kBuy ? set + legs : legs - set;
}

TEST(MultiOutcomeProperty, IntentsAreExecutableAndWorthWhatTheySay) {
  std::map<IntentKind, int> intents;
  EXPECT_TRUE(rc::check([&intents] {
    const auto draw = [](int low, int high) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(low, high)); };
    StrategySettings s;
    s.max_set_cost = Usd::whole(draw(5, 300));
    TestWorld w(Usd::whole(draw(1, 500)));
    const FeeSchedule fees = draw(0, 2) == 0 ? FeeSchedule::free() : FeeSchedule::taker(40'000, 1);
    const int n = draw(2, 6);
    const auto c = w.add_event("e", n, {.fees = fees, .tick = draw(0, 2) == 0 ? kTick001 : kTick0001});
    w.attach<MultiOutcome>(s);
    const int fair = 10'000 / n / 100 * 100;
    const bool hold = draw(0, 3) == 0;
    for (const ConditionId id : c) {
      // Some hold sets already; only what the cash pays for can have been split.
      const Shares held = Shares::whole(draw(0, 20));
      if (hold && Usd{held.micros} <= w.ledger.available_cash()) w.ledger.split(id, held, Usd{});
    }
    for (int round = 0; round < 3; ++round) {
      for (const ConditionId id : c) {
        const int mid = std::max(300, fair + 100 * draw(-6, 7));
        std::vector<TestLevel> bids, asks;
        for (int l = 1; l <= draw(1, 4); ++l) bids.push_back({mid - 100 * l, draw(1, 80)});
        for (int l = 0; l <= draw(0, 4); ++l) asks.push_back({mid + 100 * l, draw(1, 80)});
        w.intents.clear();
        w.book(id, bids, asks);
        for (const Intent& intent : w.intents) {
          ++intents[intent.kind];
          RC_ASSERT(intent.size.micros > 0 && intent.size.micros % Shares::kMicrosPerLot == 0);
          RC_ASSERT(intent.expected_profit >= s.min_profit);
          const auto worth = recount(w, intent);
          RC_ASSERT(worth.has_value());
          RC_ASSERT(*worth == intent.expected_profit);
          Usd reserved;
          for (const IntentLeg& leg : intent.legs()) {
            const ConditionSpec& spec = w.catalogue[condition_of(leg.instrument)].spec;
            RC_ASSERT(spec.tick.tradable(leg.limit));
            RC_ASSERT(intent.size >= spec.min_order_size && leg.available >= intent.size);
            if (leg.side == Side::kBuy) {
              reserved += notional(leg.limit, intent.size, Rounding::kUp) + spec.fees.budget(leg.limit, intent.size);
            } else {
              RC_ASSERT(w.ledger.position(leg.instrument).free() >= intent.size);
            }
          }
          RC_ASSERT(reserved <= w.ledger.available_cash() && reserved <= s.max_set_cost);
        }
        w.advance(ms(700));
      }
    }
  }));
  // The draw reaches all three kinds, or the property says little.
  EXPECT_GT(intents[IntentKind::kBuySetAndHold], 0);
  EXPECT_GT(intents[IntentKind::kBuyNoAndConvert], 0);
  EXPECT_GT(intents[IntentKind::kDirectional], 0);
}

}  // namespace
}  // namespace underround
