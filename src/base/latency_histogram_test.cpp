#include "base/latency_histogram.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

namespace underround {
namespace {

TEST(LatencyHistogram, PercentilesAreWithinBucketError) {
  EXPECT_TRUE(rc::check([] {
    auto values = *rc::gen::nonEmpty(
        rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(0, 1'000'000'000)));
    LatencyHistogram h;
    for (const auto v : values) h.record(v);
    std::sort(values.begin(), values.end());
    for (const double q : {0.0, 0.5, 0.99}) {
      const auto rank = std::min(values.size() - 1, static_cast<std::size_t>(q * static_cast<double>(values.size())));
      const auto exact = values[rank];
      RC_ASSERT(h.percentile(q) >= exact);
      RC_ASSERT(static_cast<double>(h.percentile(q)) <= static_cast<double>(exact) * 1.033 + 1);
    }
    RC_ASSERT(h.max_ns() == values.back());
  }));
}

TEST(LatencyHistogram, SurvivesTheAbsurd) {
  LatencyHistogram h;
  EXPECT_EQ(h.percentile(0.5), 0);
  h.record(-5);
  h.record(INT64_MAX);
  EXPECT_EQ(h.count(), 2U);
  EXPECT_EQ(h.percentile(0.0), 0);
  EXPECT_EQ(h.percentile(1.0), INT64_MAX);
}

}  // namespace
}  // namespace underround
