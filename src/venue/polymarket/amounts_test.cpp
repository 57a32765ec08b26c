#include "venue/polymarket/amounts.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <simdjson.h>

#include <charconv>
#include <string>

#include "base/decimal.hpp"
#include "base/int128.hpp"
#include "base/test_paths.hpp"

namespace underround::polymarket {
namespace {

using simdjson::dom::element;

constexpr Tick kTicks[] = {kTick01, kTick001, kTick0005, kTick00025, kTick0001, kTick00001};

std::int64_t decimal(element value, int decimals) {
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, double(value), std::chars_format::fixed).ptr;
  return parse_decimal({text, end}, decimals).value();
}

Tick tick_named(std::string_view text) { return Tick{static_cast<std::int32_t>(parse_decimal(text, 4).value())}; }

OrderAmounts expected(element row) {
  return {std::stoull(std::string(std::string_view(row["makerAmount"]))),
          std::stoull(std::string(std::string_view(row["takerAmount"])))};
}

class Rounding66 : public ::testing::Test {  // protocol page 6.6
 protected:
  void SetUp() override {
    root_ = parser_.load(source_folder() + "/src/crypto/testdata/vectors.json");
    rounding_ = root_["rounding"];
  }
  simdjson::dom::parser parser_;
  element root_, rounding_;
};

TEST_F(Rounding66, AmountDecimals) {
  int checked = 0;
  for (const auto field : simdjson::dom::object(rounding_["config"])) {
    EXPECT_EQ(amount_decimals(tick_named(field.key)), std::int64_t(field.value["amount"])) << field.key;
    ++checked;
  }
  EXPECT_EQ(checked, 6);
}

TEST_F(Rounding66, LimitOrdersOfTheOfficialClient) {
  int checked = 0;
  for (const element row : simdjson::dom::array(rounding_["limit"])) {
    const Side side = std::string_view(row["side"]) == "BUY" ? Side::kBuy : Side::kSell;
    const Price price{static_cast<std::int32_t>(decimal(row["price"], 4))};
    EXPECT_EQ(limit_amounts(side, price, Shares{decimal(row["size"], 6)}), expected(row)) << simdjson::to_string(row);
    ++checked;
  }
  EXPECT_EQ(checked, 11);
}

TEST_F(Rounding66, MarketOrdersOfTheOfficialClient) {
  int checked = 0;
  for (const element row : simdjson::dom::array(rounding_["market"])) {
    const Price price{static_cast<std::int32_t>(decimal(row["price"], 4))};
    const Tick tick = tick_named(std::string_view(row["tick"]));
    const std::int64_t amount = decimal(row["amount"], 6);
    const OrderAmounts amounts = std::string_view(row["side"]) == "BUY"
                                     ? market_buy_amounts(Usd{amount}, price, tick, Rounding::kDown)
                                     : market_sell_amounts(Shares{amount}, price);
    EXPECT_EQ(amounts, expected(row)) << simdjson::to_string(row);
    ++checked;
  }
  EXPECT_EQ(checked, 9);
}

// Page 6.6: "docs example: 10 USD at 0.52 -> taker 19.2308".
TEST(MarketBuy, ProtectionPriceRoundsSharesUp) {
  EXPECT_EQ(market_buy_amounts(Usd::whole(10), Price{5200}, kTick001, Rounding::kUp),
            (OrderAmounts{10'000'000, 19'230'800}));
}

OrderTerms terms(Side side, TimeInForce tif, Price limit, Shares size) {
  OrderTerms t;
  t.instrument = InstrumentId{0};
  t.side = side;
  t.tif = tif;
  t.limit = limit;
  t.size = size;
  return t;
}

// A whole dollar-and-cent amount needs no rounding: 50 shares at 0.50.
TEST(OrderAmounts, TakerBuyIsAnOrderForDollars) {
  EXPECT_EQ(order_amounts(terms(Side::kBuy, TimeInForce::kFak, Price{5000}, Shares::whole(50)), kTick001, Shares{}),
            (OrderAmounts{25'000'000, 50'000'000}));
  // 7.03 shares at 0.57 = 4.0071 USD: 4.00 USD are given, for at least 4.00 / 0.57 = 7.0175.. shares.
  EXPECT_EQ(order_amounts(terms(Side::kBuy, TimeInForce::kFak, Price{5700}, Shares{7'030'000}), kTick001, Shares{}),
            (OrderAmounts{4'000'000, 7'017'600}));
}

TEST(OrderAmounts, RefusesWhatTheVenueWouldRefuse) {
  const auto reason = [](const OrderTerms& t, Tick tick) {
    const auto amounts = order_amounts(t, tick, Shares::whole(5));
    return amounts ? RejectReason::kNone : amounts.error();
  };
  const Shares ten = Shares::whole(10);
  EXPECT_EQ(reason(terms(Side::kBuy, TimeInForce::kGtc, Price{5050}, ten), kTick001), RejectReason::kTick);
  EXPECT_EQ(reason(terms(Side::kBuy, TimeInForce::kGtc, Price{0}, ten), kTick001), RejectReason::kTick);
  EXPECT_EQ(reason(terms(Side::kBuy, TimeInForce::kGtc, Price{10000}, ten), kTick001), RejectReason::kTick);
  EXPECT_EQ(reason(terms(Side::kBuy, TimeInForce::kGtc, Price{5000}, ten), Tick{}), RejectReason::kTick);
  EXPECT_EQ(reason(terms(Side::kBuy, TimeInForce::kGtc, Price{5000}, ten), Tick{30}), RejectReason::kTick);
  EXPECT_EQ(reason(terms(Side::kSell, TimeInForce::kGtc, Price{5000}, Shares{4'990'000}), kTick001),
            RejectReason::kMinSize);
  EXPECT_EQ(reason(terms(Side::kSell, TimeInForce::kFak, Price{5000}, Shares{}), kTick001), RejectReason::kMinSize);
  EXPECT_EQ(reason(terms(Side::kSell, TimeInForce::kFak, Price{5000}, Shares{5'005'000}), kTick001),
            RejectReason::kMalformed);
  EXPECT_EQ(reason(terms(Side::kSell, TimeInForce::kFak, Price{5000}, Shares{INT64_MAX / 10'000 * 10'000}), kTick001),
            RejectReason::kMalformed);
  // 1.99 shares at 0.50 is 0.995 USD: below the dollar a marketable buy needs. Selling that little is fine.
  EXPECT_EQ(reason(terms(Side::kBuy, TimeInForce::kFok, Price{5000}, Shares{1'990'000}), kTick001),
            RejectReason::kMinSize);
  EXPECT_TRUE(order_amounts(terms(Side::kSell, TimeInForce::kFok, Price{5000}, Shares{1'990'000}), kTick001, ten));
}

TEST(OrderAmounts, EveryOrderIsLegalForItsTick) {
  EXPECT_TRUE(rc::check([] {
    const Tick tick = kTicks[*rc::gen::inRange(0, 6)];
    const Price limit{tick.pips * *rc::gen::inRange(1, Price::kPipsPerUsd / tick.pips)};
    const Shares size{*rc::gen::inRange<std::int64_t>(1, 100'000'000) * Shares::kMicrosPerLot};
    const Side side = *rc::gen::element(Side::kBuy, Side::kSell);
    const TimeInForce tif =
        *rc::gen::element(TimeInForce::kGtc, TimeInForce::kGtd, TimeInForce::kFok, TimeInForce::kFak);
    const bool taker = tif == TimeInForce::kFok || tif == TimeInForce::kFak;
    const Shares minimum = Shares::whole(5);
    const auto amounts = order_amounts(terms(side, tif, limit, size), tick, minimum);
    const Usd exact = notional(limit, size, Rounding::kDown);
    if (!amounts) {
      RC_ASSERT(amounts.error() == RejectReason::kMinSize);
      RC_ASSERT((taker ? side == Side::kBuy && exact < kMinMarketableBuy : size < minimum));
      return;
    }
    const auto usd = static_cast<std::int64_t>(side == Side::kBuy ? amounts->maker : amounts->taker);
    const auto shares = static_cast<std::int64_t>(side == Side::kBuy ? amounts->taker : amounts->maker);
    std::int64_t unit = 1;
    for (int i = amount_decimals(tick); i < 6; ++i) unit *= 10;
    if (taker) {
      RC_ASSERT(static_cast<std::int64_t>(amounts->maker) % 10'000 == 0);  // two decimals given
      RC_ASSERT(static_cast<std::int64_t>(amounts->taker) % unit == 0);    // the table's decimals wanted
    } else {
      RC_ASSERT(shares % 10'000 == 0);
      RC_ASSERT(usd % unit == 0);
      RC_ASSERT(shares == size.micros);
    }
    RC_ASSERT(usd <= exact.micros);    // never more dollars than size * limit
    RC_ASSERT(shares <= size.micros);  // never more shares asked for than the terms say
    // The implied price is never worse than the limit: usd / shares <= limit for buys, >= for sells.
    const Int128 value = static_cast<Int128>(usd) * Price::kPipsPerUsd;
    const Int128 at_limit = static_cast<Int128>(shares) * limit.pips;
    RC_ASSERT((side == Side::kBuy ? value <= at_limit : value >= at_limit));
    // And less than a cent of what was meant is left behind.
    if (side == Side::kBuy && taker) RC_ASSERT(exact.micros - usd < 10'000);
  }));
}

}  // namespace
}  // namespace underround::polymarket
