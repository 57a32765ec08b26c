#include "app/latency_option.hpp"

#include <gtest/gtest.h>

namespace underround::cli {
namespace {

TEST(LatencyOption, ConstantTailAndStalls) {
  EXPECT_EQ(parse_latency("0ms").value(), backtest::LegLatency::constant(Nanos{}));
  EXPECT_EQ(parse_latency("1.5ms").value(), backtest::LegLatency::constant(Nanos{1'500'000}));
  const auto tail = parse_latency("15ms+5ms").value();
  EXPECT_EQ(tail.base, Nanos::from_millis(15));
  EXPECT_EQ(tail.jitter, Nanos::from_millis(5));
  EXPECT_EQ(tail.spike_ppm, 0);
  const auto stalls = parse_latency("15ms/0.5%:250ms").value();
  EXPECT_EQ(stalls.jitter, Nanos{});
  EXPECT_EQ(stalls.spike_ppm, 5'000);
  EXPECT_EQ(stalls.spike, Nanos::from_millis(250));
  EXPECT_EQ(parse_latency("15ms+5ms/0.5%:250ms").value(), backtest::LatencySettings{}.order) << "the default, written";
}

TEST(LatencyOption, AnythingElseIsRefused) {
  for (const char* bad : {"", "15", "fast", "-1ms", "15ms+", "15ms+x", "15ms/", "15ms/0.5:250ms", "15ms/0.5%",
                          "15ms/101%:1ms", "15ms/-1%:1ms", "15ms/1%:", "+5ms", "15ms+5ms+5ms"}) {
    EXPECT_FALSE(parse_latency(bad)) << bad;
  }
}

}  // namespace
}  // namespace underround::cli
