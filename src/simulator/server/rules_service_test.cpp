// What control bends, seen from a client: allowances, balances, standing, limits, restarts, settlement.
#include "simulator/server/rules_service.hpp"

#include <gtest/gtest.h>

#include "simulator/server/server_fixture.hpp"

namespace underround::simulator {
namespace {

constexpr std::string_view kNoFunds = "not enough balance / allowance";

class RulesServiceTest : public ServerTest {
 protected:
  void open(const ServerSettings& settings) {
    start(settings);
    market_ = plain_market();
    alice_ = make_user('a', "1000");
    bob_ = make_user('b', "1000");
  }
  static ServerSettings unlimited() {
    ServerSettings settings = quiet_settings();
    settings.rate_limits = false;
    return settings;
  }
  Answer rule(const std::string& path, const User& user, const std::string& rest) {
    return control(path, R"({"address":")" + user.address + "\"," + rest + "}");
  }
  Answer bid(const User& user, long long shares = 10) {
    return post(user, {.token = market_.tokens[0], .maker = shares * 400'000, .taker = shares * 1'000'000});
  }
  Answer ask(const User& user, long long shares = 10) {
    return post(user,
                {.token = market_.tokens[0], .side = "SELL", .maker = shares * 1'000'000, .taker = shares * 600'000});
  }
  Answer cancel(const User& user, const Answer& placed) {
    return as(user, "DELETE", "/order", R"({"orderID":")" + std::string(placed.json.text("orderID")) + "\"}");
  }
  void split(const User& user, const std::string& shares) {
    ASSERT_EQ(rule("/operations", user,
                   R"("operation":"split","amount":")" + shares + R"(","condition_id":")" + market_.condition + "\"")
                  .status,
              200);
  }
  std::string collateral_allowance(const User& user, std::size_t spender) {
    const Answer answer = as(user, "GET", "/balance-allowance?asset_type=COLLATERAL&signature_type=0");
    return std::string(answer.json.find("allowances")->text(kSpenderAddresses[spender]));
  }
  TestMarket market_;
  User alice_, bob_;
};

TEST_F(RulesServiceTest, AllowancesOfCollateral) {
  open(unlimited());
  EXPECT_EQ(collateral_allowance(alice_, 0).size(), 78U);
  EXPECT_EQ(
      rule("/allowances", alice_, R"("spender":")" + std::string(kSpenderAddresses[0]) + R"(","collateral":"6.5")")
          .status,
      200);
  EXPECT_EQ(collateral_allowance(alice_, 0), "6500000");
  EXPECT_EQ(collateral_allowance(alice_, 1).size(), 78U);
  const Answer first = bid(alice_);  // 4 USD
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(bid(alice_).error(), kNoFunds);  // 4 of 6.5 are spoken for
  EXPECT_EQ(cancel(alice_, first).status, 200);
  EXPECT_EQ(bid(alice_).status, 200);
  // A fill uses it up.
  ASSERT_EQ(post(bob_, {.token = market_.tokens[1], .maker = 6'000'000, .taker = 10'000'000, .type = "FAK"}).status,
            200);
  EXPECT_EQ(collateral_allowance(alice_, 0), "2500000");
  EXPECT_EQ(bid(alice_).error(), kNoFunds);
  EXPECT_EQ(rule("/allowances", alice_, R"("collateral":"unlimited")").status, 200);
  EXPECT_EQ(bid(alice_).status, 200);
}

TEST_F(RulesServiceTest, AllowancesOfTokensAndOfStrictServers) {
  ServerSettings settings = unlimited();
  settings.unlimited_allowances = false;
  open(settings);
  EXPECT_EQ(collateral_allowance(alice_, 0), "0");
  EXPECT_EQ(bid(alice_).error(), kNoFunds);
  split(alice_, "20");
  EXPECT_EQ(ask(alice_).error(), kNoFunds);
  EXPECT_EQ(rule("/allowances", alice_, R"("tokens":true)").status, 200);
  EXPECT_EQ(ask(alice_).status, 200);
  EXPECT_EQ(bid(alice_).error(), kNoFunds);
  // An approval on the chain counts once the venue has been told to look.
  EXPECT_EQ(rule("/allowances", alice_, R"("collateral":"unlimited","unseen":true)").status, 200);
  EXPECT_EQ(collateral_allowance(alice_, 0), "0");
  EXPECT_EQ(bid(alice_).error(), kNoFunds);
  EXPECT_EQ(as(alice_, "GET", "/balance-allowance/update?asset_type=COLLATERAL&signature_type=0").status, 200);
  EXPECT_EQ(bid(alice_).status, 200);
  for (const char* bad : {R"("spender":"0x12","tokens":true)", R"("collateral":"-1")", R"("collateral":"much")"}) {
    EXPECT_EQ(rule("/allowances", alice_, bad).status, 400) << bad;
  }
}

TEST_F(RulesServiceTest, MoneyThatLeavesTakesOrdersWithIt) {
  open(unlimited());
  const Answer older = bid(alice_), newer = bid(alice_);
  ASSERT_EQ(newer.status, 200);
  EXPECT_EQ(rule("/balances", alice_, R"("usd":"5")").status, 200);
  EXPECT_EQ(as(alice_, "GET", "/balance-allowance?asset_type=COLLATERAL").json.text("balance"), "5000000");
  const Answer open_orders = as(alice_, "GET", "/data/orders");
  ASSERT_EQ(open_orders.json.integer("count"), 1);
  EXPECT_EQ(open_orders.json.find("data")->items[0].text("id"), older.json.text("orderID"));
  EXPECT_EQ(rule("/balances", alice_, R"("usd":"2000")").status, 200);
  EXPECT_EQ(bid(alice_).status, 200);
  EXPECT_EQ(rule("/balances", alice_, R"("usd":"-2")").status, 400);
  EXPECT_TRUE(get(urls().control, "/state").json.boolean("conserved"));
}

TEST_F(RulesServiceTest, BannedAndClosedOnly) {
  open(unlimited());
  split(alice_, "20");
  EXPECT_EQ(as(alice_, "GET", "/auth/ban-status/closed-only").body, R"({"closed_only":false})");
  EXPECT_EQ(rule("/standing", alice_, R"("standing":"closed_only")").status, 200);
  EXPECT_EQ(as(alice_, "GET", "/auth/ban-status/closed-only").body, R"({"closed_only":true})");
  EXPECT_EQ(bid(alice_).error(), "'" + alice_.address + "' address in closed only mode");
  const Answer sale = ask(alice_);
  EXPECT_EQ(sale.status, 200) << sale.body;
  EXPECT_EQ(rule("/standing", alice_, R"("standing":"banned")").status, 200);
  EXPECT_EQ(ask(alice_).error(), "'" + alice_.address + "' address banned");
  EXPECT_EQ(cancel(alice_, sale).json.texts("canceled").size(), 1U);
  EXPECT_EQ(bid(bob_).status, 200);
  EXPECT_EQ(rule("/standing", alice_, R"("standing":"good")").status, 200);
  EXPECT_EQ(bid(alice_).status, 200);
  EXPECT_EQ(rule("/standing", alice_, R"("standing":"odd")").status, 400);
}

TEST_F(RulesServiceTest, OrdersAreMeteredPerSigner) {
  open(quiet_settings());
  const Answer first = bid(alice_);
  EXPECT_EQ(first.headers.get("poly-ratelimit-remaining"), "59");
  EXPECT_EQ(first.headers.get("poly-ratelimit-tier"), "Standard");
  EXPECT_EQ(first.headers.get("poly-ratelimit-reset"), "1");
  EXPECT_FALSE(first.headers.has("poly-ratelimit-warning"));
  for (int i = 1; i < 60; ++i) ASSERT_EQ(bid(alice_).status, 200) << i;
  const Answer refused = bid(alice_);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.headers.get("retry-after"), "1");
  EXPECT_EQ(refused.headers.get("poly-ratelimit-remaining"), "0");
  EXPECT_TRUE(refused.headers.has("poly-ratelimit-warning"));
  EXPECT_EQ(as(alice_, "GET", "/data/orders").json.integer("count"), 60);
  EXPECT_EQ(bid(bob_).status, 200);
  EXPECT_EQ(cancel(alice_, first).status, 200);  // another bucket
  // A batch fits whole or not at all.
  advance(250);  // ten more
  std::string batch;
  for (int i = 0; i < 11; ++i) {
    batch += (i == 0 ? "[" : ",") +
             order_body(alice_, {.token = market_.tokens[0], .maker = 4'000'000, .taker = 10'000'000});
  }
  EXPECT_EQ(as(alice_, "POST", "/orders", batch + "]").status, 429);
  EXPECT_EQ(as(alice_, "GET", "/data/orders").json.integer("count"), 59);
  // Cancelling 59 costs 60 of the 120 a cancel bucket holds, less the one above, plus what came in since.
  const Answer all = as(alice_, "DELETE", "/cancel-all");
  EXPECT_EQ(all.json.texts("canceled").size(), 59U);
  EXPECT_EQ(all.headers.get("poly-ratelimit-remaining"), "60");
  // More volume, more orders.
  EXPECT_EQ(rule("/limits", alice_, R"("volume_usd":"500000")").status, 200);
  EXPECT_EQ(bid(alice_).headers.get("poly-ratelimit-tier"), "Gold");
  EXPECT_EQ(control("/limits", R"({"enabled":false})").json.boolean("enabled", true), false);
  EXPECT_FALSE(bid(alice_).headers.has("poly-ratelimit-tier"));
  for (int i = 0; i < 80; ++i) ASSERT_EQ(bid(alice_, 5).status, 200) << i;
}

TEST_F(RulesServiceTest, RequestsAreMeteredPerAddress) {
  open(quiet_settings());
  const std::string target = "/tick-size?token_id=" + market_.tokens[0];
  for (int i = 0; i < 200; ++i) ASSERT_EQ(get(urls().clob, target).status, 200) << i;
  const Answer refused = get(urls().clob, target);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.headers.get("retry-after"), "10");
  EXPECT_EQ(get(urls().clob, "/time").status, 200);
  EXPECT_EQ(get(urls().control, "/health").status, 200);
  advance(20'000);
  EXPECT_EQ(get(urls().clob, target).status, 200);
}

TEST_F(RulesServiceTest, RestartThenPostOnlyThenNormal) {
  open(unlimited());
  const Answer resting = bid(alice_);
  ASSERT_EQ(control("/restart", R"({"down_ms":30000})").status, 200);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(bid(alice_).status, 425);
    EXPECT_EQ(cancel(alice_, resting).status, 425);
    EXPECT_EQ(as(alice_, "DELETE", "/cancel-all").status, 425);
    EXPECT_EQ(as(alice_, "GET", "/data/orders").status, 200);
    advance(i == 0 ? 29'999 : 1);
  }
  const Answer taker = bid(alice_);
  EXPECT_EQ(taker.status, 503);
  EXPECT_EQ(taker.json.text("code"), "post_only_mode");
  EXPECT_EQ(taker.json.text("retry_after_seconds"), "120");
  EXPECT_EQ(taker.headers.get("retry-after"), "120");
  advance(60'000);
  EXPECT_EQ(bid(alice_).json.text("retry_after_seconds"), "60");
  EXPECT_EQ(
      post(alice_, {.token = market_.tokens[0], .maker = 4'000'000, .taker = 10'000'000, .post_only = true}).status,
      200);
  EXPECT_EQ(cancel(alice_, resting).status, 200);
  advance(60'000);
  EXPECT_EQ(bid(alice_).status, 200);
  // Somebody's word overtakes the plan.
  ASSERT_EQ(control("/restart", R"({"down_ms":1000})").status, 200);
  ASSERT_EQ(control("/faults", R"({"venue_mode":"normal"})").status, 200);
  advance(2'000);
  EXPECT_EQ(bid(alice_).status, 200);
  EXPECT_EQ(control("/restart", R"({"down_ms":0})").status, 400);
}

TEST_F(RulesServiceTest, SettlementFailsAsOftenAsAsked) {
  open(unlimited());
  const auto trade = [&] {
    EXPECT_EQ(bid(alice_).status, 200);
    const Answer taken =
        post(bob_, {.token = market_.tokens[1], .maker = 6'000'000, .taker = 10'000'000, .type = "FAK"});
    EXPECT_EQ(taken.json.texts("tradeIDs").size(), 1U) << taken.body;
    EXPECT_EQ(taken.json.find("transactionsHashes"), nullptr);
    return std::string(taken.json.texts("tradeIDs").at(0));
  };
  const auto status = [&](const std::string& id) {
    return std::string(as(bob_, "GET", "/data/trades?id=" + id).json.find("data")->items.at(0).text("status"));
  };
  // A fee of 9.6 cents comes and goes with the trade.
  const auto usd = [&] {
    return std::string(as(bob_, "GET", "/balance-allowance?asset_type=COLLATERAL").json.text("balance"));
  };
  ASSERT_EQ(control("/settlement", R"({"failure_probability":0,"retry_probability":1,"mined_after_min_ms":1000,)"
                                   R"("mined_after_mean_ms":0,"confirmed_after_mean_ms":0})")
                .status,
            200);
  std::string id = trade();
  EXPECT_EQ(status(id), "MATCHED");
  advance(1'000);
  EXPECT_EQ(status(id), "RETRYING");
  advance(1'000);
  EXPECT_EQ(status(id), "CONFIRMED");
  EXPECT_EQ(usd(), "993904000");
  ASSERT_EQ(control("/settlement", R"({"failure_after_retry_probability":1})").status, 200);
  id = trade();
  advance(1'000);
  EXPECT_EQ(status(id), "RETRYING");
  EXPECT_EQ(usd(), "987808000");
  advance(1'000);
  EXPECT_EQ(status(id), "FAILED");
  EXPECT_EQ(usd(), "993904000");
  ASSERT_EQ(control("/settlement", R"({"failure_probability":1})").status, 200);
  id = trade();
  advance(1'000);
  EXPECT_EQ(status(id), "FAILED");
  for (const char* bad :
       {R"({"failure_probability":2})", R"({"retry_probability":"x"})", R"({"mined_after_min_ms":0})"})
    EXPECT_EQ(control("/settlement", bad).status, 400) << bad;
  EXPECT_TRUE(get(urls().control, "/state").json.boolean("conserved"));
}

TEST_F(RulesServiceTest, AMarketEndsWhenItIsTold) {
  open(unlimited());
  split(alice_, "10");
  const auto resolve = [&](const std::string& winner) {
    return control("/resolutions", R"({"condition_id":")" + market_.condition + R"(","winner":)" + winner + "}").status;
  };
  EXPECT_EQ(resolve("2"), 400);
  EXPECT_EQ(control("/resolutions", R"({"condition_id":"0x12","winner":0})").status, 404);
  EXPECT_EQ(resolve("0"), 200);
  EXPECT_EQ(resolve("1"), 200) << "a flip";
  const std::string redeem = R"("operation":"redeem","condition_id":")" + market_.condition + "\"";
  EXPECT_EQ(rule("/operations", alice_, redeem).status, 400) << "not yet";
  advance(31'000);
  const Answer paid = rule("/operations", alice_, redeem);
  EXPECT_EQ(paid.status, 200);
  EXPECT_EQ(paid.json.integer("paid_usd_micros"), 10'000'000);
  EXPECT_TRUE(get(urls().control, "/state").json.boolean("conserved"));
}

TEST_F(RulesServiceTest, AnyWordsOfTheErrorPage) {
  open(unlimited());
  const auto refuse = [&](const std::string& rest) {
    return control("/faults", R"({"kind":"refuse_order","times":1,)" + rest + "}").status;
  };
  for (const char* text : {"invalid nonce", "order canceled in the CTF exchange contract",
                           "order match delayed due to market conditions"}) {
    ASSERT_EQ(refuse(R"("text":")" + std::string(text) + "\""), 200);
    const Answer answer = bid(alice_);
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.error(), text);
  }
  ASSERT_EQ(refuse(R"("http_status":500,"text":"there are no matching orders")"), 200);
  EXPECT_EQ(bid(alice_).status, 500);
  EXPECT_EQ(as(alice_, "GET", "/data/orders").json.integer("count"), 0);
  EXPECT_EQ(bid(alice_).status, 200);
  EXPECT_EQ(refuse(R"("http_status":400)"), 400);  // which words?
}

}  // namespace
}  // namespace underround::simulator
