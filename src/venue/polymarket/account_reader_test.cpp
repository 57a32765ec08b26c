#include "venue/polymarket/account_reader.hpp"

#include <gtest/gtest.h>

#include "venue/polymarket/gateway_fixture.hpp"

namespace underround::polymarket {
namespace {

// Through the gateway, as the application uses it: the venue is a socket.
class AccountReaderTest : public GatewayTest {
 protected:
  AccountReaderTest() {
    settings_.read_account = true;
    settings_.data_url = clob_.http();
    settings_.reconcile_period = Nanos{};
    clob_.answer("GET /data/orders", 200, R"({"limit":100,"count":0,"next_cursor":"LTE=","data":[]})");
    clob_.handle("GET /balance-allowance", [this](const net::HttpRequest& q, const net::HttpResponder& r) {
      const bool cash = q.target.find("COLLATERAL") != std::string::npos;
      const bool yes = q.target.find(kYes) != std::string::npos;
      r.send(200, R"({"balance":")" + std::to_string(cash ? cash_ : yes ? yes_shares_ : 0) + R"(","allowances":{}})");
    });
    clob_.answer("GET /v2/positions", 200, R"({"data":[],"pagination":{"next_cursor":null}})");
  }
  [[nodiscard]] bool until_picture(std::size_t count = 1) { return until_event(EventKind::kAccountEnd, count); }
  [[nodiscard]] const Event* position(InstrumentId instrument) const {
    for (const Event& e : events_) {
      if (e.header.kind == EventKind::kAccountPosition && e.instrument() == instrument) return &e;
    }
    return nullptr;
  }
  std::int64_t cash_ = 123'456'789, yes_shares_ = 5'000'000;
};

TEST_F(AccountReaderTest, FirstPictureHasCashAndEveryTokenAnybodyKnowsOf) {
  clob_.answer("GET /v2/positions", 200,
               R"({"data":[{"token_id":")" + std::string(kYes) +
                   R"(","current_size":"999","avg_price":"0.4"},{"token_id":"12345","current_size":"7"}],)"
                   R"("pagination":{"limit":500,"offset":0,"has_more":false,"next_cursor":null}})");
  start_reading({instrument_of(condition_, 1)});
  ASSERT_TRUE(until_picture());
  const auto cash = all(EventKind::kAccountCash);
  ASSERT_EQ(cash.size(), 1U);
  EXPECT_EQ(cash[0].account.cash, Usd{123'456'789});
  ASSERT_NE(position(yes_), nullptr);
  EXPECT_EQ(position(yes_)->account.shares, Shares{5'000'000}) << "the CLOB's number, not the Data API's";
  EXPECT_EQ(position(yes_)->account.average, Price{4000});
  ASSERT_NE(position(complement_of(yes_)), nullptr) << "held by the ledger, so it is asked about";
  EXPECT_EQ(position(complement_of(yes_))->account.shares, Shares{});
  EXPECT_EQ(all(EventKind::kAccountEnd)[0].account.complete, 1);
  EXPECT_EQ(gateway_->account().unknown_tokens, 1U);
}

TEST_F(AccountReaderTest, OpenOrdersOfOthersLockCashAndShares) {
  clob_.answer("GET /data/orders", 200,
               R"({"next_cursor":"LTE=","data":[{"id":"0x)" + std::string(64, '1') + R"(","asset_id":")" +
                   std::string(kYes) + R"(","side":"BUY","original_size":"100","size_matched":"25","price":"0.5"},)" +
                   R"({"id":"0x)" + std::string(64, '2') + R"(","asset_id":")" + std::string(kYes) +
                   R"(","side":"SELL","original_size":"10","size_matched":"","price":"0.9"}]})");
  start_reading({});
  ASSERT_TRUE(until_picture());
  EXPECT_EQ(all(EventKind::kAccountCash)[0].account.locked, Usd{37'500'000});
  ASSERT_NE(position(yes_), nullptr);
  EXPECT_EQ(position(yes_)->account.locked_shares, Shares{10'000'000});
  EXPECT_EQ(gateway_->account().foreign_orders, 2U);
}

TEST_F(AccountReaderTest, FirstPictureWaitsUntilTradesAreSettled) {
  int asked = 0;
  clob_.handle("GET /data/trades", [&](const net::HttpRequest&, const net::HttpResponder& r) {
    r.send(200, ++asked <= 1 ? R"({"next_cursor":"LTE=","data":[{"id":"t","status":"TRADE_STATUS_MINED"}]})"
                             : R"({"next_cursor":"LTE=","data":[{"id":"t","status":"CONFIRMED"}]})");
  });
  settings_.account_soon = Nanos::from_millis(1);
  start_reading({});
  ASSERT_TRUE(until([&] { return !all(EventKind::kAccountCash).empty(); }));
  EXPECT_EQ(gateway_->account().waits_for_settlement, 1U);
  EXPECT_EQ(all(EventKind::kAccountEnd).front().account.complete, 0);
}

TEST_F(AccountReaderTest, HtmlAndErrorsMakeAnIncompletePictureAndAreTriedAgain) {
  clob_.answer("GET /data/orders", 502, "<html>bad gateway</html>");
  settings_.account_soon = Nanos::from_millis(1);
  start_reading({});
  ASSERT_TRUE(until_picture(2));
  EXPECT_TRUE(all(EventKind::kAccountCash).empty());
  clob_.answer("GET /data/orders", 200, R"({"next_cursor":"LTE=","data":[]})");
  ASSERT_TRUE(until([&] { return !all(EventKind::kAccountCash).empty(); }));
}

TEST_F(AccountReaderTest, AnOrderThatShouldHaveEndedIsCancelledWhenTheVenueStillHasIt) {
  accept_orders("live");
  settings_.account_soon = Nanos::from_millis(1);
  start_reading({});
  ASSERT_TRUE(until_picture());
  place(1, gtc_buy());
  ASSERT_TRUE(until_event(EventKind::kOrderAccepted));
  // The stream says it is over...
  clob_.user.send(R"({"event_type":"order","id":")" + names_[1] +
                  R"(","type":"CANCELLATION","status":"CANCELED","size_matched":"0"})");
  ASSERT_TRUE(until_event(EventKind::kOrderDone));
  // ...but there it is.
  clob_.answer("GET /data/orders", 200,
               R"({"next_cursor":"LTE=","data":[{"id":")" + names_[1] + R"(","asset_id":")" + std::string(kYes) +
                   R"(","side":"BUY","original_size":"50","size_matched":"0","price":"0.5"}]})");
  gateway_->execute(ReadAccount{});
  ASSERT_TRUE(until([&] { return !clob_.sent("DELETE /order").empty(); }));
  EXPECT_NE(clob_.sent("DELETE /order")[0].body.find(names_[1]), std::string::npos);
  EXPECT_EQ(gateway_->counters().zombies, 1U);
}

TEST_F(AccountReaderTest, NotEnoughBalanceMakesTheVenueLookAgainAndThenUs) {
  clob_.answer("POST /order", 400, R"({"error":"not enough balance / allowance"})");
  settings_.account_soon = Nanos::from_millis(1);
  start_reading({});
  ASSERT_TRUE(until_picture());
  clob_.answer("GET /balance-allowance/update", 200, "");
  place(1, gtc_buy());
  ASSERT_TRUE(until_picture(2));
  EXPECT_EQ(clob_.sent("GET /balance-allowance/update").size(), 1U);
}

TEST_F(AccountReaderTest, TradesMadeByHandBecomeFillsOnceTheLedgerHasStarted) {
  const std::string trade = R"({"event_type":"trade","id":"t1","taker_order_id":"0x)" + std::string(64, '7') +
                            R"(","asset_id":")" + std::string(kYes) +
                            R"(","side":"BUY","size":"10","price":"0.5","status":"MATCHED","trader_side":"TAKER",)"
                            R"("match_time":"2000000000","maker_orders":[]})";
  start_reading({});
  ASSERT_TRUE(until_picture());
  clob_.user.send(trade);
  ASSERT_TRUE(until_event(EventKind::kFill));
  const Event fill = all(EventKind::kFill)[0];
  EXPECT_FALSE(fill.fill.order.valid());
  EXPECT_EQ(fill.instrument(), yes_);
  EXPECT_EQ(fill.fill.size, Shares::whole(10));
}

TEST_F(AccountReaderTest, TradesOlderThanTheFirstPictureAreInItAlready) {
  start_reading({});
  ASSERT_TRUE(until_picture());
  clob_.user.send(R"({"event_type":"trade","id":"t0","taker_order_id":"0x)" + std::string(64, '7') +
                  R"(","asset_id":")" + std::string(kYes) +
                  R"(","side":"BUY","size":"10","price":"0.5","status":"CONFIRMED","trader_side":"TAKER",)"
                  R"("match_time":"1000000000","maker_orders":[]})");
  ASSERT_TRUE(until([&] { return gateway_->counters().foreign == 1; }));
  EXPECT_TRUE(all(EventKind::kFill).empty());
}

// --- the dead-man switch

TEST_F(AccountReaderTest, HeartbeatsFollowTheIdsTheVenueGives) {
  settings_.read_account = false;
  settings_.heartbeats = true;
  clob_.handle("POST /v1/heartbeats", [](const net::HttpRequest& q, const net::HttpResponder& r) {
    if (q.body == R"({"heartbeat_id":""})") {
      return r.send(400, R"({"error_msg":"Invalid Heartbeat ID","heartbeat_id":"right"})");
    }
    r.send(200, R"({"heartbeat_id":"next"})");
  });
  start();
  ASSERT_TRUE(until([&] { return clob_.sent("POST /v1/heartbeats").size() >= 2; }));
  EXPECT_EQ(clob_.sent("POST /v1/heartbeats")[1].body, R"({"heartbeat_id":"right"})");
}

}  // namespace
}  // namespace underround::polymarket
