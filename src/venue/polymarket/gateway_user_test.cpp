#include "venue/polymarket/gateway_user.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "venue/polymarket/gateway_fixture.hpp"

namespace underround::polymarket {
namespace {

class UserStreamTest : public GatewayTest {};

TEST_F(UserStreamTest, FillMayComeBeforeTheAnswerAndTwice) {
  start();
  clob_.handle("POST /order", [&](const net::HttpRequest&, const net::HttpResponder& r) {
    clob_.user.send(trade("t1", names_[1], "50"));
    clob_.user.send("[" + trade("t1", names_[1], "50") + "," + trade("t1", names_[1], "50", "MINED") + "]");
    held_ = r;
  });
  place(1, fak_buy());
  ASSERT_TRUE(until_event(EventKind::kSettlement));
  ASSERT_TRUE(held_.has_value());
  EXPECT_TRUE(all(EventKind::kOrderAccepted).empty());
  held_->send(200, accepted(1, "matched", "25", "50"));
  ASSERT_TRUE(until_event(EventKind::kOrderDone));
  const auto fills = all(EventKind::kFill);
  ASSERT_EQ(fills.size(), 3U);
  EXPECT_EQ(fills[0].fill.fill_id, fills[1].fill.fill_id);
  EXPECT_EQ(fills[0].fill.fill_id, fills[2].fill.fill_id);
  EXPECT_EQ(all(EventKind::kSettlement).at(0).settlement.fill_id, fills[0].fill.fill_id);
  EXPECT_EQ(fills[0].fill.fee, Usd::from_micros(875'000));  // 50 * 0.07 * 0.25
}

TEST_F(UserStreamTest, LostAnswerAfterTheStreamEndedTheOrderIsNotUnknown) {
  start();
  clob_.handle("POST /order", [&](const net::HttpRequest&, const net::HttpResponder& r) {
    clob_.user.send(R"({"event_type":"order","type":"UPDATE","id":")" + names_[1] +
                    R"(","status":"MATCHED","size_matched":"50"})");
    held_ = r;
  });
  place(1, fak_buy());
  ASSERT_TRUE(until_event(EventKind::kOrderDone));
  held_->abort();
  ASSERT_TRUE(until([&] { return gateway_->counters().user_frames > 0 && !held_->answerable(); }));
  accept_orders("live");
  place(2, gtc_buy());
  ASSERT_TRUE(until_event(EventKind::kOrderAccepted));
  EXPECT_TRUE(all(EventKind::kOrderUnknown).empty());
  EXPECT_EQ(gateway_->counters().unknown, 0U);
}

TEST_F(UserStreamTest, SubscribesWithCredentials) {
  start();
  ASSERT_EQ(clob_.user_messages.size(), 1U);
  EXPECT_EQ(clob_.user_messages[0], R"({"auth":{"apiKey":")" + std::string(kApiKey) + R"(","secret":")" +
                                        std::string(kSecret) + R"(","passphrase":")" + std::string(64, 'a') +
                                        R"("},"type":"user"})");
}

TEST_F(UserStreamTest, StreamIsUpOnlyAfterAnAnswer) {
  clob_.answer_pings = false;
  auto gateway = Gateway::make(loop_, settings_, key_, catalogue_, this,
                               {.on_event = [this](const Event& e) { events_.push_back(e); },
                                .on_named = [](OrderId, const Digest&, Nanos) { return true; },
                                .on_action = {}});
  gateway_ = std::move(*gateway);
  gateway_->start();
  ASSERT_TRUE(until([&] { return !clob_.user_messages.empty(); }));
  EXPECT_FALSE(gateway_->user_stream_up());
  EXPECT_TRUE(all(EventKind::kUserStream).empty());
  clob_.user.send("PONG");
  ASSERT_TRUE(until_event(EventKind::kUserStream));
  EXPECT_EQ(events_.back().feed.up, 1);
}

// Blind: said at once. Seeing again: only after the missed trades are in, and open orders are asked about.
TEST_F(UserStreamTest, ReconnectReadsWhatWasMissedBeforeItIsUp) {
  accept_orders("live");
  start();
  place(1, gtc_buy());
  ASSERT_TRUE(until_event(EventKind::kOrderAccepted));
  events_.clear();
  clob_.handle("GET /data/trades", [&](const net::HttpRequest&, const net::HttpResponder& r) {
    r.send(200, R"({"data":[)" + trade("t1", names_[1], "50") + R"(],"next_cursor":"LTE="})");
  });
  clob_.handle("GET /data/order", [&](const net::HttpRequest&, const net::HttpResponder& r) {
    r.send(200, order_state(1, "MATCHED", "50"));
  });
  clob_.user.abort();
  ASSERT_TRUE(until_event(EventKind::kOrderDone));
  const auto streams = all(EventKind::kUserStream);
  ASSERT_EQ(streams.size(), 2U);
  EXPECT_EQ(streams[0].feed.up, 0);
  EXPECT_EQ(streams[1].feed.up, 1);
  EXPECT_EQ(events_.at(0).header.kind, EventKind::kUserStream);
  EXPECT_EQ(events_.at(1).header.kind, EventKind::kFill);
  EXPECT_EQ(events_.back().order.matched, Shares::whole(50));
  EXPECT_EQ(clob_.user_messages.size(), 2U);
}

TEST_F(UserStreamTest, SilentStreamIsBlind) {
  settings_.user_silence = Nanos::from_millis(60);
  settings_.user_ping = Nanos::from_millis(10);
  start();
  clob_.answer_pings = false;
  ASSERT_TRUE(until_event(EventKind::kUserStream));
  EXPECT_EQ(events_.back().feed.up, 0);
}

}  // namespace
}  // namespace underround::polymarket
