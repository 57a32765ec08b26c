#include "net/token_bucket.hpp"

namespace underround::net {
namespace {

TEST(TokenBucket, BurstThenRate) {
  TokenBucket bucket(10, 3);
  Nanos now = Nanos::from_seconds(100);
  EXPECT_TRUE(bucket.take(now, 3));
  EXPECT_FALSE(bucket.take(now));
  EXPECT_EQ(bucket.wait(now).ns, Nanos::kPerSecond / 10);
  EXPECT_FALSE(bucket.take(now + Nanos{Nanos::kPerSecond / 10 - 1}));
  EXPECT_TRUE(bucket.take(now + Nanos{Nanos::kPerSecond / 10}));
  now = Nanos::from_seconds(200);
  EXPECT_EQ(bucket.available(now), 3);  // never more than the burst
}

TEST(TokenBucket, RunsFromTimeZeroAndIgnoresAClockThatStepsBack) {
  TokenBucket bucket(1, 1);
  EXPECT_TRUE(bucket.take(Nanos{0}));
  EXPECT_TRUE(bucket.take(Nanos::from_seconds(1)));
  EXPECT_FALSE(bucket.take(Nanos{0}));
  EXPECT_FALSE(bucket.take(Nanos::from_seconds(1)));
}

TEST(TokenBucket, BelievesTheVenueWhenItSaysLess) {
  TokenBucket bucket(1, 100);
  bucket.cap(Nanos{5}, 2);
  EXPECT_EQ(bucket.available(Nanos{5}), 2);
  bucket.cap(Nanos{5}, 50);
  EXPECT_EQ(bucket.available(Nanos{5}), 2);
}

// Over any sequence of takes, no window holds more than burst + rate * length; and after wait() the take succeeds.
TEST(TokenBucket, NeverGivesMoreThanTheLimit) {
  EXPECT_TRUE(rc::check([] {
    const auto rate = *rc::gen::inRange<std::int64_t>(1, 5000);
    const auto burst = *rc::gen::inRange<std::int64_t>(1, 1000);
    TokenBucket bucket(rate, burst);
    Nanos now = Nanos::from_seconds(1);
    const Nanos start = now;
    std::int64_t taken = 0;
    for (const auto step :
         *rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(0, 50'000'000))) {
      now = now + Nanos{step};
      const std::int64_t want = 1 + step % burst;
      const Nanos wait = bucket.wait(now, want);
      if (bucket.take(now, want)) {
        RC_ASSERT(wait.ns == 0);
        taken += want;
      } else {
        TokenBucket later = bucket;
        RC_ASSERT(later.take(now + wait, want));
      }
      RC_ASSERT(static_cast<double>(taken) <=
                static_cast<double>(burst) + static_cast<double>(rate) * static_cast<double>((now - start).ns) / 1e9 +
                    1e-6);
    }
  }));
}

}  // namespace
}  // namespace underround::net
