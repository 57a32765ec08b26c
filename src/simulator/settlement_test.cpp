#include "simulator/settlement.hpp"

#include <gtest/gtest.h>

#include "simulator/venue_fixture.hpp"

namespace underround::simulator {
namespace {

TEST(Settlement, ARetriedTransactionMayFailForGood) {
  VenueSettings settings = VenueFixture::certain();
  settings.settlement.retry_probability = 1;
  settings.settlement.failure_after_retry_probability = 1;
  VenueFixture f(VenueFixture::free_spec(), settings);
  f.buy(f.alice, 0, 5000, 10);
  f.buy(f.bob, 1, 5000, 10);
  EXPECT_EQ(f.cash(f.bob), Usd::whole(995));
  f.run(Nanos::from_seconds(600));
  ASSERT_EQ(f.told.statuses.size(), 2U);
  EXPECT_EQ(f.told.statuses[0].second, SettlementStatus::kRetrying);
  EXPECT_EQ(f.told.statuses[1].second, SettlementStatus::kFailed);
  EXPECT_EQ(f.cash(f.bob), Usd::whole(1000));
  EXPECT_EQ(f.venue.ledger().check_conservation(), std::nullopt);
}

}  // namespace
}  // namespace underround::simulator
