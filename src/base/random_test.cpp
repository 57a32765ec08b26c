#include "base/random.hpp"

#include <gtest/gtest.h>

namespace underround {
namespace {

TEST(Random, SameSeedSameStream) {
  Random a(7);
  Random b(7);
  Random c(8);
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const auto x = a.next();
    EXPECT_EQ(x, b.next());
    differs = differs || x != c.next();
  }
  EXPECT_TRUE(differs);
}

TEST(Random, ForksAreIndependentOfTheirParentsFuture) {
  Random parent(1);
  auto makers = parent.fork("makers");
  auto takers = parent.fork("takers");
  EXPECT_NE(makers.next(), takers.next());
  EXPECT_EQ(Random(1).fork("makers").next(), Random(1).fork("makers").next());
}

TEST(Random, MomentsAreRight) {
  Random rng(42);
  double sum = 0, squares = 0, exponential = 0;
  constexpr int kDraws = 200'000;
  for (int i = 0; i < kDraws; ++i) {
    const double x = rng.normal();
    sum += x;
    squares += x * x;
    exponential += rng.exponential(3.0);
    const auto roll = rng.between(1, 6);
    ASSERT_GE(roll, 1);
    ASSERT_LE(roll, 6);
  }
  EXPECT_NEAR(sum / kDraws, 0.0, 0.01);
  EXPECT_NEAR(squares / kDraws, 1.0, 0.02);
  EXPECT_NEAR(exponential / kDraws, 3.0, 0.05);
}

}  // namespace
}  // namespace underround
