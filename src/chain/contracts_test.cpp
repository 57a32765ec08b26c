#include "chain/contracts.hpp"

#include <gtest/gtest.h>

namespace underround::chain {
namespace {

TEST(Contracts, TheTwoChainsAndNoOther) {
  const Contracts main = contracts_of(kPolygon).value();
  EXPECT_EQ(crypto::checksum(main.router), "0x12121212006e4CD160D18e3f00711DA5c3372600");
  EXPECT_EQ(crypto::checksum(main.exchange_v2), "0xE111180000d2663C0091e4f400237545B87B996B");
  EXPECT_EQ(crypto::checksum(main.neg_risk_exchange_v2), "0xe2222d279d744050d28e00520010520000310F59");
  EXPECT_EQ(crypto::checksum(main.exchange_v3), "0xe3333700cA9d93003F00f0F71f8515005F6c00Aa");

  const Contracts test = contracts_of(kAmoy).value();
  EXPECT_EQ(test.chain_id, 80002U);
  EXPECT_EQ(test.exchange_v2, main.exchange_v2);
  EXPECT_NE(test.exchange_v3, main.exchange_v3);
  EXPECT_NE(test.conditional_tokens, main.conditional_tokens);
  EXPECT_FALSE(known(test.router));  // not published: nothing may be sent there
  EXPECT_FALSE(known(test.proxy_factory));

  const auto other = contracts_of(1);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace underround::chain
