#include "backtest/latency_model.hpp"

#include <gtest/gtest.h>

namespace underround::backtest {
namespace {

TEST(LatencyModel, ConstantIsConstant) {
  LatencyModel leg(LegLatency::constant(Nanos::from_millis(7)), Random(1));
  EXPECT_EQ(leg.arrival(Nanos::from_seconds(1)), Nanos::from_millis(1007));
}

TEST(LatencyModel, NeverFasterThanItsFloorAndNeverOvertaking) {
  const LegLatency shape{Nanos::from_millis(5), Nanos::from_millis(3), 50'000, Nanos::from_millis(100)};
  LatencyModel leg(shape, Random(1));
  Nanos last, total;
  int spikes = 0;
  for (int i = 0; i < 10'000; ++i) {
    // Far enough apart that nothing waits for what went before it.
    const Nanos sent = Nanos::from_seconds(i);
    const Nanos at = leg.arrival(sent);
    EXPECT_GE(at, sent + shape.base);
    EXPECT_GE(at, last);
    spikes += at - sent >= shape.base + shape.spike ? 1 : 0;
    total += at - sent;
    last = at;
  }
  // Means: 5 + 3 + 5 % of 100 = 13 ms.
  EXPECT_NEAR(static_cast<double>(total.ns) / 1e10, 13.0, 1.0);
  EXPECT_NEAR(spikes, 500, 100);
  LatencyModel burst(shape, Random(2));
  last = Nanos{};
  for (int i = 0; i < 1000; ++i) {
    const Nanos at = burst.arrival(Nanos::from_millis(i));
    EXPECT_GE(at, last) << "one connection keeps its order";
    last = at;
  }
}

TEST(LatencyModel, RecordedTimesAreDrawnAndScaled) {
  LatencySettings settings;
  settings.order.recorded =
      std::make_shared<const std::vector<Nanos>>(std::vector{Nanos::from_millis(4), Nanos::from_millis(90)});
  settings.scale(200);
  LatencyModel leg(settings.order, Random(1));
  int slow = 0;
  for (int i = 0; i < 1000; ++i) {
    const Nanos sent = Nanos::from_seconds(i), took = leg.arrival(sent) - sent;
    EXPECT_TRUE(took == Nanos::from_millis(8) || took == Nanos::from_millis(180)) << took.ns;
    slow += took == Nanos::from_millis(180) ? 1 : 0;
  }
  EXPECT_NEAR(slow, 500, 80);
}

TEST(LatencySettings, TheLatencyCurveScalesOrdersAndNotTheData) {
  LatencySettings s;
  const Nanos data = s.data.base, order = s.order.base;
  s.scale(400);
  EXPECT_EQ(s.order.base.ns, order.ns * 4);
  EXPECT_EQ(s.data.base, data);
  s.scale(0);
  EXPECT_EQ(s.order.base, Nanos{});
}

TEST(Ladder, EachStepTurnsOneSwitchOnAndTheLastIsEverything) {
  const auto steps = ladder();
  ASSERT_EQ(steps.size(), realism_switches().size() + 1);
  for (std::size_t i = 1; i < steps.size(); ++i) {
    Realism without = steps[i].realism;
    without.*realism_switch(realism_switches()[i - 1]) = false;
    EXPECT_EQ(without, steps[i - 1].realism) << steps[i].name;
  }
  EXPECT_EQ(steps.back().realism, Realism{});
  EXPECT_EQ(realism_switch("luck"), nullptr);
}

}  // namespace
}  // namespace underround::backtest
