#include "venue/polymarket/rate_limits.hpp"

#include <gtest/gtest.h>

namespace underround::polymarket {
namespace {

constexpr Nanos kNow = Nanos::from_seconds(1'795'000'000);

TEST(RateLimits, StartAsTheStandardTier) {
  RateLimits limits;
  EXPECT_EQ(limits.tier(), "Standard");
  EXPECT_EQ(limits.orders.available(kNow), 60);
  EXPECT_EQ(limits.cancels.available(kNow), 120);
}

TEST(RateLimits, TheTierInTheHeadersChangesBothBuckets) {
  RateLimits limits;
  limits.follow({{"poly-ratelimit-tier", "GOLD"}}, RateLimits::kOrders, kNow);
  EXPECT_EQ(limits.tier(), "Gold");
  EXPECT_EQ(limits.orders.available(kNow), 60);  // nothing is given for free
  EXPECT_EQ(limits.orders.available(kNow + Nanos::from_seconds(1)), 460);
  EXPECT_EQ(limits.orders.available(kNow + Nanos::from_seconds(10)), 600);
  EXPECT_EQ(limits.cancels.available(kNow + Nanos::from_seconds(10)), 1200);
}

TEST(RateLimits, TheVenuesRemainderIsNeverExceeded) {
  RateLimits limits;
  limits.follow({{"Poly-RateLimit-Remaining", "7"}}, RateLimits::kOrders, kNow);
  EXPECT_EQ(limits.orders.available(kNow), 7);
  EXPECT_EQ(limits.cancels.available(kNow), 120);
  limits.follow({{"Poly-RateLimit-Remaining", "50"}}, RateLimits::kOrders, kNow);
  EXPECT_EQ(limits.orders.available(kNow), 7);  // our own count may be ahead of it
  limits.follow({{"Poly-RateLimit-Remaining", "-3"}}, RateLimits::kCancels, kNow);
  EXPECT_EQ(limits.cancels.available(kNow), 0);
}

TEST(RateLimits, UnknownWordsChangeNothing) {
  RateLimits limits;
  limits.follow({{"Poly-RateLimit-Tier", "Unobtainium"}, {"Poly-RateLimit-Remaining", "many"}}, RateLimits::kOrders,
                kNow);
  EXPECT_EQ(limits.tier(), "Standard");
  EXPECT_EQ(limits.orders.available(kNow), 60);
}

}  // namespace
}  // namespace underround::polymarket
