#include "simulator/server/builder_trades.hpp"

#include <gtest/gtest.h>

#include "simulator/server/server_fixture.hpp"

namespace underround::simulator {
namespace {

class BuilderTradesTest : public ServerTest {
 protected:
  void SetUp() override {
    start(quiet_settings());
    market_ = plain_market();
    alice_ = make_user('a', "1000");
    bob_ = make_user('b', "1000");
  }
  Answer of_code(const std::string& code, const std::string& filter = "") {
    return get(urls().clob, "/builder/trades?builder_code=" + code + filter);
  }
  TestMarket market_;
  User alice_, bob_;
  const std::string code_ = "0x" + std::string(62, '0') + "be";
};

TEST_F(BuilderTradesTest, BothSidesCountOnlyWithACode) {
  Order resting{.token = market_.tokens[0], .maker = 4'000'000, .taker = 10'000'000};
  resting.builder = code_;
  ASSERT_EQ(post(alice_, resting).status, 200);
  EXPECT_EQ(of_code(code_).json.integer("count"), 0);
  const Answer plain = post(bob_, {.token = market_.tokens[1], .maker = 3'000'000, .taker = 5'000'000, .type = "FAK"});
  ASSERT_EQ(plain.json.text("status"), "matched") << plain.body;
  Order taking{.token = market_.tokens[1], .maker = 3'000'000, .taker = 5'000'000, .type = "FAK"};
  taking.builder = code_;
  const Answer coded = post(bob_, taking);
  ASSERT_EQ(coded.json.text("status"), "matched") << coded.body;

  const Answer page = of_code(code_);
  ASSERT_EQ(page.json.integer("count"), 3) << page.body;
  EXPECT_EQ(page.json.text("next_cursor"), "LTE=");
  const auto& rows = page.json.find("data")->items;  // newest first
  const JsonValue& maker = rows[0];
  EXPECT_EQ(maker.text("tradeType"), "MAKER");
  EXPECT_EQ(maker.text("assetId"), market_.tokens[0]);
  EXPECT_EQ(maker.text("price"), "0.4");
  EXPECT_EQ(maker.text("sizeUsdc"), "2");
  EXPECT_EQ(maker.text("feeUsdc"), "0");
  EXPECT_EQ(maker.text("owner"), alice_.key);
  const JsonValue& taker = rows[1];
  EXPECT_EQ(taker.text("tradeType"), "TAKER");
  EXPECT_EQ(taker.text("id"), coded.json.texts("tradeIDs")[0]);
  EXPECT_EQ(taker.text("takerOrderHash"), coded.json.text("orderID"));
  EXPECT_EQ(taker.text("price"), "0.6");
  EXPECT_EQ(taker.text("sizeUsdc"), "3");
  EXPECT_EQ(taker.text("status"), "MATCHED");
  EXPECT_EQ(taker.text("maker"), bob_.address);
  EXPECT_EQ(rows[2].text("id"), plain.json.texts("tradeIDs")[0]);
  advance(60'000);
  EXPECT_EQ(of_code(code_).json.find("data")->items[1].text("status"), "CONFIRMED");
  EXPECT_EQ(of_code(code_, "&maker_address=" + bob_.address).json.integer("count"), 1);
  EXPECT_EQ(of_code(code_, "&asset_id=" + market_.tokens[0]).json.integer("count"), 2);
  EXPECT_EQ(of_code(code_, "&after=1795132801").json.integer("count"), 0);
  EXPECT_EQ(of_code("0x" + std::string(62, '0') + "bf").json.integer("count"), 0);
}

TEST_F(BuilderTradesTest, ARefusedOrderLeavesNoTrace) {
  Order order{.token = market_.tokens[0], .maker = 4'000'000, .taker = 10'000'000};
  order.builder = code_;
  order.salt = 77;
  ASSERT_EQ(post(alice_, order).status, 200);
  ASSERT_EQ(post(alice_, order).status, 400);  // duplicated: the first one keeps its code
  ASSERT_EQ(post(bob_, {.token = market_.tokens[1], .maker = 6'000'000, .taker = 10'000'000, .type = "FAK"}).status,
            200);
  EXPECT_EQ(of_code(code_).json.integer("count"), 1);
}

TEST_F(BuilderTradesTest, CodesAndFees) {
  EXPECT_EQ(of_code("0x" + std::string(64, '0')).status, 400);
  EXPECT_EQ(of_code("7").status, 400);
  EXPECT_EQ(get(urls().clob, "/fees/builder-fees/" + code_).body,
            R"({"builder_maker_fee_rate_bps":0,"builder_taker_fee_rate_bps":0})");
  EXPECT_EQ(get(urls().clob, "/fees/builder-fees/7").status, 400);
}

}  // namespace
}  // namespace underround::simulator
