#include "venue/polymarket/order_lookup.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "venue/polymarket/gateway_fixture.hpp"

namespace underround::polymarket {
namespace {

class OrderLookupTest : public GatewayTest {};

// --- unknown outcomes: looked up by id, never signed again

TEST_F(OrderLookupTest, TimeoutThenFoundMatched) {
  start();
  clob_.handle("POST /order", [](const net::HttpRequest&, const net::HttpResponder&) {});  // never answers
  clob_.handle("GET /data/order", [&](const net::HttpRequest&, const net::HttpResponder& r) {
    r.send(200, order_state(1, "MATCHED", "50"));
  });
  clob_.handle("GET /data/trades", [&](const net::HttpRequest& q, const net::HttpResponder& r) {
    EXPECT_EQ(q.query("market"), kConditionId);
    r.send(200, R"({"data":[)" + trade("t1", names_[1], "30") + "," + trade("t2", names_[1], "20", "CONFIRMED") +
                    R"(],"next_cursor":"LTE="})");
  });
  place(1, fak_buy());
  ASSERT_TRUE(until_event(EventKind::kOrderDone));
  EXPECT_EQ(kinds(), (std::vector{EventKind::kOrderUnknown, EventKind::kFill, EventKind::kFill, EventKind::kSettlement,
                                  EventKind::kOrderDone}));
  EXPECT_EQ(events_.back().order.status, OrderStatus::kFilled);
  EXPECT_EQ(events_.back().order.matched, Shares::whole(50));
  EXPECT_EQ(clob_.sent("POST /order").size(), 1U);
  EXPECT_EQ(gateway_->counters().signed_orders, 1U);
  EXPECT_EQ(clob_.sent("GET /data/order").at(0).path(), "/data/order/" + names_[1]);
  EXPECT_EQ(gateway_->unknown_orders(), 0U);
}

// The order says 50 matched; its trades are indexed one by one.
TEST_F(OrderLookupTest, WaitsForTradesTheOrderSpeaksOf) {
  start();
  clob_.handle("POST /order", [](const net::HttpRequest&, const net::HttpResponder& r) { r.abort(); });
  clob_.handle("GET /data/order", [&](const net::HttpRequest&, const net::HttpResponder& r) {
    r.send(200, order_state(1, "MATCHED", "50"));
  });
  int asked = 0;
  clob_.handle("GET /data/trades", [&](const net::HttpRequest&, const net::HttpResponder& r) {
    const std::string late = ++asked < 3 ? "" : "," + trade("t2", names_[1], "20");
    r.send(200, R"({"data":[)" + trade("t1", names_[1], "30") + late + R"(],"next_cursor":"LTE="})");
  });
  place(1, fak_buy());
  ASSERT_TRUE(until_event(EventKind::kOrderDone));
  EXPECT_EQ(asked, 3);
  EXPECT_EQ(events_.back().order.matched, Shares::whole(50));
}

TEST_F(OrderLookupTest, TradesAreReadPageByPage) {
  start();
  clob_.handle("POST /order", [](const net::HttpRequest&, const net::HttpResponder& r) { r.abort(); });
  clob_.handle("GET /data/trades", [&](const net::HttpRequest& q, const net::HttpResponder& r) {
    const bool second = q.query("next_cursor") == "MQ==";
    r.send(200, R"({"data":[)" + trade(second ? "t2" : "t1", names_[1], "25") + R"(],"next_cursor":")" +
                    (second ? "LTE=" : "MQ==") + R"("})");
  });
  place(1, fak_buy());  // GET /data/order says null, as the venue does for orders that are no longer open
  ASSERT_TRUE(until_event(EventKind::kOrderDone));
  EXPECT_EQ(events_.back().order.status, OrderStatus::kFilled);
  EXPECT_EQ(events_.back().order.matched, Shares::whole(50));
}

TEST_F(OrderLookupTest, TimeoutThenNeverThereNeedsThreeEmptyAnswers) {
  start();
  clob_.handle("POST /order", [](const net::HttpRequest&, const net::HttpResponder&) {});
  place(1, gtc_buy());
  ASSERT_TRUE(until_event(EventKind::kOrderDone));
  EXPECT_EQ(kinds(), (std::vector{EventKind::kOrderUnknown, EventKind::kOrderDone}));
  EXPECT_EQ(events_.back().order.status, OrderStatus::kCancelled);
  EXPECT_EQ(events_.back().order.matched, Shares{});
  EXPECT_EQ(clob_.sent("GET /data/order").size(), 3U);
  EXPECT_EQ(clob_.sent("POST /order").size(), 1U);
}

TEST_F(OrderLookupTest, UnreadableLookupsAreNoEvidence) {
  settings_.lookup.absent_rounds = 1;
  start();
  clob_.answer("POST /order", 502, "<html>Bad Gateway</html>");
  int asked = 0;
  clob_.handle("GET /data/order", [&](const net::HttpRequest&, const net::HttpResponder& r) {
    if (++asked <= 3) return r.send(502, "<html>Bad Gateway</html>", "text/html");
    r.send(200, order_state(1, "LIVE", "0"));
  });
  place(1, gtc_buy());
  ASSERT_TRUE(until_event(EventKind::kOrderAccepted));
  EXPECT_EQ(asked, 4);
  EXPECT_EQ(kinds(), (std::vector{EventKind::kOrderUnknown, EventKind::kOrderAccepted}));
  EXPECT_EQ(events_.back().order.status, OrderStatus::kLive);
  EXPECT_EQ(gateway_->unknown_orders(), 0U);
}

TEST_F(OrderLookupTest, DuplicateMeansAnEarlierCopyLives) {
  start();
  clob_.handle("POST /order", [&](const net::HttpRequest&, const net::HttpResponder& r) {
    r.send(400, R"({"error":"order )" + names_[1] + R"( is invalid. Duplicated."})");
  });
  clob_.handle("GET /data/order",
               [&](const net::HttpRequest&, const net::HttpResponder& r) { r.send(200, order_state(1, "LIVE", "0")); });
  place(1, gtc_buy());
  ASSERT_TRUE(until_event(EventKind::kOrderAccepted));
  EXPECT_EQ(events_.front().header.kind, EventKind::kOrderUnknown);
}

TEST_F(OrderLookupTest, DelayedTakerIsFollowedToItsEnd) {
  start();
  accept_orders("delayed");
  int asked = 0;
  clob_.handle("GET /data/order", [&](const net::HttpRequest&, const net::HttpResponder& r) {
    r.send(200, ++asked < 3 ? order_state(1, "DELAYED", "0") : order_state(1, "UNMATCHED", "0"));
  });
  place(1, fak_buy());
  ASSERT_TRUE(until_event(EventKind::kOrderDone));
  EXPECT_EQ(events_.front().order.status, OrderStatus::kDelayed);
  EXPECT_EQ(events_.back().order.status, OrderStatus::kCancelled);
  EXPECT_EQ(events_.back().order.matched, Shares{});
}

// --- cancels

TEST_F(OrderLookupTest, CancelEndsWithTheMatchedAmount) {
  accept_orders("live");
  start();
  place(1, gtc_buy());
  ASSERT_TRUE(until_event(EventKind::kOrderAccepted));
  clob_.handle("DELETE /order", [&](const net::HttpRequest& q, const net::HttpResponder& r) {
    EXPECT_EQ(q.body, R"({"orderID":")" + names_[1] + R"("})");
    r.send(200, R"({"canceled":[")" + names_[1] + R"("],"not_canceled":{}})");
  });
  clob_.handle("GET /data/order", [&](const net::HttpRequest&, const net::HttpResponder& r) {
    r.send(200, order_state(1, "CANCELED", "10"));
  });
  clob_.handle("GET /data/trades", [&](const net::HttpRequest&, const net::HttpResponder& r) {
    r.send(200, R"({"data":[)" + trade("t1", names_[1], "10") + R"(],"next_cursor":"LTE="})");
  });
  gateway_->execute(CancelOrder{OrderId{1}});
  ASSERT_TRUE(until_event(EventKind::kOrderDone));
  EXPECT_EQ(events_.back().order.status, OrderStatus::kCancelled);
  EXPECT_EQ(events_.back().order.matched, Shares::whole(10));
  EXPECT_EQ(all(EventKind::kFill).size(), 1U);
}

TEST_F(OrderLookupTest, AcknowledgedCancelOfAVanishedOrderIsProofAtOnce) {
  accept_orders("live");
  start();
  place(1, gtc_buy());
  ASSERT_TRUE(until_event(EventKind::kOrderAccepted));
  clob_.answer("DELETE /order", 200, R"({"canceled":[")" + names_[1] + R"("],"not_canceled":{}})");
  gateway_->execute(CancelOrder{OrderId{1}});
  ASSERT_TRUE(until_event(EventKind::kOrderDone));
  EXPECT_EQ(events_.back().order.matched, Shares{});
  EXPECT_EQ(clob_.sent("GET /data/order").size(), 1U);
}

TEST_F(OrderLookupTest, CancelInsideTheTakerDelayIsRejected) {
  accept_orders("live");
  start();
  place(1, gtc_buy());
  ASSERT_TRUE(until_event(EventKind::kOrderAccepted));
  clob_.answer("DELETE /order", 200,
               R"({"canceled":[],"not_canceled":{")" + names_[1] +
                   R"(":"cannot cancel because the order is in delayed status"}})");
  gateway_->execute(CancelOrder{OrderId{1}});
  ASSERT_TRUE(until_event(EventKind::kCancelRejected));
  EXPECT_TRUE(all(EventKind::kOrderDone).empty());
}

TEST_F(OrderLookupTest, LostCancelIsSentAgainOnce) {
  accept_orders("live");
  start();
  place(1, gtc_buy());
  ASSERT_TRUE(until_event(EventKind::kOrderAccepted));
  gateway_->execute(CancelOrder{OrderId{1}});  // both answered 500
  ASSERT_TRUE(until_event(EventKind::kCancelRejected));
  EXPECT_EQ(clob_.sent("DELETE /order").size(), 2U);
}

TEST_F(OrderLookupTest, CancelOfAnUnknownIdIsRefusedHere) {
  start();
  gateway_->execute(CancelOrder{OrderId{99}});
  ASSERT_EQ(kinds(), std::vector{EventKind::kCancelRejected});
  EXPECT_EQ(events_[0].order.id, OrderId{99});
}

TEST_F(OrderLookupTest, CancelAllIsRepeatedUntilAcknowledged) {
  accept_orders("live");
  start();
  place(1, gtc_buy());
  ASSERT_TRUE(until_event(EventKind::kOrderAccepted));
  int asked = 0;
  clob_.handle("DELETE /cancel-all", [&](const net::HttpRequest& q, const net::HttpResponder& r) {
    EXPECT_TRUE(q.body.empty());
    if (++asked == 1) return r.send(502, "<html>");
    r.send(200, R"({"canceled":[")" + names_[1] + R"("],"not_canceled":{}})");
  });
  gateway_->execute(CancelAll{});
  ASSERT_TRUE(until_event(EventKind::kOrderDone));
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(events_.back().order.status, OrderStatus::kCancelled);
}

}  // namespace
}  // namespace underround::polymarket
