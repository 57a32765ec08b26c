// The body of an order, member by member.
#include "simulator/server/order_payload.hpp"

#include <gtest/gtest.h>

#include "simulator/server/vectors_fixture.hpp"

namespace underround::simulator {
namespace {

std::string official_body() { return std::string(official_vectors().find("orders")->items[0].text("post_body")); }

// What the venue says to the body with `from` replaced by `to`; "" when it is taken.
std::string refusal(const std::string& from, const std::string& to) {
  std::string body = official_body();
  const std::size_t at = body.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  body.replace(at, from.size(), to);
  const auto json = parse_json(body);
  EXPECT_TRUE(json.has_value()) << body;
  const auto parsed = parse_order(*json);
  return parsed ? "" : parsed.error();
}

TEST(OrderPayload, OfficialBodies) {
  for (const JsonValue& v : official_vectors().find("orders")->items) {
    const auto parsed = parse_order(*parse_json(v.text("post_body")));
    if (v.find("domain")->text("version") == "1") {
      EXPECT_EQ(parsed.error(), kVersionMismatch);
      continue;
    }
    ASSERT_TRUE(parsed.has_value()) << v.text("label");
    EXPECT_EQ(parsed->fields.maker, v.find("order")->text("maker"));
    EXPECT_EQ(to_string(parsed->side), v.find("order")->text("side"));
  }
  const auto first = parse_order(*parse_json(official_body()));
  EXPECT_EQ(first->usd, Usd::whole(50));
  EXPECT_EQ(first->shares, Shares::whole(100));
  EXPECT_EQ(first->price, Price{5000});
  EXPECT_TRUE(first->exact_price);
  EXPECT_EQ(first->tif, TimeInForce::kGtc);
  EXPECT_FALSE(first->immediate());
}

TEST(OrderPayload, TypesAreAsDocumented) {
  EXPECT_EQ(refusal("\"salt\":479249096354", "\"salt\":9007199254740991"), "");
  EXPECT_EQ(refusal("\"deferExec\":false,\"postOnly\":false,", ""), "");
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"\"salt\":479249096354", "\"salt\":\"479249096354\""},
           {"\"salt\":479249096354", "\"salt\":9007199254740992"},
           {"\"salt\":479249096354", "\"salt\":-1"},
           {"\"salt\":479249096354", "\"salt\":1.5"},
           {"\"signatureType\":0", "\"signatureType\":\"0\""},
           {"\"signatureType\":0", "\"signatureType\":4"},
           {"\"makerAmount\":\"50000000\"", "\"makerAmount\":50000000"},
           {"\"makerAmount\":\"50000000\"", "\"makerAmount\":\"0\""},
           {"\"makerAmount\":\"50000000\"", "\"makerAmount\":\"-1\""},
           {"\"makerAmount\":\"50000000\"", "\"makerAmount\":\"1.5\""},
           {"\"makerAmount\":\"50000000\"", "\"makerAmount\":\"99999999999999999999999\""},
           {"\"expiration\":\"0\"", "\"expiration\":0"},
           {"\"expiration\":\"0\"", "\"expiration\":\"soon\""},
           {"\"timestamp\":\"1795000000123\"", "\"timestamp\":1795000000123"},
           {"\"postOnly\":false", "\"postOnly\":\"false\""},
           {"\"deferExec\":false", "\"deferExec\":0"},
           {"\"orderType\":\"GTC\"", "\"orderType\":\"gtc\""},
           {"\"metadata\"", "\"metadatum\""},
           {"\"owner\"", "\"ownerr\""},
           {"\"order\":", "\"offer\":"},
           {"\"signer\":\"0xf39F", "\"signer\":\"0xa39F"},  // an EOA signs for itself
       }) {
    EXPECT_EQ(refusal(from, to), kInvalidPayload) << to;
  }
  EXPECT_EQ(refusal("\"side\":\"BUY\"", "\"side\":\"buy\""), "Invalid side");
  EXPECT_EQ(refusal("\"side\":\"BUY\"", "\"side\":0"), kInvalidPayload);
}

TEST(OrderPayload, DecimalsOfMarketOrders) {
  OrderPayload order;
  order.tif = TimeInForce::kFak;
  order.usd = Usd{10'000'000};
  order.shares = Shares{19'230'700};
  EXPECT_FALSE(refuse_precision(order, kTick001));
  order.shares = Shares{19'230'760};
  EXPECT_TRUE(refuse_precision(order, kTick001)->ends_with("taker amount a max of 4 decimals"));
  EXPECT_FALSE(refuse_precision(order, kTick0001));
  order.usd = Usd{10'001'000};
  EXPECT_TRUE(refuse_precision(order, kTick0001));
  order.side = Side::kSell;  // shares are given now
  order.shares = Shares{20'000'000};
  order.usd = Usd{10'400'100};
  EXPECT_FALSE(refuse_precision(order, kTick001));
  order.shares = Shares{20'001'000};
  EXPECT_TRUE(refuse_precision(order, kTick001)->starts_with("invalid amounts, the market sell orders"));
}

}  // namespace
}  // namespace underround::simulator
