#include "core/units.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "core/event.hpp"

namespace underround {
namespace {

TEST(Units, NotionalIsExactOnLotsAndRoundsTowardsTheNamedSide) {
  EXPECT_EQ(notional(Price{5200}, Shares::whole(10), Rounding::kDown), Usd{5'200'000});
  EXPECT_EQ(notional(Price{1}, Shares{1}, Rounding::kDown), Usd{0});
  EXPECT_EQ(notional(Price{1}, Shares{1}, Rounding::kUp), Usd{1});
  EXPECT_TRUE(rc::check("0.01-share lots on any grid are exact", [] {
    const Price price{*rc::gen::inRange(0, 10001)};
    const Shares size{*rc::gen::inRange<std::int64_t>(0, 100'000'000) * Shares::kMicrosPerLot};
    RC_ASSERT(notional(price, size, Rounding::kDown) == notional(price, size, Rounding::kUp));
  }));
}

TEST(Units, AffordableNeverOverspends) {
  EXPECT_TRUE(rc::check([] {
    const Price price{*rc::gen::inRange(1, 10000)};
    const Usd budget{*rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000)};
    const Shares size = affordable(budget, price);
    RC_ASSERT(size.micros % Shares::kMicrosPerLot == 0);
    RC_ASSERT(notional(price, size, Rounding::kUp) <= budget);
    RC_ASSERT(notional(price, size + Shares{Shares::kMicrosPerLot}, Rounding::kUp) > budget);
  }));
}

TEST(Units, EveryTickKnowsItsGrid) {
  for (const Tick tick : {kTick01, kTick001, kTick0005, kTick00025, kTick0001, kTick00001}) {
    EXPECT_TRUE(tick.known());
    EXPECT_TRUE(tick.tradable(Price{tick.pips}));
    EXPECT_TRUE(tick.tradable(Price{10000 - tick.pips}));
    EXPECT_FALSE(tick.tradable(Price{0}));
    EXPECT_FALSE(tick.tradable(kOneUsd));
    EXPECT_EQ(10000 % tick.pips, 0);
  }
  EXPECT_FALSE(Tick{}.known());
  EXPECT_FALSE(kTick001.holds(Price{4550}));
  EXPECT_EQ(kTick001.floor(Price{4550}), Price{4500});
  EXPECT_EQ(kTick001.ceil(Price{4550}), Price{4600});
}

TEST(Units, InstrumentsPairUp) {
  const InstrumentId yes = instrument_of(ConditionId{7}, 0);
  EXPECT_EQ(condition_of(yes), ConditionId{7});
  EXPECT_EQ(complement_of(yes), instrument_of(ConditionId{7}, 1));
  EXPECT_EQ(outcome_of(complement_of(yes)), 1U);
  EXPECT_FALSE(InstrumentId{}.valid());
}

TEST(Event, HasNoUndefinedBytes) {
  const Event a = Event::make(EventKind::kLevel, Nanos{5}, VenueId::kPolymarket, 3);
  const Event b = Event::make(EventKind::kLevel, Nanos{5}, VenueId::kPolymarket, 3);
  const auto bytes = [](const Event& e) { return std::string(reinterpret_cast<const char*>(&e), sizeof e); };
  EXPECT_EQ(bytes(a), bytes(b));
}

}  // namespace
}  // namespace underround
