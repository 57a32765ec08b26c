#include "market/series.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace underround {
namespace {

TEST(UpDownSeries, CurrentWindowContainsNow) {
  // protocol page 14.1: btc-updown-5m-1773307200 starts at that second.
  const auto windows = upcoming_windows({"btc", UpDownSpan::k5Minutes}, Nanos::from_seconds(1773307499), 3);
  ASSERT_EQ(windows.size(), 3U);
  EXPECT_EQ(windows[0].slug, "btc-updown-5m-1773307200");
  EXPECT_EQ(windows[0].end_at, Nanos::from_seconds(1773307500));
  EXPECT_EQ(windows[1].slug, "btc-updown-5m-1773307500");
  EXPECT_EQ(windows[2].slug, "btc-updown-5m-1773307800");
  EXPECT_EQ(upcoming_windows({"sol", UpDownSpan::k15Minutes}, Nanos::from_seconds(1777514400), 1)[0].slug,
            "sol-updown-15m-1777514400");
}

TEST(UpDownSeries, SlugsParseBack) {
  EXPECT_TRUE(rc::check([](bool quarter) {
    const UpDownSeries series{*rc::gen::elementOf(std::vector<std::string>{"btc", "eth", "xrp"}),
                              quarter ? UpDownSpan::k15Minutes : UpDownSpan::k5Minutes};
    const Nanos now = Nanos::from_seconds(*rc::gen::inRange<std::int64_t>(0, 4'000'000'000));
    for (const UpDownWindow& window : upcoming_windows(series, now, 4)) {
      const auto parsed = parse_updown_slug(window.slug);
      RC_ASSERT(parsed.has_value());
      RC_ASSERT(parsed->series == series);
      RC_ASSERT(parsed->start_at == window.start_at && parsed->end_at == window.end_at);
    }
  }));
}

TEST(UpDownSeries, OtherSlugsAreNotWindows) {
  for (const char* slug :
       {"", "btc-updown-5m-", "btc-updown-5m-1773307201", "btc-updown-5m-x", "-updown-5m-1773307200",
        "bitcoin-up-or-down-march-12-5am-et", "btc-updown-4h-1773307200", "btc-updown-15m-1773307500",
        "btc-updown-5m-1773307200x", "btc-updown-5m--300", "btc-updown-5m-99999999999"}) {
    EXPECT_EQ(parse_updown_slug(slug).has_value(), false) << slug;
  }
}

}  // namespace
}  // namespace underround
