#include "strategy/clipper.hpp"

#include "strategy/test_world.hpp"

namespace underround {
namespace {

std::uint64_t fates(const TestWorld& w, Fate fate) { return w.log.totals().by_fate[static_cast<std::size_t>(fate)]; }

// Three outcomes at .50 / .30 / .20, spreads of two cents.
struct Match : TestWorld {
  std::vector<ConditionId> c;
  explicit Match(const Terms& terms = Terms{}, Usd cash = Usd::whole(1000)) : TestWorld(cash) {
    c = add_event("match", 3, terms);
    attach<Clipper>(test_settings());
    book(c[0], {{4900, 500}}, {{5100, 500}});
    book(c[1], {{2900, 500}}, {{3100, 500}});
    book(c[2], {{1900, 500}}, {{2100, 500}});
  }
};

TEST(Clipper, AFairEventIsLeftAlone) {
  Match w;
  EXPECT_TRUE(w.intents.empty());
  EXPECT_EQ(w.log.totals().seen, 0U);
}

TEST(Clipper, TakesTheCheapLevelOnly) {
  Match w;
  w.book(w.c[0], {{4300, 500}}, {{4500, 30}, {5100, 500}});  // the others imply .50
  ASSERT_EQ(w.intents.size(), 1U);
  const Intent& i = w.intents[0];
  EXPECT_EQ(i.kind, IntentKind::kDirectional);
  ASSERT_EQ(i.legs().size(), 1U);
  EXPECT_EQ(i.legs()[0].instrument, instrument_of(w.c[0], 0));
  EXPECT_EQ(i.legs()[0].limit, Price{4500});
  EXPECT_EQ(i.size, Shares::whole(30));  // the best level, not what is behind it
  EXPECT_EQ(i.expected_profit, Usd::from_micros(1'500'000));
}

TEST(Clipper, TakesARichBidThroughNo) {
  Match w;
  w.book(w.c[0], {{5600, 40}}, {{5800, 500}});
  ASSERT_EQ(w.intents.size(), 1U);
  EXPECT_EQ(w.intents[0].legs()[0].instrument, instrument_of(w.c[0], 1));
  EXPECT_EQ(w.intents[0].legs()[0].limit, Price{4400});
  EXPECT_EQ(w.intents[0].expected_profit, Usd::from_micros(40 * 60'000));
}

TEST(Clipper, WideSpreadsOfTheOthersHideTheEdge) {
  Match w;
  w.book(w.c[1], {{2000, 500}}, {{4000, 500}});  // same mid, sigma .058
  w.book(w.c[0], {{4300, 500}}, {{4500, 30}});
  EXPECT_TRUE(w.intents.empty());
}

TEST(Clipper, SizeIsATenthOfTheCapAndCountsThePosition) {
  Match w;
  w.book(w.c[0], {{4300, 500}}, {{4500, 500}});
  ASSERT_EQ(w.intents.size(), 1U);
  const Shares size = w.intents[0].size;
  EXPECT_LE(notional(Price{4500}, size, Rounding::kUp), Usd::whole(100));
  EXPECT_GT(notional(Price{4500}, size, Rounding::kUp), Usd::whole(99));
  Event fill = Event::make(EventKind::kFill, w.now, VenueId::kPolymarket, instrument_of(w.c[0], 0).value);
  fill.fill.fill_id = 1;
  fill.fill.size = size;
  fill.fill.price = Price{4500};
  fill.fill.side = Side::kBuy;
  fill.fill.settlement = SettlementStatus::kMatched;
  ASSERT_TRUE(w.ledger.apply_fill(fill));
  w.advance(Nanos::from_seconds(5));
  w.book(w.c[0], {{4300, 500}}, {{4500, 500}});
  EXPECT_EQ(w.intents.size(), 1U);
}

TEST(Clipper, RefusesIncompleteUnknownAndUnfinished) {
  Match augmented({.augmented = true});
  augmented.book(augmented.c[0], {{4300, 500}}, {{4500, 30}});
  EXPECT_EQ(augmented.log.totals().seen, 0U);

  Match unknown({.fees = FeeSchedule{}});
  unknown.book(unknown.c[0], {{4300, 500}}, {{4500, 30}});
  EXPECT_TRUE(unknown.intents.empty());
  EXPECT_EQ(fates(unknown, Fate::kUnknownFee), 1U);

  Match half;
  half.change(half.c[0], 0, Side::kSell, {4500, 30}, 4900, 5100, half.now);
  half.change(half.c[0], 0, Side::kBuy, {4900, 0}, 4900, 5100, half.now);
  half.change(half.c[0], 0, Side::kBuy, {4300, 10}, 4900, 5100, half.now);
  half.frame_end(half.c[0]);
  EXPECT_TRUE(half.intents.empty());
  EXPECT_EQ(half.log.totals().phantoms, 1U);

  Match old;
  old.advance(Nanos::from_seconds(121));
  old.book(old.c[0], {{4300, 500}}, {{4500, 30}});
  EXPECT_EQ(fates(old, Fate::kStale), 1U);

  Match taxed({.fees = FeeSchedule::taker(250'000, 1)});  // 6 cents a share
  taxed.book(taxed.c[0], {{4300, 500}}, {{4500, 30}});
  EXPECT_TRUE(taxed.intents.empty());

  Match poor(TestWorld::Terms{}, Usd::whole(1));
  poor.book(poor.c[0], {{4300, 500}}, {{4500, 30}});
  EXPECT_EQ(fates(poor, Fate::kNoCash), 1U);
}

TEST(Clipper, AnEpisodeEndsWhenTheLevelIsGone) {
  Match w;
  w.book(w.c[0], {{4300, 500}}, {{4500, 30}});
  const std::uint64_t id = w.intents.at(0).opportunity;
  EXPECT_TRUE(w.log.find(id)->open);
  w.book(w.c[0], {{4900, 500}}, {{5100, 500}});
  EXPECT_FALSE(w.log.find(id)->open);
}

}  // namespace
}  // namespace underround
