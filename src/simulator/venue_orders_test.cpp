// Order entry where the wallet or the engine has a say: allowances, withdrawals, restarts.
#include <gtest/gtest.h>

#include "simulator/venue_fixture.hpp"

namespace underround::simulator {
namespace {

TEST(VenueOrders, AllowancesBoundWhatOpenOrdersMayTake) {
  VenueFixture f;
  const auto bid = [&](int usd) {
    NewOrder order = f.order(f.alice, 0, Side::kBuy, 4000, 10);  // 4 USD
    order.allowance = Usd::whole(usd);
    return f.venue.submit(order);
  };
  EXPECT_EQ(bid(3).reason, RejectReason::kBalance);
  EXPECT_TRUE(bid(4).accepted);
  EXPECT_EQ(bid(7).reason, RejectReason::kBalance);  // 4 are spoken for
  EXPECT_TRUE(bid(8).accepted);
  ASSERT_TRUE(f.venue.split(f.alice, f.market, Shares::whole(20)));
  NewOrder sale = f.order(f.alice, 0, Side::kSell, 6000, 10);
  sale.tokens_approved = false;
  EXPECT_EQ(f.venue.submit(sale).error, "not enough balance / allowance");
}

TEST(VenueOrders, WithdrawingCancelsTheNewestUncovered) {
  VenueFixture f;
  ASSERT_TRUE(f.buy(f.alice, 0, 4000, 10).accepted);
  ASSERT_TRUE(f.buy(f.alice, 0, 3000, 10).accepted);
  EXPECT_FALSE(f.venue.withdraw(f.alice, Usd::whole(1001)));
  ASSERT_TRUE(f.venue.withdraw(f.alice, Usd::whole(995)));
  ASSERT_EQ(f.venue.open_orders(f.alice).size(), 1U);
  EXPECT_EQ(f.venue.open_orders(f.alice)[0]->limit, Price{4000});
  EXPECT_EQ(f.told.orders.back().state, OrderState::kInvalid);
  EXPECT_EQ(f.venue.ledger().check_conservation(), std::nullopt);
}

TEST(VenueOrders, ARestartEndsInTwoMinutesPostOnly) {
  VenueFixture f;
  f.venue.restart(Nanos::from_seconds(10));
  EXPECT_EQ(f.buy(f.alice, 0, 4000, 10).reason, RejectReason::kVenueRestarting);
  EXPECT_EQ(f.venue.mode_until(), f.venue.now() + Nanos::from_seconds(10));
  f.run(Nanos::from_seconds(10));
  EXPECT_EQ(f.venue.mode(), VenueMode::kPostOnly);
  EXPECT_EQ(f.venue.mode_until(), f.venue.now() + Nanos::from_seconds(120));
  f.run(Nanos::from_seconds(119));
  EXPECT_EQ(f.venue.mode(), VenueMode::kPostOnly);
  f.venue.restart(Nanos::from_seconds(5));  // again, before it was over: the old end counts no more
  f.run(Nanos::from_seconds(2));
  EXPECT_EQ(f.venue.mode(), VenueMode::kRestarting);
  f.run(Nanos::from_seconds(123));
  EXPECT_EQ(f.venue.mode(), VenueMode::kNormal);
  EXPECT_EQ(f.venue.mode_until(), Nanos{});
}

}  // namespace
}  // namespace underround::simulator
