#include "simulator/server/rewards_pages.hpp"

#include <gtest/gtest.h>

#include "simulator/server/server_fixture.hpp"

namespace underround::simulator {
namespace {

class RewardsPagesTest : public ServerTest {
 protected:
  void SetUp() override {
    start(quiet_settings());
    market_ = plain_market();
    alice_ = make_user('a', "1000");
  }
  TestMarket market_;
  User alice_;
};

TEST_F(RewardsPagesTest, NothingIsConfiguredAndNothingEarned) {
  const std::string empty_500 = R"({"limit":500,"count":0,"next_cursor":"LTE=","data":[]})";
  const std::string empty_100 = R"({"limit":100,"count":0,"next_cursor":"LTE=","data":[]})";
  EXPECT_EQ(get(urls().clob, "/rewards/markets/current?next_cursor=MA==").body, empty_500);
  EXPECT_EQ(get(urls().clob, "/rewards/markets/" + market_.condition).body, empty_500);
  EXPECT_EQ(get(urls().clob, "/rewards/markets/0x00").status, 404);
  EXPECT_EQ(get(urls().clob, "/rewards/markets/current?next_cursor=!").status, 400);
  EXPECT_EQ(get(urls().clob, "/rebates/current?date=2026-11-20&maker_address=" + alice_.address).body, "[]");
  EXPECT_EQ(get(urls().clob, "/rebates/current?date=2026-11-20").status, 400);
  EXPECT_EQ(get(urls().clob, "/rebates/current?maker_address=" + alice_.address).status, 400);
  EXPECT_EQ(as(alice_, "GET", "/rewards/user?date=2026-11-20&signature_type=0").body, empty_100);
  EXPECT_EQ(as(alice_, "GET", "/rewards/user/markets?date=2026-11-20").body, empty_100);
  EXPECT_EQ(as(alice_, "GET", "/rewards/user/total?date=2026-11-20").body, "[]");
  EXPECT_EQ(as(alice_, "GET", "/rewards/user/percentages?signature_type=0").body, "{}");
  EXPECT_EQ(as(alice_, "GET", "/rewards/user?date=yesterday").status, 400);
  EXPECT_EQ(get(urls().clob, "/rewards/user?date=2026-11-20").status, 401);
  EXPECT_EQ(as(alice_, "GET", "/data/pre-migration-orders?next_cursor=MA==").body, empty_100);
}

TEST_F(RewardsPagesTest, NoOrderScores) {
  const Answer placed = post(alice_, {.token = market_.tokens[0], .maker = 4'000'000, .taker = 10'000'000});
  const std::string id(placed.json.text("orderID"));
  EXPECT_EQ(as(alice_, "GET", "/order-scoring?order_id=" + id).body, "{\"scoring\":false}");
  EXPECT_EQ(as(alice_, "GET", "/order-scoring?order_id=1").error(), "Invalid orderID");
  EXPECT_EQ(as(alice_, "POST", "/orders-scoring", "[\"" + id + "\"]").body, "{\"" + id + "\":false}");
  EXPECT_EQ(as(alice_, "POST", "/orders-scoring", "{}").status, 400);
  EXPECT_EQ(as(alice_, "POST", "/orders-scoring", "[\"1\"]").status, 400);
}

TEST_F(RewardsPagesTest, LegacyHeartbeatIsASwitchTooAndForgetsTheExpectedId) {
  ASSERT_EQ(post(alice_, {.token = market_.tokens[0], .maker = 4'000'000, .taker = 10'000'000}).status, 200);
  ASSERT_EQ(as(alice_, "POST", "/v1/heartbeats", R"({"heartbeat_id":""})").status, 200);
  EXPECT_EQ(as(alice_, "POST", "/v1/heartbeats", R"({"heartbeat_id":""})").status, 400);
  EXPECT_EQ(as(alice_, "POST", "/heartbeats").body, "{\"status\":\"ok\"}");
  EXPECT_EQ(as(alice_, "POST", "/v1/heartbeats", R"({"heartbeat_id":""})").status, 200);
  advance(9'000);
  EXPECT_EQ(as(alice_, "POST", "/heartbeats").status, 200);
  advance(9'000);
  EXPECT_EQ(as(alice_, "GET", "/data/orders").json.integer("count"), 1);
  advance(2'000);
  EXPECT_EQ(as(alice_, "GET", "/data/orders").json.integer("count"), 0);
}

}  // namespace
}  // namespace underround::simulator
