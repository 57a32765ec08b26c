#include "app/time_text.hpp"

#include <gtest/gtest.h>

#include "market/iso_time.hpp"

namespace underround::cli {
namespace {

TEST(TimeText, MomentsAsPeopleWriteThem) {
  EXPECT_EQ(parse_moment("2026-04-29").value(), Nanos::from_seconds(1'777'420'800));
  EXPECT_EQ(parse_moment("2026-04-29T02:10:00Z").value(), Nanos::from_seconds(1'777'428'600));
  EXPECT_EQ(parse_moment("2026-04-29 02:10:43.5Z").value(), Nanos{1'777'428'643'500'000'000});
  EXPECT_EQ(parse_moment("1777428643").value(), Nanos::from_seconds(1'777'428'643));
  EXPECT_EQ(parse_moment("1777428643250").value(), Nanos::from_millis(1'777'428'643'250));
  EXPECT_EQ(parse_moment("1777428643250000001").value(), Nanos{1'777'428'643'250'000'001});
}

TEST(TimeText, WhatIsNoMomentIsRefused) {
  for (const char* text : {"", "yesterday", "2026", "2026-4-29", "2026-02-30", "2026-04-29T25:00", "2026-04-29Zz",
                           "-2026-04-29", "99999999999999999999"}) {
    EXPECT_FALSE(parse_moment(text)) << text;
  }
}

TEST(TimeText, ThereAndBack) {
  for (const std::int64_t s : {0LL, 951'782'400LL, 1'777'428'643LL}) {
    EXPECT_EQ(parse_moment(iso_time_text(Nanos::from_seconds(s))).value(), Nanos::from_seconds(s));
  }
  EXPECT_EQ(iso_time_text(Nanos::from_seconds(1'777'428'643)), "2026-04-29T02:10:43Z");
}

}  // namespace
}  // namespace underround::cli
