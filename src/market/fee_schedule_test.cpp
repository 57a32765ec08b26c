#include "market/fee_schedule.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace underround {
namespace {

// shares, price in pips, rate in ppm, fee in micro-USD at five decimals: the venue's own worked samples (page 11).
struct Sample {
  std::int64_t shares;
  std::int32_t pips;
  std::int32_t rate_ppm;
  std::int64_t fee_micros;
};

TEST(FeeSchedule, ReproducesTheVenuesSamples) {
  for (const Sample& s :
       {Sample{100, 5000, 70'000, 1'750'000}, Sample{100, 1000, 70'000, 630'000}, Sample{100, 9900, 70'000, 69'300},
        Sample{100, 5000, 50'000, 1'250'000}, Sample{100, 3000, 40'000, 840'000}, Sample{1, 100, 70'000, 690}}) {
    const FeeSchedule fees = FeeSchedule::taker(s.rate_ppm, 1);
    EXPECT_EQ(fees.charge(Price{s.pips}, Shares::whole(s.shares)).micros, s.fee_micros) << s.pips;
  }
}

TEST(FeeSchedule, LessThanHalfAQuantumIsNothing) {
  const FeeSchedule fees = FeeSchedule::taker(70'000, 1);
  EXPECT_EQ(fees.charge(Price{1}, Shares{10'000}).micros, 0);
  EXPECT_EQ(fees.budget(Price{1}, Shares{10'000}).micros, 10);
}

TEST(FeeSchedule, UnknownIsNotFree) {
  EXPECT_FALSE(FeeSchedule{}.known());
  EXPECT_TRUE(FeeSchedule::free().known());
  EXPECT_EQ(FeeSchedule::free().charge(Price{5000}, Shares::whole(100)), Usd{});
  EXPECT_NE(FeeSchedule{}, FeeSchedule::free());
}

TEST(FeeSchedule, BudgetCoversTheChargeAndLittleMore) {
  EXPECT_TRUE(rc::check([] {
    const FeeSchedule fees = FeeSchedule::taker(*rc::gen::inRange(0, 200'000), *rc::gen::inRange(1, 5));
    const Price price{*rc::gen::inRange(1, 10'000)};
    const Shares size{*rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000'000)};
    const Usd charge = fees.charge(price, size);
    const Usd budget = fees.budget(price, size);
    RC_ASSERT(budget >= charge);
    RC_ASSERT((budget - charge).micros <= 10);
    RC_ASSERT(charge.micros % 10 == 0);
    RC_ASSERT(fees.charge(price.complement(), size) == charge);
    // The marginal fee is an upper bound per share, in 1e-8 USD.
    const Shares one_lot = Shares::whole(1'000);
    RC_ASSERT(fees.per_share_e8(price) * 1'000 / 100 + 10 >= fees.charge(price, one_lot).micros);
  }));
}

}  // namespace
}  // namespace underround
