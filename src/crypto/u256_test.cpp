#include "crypto/u256.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>

namespace underround::crypto {
namespace {

TEST(U256, ParsesAndFormats) {
  constexpr std::string_view kMax = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
  EXPECT_EQ(U256::parse(kMax)->to_hex(), "0x" + std::string(64, 'f'));
  EXPECT_EQ(U256::parse(kMax)->to_decimal(), kMax);
  EXPECT_FALSE(U256::parse("115792089237316195423570985008687907853269984665640564039457584007913129639936"));
  EXPECT_EQ(U256::parse("0")->to_decimal(), "0");
  EXPECT_EQ(U256::parse("10000000000000000000")->to_decimal(), "10000000000000000000");  // one full chunk
  EXPECT_EQ(U256::parse("0xff"), U256(255));
  for (const char* bad : {"", "-1", "+1", "1.0", " 1", "0x", "0xg", "1e3"}) EXPECT_FALSE(U256::parse(bad)) << bad;
  EXPECT_FALSE(U256::parse("0x1" + std::string(64, '0')));
}

TEST(U256, RoundTripsThroughDecimal) {
  EXPECT_TRUE(rc::check([](const std::array<std::uint8_t, 32>& word) {
    U256 value;
    value.bytes = word;
    RC_ASSERT(U256::parse(value.to_decimal()) == value);
    RC_ASSERT(U256::parse(value.to_hex()) == value);
  }));
}

}  // namespace
}  // namespace underround::crypto
