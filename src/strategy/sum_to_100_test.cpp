#include "strategy/sum_to_100.hpp"

#include "strategy/test_world.hpp"

namespace underround {
namespace {

Nanos ms(std::int64_t n) { return Nanos::from_millis(n); }

// Both streams at .49/.51, equal times.
struct Binary : TestWorld {
  ConditionId c;
  explicit Binary(const StrategySettings& settings = test_settings(), Usd cash = Usd::whole(1000),
                  const Terms& terms = Terms{})
      : TestWorld(cash) {
    c = add_binary("rain", terms);
    attach<SumTo100>(settings);
    snapshot(c, 0, {{4900, 100}}, {{5100, 100}}, now);
    snapshot(c, 1, {{4900, 100}}, {{5100, 100}}, now);
    frame_end(c);
  }
  // The venue itself states, on both streams and in one transaction, that bid .54 stands against ask .50.
  void cross(std::int64_t bid_size = 40, std::int64_t ask_size = 30) {
    change(c, 0, Side::kBuy, {5400, bid_size}, 5400, 5000, now);
    change(c, 0, Side::kSell, {5000, ask_size}, 5400, 5000, now);
    change(c, 1, Side::kBuy, {5000, ask_size}, 5000, 4600, now);
    frame_end(c);
  }
};

TEST(SumTo100, AQuietSynchronousBookIsNothing) {
  Binary w;
  EXPECT_TRUE(w.intents.empty());
  EXPECT_EQ(w.log.totals().seen + w.log.totals().phantoms, 0U);
}

TEST(SumTo100, YesFrameHereNoFrameLateIsAPhantom) {
  Binary w;
  // The market moves to .52/.54; only the YES stream has said so. Naive: sell YES .52 and NO .49 for 1.01.
  w.advance(ms(100));
  w.change(w.c, 0, Side::kSell, {5100, 0}, 5200, 5400, w.now);
  w.change(w.c, 0, Side::kSell, {5400, 50}, 5200, 5400, w.now);
  w.change(w.c, 0, Side::kBuy, {5200, 50}, 5200, 5400, w.now);
  w.frame_end(w.c);
  EXPECT_TRUE(w.intents.empty());
  EXPECT_EQ(w.log.totals().phantoms, 1U);
  EXPECT_EQ(w.log.totals().seen, 0U);
  // More frames of the same episode do not count again.
  w.change(w.c, 0, Side::kBuy, {5200, 60}, 5200, 5400, w.now);
  w.frame_end(w.c);
  EXPECT_EQ(w.log.totals().phantoms, 1U);
  // The NO stream catches up: gone. Then it happens again: a second episode.
  w.change(w.c, 1, Side::kBuy, {4600, 50}, 4600, 4800, w.now);
  w.frame_end(w.c);
  w.advance(ms(100));
  w.change(w.c, 0, Side::kBuy, {5500, 50}, 5500, 5600, w.now);
  w.frame_end(w.c);
  EXPECT_EQ(w.log.totals().phantoms, 2U);
  EXPECT_TRUE(w.intents.empty());
}

TEST(SumTo100, HalfABatchIsAPhantom) {
  Binary w;
  // First frame of a batch: the claim is the book after the whole batch, the levels are not all in yet.
  w.change(w.c, 0, Side::kBuy, {5300, 50}, 5300, 5400, w.now);
  w.frame_end(w.c);
  EXPECT_EQ(w.log.totals().phantoms, 1U);
  EXPECT_TRUE(w.intents.empty());
}

// Prices that agree are not enough: each gate alone must refuse. The crossed book is complete after the YES stream, and
// every batch ends in agreement with its claims, so nothing but the named difference is wrong.
std::pair<std::size_t, std::uint64_t> no_stream_follows(Nanos venue_later, Nanos heard_later) {
  Binary w;
  const Nanos venue = w.now;
  w.change(w.c, 0, Side::kBuy, {5400, 40}, 5400, 5000, venue);
  w.change(w.c, 0, Side::kSell, {5000, 30}, 5400, 5000, venue);
  w.advance(heard_later);
  w.change(w.c, 1, Side::kBuy, {5000, 30}, 5000, 4600, venue + venue_later);
  w.frame_end(w.c);
  return {w.intents.size(), w.log.totals().phantoms};
}

TEST(SumTo100, StreamsOfDifferentConnectionsAndTimes) {
  using Result = std::pair<std::size_t, std::uint64_t>;
  EXPECT_EQ(no_stream_follows(ms(0), ms(0)).first, 1U);
  EXPECT_EQ(no_stream_follows(ms(250), ms(250)).first, 1U);      // max_skew itself is allowed
  EXPECT_EQ(no_stream_follows(ms(251), ms(0)), (Result{0, 2}));  // both directions of the signal
  EXPECT_EQ(no_stream_follows(ms(0), ms(251)), (Result{0, 2}));
}

TEST(SumTo100, ConfirmedInOneViewBuysBothAndMerges) {
  Binary w;
  w.cross();
  ASSERT_EQ(w.intents.size(), 1U);
  const Intent& i = w.intents[0];
  EXPECT_EQ(i.kind, IntentKind::kBuySetAndMerge);
  // 30 sets at .50 + .46; then YES costs .51 and NO still .46 for 10 more.
  EXPECT_EQ(i.size, Shares::whole(40));
  EXPECT_EQ(i.expected_profit, Usd::from_micros(30 * 40'000 + 10 * 30'000));
  ASSERT_EQ(i.legs().size(), 2U);
  EXPECT_EQ(i.legs()[0].instrument, instrument_of(w.c, 1));  // 40 available: thinnest first
  EXPECT_EQ(i.legs()[0].limit, Price{4600});
  EXPECT_EQ(i.legs()[1].limit, Price{5100});
  EXPECT_EQ(i.legs()[1].available, Shares::whole(130));
  EXPECT_EQ(i.deadline, w.now + StrategySettings{}.leg_deadline);
  EXPECT_EQ(w.log.totals().seen, 1U);
  EXPECT_EQ(w.log.totals().phantoms, 0U);
}

TEST(SumTo100, SplitsAndSellsWhenTheDollarRuleForbidsBuying) {
  Binary w(test_settings(), Usd::whole(1000));
  // YES asked at .02, bid at .06: 20 shares cost 40 cents, under the venue's dollar for a marketable buy.
  const auto top = [&](Side side, TestLevel l) { w.change(w.c, 0, side, l, 600, 200, w.now); };
  top(Side::kBuy, {4900, 0});
  top(Side::kSell, {5100, 0});
  top(Side::kBuy, {600, 20});
  top(Side::kSell, {200, 20});
  w.change(w.c, 1, Side::kBuy, {9800, 20}, 9800, 9400, w.now);
  w.frame_end(w.c);
  ASSERT_EQ(w.intents.size(), 1U);
  EXPECT_EQ(w.intents[0].kind, IntentKind::kSplitAndSellSet);
  EXPECT_EQ(w.intents[0].size, Shares::whole(20));
  EXPECT_EQ(w.intents[0].expected_profit, Usd::from_micros(800'000));
  for (const IntentLeg& leg : w.intents[0].legs()) EXPECT_EQ(leg.side, Side::kSell);
}

TEST(SumTo100, FeeEatsTheEdge) {
  Binary w(test_settings(), Usd::whole(1000), {.fees = FeeSchedule::taker(100'000, 1)});  // 2.5 cents a leg at .5
  w.cross();
  EXPECT_TRUE(w.intents.empty());
  EXPECT_EQ(w.log.totals().seen, 0U);
}

TEST(SumTo100, UnknownFeeOrVersionIsRefused) {
  for (const bool fee : {true, false}) {
    TestWorld::Terms terms;
    if (fee) terms.fees = FeeSchedule{};
    if (!fee) terms.version = MarketVersion::kUnknown;
    Binary w(test_settings(), Usd::whole(1000), terms);
    w.cross();
    EXPECT_TRUE(w.intents.empty());
    EXPECT_EQ(w.log.totals().by_fate[static_cast<std::size_t>(Fate::kUnknownFee)], 2U);
  }
}

TEST(SumTo100, MinimumSizeCashAndCooldown) {
  Binary small;
  small.cross(4, 3);  // 3 sets at 4 cents, then .51 + .46 for one more: under 5 shares
  EXPECT_TRUE(small.intents.empty());
  EXPECT_GE(small.log.totals().by_fate[static_cast<std::size_t>(Fate::kTooSmall)], 1U);

  Binary poor(test_settings(), Usd::whole(3));
  poor.cross();
  EXPECT_TRUE(poor.intents.empty());
  EXPECT_GE(poor.log.totals().by_fate[static_cast<std::size_t>(Fate::kNoCash)], 1U);

  Binary modest(test_settings(), Usd::whole(10));
  modest.cross();
  ASSERT_EQ(modest.intents.size(), 1U);
  EXPECT_LE(notional(Price{9600}, modest.intents[0].size, Rounding::kUp), Usd::whole(10));

  Binary again;
  again.cross();
  again.advance(ms(1));
  again.cross();
  EXPECT_EQ(again.intents.size(), 1U);
  again.advance(ms(2000));
  again.cross();
  EXPECT_EQ(again.intents.size(), 2U);
}

}  // namespace
}  // namespace underround
