#include "simulator/server/signer_buckets.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace underround::simulator {
namespace {

constexpr Nanos kStart = Nanos::from_seconds(1'795'132'800);  // a multiple of ten minutes
constexpr Nanos at(double seconds) { return kStart + Nanos{static_cast<std::int64_t>(seconds * 1e9)}; }

TEST(SignerTiers, FollowVolume) {
  EXPECT_EQ(tier_of(Usd{}).name, "Standard");
  EXPECT_EQ(tier_of(Usd::whole(29'999)).name, "Standard");
  EXPECT_EQ(tier_of(Usd::whole(30'000)).name, "Copper");
  EXPECT_EQ(tier_of(Usd::whole(2'499'999)).name, "Gold");
  EXPECT_EQ(tier_of(Usd::whole(50'000'000)).name, "Elite");
}

TEST(SignerBuckets, BurstThenRate) {
  SignerBuckets buckets;
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(buckets.take("a", BucketKind::kOrders, 1, {}, at(0)).granted);
  const BucketVerdict refused = buckets.take("a", BucketKind::kOrders, 1, {}, at(0));
  EXPECT_FALSE(refused.granted);
  EXPECT_EQ(refused.remaining, 0);
  EXPECT_EQ(refused.retry_after_s, 1);
  EXPECT_EQ(refused.reset_s, 2);
  EXPECT_TRUE(refused.low);
  EXPECT_TRUE(buckets.take("b", BucketKind::kOrders, 1, {}, at(0)).granted);
  EXPECT_TRUE(buckets.take("a", BucketKind::kCancels, 1, {}, at(0)).granted);
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(buckets.take("a", BucketKind::kOrders, 1, {}, at(1)).granted);
  EXPECT_FALSE(buckets.take("a", BucketKind::kOrders, 1, {}, at(1)).granted);
  EXPECT_EQ(buckets.take("a", BucketKind::kOrders, 1, {}, at(100)).remaining, 59);  // never above the burst
}

TEST(SignerBuckets, BatchesAreAllOrNothing) {
  SignerBuckets buckets;
  ASSERT_TRUE(buckets.take("a", BucketKind::kOrders, 50, {}, at(0)).granted);
  const BucketVerdict refused = buckets.take("a", BucketKind::kOrders, 15, {}, at(0));
  EXPECT_FALSE(refused.granted);
  EXPECT_EQ(refused.remaining, 10);
  EXPECT_TRUE(buckets.take("a", BucketKind::kOrders, 10, {}, at(0)).granted);
  const BucketVerdict never = buckets.take("a", BucketKind::kOrders, 61, {}, at(1000));
  EXPECT_FALSE(never.granted);
  EXPECT_EQ(never.retry_after_s, 0);
}

TEST(SignerBuckets, CancelsMayOweUpToGold) {
  for (const std::int64_t usd : {0LL, 500'000LL, 2'500'000LL}) {
    SignerBuckets buckets;
    const Usd volume = Usd::whole(usd);
    const std::int64_t burst = tier_of(volume).cancels_burst;
    ASSERT_TRUE(buckets.take("a", BucketKind::kCancels, burst - 1, volume, at(0)).granted);
    EXPECT_EQ(buckets.take("a", BucketKind::kCancels, 50, volume, at(0)).granted, usd < 2'500'000) << usd;
  }
  SignerBuckets buckets;
  buckets.charge("a", 200, {}, at(0));  // 120 - 200
  EXPECT_FALSE(buckets.take("a", BucketKind::kCancels, 1, {}, at(1)).granted);
  EXPECT_TRUE(buckets.take("a", BucketKind::kCancels, 1, {}, at(2)).granted);
}

// However it is asked: never more than the burst and what came in since, and orders never leave a bucket owing.
TEST(SignerBuckets, NeverGrantsMoreThanBurstAndRate) {
  rc::check([] {
    SignerBuckets buckets;
    const Usd volume = Usd::whole(*rc::gen::element(0LL, 60'000LL, 600'000LL, 20'000'000LL));
    const SignerTier& tier = tier_of(volume);
    double now = 0;
    std::int64_t granted = 0;
    for (int i = 0; i < 200; ++i) {
      now += *rc::gen::inRange(0, 300) / 1000.0;
      const std::int64_t cost = *rc::gen::inRange<std::int64_t>(1, 20);
      const BucketVerdict verdict = buckets.take("a", BucketKind::kOrders, cost, volume, at(now));
      if (verdict.granted) granted += cost;
      RC_ASSERT(static_cast<double>(granted) <=
                static_cast<double>(tier.orders_burst) + static_cast<double>(tier.orders_per_s) * now + 1e-6);
      RC_ASSERT(verdict.remaining >= 0 && verdict.remaining <= tier.orders_burst);
      RC_ASSERT(verdict.granted || verdict.retry_after_s >= 1);
    }
  });
}

TEST(VolumeMeter, ForgetsAfterThirtyDays) {
  VolumeMeter meter;
  meter.add(1, Usd::whole(10), at(0));
  meter.add(1, Usd::whole(5), at(86'400));
  EXPECT_EQ(meter.volume_30d(1, at(86'400)), Usd::whole(15));
  EXPECT_EQ(meter.volume_30d(2, at(0)), Usd{});
  EXPECT_EQ(meter.volume_30d(1, at(30 * 86'400.0)), Usd::whole(5));
  EXPECT_EQ(meter.volume_30d(1, at(40 * 86'400.0)), Usd{});
}

}  // namespace
}  // namespace underround::simulator
