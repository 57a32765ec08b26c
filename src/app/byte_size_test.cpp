#include "app/byte_size.hpp"

#include <gtest/gtest.h>

namespace underround::cli {
namespace {

TEST(ByteSize, UnitsAndDecimals) {
  EXPECT_EQ(parse_byte_size("20GB").value(), 20'000'000'000U);
  EXPECT_EQ(parse_byte_size("1.5TB").value(), 1'500'000'000'000U);
  EXPECT_EQ(parse_byte_size("500MB").value(), 500'000'000U);
  EXPECT_EQ(parse_byte_size("0.001KB").value(), 1U);
}

TEST(ByteSize, AnythingElseIsRefused) {
  for (const char* text : {"", "20", "GB", "-1GB", "0MB", "20 GB", "20gb", "1e3MB", "9999999TB", "1GBs"}) {
    EXPECT_FALSE(parse_byte_size(text)) << text;
  }
}

}  // namespace
}  // namespace underround::cli
