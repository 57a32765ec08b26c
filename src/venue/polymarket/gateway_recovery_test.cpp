// A gateway that goes on where a session died.
#include "venue/polymarket/gateway.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "venue/polymarket/gateway_fixture.hpp"

namespace underround::polymarket {
namespace {

class GatewayRecoveryTest : public GatewayTest {
 protected:
  GatewayRecoveryTest() {
    keep_events_ = true;
    digest_.fill(7);
    names_[41] = crypto::hex_0x(digest_);
    before_start_ = [this](Gateway& gateway) { gateway.recover(orders_, Nanos::from_seconds(1'000), Nanos{1}); };
  }
  RecoveredOrder order(bool ended) const {
    return {.id = OrderId{41}, .digest = digest_, .terms = gtc_buy(), .created_at = loop_.now(), .ended = ended};
  }
  void lookup_says(std::string body) {
    clob_.handle("GET /data/order",
                 [b = std::move(body)](const net::HttpRequest&, const net::HttpResponder& r) { r.send(200, b); });
  }
  void trades_are(std::string rows) {
    clob_.handle("GET /data/trades", [b = std::move(rows)](const net::HttpRequest&, const net::HttpResponder& r) {
      r.send(200, R"({"data":[)" + b + R"(],"next_cursor":"LTE="})");
    });
  }
  void cancels_work() {
    clob_.handle("DELETE /order", [this](const net::HttpRequest&, const net::HttpResponder& r) {
      r.send(200, R"({"canceled":[")" + names_.at(41) + R"("],"not_canceled":{}})");
    });
  }

  Digest digest_{};
  std::vector<RecoveredOrder> orders_;
};

TEST_F(GatewayRecoveryTest, AnOrderIsUnknownUntilItIsFoundByItsName) {
  orders_ = {order(false)};
  trades_are(trade("t1", names_.at(41), "50"));
  lookup_says(order_state(41, "MATCHED", "50"));
  start();
  ASSERT_TRUE(until_event(EventKind::kOrderDone));
  EXPECT_EQ(all(EventKind::kOrderUnknown).at(0).order.id, OrderId{41});
  EXPECT_EQ(all(EventKind::kCancelRejected).size(), 1U) << "a cancel may never have left";
  EXPECT_EQ(all(EventKind::kOrderDone).at(0).order.matched, Shares::whole(50));
  ASSERT_FALSE(all(EventKind::kFill).empty());
  EXPECT_EQ(all(EventKind::kFill).at(0).fill.order, OrderId{41});
  EXPECT_TRUE(clob_.sent("POST /order").empty()) << "nothing is sent again (law 5)";
}

TEST_F(GatewayRecoveryTest, WhatIsStillOpenIsCancelled) {
  orders_ = {order(false)};
  cancels_work();
  lookup_says(order_state(41, "LIVE", "0"));
  start();
  ASSERT_TRUE(until([&] { return !clob_.sent("DELETE /order").empty(); }));
  EXPECT_THAT(clob_.sent("DELETE /order").at(0).body, ::testing::HasSubstr(names_.at(41)));
  lookup_says(order_state(41, "CANCELED", "0"));
  ASSERT_TRUE(until_event(EventKind::kOrderDone));
  EXPECT_EQ(all(EventKind::kOrderDone).at(0).order.matched, Shares{});
}

TEST_F(GatewayRecoveryTest, OneThatEndedIsOnlyRememberedForItsFills) {
  orders_ = {order(true)};
  trades_are(trade("t1", names_.at(41), "50", "CONFIRMED"));
  start();
  ASSERT_TRUE(until_event(EventKind::kSettlement));
  EXPECT_EQ(all(EventKind::kFill).at(0).fill.order, OrderId{41}) << "not a stranger's";
  EXPECT_TRUE(all(EventKind::kOrderUnknown).empty());
  EXPECT_TRUE(clob_.sent("GET /data/order").empty());
}

TEST_F(GatewayRecoveryTest, TheStreamIsUpOnlyWhenWhatWasMissedHasBeenRead) {
  std::optional<net::HttpResponder> asked;
  std::string target;
  clob_.handle("GET /data/trades", [&](const net::HttpRequest& q, const net::HttpResponder& r) {
    asked = r;
    target = q.target;
  });
  settings_.read_account = true;
  auto gateway = Gateway::make(loop_, settings_, key_, catalogue_, this,
                               {.on_event = [this](const Event& e) { events_.push_back(e); },
                                .on_named = [](OrderId, const Digest&, Nanos) { return true; },
                                .held = [](std::vector<InstrumentId>&) {}});
  ASSERT_TRUE(gateway);
  gateway_ = std::move(*gateway);
  gateway_->recover({}, Nanos::from_seconds(1'000), Nanos{1});
  gateway_->execute(ReadAccount{});
  gateway_->start();
  ASSERT_TRUE(until([&] { return asked.has_value(); }));
  EXPECT_THAT(target, ::testing::HasSubstr("after=995")) << "with a little slack for the clocks";
  EXPECT_FALSE(gateway_->user_stream_up());
  EXPECT_EQ(gateway_->account().reads, 0U) << "no picture before that either";
  asked->send(200, R"({"data":[],"next_cursor":"LTE="})");
  ASSERT_TRUE(until([&] { return gateway_->user_stream_up(); }));
  EXPECT_TRUE(until([&] { return gateway_->account().reads > 0; }));
}

TEST_F(GatewayRecoveryTest, NamesOfWhichNoMoreIsKnownAreCancelledWhereverTheyAreSeen) {
  before_start_ = [this](Gateway& gateway) { gateway.cancel_when_seen({&digest_, 1}); };
  settings_.read_account = true;
  cancels_work();
  clob_.handle("GET /data/orders", [this](const net::HttpRequest&, const net::HttpResponder& r) {
    r.send(200, R"({"data":[{"id":")" + names_.at(41) + R"(","asset_id":")" + std::string(kYes) +
                    R"(","side":"BUY","original_size":"50","size_matched":"0","price":"0.5"}],"next_cursor":"LTE="})");
  });
  start();
  ASSERT_TRUE(until([&] { return !clob_.sent("DELETE /order").empty(); }));
  EXPECT_THAT(clob_.sent("DELETE /order").at(0).body, ::testing::HasSubstr(names_.at(41)));
}

}  // namespace
}  // namespace underround::polymarket
