#include "backtest/published_rules.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace underround::backtest {
namespace {

using std::chrono::sys_days;
using namespace std::chrono_literals;

Nanos at(std::chrono::year_month_day date) {
  return Nanos::from_seconds(std::chrono::sys_seconds{sys_days{date}}.time_since_epoch().count());
}
ConditionSpec tagged(std::vector<std::string> tags) {
  ConditionSpec spec;
  spec.tags = std::move(tags);
  return spec;
}
constexpr FeeSchedule percent(std::int32_t rate_ppm) { return FeeSchedule::taker(rate_ppm, 1); }

TEST(PublishedRules, ARateIsThatOfItsDate) {
  const ConditionSpec sports = tagged({"sports", "nba"});
  EXPECT_EQ(published_fees(sports, at(2025y / 11 / 1)), FeeSchedule::free());
  EXPECT_FALSE(published_fees(sports, at(2026y / 3 / 29)).known()) << "some leagues paid, others did not";
  EXPECT_EQ(published_fees(sports, at(2026y / 3 / 30)), percent(30'000));
  EXPECT_EQ(published_fees(sports, at(2026y / 6 / 30)), percent(30'000));
  EXPECT_EQ(published_fees(sports, at(2026y / 8 / 1)), percent(50'000));
  const ConditionSpec crypto = tagged({"crypto"});
  EXPECT_EQ(published_fees(crypto, at(2026y / 2 / 1)), FeeSchedule::free());
  EXPECT_EQ(published_fees(crypto, at(2026y / 4 / 28)), percent(72'000));
  EXPECT_EQ(published_fees(crypto, at(2026y / 11 / 1)), percent(70'000));
  EXPECT_EQ(published_fees(tagged({"politics"}), at(2026y / 3 / 29)), FeeSchedule::free());
  EXPECT_EQ(published_fees(tagged({"politics"}), at(2026y / 3 / 30)), percent(40'000));
}

// The example the venue gave when it began: 100 shares cost 1.56 USD at 0.50, 0.20 at 0.10.
TEST(PublishedRules, ShortCryptoMarketsPaidFirst) {
  ConditionSpec market;
  market.slug = "btc-updown-15m-1768000500";
  const FeeSchedule fees = published_fees(market, at(2026y / 1 / 10));
  EXPECT_EQ(fees.charge(Price{5000}, Shares::whole(100)), Usd::from_micros(1'562'500));
  EXPECT_EQ(fees.charge(Price{1000}, Shares::whole(100)), Usd::from_micros(202'500));
  EXPECT_EQ(published_fees(market, at(2026y / 1 / 5)), FeeSchedule::free());
}

TEST(PublishedRules, OfSeveralCategoriesTheDearestCounts) {
  EXPECT_EQ(published_fees(tagged({"geopolitics"}), at(2026y / 9 / 1)), FeeSchedule::free());
  EXPECT_EQ(published_fees(tagged({"geopolitics", "politics"}), at(2026y / 9 / 1)), percent(40'000));
  EXPECT_EQ(published_fees(tagged({"crypto", "weather"}), at(2026y / 9 / 1)), percent(70'000));
  EXPECT_FALSE(published_fees(tagged({"politics", "sports"}), at(2026y / 3 / 1)).known());
}

TEST(PublishedRules, WhatCannotBeToldIsUnknown) {
  EXPECT_FALSE(published_fees({}, at(2026y / 9 / 1)).known());
  EXPECT_FALSE(published_fees({}, at(2026y / 1 / 6)).known());
  EXPECT_EQ(published_fees({}, at(2026y / 1 / 5)), FeeSchedule::free()) << "nobody paid";
  EXPECT_FALSE(published_fees({}, Nanos{}).known()) << "a clock that says nothing";
  EXPECT_FALSE(published_fees(tagged({"pair:learned", "fees:unknown"}), at(2026y / 9 / 1)).known());
  EXPECT_EQ(published_fees(tagged({"earthquakes"}), at(2026y / 9 / 1)), percent(50'000)) << "other";
  ConditionSpec kalshi = tagged({"politics"});
  kalshi.venue = VenueId::kKalshi;
  EXPECT_FALSE(published_fees(kalshi, at(2026y / 9 / 1)).known());
}

TEST(PublishedRules, TakersOfUpDownMarketsWereHeldThenNotThenAgain) {
  ConditionSpec market;
  market.slug = "btc-updown-5m-1768000500";
  EXPECT_EQ(published_taker_delay(market, at(2025y / 12 / 1)), Nanos::from_millis(500));
  EXPECT_EQ(published_taker_delay(market, at(2026y / 2 / 18)), Nanos{});
  EXPECT_EQ(published_taker_delay(market, at(2026y / 6 / 4)), Nanos{});
  EXPECT_EQ(published_taker_delay(market, at(2026y / 6 / 5)), Nanos::from_millis(250));
  market.taker_delay = true;
  EXPECT_EQ(published_taker_delay(market, at(2026y / 4 / 1)), Nanos::from_millis(250)) << "it says so itself";
  EXPECT_EQ(published_taker_delay(tagged({"politics"}), at(2026y / 9 / 1)), Nanos{});
}

}  // namespace
}  // namespace underround::backtest
