#include "simulator/server/request_windows.hpp"

#include <gtest/gtest.h>

namespace underround::simulator {
namespace {

constexpr Nanos kStart = Nanos::from_seconds(1'795'132'800);  // a multiple of ten minutes
constexpr Nanos at(double seconds) { return kStart + Nanos{static_cast<std::int64_t>(seconds * 1e9)}; }

TEST(RequestWindows, RefusesOverTheLimitAndSaysHowLong) {
  RequestWindows windows;
  for (int i = 0; i < 200; ++i) ASSERT_FALSE(windows.take(VenueHost::kClob, "GET", "/tick-size", at(2)));
  EXPECT_EQ(windows.take(VenueHost::kClob, "GET", "/tick-size", at(2)), 8);
  EXPECT_FALSE(windows.take(VenueHost::kClob, "GET", "/book", at(2)));
  // Ten seconds on, the last window weighs less and less: at 15 s half of its 200.
  EXPECT_EQ(windows.take(VenueHost::kClob, "GET", "/tick-size", at(10)), 1);
  for (int i = 0; i < 100; ++i) ASSERT_FALSE(windows.take(VenueHost::kClob, "GET", "/tick-size", at(15)));
  EXPECT_TRUE(windows.take(VenueHost::kClob, "GET", "/tick-size", at(15)));
  EXPECT_FALSE(windows.take(VenueHost::kClob, "GET", "/tick-size", at(40)));
}

TEST(RequestWindows, GroupsMethodsAndHostsAreSeparate) {
  RequestWindows windows;
  for (int i = 0; i < 50; ++i) ASSERT_FALSE(windows.take(VenueHost::kClob, "GET", "/balance-allowance/update", at(0)));
  EXPECT_TRUE(windows.take(VenueHost::kClob, "GET", "/balance-allowance/update", at(0)));
  EXPECT_FALSE(windows.take(VenueHost::kClob, "GET", "/balance-allowance", at(0)));
  for (int i = 0; i < 500; ++i) ASSERT_FALSE(windows.take(VenueHost::kClob, "GET", "/data/orders", at(0)));
  EXPECT_TRUE(windows.take(VenueHost::kClob, "GET", "/data/orders", at(0)));
  for (int i = 0; i < 400; ++i) ASSERT_FALSE(windows.take(VenueHost::kClob, "GET", "/data/order/0x1", at(0)));
  EXPECT_TRUE(windows.take(VenueHost::kClob, "GET", "/data/trades", at(0)));  // the group's 900
  EXPECT_FALSE(windows.take(VenueHost::kClob, "POST", "/order", at(0)));
  EXPECT_FALSE(windows.take(VenueHost::kGamma, "GET", "/markets", at(0)));
  windows.clear();
  EXPECT_FALSE(windows.take(VenueHost::kClob, "GET", "/data/orders", at(0)));
}

TEST(RequestWindows, LongWindowsOutliveShortOnes) {
  RequestWindows windows;
  int granted = 0;
  for (int second = 0; second < 300; ++second) {
    for (int i = 0; i < 25; ++i) granted += windows.take(VenueHost::kClob, "DELETE", "/cancel-all", at(second)) ? 0 : 1;
  }
  EXPECT_EQ(granted, 6'000);  // 250 a ten seconds would be 7500
}

}  // namespace
}  // namespace underround::simulator
