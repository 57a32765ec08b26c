#include "web/equity_history.hpp"

#include <cstdint>

namespace underround::web {
namespace {

EquityHistory::Point at(std::int64_t ms, std::int64_t equity_micros) {
  return {Nanos::from_millis(ms), Usd{equity_micros}, Usd{equity_micros - 100}};
}

TEST(EquityHistory, KeepsEveryPointWhileThereIsRoom) {
  EquityHistory history(8);
  for (int i = 0; i < 8; ++i) history.push(at(i * 250, i));
  ASSERT_EQ(history.points().size(), 8U);
  EXPECT_EQ(history.points()[3].equity, Usd{3});
}

TEST(EquityHistory, SameTimeReplacesAndEarlierTimeIsDropped) {
  EquityHistory history(8);
  history.push(at(1000, 1));
  history.push(at(1000, 2));
  history.push(at(500, 3));
  ASSERT_EQ(history.points().size(), 1U);
  EXPECT_EQ(history.points()[0].equity, Usd{2});
}

TEST(EquityHistory, LongRunsStayBoundedOrderedAndKeepBothEnds) {
  EXPECT_TRUE(rc::check("any run", [] {
    const auto steps = *rc::gen::container<std::vector<int>>(1000, rc::gen::inRange(0, 5000));
    const auto capacity = *rc::gen::inRange<std::size_t>(4, 20);
    EquityHistory history(capacity);
    std::int64_t time_ms = 0, count = 0;
    for (const int step : steps) {
      time_ms += step;
      history.push(at(time_ms, ++count));
      RC_ASSERT(history.points().size() <= capacity);
      RC_ASSERT(history.points().back().equity == Usd{count});
    }
    const auto points = history.points();
    RC_ASSERT(points.front().time == Nanos::from_millis(steps[0]));
    for (std::size_t i = 1; i < points.size(); ++i) RC_ASSERT(points[i - 1].time < points[i].time);
  }));
}

TEST(EquityHistory, EvenRunIsThinnedEvenly) {
  EquityHistory history(64);
  for (int i = 0; i < 10'000; ++i) history.push(at(i * 250, i));
  const auto points = history.points();
  ASSERT_GE(points.size(), 32U);
  const std::int64_t span = (points.back().time - points.front().time).ns;
  // No gap is much wider than the average: the shape of the run survives.
  for (std::size_t i = 1; i < points.size(); ++i) {
    EXPECT_LE((points[i].time - points[i - 1].time).ns, 3 * span / static_cast<std::int64_t>(points.size()));
  }
}

}  // namespace
}  // namespace underround::web
