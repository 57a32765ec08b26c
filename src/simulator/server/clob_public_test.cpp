#include <gtest/gtest.h>

#include "simulator/server/server_fixture.hpp"

namespace underround::simulator {
namespace {

class ClobPublicTest : public ServerTest {
 protected:
  void SetUp() override {
    start(crowd_settings());
    advance(20'000);
    market_ = plain_market();
  }
  Answer clob(std::string target) { return get(urls().clob, std::move(target)); }
  Answer post_tokens(std::string target) {
    return call(urls().clob, "POST", std::move(target),
                R"([{"token_id":")" + market_.tokens[0] + R"("},{"token_id":")" + market_.tokens[1] +
                    R"("},{"token_id":"9"}])");
  }
  TestMarket market_;
};

TEST_F(ClobPublicTest, Liveness) {
  EXPECT_EQ(clob("/ok").body, "\"OK\"");
  EXPECT_EQ(clob("/").body, "\"OK\"");
  EXPECT_EQ(clob("/version").body, "{\"version\":2}");
  EXPECT_EQ(clob("/time").body, "1795132820");
  EXPECT_EQ(clob("/ok").headers.get("content-type"), "application/json");
}

TEST_F(ClobPublicTest, BookHasItsMembersInOrderAndTheBestLast) {
  const Answer book = clob("/book?token_id=" + market_.tokens[0]);
  ASSERT_EQ(book.status, 200);
  std::vector<std::string> names;
  for (const auto& [name, value] : book.json.members) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"market", "asset_id", "timestamp", "hash", "bids", "asks",
                                             "min_order_size", "tick_size", "neg_risk", "last_trade_price"}));
  const auto& asks = book.json.find("asks")->items;
  const auto& bids = book.json.find("bids")->items;
  ASSERT_FALSE(asks.empty() || bids.empty());
  EXPECT_EQ(clob("/price?side=BUY&token_id=" + market_.tokens[0]).json.text("price"), asks.back().text("price"));
  EXPECT_EQ(clob("/price?side=SELL&token_id=" + market_.tokens[0]).json.text("price"), bids.back().text("price"));
  const double bid = std::stod(std::string(bids.back().text("price"))),
               ask = std::stod(std::string(asks.back().text("price")));
  EXPECT_NEAR(std::stod(std::string(clob("/midpoint?token_id=" + market_.tokens[0]).json.text("mid"))), (bid + ask) / 2,
              1e-9);
  EXPECT_NEAR(std::stod(std::string(clob("/spread?token_id=" + market_.tokens[0]).json.text("spread"))), ask - bid,
              1e-9);
  // The other token is the same book, mirrored.
  const Answer other = clob("/book?token_id=" + market_.tokens[1]);
  EXPECT_NEAR(std::stod(std::string(other.json.find("bids")->items.back().text("price"))), 1 - ask, 1e-9);
  EXPECT_EQ(other.json.find("bids")->items.back().text("size"), asks.back().text("size"));
}

TEST_F(ClobPublicTest, SmallAnswers) {
  const std::string token = "?token_id=" + market_.tokens[0];
  EXPECT_EQ(clob("/tick-size" + token).body, "{\"minimum_tick_size\":0.01}");
  EXPECT_EQ(clob("/neg-risk" + token).body, "{\"neg_risk\":false}");
  EXPECT_TRUE(clob("/fee-rate" + token).json.integer("base_fee").has_value());
  const Answer last = clob("/last-trade-price" + token);
  EXPECT_NE(last.json.find("price"), nullptr);
  EXPECT_NE(last.json.find("side"), nullptr);
  EXPECT_NE(clob("/prices-history?interval=max&market=" + market_.tokens[0]).json.find("history"), nullptr);
}

TEST_F(ClobPublicTest, Batches) {
  EXPECT_EQ(post_tokens("/books").json.items.size(), 2U);
  EXPECT_EQ(post_tokens("/books").json.items[1].text("asset_id"), market_.tokens[1]);
  const Answer prices = post_tokens("/prices");
  ASSERT_NE(prices.json.find(market_.tokens[0]), nullptr);
  EXPECT_FALSE(prices.json.find(market_.tokens[0])->text("BUY").empty());
  EXPECT_EQ(post_tokens("/midpoints").json.members.size(), 2U);
  EXPECT_EQ(post_tokens("/spreads").json.members.size(), 2U);
  std::string many = "[";
  for (int i = 0; i < 501; ++i) many += std::string(i == 0 ? "" : ",") + R"({"token_id":"1"})";
  const Answer refused = call(urls().clob, "POST", "/books", many + "]");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.error(), "Payload exceeds the limit");
  EXPECT_EQ(call(urls().clob, "POST", "/books", "{").status, 400);
}

TEST_F(ClobPublicTest, Markets) {
  const Answer compact = clob("/clob-markets/" + market_.condition);
  EXPECT_EQ(compact.json.text("c"), market_.condition);
  EXPECT_EQ(compact.json.find("t")->items[1].text("t"), market_.tokens[1]);
  EXPECT_EQ(compact.json.text("mts"), "0.01");
  EXPECT_EQ(compact.json.integer("mos"), 5);
  EXPECT_EQ(compact.json.integer("tbf"), 1000);
  EXPECT_TRUE(compact.json.boolean("ao"));
  EXPECT_EQ(compact.json.find("nr"), nullptr);
  const Answer classic = clob("/markets/" + market_.condition);
  EXPECT_EQ(classic.json.text("condition_id"), market_.condition);
  EXPECT_EQ(classic.json.find("tokens")->items[0].text("token_id"), market_.tokens[0]);
  EXPECT_EQ(clob("/markets-by-token/" + market_.tokens[1]).json.text("condition_id"), market_.condition);
  for (const char* path : {"/markets", "/simplified-markets", "/sampling-markets", "/sampling-simplified-markets"}) {
    const Answer page = clob(path);
    EXPECT_EQ(page.json.integer("count"), static_cast<long long>(page.json.find("data")->items.size())) << path;
    EXPECT_EQ(page.json.text("next_cursor"), "LTE=") << path;
    EXPECT_GT(page.json.find("data")->items.size(), 50U) << path;
  }
  EXPECT_EQ(clob("/markets?next_cursor=MA==").status, 200);
  EXPECT_EQ(clob("/markets?next_cursor=!").status, 400);
}

TEST_F(ServerTest, LastTradesPricesLeaveOutWhatNeverTraded) {
  start(quiet_settings());
  const TestMarket market = plain_market();
  const auto last = [&] {
    return call(urls().clob, "POST", "/last-trades-prices",
                R"([{"token_id":")" + market.tokens[0] + R"("},{"token_id":")" + market.tokens[1] + "\"}]");
  };
  EXPECT_EQ(last().body, "[]");
  EXPECT_EQ(get(urls().clob, "/last-trade-price?token_id=" + market.tokens[0]).json.text("side"), "");
  const User alice = make_user('a', "1000"), bob = make_user('b', "1000");
  ASSERT_EQ(post(alice, {.token = market.tokens[0], .maker = 4'000'000, .taker = 10'000'000}).status, 200);
  ASSERT_EQ(post(bob, {.token = market.tokens[1], .maker = 6'000'000, .taker = 10'000'000, .type = "FAK"}).status, 200);
  const Answer traded = last();
  ASSERT_EQ(traded.json.items.size(), 2U) << traded.body;
  EXPECT_EQ(traded.json.items[0].text("price"), "0.6");
  EXPECT_EQ(traded.json.items[1].text("side"), "BUY");
}

TEST_F(ClobPublicTest, Errors) {
  EXPECT_EQ(clob("/book?token_id=5").status, 404);
  EXPECT_EQ(clob("/book?token_id=5").error(), "No orderbook exists for the requested token id");
  EXPECT_EQ(clob("/book").error(), "Invalid token id");
  EXPECT_EQ(clob("/price?side=UP&token_id=" + market_.tokens[0]).error(), "Invalid side");
  EXPECT_EQ(clob("/markets/0x00").status, 404);
  EXPECT_EQ(clob("/clob-markets/0x00").error(), "market not found");
  EXPECT_EQ(clob("/nowhere").status, 404);
  EXPECT_EQ(call(urls().clob, "DELETE", "/book").status, 405);
}

}  // namespace
}  // namespace underround::simulator
