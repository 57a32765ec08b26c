#include <gtest/gtest.h>

#include "simulator/server/server_fixture.hpp"

namespace underround::simulator {
namespace {

class UserChannelTest : public ServerTest {
 protected:
  void SetUp() override {
    start(quiet_settings());
    market_ = plain_market();
    alice_ = make_user('a', "1000");
    bob_ = make_user('b', "1000");
  }
  static std::string login(const User& user, const std::string& rest = "") {
    return R"({"type":"user","auth":{"apiKey":")" + user.key + R"(","secret":")" + user.secret + R"(","passphrase":")" +
           user.passphrase + "\"}" + rest + "}";
  }
  TestMarket market_;
  User alice_, bob_;
};

TEST_F(UserChannelTest, WrongCredentialsCloseWithoutAWord) {
  Probe probe(loop_, urls().ws_user);
  User wrong = alice_;
  wrong.secret = "AAAA";
  probe.send(login(wrong));
  EXPECT_TRUE(probe.wait_closed());
  EXPECT_TRUE(probe.frames.empty());
}

TEST_F(UserChannelTest, OrderLifeCycle) {
  Probe probe(loop_, urls().ws_user), other(loop_, urls().ws_user);
  probe.send(login(alice_));
  other.send(login(bob_));
  ASSERT_TRUE(probe.barrier() && other.barrier());
  const Answer placed = post(alice_, {.token = market_.tokens[0], .maker = 4'000'000, .taker = 10'000'000});
  const std::string id(placed.json.text("orderID"));
  const auto placement = probe.wait_for({"\"type\":\"PLACEMENT\"", id});
  ASSERT_TRUE(placement);
  const auto json = parse_json(probe.frames[*placement]);
  EXPECT_EQ(json->text("event_type"), "order");
  EXPECT_EQ(json->text("status"), "LIVE");
  EXPECT_EQ(json->text("owner"), alice_.key);
  EXPECT_EQ(json->text("order_owner"), alice_.key);
  EXPECT_EQ(json->text("market"), market_.condition);
  EXPECT_EQ(json->text("asset_id"), market_.tokens[0]);
  EXPECT_EQ(json->text("original_size"), "10");
  EXPECT_EQ(json->text("size_matched"), "0");
  EXPECT_EQ(json->text("created_at"), "1795132800");
  EXPECT_EQ(json->text("timestamp"), "1795132800000");
  ASSERT_EQ(as(alice_, "DELETE", "/order", R"({"orderID":")" + id + "\"}").status, 200);
  const auto gone = probe.wait_for({"\"type\":\"CANCELLATION\"", id});
  ASSERT_TRUE(gone);
  EXPECT_EQ(parse_json(probe.frames[*gone])->text("status"), "CANCELED");
  ASSERT_TRUE(other.barrier());
  for (const std::string& frame : other.frames) EXPECT_EQ(frame, "PONG");
}

TEST_F(UserChannelTest, TradesOfBothSidesUntilConfirmed) {
  Probe maker(loop_, urls().ws_user), taker(loop_, urls().ws_user);
  maker.send(login(alice_));
  taker.send(login(bob_));
  ASSERT_TRUE(maker.barrier() && taker.barrier());
  const Answer placed = post(alice_, {.token = market_.tokens[0], .maker = 4'000'000, .taker = 10'000'000});
  const std::string id(placed.json.text("orderID"));
  ASSERT_EQ(post(bob_, {.token = market_.tokens[1], .maker = 3'000'000, .taker = 5'000'000, .type = "FOK"}).status,
            200);
  const auto fill = maker.wait_for({"\"event_type\":\"trade\"", "\"status\":\"MATCHED\""});
  ASSERT_TRUE(fill);
  const auto json = parse_json(maker.frames[*fill]);
  EXPECT_EQ(json->text("trader_side"), "MAKER");
  EXPECT_EQ(json->text("trade_owner"), alice_.key);
  EXPECT_EQ(json->text("owner"), bob_.key);
  EXPECT_EQ(json->text("asset_id"), market_.tokens[1]);
  EXPECT_EQ(json->text("transaction_hash"), "");
  const JsonValue& leg = json->find("maker_orders")->items[0];
  EXPECT_EQ(leg.text("order_id"), id);
  EXPECT_EQ(leg.text("asset_id"), market_.tokens[0]);
  EXPECT_EQ(leg.integer("outcome_index"), 0);
  EXPECT_EQ(leg.text("matched_amount"), "5");
  const auto update = maker.wait_for({"\"type\":\"UPDATE\"", id});
  ASSERT_TRUE(update);
  EXPECT_EQ(parse_json(maker.frames[*update])->text("size_matched"), "5");
  const std::string trade(json->text("id"));
  ASSERT_TRUE(taker.wait_for({trade, "\"trader_side\":\"TAKER\"", "MATCHED"}));
  advance(60'000);
  for (Probe* side : {&maker, &taker}) {
    const auto mined = side->wait_for({trade, "\"status\":\"MINED\""});
    const auto confirmed = side->wait_for({trade, "\"status\":\"CONFIRMED\""});
    ASSERT_TRUE(mined && confirmed);
    EXPECT_LT(*mined, *confirmed);
    EXPECT_EQ(parse_json(side->frames[*confirmed])->text("transaction_hash").size(), 66U);
  }
}

TEST_F(UserChannelTest, GhostFillFails) {
  Probe probe(loop_, urls().ws_user);
  probe.send(login(bob_));
  ASSERT_TRUE(probe.barrier());
  ASSERT_EQ(control("/faults", R"({"kind":"ghost_fill","times":1})").status, 200);
  ASSERT_EQ(post(alice_, {.token = market_.tokens[0], .maker = 4'000'000, .taker = 10'000'000}).status, 200);
  ASSERT_EQ(post(bob_, {.token = market_.tokens[1], .maker = 6'000'000, .taker = 10'000'000, .type = "FAK"}).status,
            200);
  advance(60'000);
  EXPECT_TRUE(probe.wait_for({"\"event_type\":\"trade\"", "\"status\":\"FAILED\""}));
  EXPECT_EQ(as(bob_, "GET", "/balance-allowance?asset_type=COLLATERAL").json.text("balance"), "1000000000");
}

TEST_F(UserChannelTest, KilledOrderCarriesTheReasonInItsStatus) {
  Probe probe(loop_, urls().ws_user);
  probe.send(login(alice_));
  ASSERT_TRUE(probe.barrier());
  ASSERT_EQ(post(alice_, {.token = market_.tokens[0], .maker = 4'000'000, .taker = 10'000'000, .type = "FOK"}).status,
            400);
  const auto kill = probe.wait_for({"CANCELED_order couldn't be fully filled. FOK orders are fully filled or killed."});
  ASSERT_TRUE(kill);
  const auto json = parse_json(probe.frames[*kill]);
  EXPECT_EQ(json->text("type"), "CANCELLATION");
  EXPECT_EQ(json->text("size_matched"), "");
  EXPECT_EQ(json->text("outcome"), "");
}

TEST_F(UserChannelTest, MarketFilterAndItsChanges) {
  Probe probe(loop_, urls().ws_user);
  probe.send(login(alice_, R"(,"markets":["0xother"])"));
  ASSERT_TRUE(probe.barrier());
  ASSERT_EQ(post(alice_, {.token = market_.tokens[0], .maker = 4'000'000, .taker = 10'000'000}).status, 200);
  probe.send(R"({"markets":[")" + market_.condition + R"("],"operation":"subscribe"})");
  ASSERT_TRUE(probe.barrier());
  EXPECT_EQ(probe.frames.size(), 2U);
  ASSERT_EQ(post(alice_, {.token = market_.tokens[0], .maker = 3'000'000, .taker = 10'000'000}).status, 200);
  EXPECT_TRUE(probe.wait_for({"PLACEMENT"}));
}

}  // namespace
}  // namespace underround::simulator
