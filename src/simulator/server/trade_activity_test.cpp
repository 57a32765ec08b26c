#include "simulator/server/trade_activity.hpp"

#include <gtest/gtest.h>

#include "simulator/server/server_fixture.hpp"

namespace underround::simulator {
namespace {

class TradeActivityTest : public ServerTest {};

TEST_F(TradeActivityTest, NewestTradeFirstWithItsTaker) {
  start(quiet_settings());
  const TestMarket market = plain_market();
  const User alice = make_user('a', "1000"), bob = make_user('b', "1000");
  const std::string target = "/markets/live-activity/" + market.condition;
  EXPECT_EQ(get(urls().clob, target).body, "[]");
  ASSERT_EQ(post(alice, {.token = market.tokens[0], .maker = 4'000'000, .taker = 10'000'000}).status, 200);
  ASSERT_EQ(post(bob, {.token = market.tokens[1], .maker = 3'000'000, .taker = 5'000'000, .type = "FAK"}).status, 200);
  advance(60'000);
  ASSERT_EQ(post(bob, {.token = market.tokens[1], .maker = 1'200'000, .taker = 2'000'000, .type = "FAK"}).status, 200);
  const Answer events = get(urls().clob, target);
  ASSERT_EQ(events.json.items.size(), 2U) << events.body;
  const JsonValue& newest = events.json.items[0];
  EXPECT_EQ(newest.text("event_type"), "trade");
  EXPECT_EQ(newest.text("size"), "2");
  EXPECT_EQ(newest.text("price"), "0.6");
  EXPECT_EQ(newest.text("side"), "BUY");
  EXPECT_EQ(newest.text("transaction_hash"), "");
  EXPECT_EQ(newest.text("timestamp"), "1795132860");
  EXPECT_EQ(newest.integer("outcome_index"), 1);
  EXPECT_EQ(newest.find("market")->text("condition_id"), market.condition);
  EXPECT_EQ(newest.find("market")->text("asset_id"), market.tokens[1]);
  EXPECT_EQ(newest.find("market")->text("slug"), market.slug);
  EXPECT_EQ(newest.find("user")->text("address"), bob.address);
  EXPECT_EQ(events.json.items[1].text("transaction_hash").size(), 66U);
  EXPECT_EQ(get(urls().clob, "/markets/live-activity/0x00").status, 404);
}

}  // namespace
}  // namespace underround::simulator
