#include <gtest/gtest.h>

#include <set>

#include "simulator/server/server_fixture.hpp"

namespace underround::simulator {
namespace {

class GammaServiceTest : public ServerTest {
 protected:
  Answer gamma(std::string target) { return get(urls().gamma, std::move(target)); }
};

TEST_F(GammaServiceTest, KeysetWalksFiveThousandMarketsOnce) {
  ServerSettings settings = quiet_settings();
  settings.markets = 5000;
  start(settings);
  std::set<std::string> ids;
  std::string cursor;
  std::size_t pages = 0;
  do {
    const Answer page = gamma("/markets/keyset?limit=1000" + (cursor.empty() ? "" : "&after_cursor=" + cursor));
    ASSERT_EQ(page.status, 200);
    const auto& markets = page.json.find("markets")->items;
    ASSERT_LE(markets.size(), 100U);
    for (const JsonValue& m : markets) EXPECT_TRUE(ids.insert(std::string(m.text("id"))).second);
    cursor = page.json.text("next_cursor");
    ASSERT_LT(++pages, 100U);
  } while (!cursor.empty());
  EXPECT_GE(ids.size(), 5000U);
  EXPECT_EQ(gamma("/markets/keyset?offset=5").status, 422);
  EXPECT_EQ(gamma("/markets/keyset?after_cursor=%21").status, 422);
}

TEST_F(GammaServiceTest, KeysetInAnyOrderMissesNothing) {
  start(quiet_settings());
  for (const std::string order : {"volume24hr", "endDate", "liquidityNum"}) {
    std::vector<std::string> ids;
    std::string cursor, last;
    do {
      const Answer page = gamma("/events/keyset?limit=7&order=" + order + "&ascending=true" +
                                (cursor.empty() ? "" : "&after_cursor=" + cursor));
      ASSERT_EQ(page.status, 200);
      for (const JsonValue& e : page.json.find("events")->items) {
        ids.emplace_back(e.text("id"));
        if (order != "endDate") continue;
        EXPECT_LE(std::exchange(last, std::string(e.text("endDate"))), e.text("endDate"));
      }
      cursor = page.json.text("next_cursor");
    } while (!cursor.empty());
    EXPECT_EQ(std::set(ids.begin(), ids.end()).size(), ids.size()) << order;
    EXPECT_EQ(ids.size(), gamma("/events?limit=100").json.items.size()) << order;
  }
}

TEST_F(GammaServiceTest, MarketShape) {
  start(crowd_settings());
  advance(10'000);
  const TestMarket plain = plain_market();
  const Answer m = gamma("/markets/slug/" + plain.slug);
  ASSERT_EQ(m.status, 200);
  // JSON in JSON, with a blank after the comma as on the venue.
  EXPECT_EQ(m.json.text("clobTokenIds"), R"([")" + plain.tokens[0] + R"(", ")" + plain.tokens[1] + R"("])");
  EXPECT_EQ(parse_json(m.json.text("outcomes"))->items.size(), 2U);
  const auto prices = parse_json(m.json.text("outcomePrices"));
  EXPECT_NEAR(std::stod(prices->items[0].scalar) + std::stod(prices->items[1].scalar), 1.0, 1e-9);
  EXPECT_EQ(m.json.text("version"), "v1");
  EXPECT_EQ(m.json.text("conditionId"), plain.condition);
  EXPECT_EQ(m.json.text("orderPriceMinTickSize"), "0.01");
  EXPECT_EQ(m.json.integer("orderMinSize"), 5);
  EXPECT_TRUE(m.json.boolean("active") && m.json.boolean("acceptingOrders") && m.json.boolean("enableOrderBook"));
  EXPECT_FALSE(m.json.boolean("closed") || m.json.boolean("negRisk"));
  EXPECT_EQ(m.json.find("events")->items.size(), 1U);
  for (const char* name : {"bestBid", "bestAsk", "volumeNum", "liquidityNum", "feesEnabled", "questionID", "endDate"}) {
    EXPECT_NE(m.json.find(name), nullptr) << name;
  }
  EXPECT_EQ(gamma("/markets/" + std::string(m.json.text("id"))).json.text("slug"), plain.slug);
  EXPECT_EQ(gamma("/markets/slug/none").status, 404);
  EXPECT_EQ(gamma("/markets/1").status, 404);
}

TEST_F(GammaServiceTest, NegRiskSportsAndCrypto) {
  start(quiet_settings());
  const Answer politics = gamma("/events?tag_slug=elections&limit=100");
  bool complete = false, augmented = false;
  for (const JsonValue& e : politics.json.items) {
    ASSERT_TRUE(e.boolean("negRisk") && e.boolean("enableNegRisk"));
    EXPECT_FALSE(e.text("negRiskMarketID").empty());
    const auto& markets = e.find("markets")->items;
    for (const JsonValue& m : markets) {
      EXPECT_TRUE(m.boolean("negRisk"));
      EXPECT_EQ(m.text("negRiskMarketID"), e.text("negRiskMarketID"));
      EXPECT_FALSE(m.text("groupItemTitle").empty());
    }
    if (e.boolean("negRiskAugmented")) {
      augmented = markets.back().boolean("negRiskOther");
    } else {
      complete = complete || markets.size() == 12;
    }
  }
  EXPECT_TRUE(complete && augmented);
  const Answer sports = gamma("/markets?sports_market_types=moneyline&limit=1&include_tag=true");
  const JsonValue& match = sports.json.items.at(0);
  EXPECT_TRUE(match.integer("gameId").has_value());
  EXPECT_EQ(match.text("feeType"), "sports_fees_v2");
  EXPECT_EQ(match.find("feeSchedule")->text("rate"), "0.05");
  EXPECT_EQ(match.find("feeSchedule")->text("rebateRate"), "0.15");
  EXPECT_EQ(match.find("tags")->items[0].text("slug"), "sports");
  const Answer crypto = gamma("/markets?tag_slug=crypto&closed=false&limit=1");
  const JsonValue& window = crypto.json.items.at(0);
  EXPECT_EQ(window.find("cryptoMarketConfig")->text("duration"),
            window.text("slug").find("15m") != std::string::npos ? "15m" : "5m");
  EXPECT_EQ(window.text("feeType"), "crypto_fees");
  EXPECT_FALSE(window.text("eventStartTime").empty());
  EXPECT_FALSE(window.find("events")->items[0].text("seriesSlug").empty());
  EXPECT_EQ(gamma("/events/slug/" + std::string(window.text("slug"))).json.find("markets")->items.size(), 1U);
}

TEST_F(GammaServiceTest, Filters) {
  start(quiet_settings());
  const Answer all = gamma("/markets?limit=100");
  ASSERT_GT(all.json.items.size(), 60U);
  const JsonValue& one = all.json.items[3];
  const auto only = [&](const std::string& filter) {
    const Answer found = gamma("/markets?" + filter);
    return found.json.items.size() == 1 && found.json.items[0].text("id") == one.text("id");
  };
  EXPECT_TRUE(only("slug=" + std::string(one.text("slug"))));
  EXPECT_TRUE(only("id=" + std::string(one.text("id"))));
  EXPECT_TRUE(only("condition_ids=" + std::string(one.text("conditionId"))));
  EXPECT_TRUE(only("clob_token_ids=" + parse_json(one.text("clobTokenIds"))->items[1].scalar));
  EXPECT_EQ(gamma("/markets?limit=5&offset=2").json.items[1].text("id"), one.text("id"));
  EXPECT_EQ(gamma("/markets?limit=5000").json.items.size(), std::min<std::size_t>(100, all.json.items.size()));
  EXPECT_EQ(gamma("/markets?closed=true").json.items.size(), 0U);
  EXPECT_EQ(gamma("/markets?volume_num_min=999999999999").json.items.size(), 0U);
  EXPECT_EQ(gamma("/markets?liquidity_num_min=999999999999").json.items.size(), 0U);
  const std::string end(one.text("endDate"));
  for (const JsonValue& m : gamma("/markets?limit=100&end_date_max=" + end).json.items)
    EXPECT_LE(m.text("endDate"), end);
  for (const JsonValue& m : gamma("/markets?limit=100&end_date_min=" + end).json.items)
    EXPECT_GE(m.text("endDate"), end);
  const Answer tags = gamma("/tags?limit=100");
  ASSERT_FALSE(tags.json.items.empty());
  const JsonValue& tag = tags.json.items[0];
  EXPECT_EQ(gamma("/markets?limit=100&tag_id=" + std::string(tag.text("id"))).json.items.size(),
            gamma("/markets?limit=100&tag_slug=" + std::string(tag.text("slug"))).json.items.size());
  EXPECT_EQ(gamma("/markets?tag_id=1").json.items.size(), 0U);
  EXPECT_EQ(gamma("/nothing/at/all").status, 404);
  EXPECT_EQ(call(urls().gamma, "POST", "/markets").status, 405);
}

TEST_F(GammaServiceTest, ClosedWindowsSaySo) {
  start(quiet_settings());
  const Answer open = gamma("/markets?tag_slug=5m&closed=false&limit=1&order=endDate&ascending=true");
  const std::string id(open.json.items.at(0).text("id")), condition(open.json.items[0].text("conditionId"));
  advance(700'000);
  const Answer later = gamma("/markets/" + id);
  EXPECT_TRUE(later.json.boolean("closed"));
  EXPECT_FALSE(later.json.boolean("acceptingOrders"));
  const auto prices = parse_json(later.json.text("outcomePrices"));
  EXPECT_TRUE(prices->items[0].scalar == "1" || prices->items[1].scalar == "1");
  const Answer resolution = get(urls().data, "/v2/resolutions?condition=" + condition);
  EXPECT_EQ(resolution.json.find("data")->items[0].text("status"), "resolved");
  EXPECT_EQ(resolution.json.find("data")->items[0].texts("payouts").size(), 2U);
  EXPECT_EQ(resolution.json.find("data")->items[0].text("reporter"), "CHAINLINK");
  const Answer fresh = gamma("/markets?tag_slug=5m&closed=false&limit=100");
  EXPECT_FALSE(fresh.json.items.empty());
  EXPECT_EQ(get(urls().clob, "/book?token_id=" + parse_json(later.json.text("clobTokenIds"))->items[0].scalar).status,
            404);
}

}  // namespace
}  // namespace underround::simulator
