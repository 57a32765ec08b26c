#include "base/decimal.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <limits>

namespace underround {
namespace {

TEST(Decimal, ReadsVenueSpellings) {
  EXPECT_EQ(parse_decimal("0.52", 4).value(), 5200);
  EXPECT_EQ(parse_decimal(".48", 4).value(), 4800);
  EXPECT_EQ(parse_decimal("0.990", 4).value(), 9900);
  EXPECT_EQ(parse_decimal("1", 4).value(), 10000);
  EXPECT_EQ(parse_decimal("-2.5", 6).value(), -2500000);
  EXPECT_EQ(parse_decimal("0.50000000", 4).value(), 5000);
  EXPECT_EQ(parse_decimal("3.", 2).value(), 300);
}

TEST(Decimal, RefusesWhatItCannotHold) {
  EXPECT_EQ(parse_decimal("", 4).error(), DecimalError::kEmpty);
  EXPECT_EQ(parse_decimal("0.00001", 4).error(), DecimalError::kTooFine);
  EXPECT_EQ(parse_decimal_truncating("0.00019", 4).value(), 1);
  for (const char* bad : {"-", ".", "abc", "1e5", "1 ", " 1", "0x10", "1.2.3", "NaN", "--1", "1,5"}) {
    EXPECT_EQ(parse_decimal(bad, 4).error(), DecimalError::kMalformed) << bad;
  }
  EXPECT_EQ(parse_decimal("9223372036854775808", 0).error(), DecimalError::kOverflow);
  EXPECT_EQ(parse_decimal("9223372036854.775808", 6).error(), DecimalError::kOverflow);
  EXPECT_EQ(parse_decimal("9223372036854.775807", 6).value(), std::numeric_limits<std::int64_t>::max());
}

TEST(Decimal, FormatsShortest) {
  EXPECT_EQ(format_decimal(5200, 4), "0.52");
  EXPECT_EQ(format_decimal(10000, 4), "1");
  EXPECT_EQ(format_decimal(-1, 6), "-0.000001");
  EXPECT_EQ(format_decimal(0, 6), "0");
  EXPECT_EQ(format_decimal(std::numeric_limits<std::int64_t>::min(), 0), "-9223372036854775808");
}

TEST(Decimal, RoundTrips) {
  EXPECT_TRUE(rc::check([](std::int64_t value) {
    if (value == std::numeric_limits<std::int64_t>::min()) return;
    const int decimals = *rc::gen::inRange(0, 19);
    RC_ASSERT(parse_decimal(format_decimal(value, decimals), decimals).value() == value);
  }));
}

}  // namespace
}  // namespace underround
