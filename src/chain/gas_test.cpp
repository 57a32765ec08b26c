#include "chain/gas.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace underround::chain {
namespace {

AccountState at(std::uint64_t base_gwei, std::uint64_t priority_gwei) {
  return {.base_fee_wei = gwei(base_gwei), .priority_fee_wei = gwei(priority_gwei)};
}

TEST(GasPrice, RoomForTheBaseFeeToDoubleUnderTheCap) {
  const GasPrice p = gas_price(at(100, 40), gwei(30), gwei(500)).value();
  EXPECT_EQ(p.max_fee_wei, gwei(240));
  EXPECT_EQ(p.max_priority_fee_wei, gwei(40));
  EXPECT_EQ(gas_price(at(100, 0), gwei(30), gwei(500))->max_priority_fee_wei, gwei(30));
  EXPECT_EQ(gas_price(at(100, 40), gwei(30), gwei(150))->max_fee_wei, gwei(150));
  EXPECT_EQ(gas_price(at(100, 40), gwei(30), gwei(140))->max_fee_wei, gwei(140));
  EXPECT_FALSE(gas_price(at(100, 40), gwei(30), gwei(139)));
}

TEST(ReplacementPrice, NodesTakeItAndTheCapHolds) {
  EXPECT_TRUE(rc::check([](std::uint32_t max, std::uint32_t priority, std::uint32_t now_base, std::uint32_t cap) {
    const GasPrice old{Wei(max) + priority, Wei(priority)};
    const auto now = gas_price({.base_fee_wei = Wei(now_base)}, Wei(1), Wei(cap));
    const auto next = replacement_price(old, now, Wei(cap));
    if (!next) {
      RC_ASSERT(bumped(old.max_fee_wei) > cap);
      return;
    }
    RC_ASSERT(next->max_fee_wei <= cap);
    RC_ASSERT(next->max_fee_wei * 8 >= old.max_fee_wei * 9);
    RC_ASSERT(next->max_priority_fee_wei * 8 >= old.max_priority_fee_wei * 9);
    RC_ASSERT(next->max_priority_fee_wei <= next->max_fee_wei);
    if (now) RC_ASSERT(next->max_fee_wei >= now->max_fee_wei);
  }));
}

}  // namespace
}  // namespace underround::chain
