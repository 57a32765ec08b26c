#include "venue/polymarket/order_names.hpp"

#include <gtest/gtest.h>

namespace underround::polymarket {
namespace {

NamedOrder order(std::uint64_t n) {
  NamedOrder o;
  for (std::size_t i = 0; i < 8; ++i) o.digest[i] = static_cast<std::uint8_t>(mix64(n + 1) >> (8 * i));
  o.id = OrderId{n};
  return o;
}

TEST(OrderNames, FindsBothWaysAndNamesOnce) {
  OrderNames names(4);
  ASSERT_TRUE(names.add(order(1)));
  EXPECT_EQ(names.find(order(1).digest)->id, OrderId{1});
  EXPECT_EQ(names.find(OrderId{1})->digest, order(1).digest);
  EXPECT_EQ(names.find(OrderId{2}), nullptr);
  EXPECT_EQ(names.find(Digest{}), nullptr);
  EXPECT_FALSE(names.add(order(1)));
  NamedOrder same_digest = order(1);
  same_digest.id = OrderId{9};
  EXPECT_FALSE(names.add(same_digest));
}

// Equal first eight bytes are not an equal digest.
TEST(OrderNames, ComparesTheWholeDigest) {
  OrderNames names(4);
  ASSERT_TRUE(names.add(order(1)));
  Digest cousin = order(1).digest;
  cousin[31] = 1;
  EXPECT_EQ(names.find(cousin), nullptr);
}

TEST(OrderNames, ForgetsTheOldestWhenFull) {
  OrderNames names(100);
  for (std::uint64_t n = 0; n < 1000; ++n) {
    ASSERT_TRUE(names.add(order(n)));
    for (std::uint64_t k = n < 100 ? 0 : n - 99; k <= n; ++k) ASSERT_NE(names.find(order(k).digest), nullptr);
    if (n >= 100) {
      ASSERT_EQ(names.find(OrderId{n - 100}), nullptr);
      ASSERT_EQ(names.find(order(n - 100).digest), nullptr);
    }
  }
  EXPECT_EQ(names.size(), 100U);
}

}  // namespace
}  // namespace underround::polymarket
