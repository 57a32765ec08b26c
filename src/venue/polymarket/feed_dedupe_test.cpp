#include "venue/polymarket/feed_dedupe.hpp"

namespace underround::polymarket {
namespace {

TEST(FirstArrival, EachEventPassesOnceFromWhoeverIsFirst) {
  FirstArrival first(16);
  EXPECT_TRUE(first.accept(7, Nanos{1}, 0));
  EXPECT_FALSE(first.accept(7, Nanos{1}, 1));
  EXPECT_TRUE(first.accept(8, Nanos{1}, 1));
  EXPECT_FALSE(first.accept(8, Nanos{1}, 0));
}

TEST(FirstArrival, TheSameChangeTwiceIsTwoEvents) {
  FirstArrival first(16);
  EXPECT_TRUE(first.accept(7, Nanos{1}, 0));
  EXPECT_TRUE(first.accept(7, Nanos{1}, 0));
  EXPECT_FALSE(first.accept(7, Nanos{1}, 1));
  EXPECT_FALSE(first.accept(7, Nanos{1}, 1));
  EXPECT_TRUE(first.accept(7, Nanos{1}, 1));
}

TEST(FirstArrival, WhatIsForgottenCountsAsSeen) {
  FirstArrival first(4);
  for (std::uint64_t key = 1; key <= 6; ++key) EXPECT_TRUE(first.accept(key, Nanos{static_cast<std::int64_t>(key)}, 0));
  EXPECT_FALSE(first.accept(1, Nanos{1}, 1));   // forgotten: dropped, not repeated
  EXPECT_FALSE(first.accept(99, Nanos{2}, 1));  // as old as what was forgotten: nobody can know
  EXPECT_FALSE(first.accept(6, Nanos{6}, 1));
  EXPECT_TRUE(first.accept(7, Nanos{7}, 1));
}

// Two lanes bring the same sequence, each in order, interleaved anyhow: exactly the sequence comes out.
TEST(FirstArrival, AnyInterleavingGivesTheSequenceOnce) {
  EXPECT_TRUE(rc::check([] {
    const auto sequence = *rc::gen::container<std::vector<std::uint64_t>>(rc::gen::inRange<std::uint64_t>(0, 12));
    FirstArrival first(1024);
    std::size_t at[2] = {0, 0};
    std::map<std::uint64_t, int> passed, expected;
    for (const std::uint64_t key : sequence) ++expected[key];
    while (at[0] < sequence.size() || at[1] < sequence.size()) {
      unsigned lane = *rc::gen::inRange(0U, 2U);
      if (at[lane] == sequence.size()) lane = 1 - lane;
      const std::uint64_t key = sequence[at[lane]++];
      if (first.accept(key, Nanos{5}, lane)) ++passed[key];
      // Never behind the lane that is ahead.
      std::map<std::uint64_t, int> ahead;
      for (std::size_t i = 0; i < std::max(at[0], at[1]); ++i) ++ahead[sequence[i]];
      RC_ASSERT(passed == ahead);
    }
    RC_ASSERT(passed == expected);
  }));
}

// The table survives many more keys than it holds.
TEST(FirstArrival, KeepsWorkingWhileForgetting) {
  FirstArrival first(64);
  for (std::uint64_t i = 1; i < 10'000; ++i) {
    const Nanos at{static_cast<std::int64_t>(i)};
    ASSERT_TRUE(first.accept(i * 0x9e3779b97f4a7c15ULL, at, 0));
    ASSERT_FALSE(first.accept(i * 0x9e3779b97f4a7c15ULL, at, 1));
  }
}

}  // namespace
}  // namespace underround::polymarket
