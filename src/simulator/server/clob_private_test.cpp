#include <gtest/gtest.h>

#include "simulator/server/order_hash.hpp"
#include "simulator/server/server_fixture.hpp"
#include "simulator/types.hpp"

namespace underround::simulator {
namespace {

class ClobPrivateTest : public ServerTest {
 protected:
  void SetUp() override {
    start(quiet_settings());
    market_ = plain_market();
    alice_ = make_user('a', "1000");
    bob_ = make_user('b', "1000");
  }
  std::string refusal(const User& user, const Order& order) {
    const Answer answer = post(user, order);
    EXPECT_EQ(answer.status, 400) << answer.body;
    return answer.error();
  }
  std::string rest(long long usd, long long shares) {  // a live YES bid of alice
    const Answer answer = post(alice_, {.token = market_.tokens[0], .maker = usd, .taker = shares});
    EXPECT_EQ(answer.json.text("status"), "live") << answer.body;
    return std::string(answer.json.text("orderID"));
  }
  TestMarket market_;
  User alice_, bob_;
};

TEST_F(ClobPrivateTest, CredentialsAreCreatedOnceAndDerivedAgain) {
  const net::HttpHeaders l1 = alice_.wallet.l1_headers(wall_seconds());
  EXPECT_EQ(call(urls().clob, "POST", "/auth/api-key", {}, l1).status, 400);
  const Answer again = call(urls().clob, "GET", "/auth/derive-api-key", {}, l1);
  EXPECT_EQ(again.json.text("apiKey"), alice_.key);
  EXPECT_EQ(again.json.text("secret"), alice_.secret);
  const net::HttpHeaders other_nonce = alice_.wallet.l1_headers(wall_seconds(), 5);
  EXPECT_EQ(call(urls().clob, "GET", "/auth/derive-api-key", {}, other_nonce).error(), "Could not derive api key!");
  EXPECT_NE(call(urls().clob, "POST", "/auth/api-key", {}, other_nonce).json.text("apiKey"), alice_.key);
  EXPECT_EQ(as(alice_, "GET", "/auth/api-keys").json.texts("apiKeys").size(), 2U);
  EXPECT_EQ(call(urls().clob, "POST", "/auth/api-key").status, 401);
  EXPECT_EQ(call(urls().clob, "POST", "/auth/api-key").error(), "Invalid L1 Request headers");
  EXPECT_NE(alice_.key, bob_.key);
  EXPECT_EQ(as(bob_, "GET", "/auth/api-keys").json.texts("apiKeys"), (std::vector<std::string_view>{bob_.key}));
  for (const char* path : {"/data/orders", "/data/trades", "/balance-allowance?asset_type=COLLATERAL"}) {
    EXPECT_EQ(get(urls().clob, path).status, 401) << path;
    EXPECT_EQ(get(urls().clob, path).error(), "Unauthorized/Invalid api key") << path;
  }
}

TEST_F(ClobPrivateTest, LimitOrderRestsUnderItsDigest) {
  const Order order{.token = market_.tokens[0], .maker = 4'000'000, .taker = 10'000'000, .salt = 77};
  const Answer placed = post(alice_, order);
  ASSERT_EQ(placed.status, 200) << placed.body;
  const auto digest = order_digest({.salt = "77",
                                    .maker = alice_.address,
                                    .signer = alice_.address,
                                    .token_id = order.token,
                                    .maker_amount = "4000000",
                                    .taker_amount = "10000000",
                                    .side = 0,
                                    .signature_type = 0,
                                    .timestamp = "1795132800000",
                                    .metadata = "0x" + std::string(64, '0'),
                                    .builder = "0x" + std::string(64, '0')},
                                   MarketVersion::kV1, false);
  const std::string id = hex_text(*digest);
  EXPECT_EQ(placed.body, R"({"success":true,"errorMsg":"","orderID":")" + id +
                             R"(","status":"live","makingAmount":"","takingAmount":""})");
  const Answer open = as(alice_, "GET", "/data/order/" + id);
  EXPECT_EQ(open.json.text("id"), id);
  EXPECT_EQ(open.json.text("status"), "LIVE");
  EXPECT_EQ(open.json.text("price"), "0.4");
  EXPECT_EQ(open.json.text("original_size"), "10");
  EXPECT_EQ(open.json.text("size_matched"), "0");
  EXPECT_EQ(open.json.text("owner"), alice_.key);
  EXPECT_EQ(open.json.text("maker_address"), alice_.address);
  EXPECT_EQ(open.json.text("order_type"), "GTC");
  EXPECT_EQ(open.json.integer("created_at"), 1'795'132'800);
  const Answer page = as(alice_, "GET", "/data/orders?market=" + market_.condition);
  EXPECT_EQ(page.json.integer("count"), 1);
  EXPECT_EQ(page.json.text("next_cursor"), "LTE=");
  EXPECT_EQ(as(alice_, "GET", "/data/orders?asset_id=" + market_.tokens[1]).json.integer("count"), 0);
  EXPECT_EQ(as(bob_, "GET", "/data/order/" + id).body, "null");
  EXPECT_EQ(refusal(alice_, order), "order " + id + " is invalid. Duplicated.");
}

TEST_F(ClobPrivateTest, MatchMovesMoneyAndShowsUpEverywhere) {
  const std::string id = rest(4'000'000, 10'000'000);
  const Answer taken = post(bob_, {.token = market_.tokens[1], .maker = 6'000'000, .taker = 10'000'000, .type = "FAK"});
  ASSERT_EQ(taken.json.text("status"), "matched") << taken.body;
  EXPECT_EQ(taken.json.text("makingAmount"), "6");
  EXPECT_EQ(taken.json.text("takingAmount"), "10");
  ASSERT_EQ(taken.json.texts("tradeIDs").size(), 1U);
  const std::string trade(taken.json.texts("tradeIDs")[0]);
  EXPECT_EQ(as(alice_, "GET", "/data/order/" + id).body, "null");
  const Answer mine = as(alice_, "GET", "/data/trades?id=" + trade);
  ASSERT_EQ(mine.json.integer("count"), 1) << mine.body;
  const JsonValue& row = mine.json.find("data")->items[0];
  EXPECT_EQ(row.text("trader_side"), "MAKER");
  EXPECT_EQ(row.text("asset_id"), market_.tokens[1]);
  EXPECT_EQ(row.text("owner"), bob_.key);
  const JsonValue& leg = row.find("maker_orders")->items[0];
  EXPECT_EQ(leg.text("order_id"), id);
  EXPECT_EQ(leg.text("owner"), alice_.key);
  EXPECT_EQ(leg.text("asset_id"), market_.tokens[0]);  // a MINT: the complement of the top-level asset
  EXPECT_EQ(leg.text("price"), "0.4");
  EXPECT_EQ(leg.text("side"), "BUY");
  EXPECT_EQ(as(bob_, "GET", "/data/trades?id=" + trade).json.find("data")->items[0].text("trader_side"), "TAKER");
  EXPECT_EQ(as(bob_, "GET", "/data/trades?after=1895132800").json.integer("count"), 0);
  EXPECT_EQ(as(alice_, "GET", "/balance-allowance?asset_type=COLLATERAL").json.text("balance"), "996000000");
  EXPECT_EQ(as(alice_, "GET", "/balance-allowance/update?asset_type=CONDITIONAL&token_id=" + market_.tokens[0])
                .json.text("balance"),
            "10000000");
  EXPECT_EQ(as(alice_, "GET", "/balance-allowance?asset_type=COLLATERAL").json.find("allowances")->members.size(), 3U);
  advance(60'000);
  EXPECT_EQ(as(alice_, "GET", "/data/trades?id=" + trade).json.find("data")->items[0].text("status"), "CONFIRMED");
  EXPECT_EQ(get(urls().control, "/state").json.boolean("conserved"), true);
}

TEST_F(ClobPrivateTest, RefusalsInTheVenuesWords) {
  const std::string yes = market_.tokens[0];
  const auto contains = [](const std::string& text, const char* part) { return text.find(part) != std::string::npos; };
  const std::string tick = refusal(alice_, {.token = yes, .maker = 4'050'000, .taker = 10'000'000});
  EXPECT_TRUE(contains(tick, " is invalid. Price (0.405) breaks minimum tick size rule: 0.01")) << tick;
  EXPECT_TRUE(contains(refusal(alice_, {.token = yes, .maker = 3'333'333, .taker = 10'000'000}),
                       "breaks minimum tick size rule"));
  const std::string small = refusal(alice_, {.token = yes, .maker = 1'600'000, .taker = 4'000'000});
  EXPECT_TRUE(contains(small, " is invalid. Size (4) lower than the minimum: 5")) << small;
  EXPECT_EQ(refusal(alice_, {.token = yes, .maker = 4'000'000'000, .taker = 10'000'000'000}),
            "not enough balance / allowance");
  EXPECT_EQ(refusal(alice_, {.token = yes, .side = "SELL", .maker = 10'000'000, .taker = 4'000'000}),
            "not enough balance / allowance");
  EXPECT_EQ(refusal(alice_, {.token = "12345", .maker = 4'000'000, .taker = 10'000'000}), "Invalid token id");
  EXPECT_EQ(refusal(alice_, {.token = yes, .side = "HOLD", .maker = 4'000'000, .taker = 10'000'000}), "Invalid side");
  EXPECT_EQ(refusal(alice_, {.token = yes, .maker = 0, .taker = 10'000'000}), "Invalid order payload");
  EXPECT_EQ(refusal(alice_, {.token = yes, .maker = 4'000'000, .taker = 10'000'000, .type = "IOC"}),
            "Invalid order payload");
  EXPECT_EQ(refusal(alice_, {.token = yes, .maker = 4'000'000, .taker = 10'000'000, .expiration = 1'795'140'000}),
            "invalid expiration");
  EXPECT_EQ(
      refusal(alice_,
              {.token = yes, .maker = 4'000'000, .taker = 10'000'000, .type = "GTD", .expiration = 1'795'132'900}),
      "invalid expiration");
  EXPECT_EQ(refusal(bob_, {.token = yes, .maker = 4'000'000, .taker = 10'000'000, .type = "FAK"}),
            "no orders found to match with FAK order. FAK orders are partially filled or killed if no match is found.");
  EXPECT_TRUE(contains(refusal(bob_, {.token = yes, .maker = 4'005'000, .taker = 10'000'000, .type = "FAK"}),
                       "invalid amounts"));
  rest(4'000'000, 10'000'000);
  EXPECT_EQ(refusal(bob_, {.token = market_.tokens[1], .maker = 12'000'000, .taker = 20'000'000, .type = "FOK"}),
            "order couldn't be fully filled. FOK orders are fully filled or killed.");
  EXPECT_EQ(refusal(bob_, {.token = market_.tokens[1], .maker = 6'000'000, .taker = 10'000'000, .post_only = true}),
            "invalid post-only order: order crosses book");
  EXPECT_TRUE(contains(refusal(bob_, {.token = market_.tokens[1], .maker = 600'000, .taker = 1'000'000, .type = "FAK"}),
                       "invalid amount for a marketable BUY order ($0.6), min size: $1"));
}

TEST_F(ClobPrivateTest, OwnerAndSignerMustBeTheKeys) {
  const std::string body = order_body(alice_, {.token = market_.tokens[0], .maker = 4'000'000, .taker = 10'000'000});
  EXPECT_EQ(as(bob_, "POST", "/order", body).error(), "the order owner has to be the owner of the API KEY");
  User mixed = alice_;
  mixed.address = bob_.address;
  const Answer wrong = as(alice_, "POST", "/order",
                          order_body(mixed, {.token = market_.tokens[0], .maker = 4'000'000, .taker = 10'000'000}));
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(wrong.error(), "the order signer address has to be the address of the API KEY");
  User stranger = alice_;
  stranger.key = "none";
  EXPECT_EQ(as(stranger, "POST", "/order", body).status, 401);
  for (const char* broken : {"", "{", "[]", "null", "{\"order\":{}}", "<html>"}) {
    const Answer answer = as(alice_, "POST", "/order", broken);
    EXPECT_EQ(answer.status, 400) << broken;
    EXPECT_EQ(answer.error(), "Invalid order payload") << broken;
  }
}

TEST_F(ClobPrivateTest, BatchLegsAreIndependent) {
  const auto leg = [&](long long usd, long long shares) {
    return order_body(alice_, {.token = market_.tokens[0], .maker = usd, .taker = shares});
  };
  const Answer answer =
      as(alice_, "POST", "/orders", "[" + leg(4'000'000, 10'000'000) + "," + leg(4'000'000'000, 10'000'000'000) + "]");
  ASSERT_EQ(answer.status, 200) << answer.body;
  ASSERT_EQ(answer.json.items.size(), 2U);
  EXPECT_EQ(answer.json.items[0].text("status"), "live");
  EXPECT_EQ(answer.json.items[1].text("orderID"), "");
  EXPECT_TRUE(answer.json.items[1].boolean("success"));
  EXPECT_EQ(answer.json.items[1].text("errorMsg"), "not enough balance / allowance");
  std::string many = "[" + leg(4'000'000, 10'000'000);
  for (int i = 0; i < 15; ++i) many += "," + leg(4'000'000, 10'000'000);
  EXPECT_EQ(as(alice_, "POST", "/orders", many + "]").error(), "Too many orders in payload: 16, max allowed: 15");
  EXPECT_EQ(as(alice_, "POST", "/orders", "[]").status, 400);
}

TEST_F(ClobPrivateTest, Cancels) {
  const std::string first = rest(4'000'000, 10'000'000), second = rest(3'000'000, 10'000'000);
  const std::string unknown = "0x" + std::string(64, '9');
  EXPECT_EQ(as(alice_, "DELETE", "/order", R"({"orderID":")" + first + "\"}").body,
            R"({"canceled":[")" + first + R"("],"not_canceled":{}})");
  const Answer again =
      as(alice_, "DELETE", "/orders", R"([")" + first + R"(",")" + unknown + R"(",")" + second + R"("])");
  EXPECT_EQ(again.json.texts("canceled"), (std::vector<std::string_view>{second}));
  EXPECT_EQ(again.json.find("not_canceled")->text(first), "already canceled or matched");
  EXPECT_FALSE(again.json.find("not_canceled")->text(unknown).empty());
  EXPECT_EQ(as(alice_, "DELETE", "/order", R"({"orderID":"12"})").error(), "Invalid orderID");
  EXPECT_EQ(as(alice_, "DELETE", "/order", "").status, 400);

  const std::string third = rest(4'000'000, 10'000'000);
  EXPECT_TRUE(as(bob_, "DELETE", "/order", R"({"orderID":")" + third + "\"}").json.texts("canceled").empty());
  EXPECT_TRUE(as(alice_, "DELETE", "/cancel-market-orders", R"({"asset_id":")" + market_.tokens[1] + "\"}")
                  .json.texts("canceled")
                  .empty());
  EXPECT_EQ(as(alice_, "DELETE", "/cancel-market-orders", R"({"market":")" + market_.condition + "\"}")
                .json.texts("canceled")
                .size(),
            1U);
  EXPECT_EQ(as(alice_, "DELETE", "/cancel-market-orders", "{}").status, 400);
  rest(4'000'000, 10'000'000);
  rest(3'000'000, 10'000'000);
  EXPECT_EQ(as(alice_, "DELETE", "/cancel-all").json.texts("canceled").size(), 2U);
  EXPECT_EQ(as(alice_, "GET", "/data/orders").json.integer("count"), 0);
}

TEST_F(ClobPrivateTest, TakerDelayAnswersDelayedAndCannotBeCancelled) {
  advance(1'000);
  const Answer windows = get(urls().gamma, "/markets?closed=false&limit=100&tag_slug=up-or-down");
  std::string condition;
  for (const JsonValue& m : windows.json.items) {
    if (condition.empty() && m.boolean("acceptingOrders")) condition = m.text("conditionId");
  }
  const Answer compact = get(urls().clob, "/clob-markets/" + condition);
  ASSERT_TRUE(compact.json.boolean("itode"));
  const std::string up(compact.json.find("t")->items[0].text("t")), down(compact.json.find("t")->items[1].text("t"));
  const Answer bid = post(alice_, {.token = up, .maker = 4'000'000, .taker = 10'000'000});
  ASSERT_EQ(bid.status, 200) << bid.body;
  const Answer held = post(bob_, {.token = down, .maker = 6'000'000, .taker = 10'000'000, .type = "FAK"});
  ASSERT_EQ(held.json.text("status"), "delayed") << held.body;
  const std::string id(held.json.text("orderID"));
  const Answer cancel = as(bob_, "DELETE", "/order", R"({"orderID":")" + id + "\"}");
  EXPECT_EQ(cancel.json.find("not_canceled")->text(id), "cannot cancel because the order is in pending/delayed status");
  EXPECT_EQ(as(bob_, "GET", "/data/trades").json.integer("count"), 0);
  advance(300);
  EXPECT_EQ(as(bob_, "GET", "/data/trades").json.integer("count"), 1);
}

TEST_F(ClobPrivateTest, DeadMansSwitch) {
  rest(4'000'000, 10'000'000);
  const Answer first = as(alice_, "POST", "/v1/heartbeats", R"({"heartbeat_id":""})");
  const std::string id(first.json.text("heartbeat_id"));
  ASSERT_FALSE(id.empty());
  const Answer wrong = as(alice_, "POST", "/v1/heartbeats", R"({"heartbeat_id":"nonsense"})");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(wrong.json.text("error_msg"), "Invalid Heartbeat ID");
  EXPECT_EQ(wrong.json.text("heartbeat_id"), id);
  advance(9'000);
  EXPECT_EQ(as(alice_, "POST", "/v1/heartbeats", R"({"heartbeat_id":")" + id + "\"}").status, 200);
  advance(9'000);
  EXPECT_EQ(as(alice_, "GET", "/data/orders").json.integer("count"), 1);
  advance(2'000);
  EXPECT_EQ(as(alice_, "GET", "/data/orders").json.integer("count"), 0);
}

}  // namespace
}  // namespace underround::simulator
