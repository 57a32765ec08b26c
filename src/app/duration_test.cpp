#include "app/duration.hpp"

#include <gtest/gtest.h>

namespace underround::cli {
namespace {

TEST(Duration, ReadsWhatPeopleWrite) {
  EXPECT_EQ(parse_duration("500ms").value(), Nanos::from_millis(500));
  EXPECT_EQ(parse_duration("30s").value(), Nanos::from_seconds(30));
  EXPECT_EQ(parse_duration("1.5m").value(), Nanos::from_seconds(90));
  EXPECT_EQ(parse_duration("2h").value(), Nanos::from_seconds(7200));
}

TEST(Duration, RefusesTheRest) {
  for (const char* bad : {"", "30", "s", "-5s", "0s", "5 s", "1e3s", "99999999h", "30sec"}) {
    EXPECT_FALSE(parse_duration(bad)) << bad;
  }
}

}  // namespace
}  // namespace underround::cli
