#include "market/iso_time.hpp"

#include <gtest/gtest.h>

namespace underround {
namespace {

TEST(IsoTime, ReadsWhatVenuesWrite) {
  EXPECT_EQ(parse_iso_time("1970-01-01T00:00:00Z"), Nanos{0});
  EXPECT_EQ(parse_iso_time("2026-02-24T02:03:36.103238Z"), Nanos{1771898616103238000});
  EXPECT_EQ(parse_iso_time("2026-04-05 19:37:33+00"), Nanos::from_seconds(1775417853));
  EXPECT_EQ(parse_iso_time("2026-04-05T15:37:33-04:00"), Nanos::from_seconds(1775417853));
  EXPECT_EQ(parse_iso_time("2026-04-05T21:07:33+0130"), Nanos::from_seconds(1775417853));
  EXPECT_EQ(parse_iso_time("2026-03-31"), Nanos::from_seconds(1774915200));
  EXPECT_EQ(parse_iso_time("2024-02-29T00:00Z"), Nanos::from_seconds(1709164800));
}

TEST(IsoTime, RefusesTheRest) {
  for (const char* text : {"", "2026", "2026-13-01", "2025-02-29", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00.Z",
                           "2026-01-01T00:00:00Zx", "2026-01-01T00:00:00+1", "26-01-01", "1969-12-31", "2262-01-01",
                           "2026-01-01X00:00", "now"}) {
    EXPECT_EQ(parse_iso_time(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace underround
