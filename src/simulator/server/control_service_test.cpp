// Money, set operations, time and faults, as a stranger uses them.
#include <gtest/gtest.h>

#include "simulator/server/server_fixture.hpp"

namespace underround::simulator {
namespace {

class ControlServiceTest : public ServerTest {
 protected:
  std::string address_ = TestWallet('c').address();
  Answer operate(const std::string& rest) {
    return control("/operations", R"({"address":")" + address_ + "\"," + rest + "}");
  }
  std::string position(const User& user, const std::string& token) {
    return std::string(
        as(user, "GET", "/balance-allowance?asset_type=CONDITIONAL&token_id=" + token).json.text("balance"));
  }
};

TEST_F(ControlServiceTest, FaucetRefusesNonsense) {
  start(quiet_settings());
  EXPECT_EQ(control("/faucet", R"({"address":")" + address_ + R"(","usd":12.5})").json.integer("usd_micros"),
            12'500'000);
  EXPECT_EQ(control("/faucet", R"({"address":")" + address_ + R"(","usd":"1"})").json.integer("usd_micros"),
            13'500'000);
  for (const char* body : {"", "[]", R"({"usd":"1"})", R"({"address":"0x12","usd":"1"})"})
    EXPECT_EQ(control("/faucet", body).status, 400) << body;
  for (const char* usd : {"-1", "0", "abc", "0.0000001", "99999999999999999999"}) {
    EXPECT_EQ(control("/faucet", R"({"address":")" + address_ + R"(","usd":")" + usd + "\"}").status, 400) << usd;
  }
  EXPECT_EQ(get(urls().control, "/faucet").status, 405);
  EXPECT_EQ(get(urls().control, "/nothing").status, 404);
}

TEST_F(ControlServiceTest, SplitMergeAndConvert) {
  start(quiet_settings());
  const User user = make_user('c', "100");
  const TestMarket market = plain_market();
  const std::string where = R"("condition_id":")" + market.condition + "\"";
  EXPECT_EQ(operate(R"("operation":"split","amount":"10",)" + where).json.integer("usd_micros"), 90'000'000);
  EXPECT_EQ(position(user, market.tokens[0]), "10000000");
  EXPECT_EQ(operate(R"("operation":"merge","amount":"4.5",)" + where).json.integer("usd_micros"), 94'500'000);
  EXPECT_EQ(operate(R"("operation":"merge","amount":"400",)" + where).status, 400);
  EXPECT_EQ(operate(R"("operation":"melt","amount":"1",)" + where).status, 400);
  EXPECT_EQ(operate(R"("operation":"split","amount":"1","condition_id":"0x0")").status, 404);
  EXPECT_EQ(operate(R"("operation":"redeem",)" + where).status, 400);

  const Answer events = get(urls().gamma, "/events?tag_slug=elections&limit=1");
  const JsonValue& election = events.json.items.at(0);
  const auto& legs = election.find("markets")->items;
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(operate(R"("operation":"split","amount":"10","condition_id":")" +
                      std::string(legs[i].text("conditionId")) + "\"")
                  .status,
              200);
  }
  // NO of two for one dollar and YES of all others.
  const Answer converted = operate(R"("operation":"convert","amount":"10","event":")" +
                                   std::string(election.text("slug")) + R"(","outcome_mask":3)");
  ASSERT_EQ(converted.status, 200) << converted.body;
  EXPECT_EQ(converted.json.integer("usd_micros"), 94'500'000 - 20'000'000 + 10'000'000);
  EXPECT_EQ(position(user, parse_json(legs[2].text("clobTokenIds"))->items[0].scalar), "10000000");
  EXPECT_TRUE(get(urls().control, "/state").json.boolean("conserved"));
  const Answer positions = get(urls().data, "/v2/positions?user=" + address_);
  EXPECT_GE(positions.json.find("data")->items.size(), legs.size());
  EXPECT_FALSE(positions.json.find("pagination")->boolean("has_more"));
}

TEST_F(ControlServiceTest, RedeemAfterResolution) {
  start(quiet_settings());
  const User user = make_user('c', "100");
  const Answer window = get(urls().gamma, "/markets?tag_slug=5m&closed=false&limit=1&order=endDate&ascending=true");
  const std::string condition(window.json.items.at(0).text("conditionId"));
  ASSERT_EQ(operate(R"("operation":"split","amount":"10","condition_id":")" + condition + "\"").status, 200);
  advance(700'000);
  const Answer listed = get(urls().data, "/v2/positions?status=REDEEMABLE&user=" + address_);
  EXPECT_EQ(listed.json.find("data")->items.size(), 2U);
  const Answer paid = operate(R"("operation":"redeem","condition_id":")" + condition + "\"");
  EXPECT_EQ(paid.json.integer("paid_usd_micros"), 10'000'000) << paid.body;
  EXPECT_EQ(paid.json.integer("usd_micros"), 100'000'000);
}

TEST_F(ControlServiceTest, TimeStandsStepsAndRuns) {
  start(quiet_settings());
  EXPECT_EQ(get(urls().control, "/time").json.integer("time_ms"), 1'795'132'800'000);
  EXPECT_EQ(control("/time", R"({"advance_ms":90061})").json.integer("time_ms"), 1'795'132'890'061);
  EXPECT_EQ(get(urls().clob, "/time").body, "1795132890");
  for (const char* body : {R"({"advance_ms":-1})", R"({"speed":0})", R"({"speed":"x"})", R"({"pause":1})", "{"}) {
    EXPECT_EQ(control("/time", body).status, 400) << body;
  }
  EXPECT_EQ(control("/time", R"({"pause":false,"speed":1000})").json.text("speed"), "1000");
  const std::int64_t goal = 1'795'132'890'061 + 5'000;
  bool moved = false;
  for (int i = 0; i < 1000 && !moved; ++i)
    moved = get(urls().control, "/health").json.integer("time_ms").value_or(0) > goal;
  EXPECT_TRUE(moved);
  EXPECT_TRUE(control("/time", R"({"pause":true})").json.boolean("paused"));
  const auto stopped = get(urls().control, "/time").json.integer("time_ms");
  EXPECT_EQ(get(urls().control, "/time").json.integer("time_ms"), stopped);
}

TEST_F(ControlServiceTest, HttpFaults) {
  start(quiet_settings());
  const TestMarket market = plain_market();
  const User user = make_user('c', "100");
  const Order order{.token = market.tokens[0], .maker = 4'000'000, .taker = 10'000'000, .salt = 5};
  ASSERT_EQ(control("/faults", R"({"kind":"http_status","http_status":429,"times":1})").json.integer("active"), 1);
  const Answer slow = post(user, order);
  EXPECT_EQ(slow.status, 429);
  EXPECT_EQ(slow.headers.get("retry-after"), "1");
  control("/faults", R"({"kind":"html_body","times":1})");
  const Answer html = post(user, order);
  EXPECT_NE(html.body.find("<html>"), std::string::npos);
  EXPECT_EQ(as(user, "GET", "/data/orders").json.integer("count"), 0);  // none of them arrived
  control("/faults", R"({"kind":"lost_response","http_status":500,"times":1})");
  EXPECT_EQ(post(user, order).status, 500);
  EXPECT_EQ(as(user, "GET", "/data/orders").json.integer("count"), 1);  // this one did
  EXPECT_NE(post(user, order).error().find("Duplicated"), std::string::npos);
  EXPECT_EQ(control("/faults", R"({"clear":true})").json.integer("active"), 0);
  for (const char* body : {R"({"kind":"nonsense"})", R"({"kind":"drop_frame","probability":2})",
                           R"({"kind":"http_status","http_status":1})", R"({"kind":"drop_frame","market":"0x1"})",
                           R"({"venue_mode":"odd"})"}) {
    EXPECT_EQ(control("/faults", body).status, 400) << body;
  }
}

TEST_F(ControlServiceTest, VenueModes) {
  start(quiet_settings());
  const TestMarket market = plain_market();
  const User user = make_user('c', "100");
  const auto enter = [&](bool post_only) {
    return post(user, {.token = market.tokens[0], .maker = 4'000'000, .taker = 10'000'000, .post_only = post_only});
  };
  const std::string resting(enter(false).json.text("orderID"));
  control("/faults", R"({"venue_mode":"restarting"})");
  EXPECT_EQ(enter(false).status, 425);
  control("/faults", R"({"venue_mode":"post_only"})");
  const Answer taker = enter(false);
  EXPECT_EQ(taker.status, 503);
  EXPECT_EQ(taker.json.text("code"), "post_only_mode");
  EXPECT_EQ(taker.headers.get("retry-after"), taker.json.text("retry_after_seconds"));
  EXPECT_EQ(enter(true).status, 200);
  control("/faults", R"({"venue_mode":"cancel_only"})");
  EXPECT_EQ(enter(true).error(),
            "Trading is currently cancel-only. New orders are not accepted, but cancels are allowed.");
  EXPECT_EQ(as(user, "DELETE", "/order", R"({"orderID":")" + resting + "\"}").json.texts("canceled").size(), 1U);
  control("/faults", R"({"venue_mode":"disabled"})");
  EXPECT_EQ(enter(true).status, 503);
  control("/faults", R"({"venue_mode":"normal"})");
  EXPECT_EQ(enter(true).status, 200);
}

class FrameFaultTest : public ControlServiceTest {
 protected:
  void SetUp() override {
    start(quiet_settings());
    market_ = plain_market();
    user_ = make_user('c', "1000");
    probe_ = std::make_unique<Probe>(loop_, urls().ws_market);
    probe_->send(R"({"type":"market","assets_ids":[")" + market_.tokens[0] + "\"]}");
    ASSERT_TRUE(probe_->wait_for({"book"}));
  }
  // One price_change at the given price of YES, in cents.
  void tick_at(int cents) {
    ASSERT_EQ(post(user_, {.token = market_.tokens[0], .maker = cents * 100'000LL, .taker = 10'000'000}).status, 200);
  }
  std::size_t changes() {
    std::size_t n = 0;
    for (const std::string& f : probe_->frames) n += f.find("price_change\"") != std::string::npos ? 1 : 0;
    return n;
  }
  TestMarket market_;
  User user_;
  std::unique_ptr<Probe> probe_;
};

TEST_F(FrameFaultTest, DropAndDuplicate) {
  control("/faults", R"({"kind":"drop_frame","times":1})");
  tick_at(20);
  tick_at(21);
  ASSERT_TRUE(probe_->wait_for({R"("price":"0.21")"}));
  EXPECT_FALSE(probe_->frames[1].find(R"("price":"0.2")") != std::string::npos);
  EXPECT_EQ(changes(), 1U);
  control("/faults", R"({"kind":"duplicate_frame","times":1})");
  tick_at(22);
  ASSERT_TRUE(probe_->barrier());
  EXPECT_EQ(changes(), 3U);
}

TEST_F(FrameFaultTest, ReorderAndDelay) {
  control("/faults", R"({"kind":"reorder_frame","times":1})");
  tick_at(20);
  tick_at(21);
  const auto first = probe_->wait_for({R"("price":"0.21")"}), second = probe_->wait_for({R"("price":"0.2")"});
  ASSERT_TRUE(first && second);
  EXPECT_LT(*first, *second);
  control("/faults", R"({"kind":"delay_frame","delay_ms":500,"times":1})");
  tick_at(22);
  ASSERT_TRUE(probe_->barrier());
  EXPECT_EQ(changes(), 2U);
  advance(500);
  EXPECT_TRUE(probe_->wait_for({R"("price":"0.22")"}));
}

TEST_F(FrameFaultTest, StalledSocketStillAnswersPong) {
  control("/faults", R"({"kind":"stall_socket","for_ms":1000})");
  tick_at(20);
  ASSERT_TRUE(probe_->barrier());
  EXPECT_EQ(changes(), 0U);
  advance(1500);
  tick_at(21);
  EXPECT_TRUE(probe_->wait_for({R"("price":"0.21")"}));
}

TEST_F(FrameFaultTest, SilentHeartbeatAndClosedSocket) {
  control("/faults", R"({"kind":"no_heartbeat","times":1})");
  probe_->send("PING");
  tick_at(20);
  ASSERT_TRUE(probe_->wait_for({R"("price":"0.2")"}));
  for (const std::string& f : probe_->frames) EXPECT_NE(f, "PONG");
  control("/faults", R"({"kind":"close_socket","market":")" + market_.condition + "\"}");
  tick_at(21);
  EXPECT_TRUE(probe_->wait_closed());
}

TEST_F(FrameFaultTest, ForOneMarketOnly) {
  const Answer others = get(urls().gamma, "/markets?tag_slug=elections&limit=1");
  control("/faults",
          R"({"kind":"drop_frame","market":")" + std::string(others.json.items.at(0).text("conditionId")) + "\"}");
  tick_at(20);
  EXPECT_TRUE(probe_->wait_for({R"("price":"0.2")"}));
}

}  // namespace
}  // namespace underround::simulator
