#include "net/backoff.hpp"

namespace underround::net {
namespace {

TEST(Backoff, FirstRetryWithinASecondAndNeverBeyondTheCap) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    Backoff backoff({}, Random(seed));
    for (int attempt = 0; attempt < 40; ++attempt) {
      const std::int64_t ceiling = std::min<std::int64_t>(1LL << std::min(attempt, 10), 30);
      const Nanos delay = backoff.next();
      RC_ASSERT(delay >= Nanos{0});
      RC_ASSERT(delay <= Nanos::from_seconds(ceiling));
    }
  }));
}

TEST(Backoff, JitterSpreadsOverTheWholeRange) {
  int low = 0, high = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Backoff backoff({}, Random(seed));
    const Nanos delay = backoff.next();
    low += delay < Nanos::from_millis(250);
    high += delay > Nanos::from_millis(750);
  }
  EXPECT_GT(low, 20);
  EXPECT_GT(high, 20);
}

TEST(Backoff, OnlyStableDataResetsIt) {
  Backoff backoff({}, Random(1));
  for (int i = 0; i < 6; ++i) (void)backoff.next();
  EXPECT_EQ(backoff.attempt(), 6);
  backoff.on_data(Nanos::from_seconds(100));
  backoff.on_data(Nanos::from_seconds(109));
  EXPECT_EQ(backoff.attempt(), 6);  // nine seconds of data are not stable yet
  (void)backoff.next();             // it broke again: the clock of stability starts anew
  backoff.on_data(Nanos::from_seconds(111));
  EXPECT_EQ(backoff.attempt(), 7);
  backoff.on_data(Nanos::from_seconds(121));
  EXPECT_EQ(backoff.attempt(), 0);
  EXPECT_LE(backoff.next(), Nanos::from_seconds(1));
}

TEST(Backoff, SameSeedSameDelays) {
  Backoff a({}, Random(7)), b({}, Random(7));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(a.next(), b.next());
}

}  // namespace
}  // namespace underround::net
