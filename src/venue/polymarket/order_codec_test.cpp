#include "venue/polymarket/order_codec.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <array>
#include <string>

#include "crypto/encoding.hpp"

namespace underround::polymarket {
namespace {

constexpr std::string_view kId = "0x6ccdb67af37de60a486a060b108939826f5b5df43a887c9a769956513152b4d2";

Digest digest(std::string_view text) {
  Digest out{};
  EXPECT_TRUE(crypto::decode_hex(text, out));
  return out;
}

class OrderDecoderTest : public ::testing::Test {
 protected:
  OrderDecoder decoder_;
};

TEST_F(OrderDecoderTest, AcceptedAnswers) {
  PostResult live = decoder_.post_order(200, R"({"success":true,"errorMsg":"","orderID":")" + std::string(kId) +
                                                 R"(","status":"live","makingAmount":"","takingAmount":""})");
  EXPECT_EQ(live.outcome, PostOutcome::kLive);
  EXPECT_EQ(live.order_id, digest(kId));
  EXPECT_EQ(live.making_micros, -1);

  // Recorded on the venue, 20 Jan 2026 (order id as sent): amounts are whole dollars and shares.
  PostResult matched = decoder_.post_order(
      200,
      R"({"errorMsg":"","orderID":"0x300b6f4a853408b38846aee01695d25ff0da109a1072fea577f067fbb67bb80f","takingAmount":"5","makingAmount":"2.65","status":"matched","transactionsHashes":["0x6b"],"success":true})");
  EXPECT_EQ(matched.outcome, PostOutcome::kMatched);
  EXPECT_EQ(matched.making_micros, 2'650'000);
  EXPECT_EQ(matched.taking_micros, 5'000'000);

  EXPECT_EQ(decoder_
                .post_order(200, R"({"success":true,"errorMsg":null,"orderID":")" + std::string(kId) +
                                     R"(","status":"delayed","makingAmount":"","takingAmount":""})")
                .outcome,
            PostOutcome::kDelayed);
}

TEST_F(OrderDecoderTest, UnmatchedIsARejection) {
  const PostResult r = decoder_.post_order(
      200, R"({"success":true,"errorMsg":"","orderID":")" + std::string(kId) + R"(","status":"unmatched"})");
  EXPECT_EQ(r.outcome, PostOutcome::kRejected);
  EXPECT_EQ(r.refusal.reason, RejectReason::kUnmatched);
}

TEST_F(OrderDecoderTest, BatchWithOneBadLeg) {
  const auto legs = decoder_.post_orders(
      200,
      R"([{"success":true,"errorMsg":"","orderID":")" + std::string(kId) +
          R"(","status":"live","makingAmount":"","takingAmount":""},{"success":true,"errorMsg":"not enough balance / allowance","orderID":"","status":"","makingAmount":"","takingAmount":""}])");
  ASSERT_EQ(legs.size(), 2U);
  EXPECT_EQ(legs[0].outcome, PostOutcome::kLive);
  EXPECT_EQ(legs[1].outcome, PostOutcome::kRejected);
  EXPECT_EQ(legs[1].refusal.reason, RejectReason::kBalance);
}

// Whatever cannot be read as an acceptance or a known refusal may have reached the matching engine.
TEST_F(OrderDecoderTest, UnreadableAnswersAreUnknownNotRejected) {
  for (const std::string_view body :
       {"", "<html>502 Bad Gateway</html>", "null", "{}", "[]", "{\"success\":true}", "{\"success\":true,", "OK",
        "{\"success\":true,\"errorMsg\":\"\",\"orderID\":\"0x12\",\"status\":\"live\"}"}) {
    EXPECT_EQ(decoder_.post_order(200, body).outcome, PostOutcome::kUnknown) << body;
    EXPECT_EQ(decoder_.post_order(502, body).outcome, PostOutcome::kUnknown) << body;
  }
  EXPECT_EQ(decoder_.post_order(500, R"({"error":"Internal server error"})").outcome, PostOutcome::kUnknown);
  EXPECT_EQ(decoder_.post_order(500, R"({"error":"order timed out"})").outcome, PostOutcome::kUnknown);
  EXPECT_EQ(decoder_.post_order(400, R"({"error":"order 0x1 is invalid. Duplicated."})").outcome,
            PostOutcome::kUnknown);
  // An HTML page of the CDN under 4xx never reached the venue.
  EXPECT_EQ(decoder_.post_order(403, "<html>blocked</html>").outcome, PostOutcome::kRejected);
  EXPECT_EQ(decoder_.post_order(429, "<html>slow down</html>").refusal.reason, RejectReason::kRateLimited);
}

TEST_F(OrderDecoderTest, RetryAfterFromBodyBeatsHeader) {
  const PostResult r = decoder_.post_order(
      503,
      R"({"error":"post-only mode: only post-only orders and cancels are allowed","code":"post_only_mode","retry_after_seconds":87})",
      Nanos::from_seconds(5));
  EXPECT_EQ(r.outcome, PostOutcome::kRejected);
  EXPECT_EQ(r.refusal.reason, RejectReason::kPostOnlyMode);
  EXPECT_EQ(r.refusal.retry_after, Nanos::from_seconds(87));
  EXPECT_EQ(decoder_.post_order(429, "{}", Nanos::from_seconds(5)).refusal.retry_after, Nanos::from_seconds(5));
}

TEST_F(OrderDecoderTest, Cancels) {
  using Why = CancelResult::NotCanceled::Why;
  const std::string other = "0x" + std::string(64, '1');
  const auto result = [&](const std::string& reason) {
    return decoder_.cancel(
        200, R"({"canceled":[")" + std::string(kId) + R"("],"not_canceled":{")" + other + R"(":")" + reason + R"("}})");
  };
  const CancelResult r = result("already canceled or matched");
  ASSERT_TRUE(r.readable);
  EXPECT_EQ(r.canceled, std::vector<Digest>{digest(kId)});
  ASSERT_EQ(r.not_canceled.size(), 1U);
  EXPECT_EQ(r.not_canceled[0].order, digest(other));
  EXPECT_EQ(r.not_canceled[0].why, Why::kEnded);
  EXPECT_EQ(result("order not found").not_canceled[0].why, Why::kNotFound);
  EXPECT_EQ(result("cannot cancel because the order is in delayed status").not_canceled[0].why, Why::kDelayed);
  EXPECT_EQ(result("whatever").not_canceled[0].why, Why::kOther);
  EXPECT_FALSE(decoder_.cancel(502, "<html>").readable);
  const CancelResult refused = decoder_.cancel(401, R"({"error":"Unauthorized/Invalid api key"})");
  EXPECT_FALSE(refused.readable);
  EXPECT_EQ(refused.refusal.reason, RejectReason::kAuth);
}

TEST_F(OrderDecoderTest, Lookups) {
  using State = OrderLookup::State;
  const auto state = [&](int status, std::string_view body) { return decoder_.lookup(status, body).state; };
  for (const std::string_view absent : {"", "null", "{}", "  \n"}) EXPECT_EQ(state(200, absent), State::kAbsent);
  EXPECT_EQ(state(404, R"({"error":"order not found"})"), State::kAbsent);
  EXPECT_EQ(state(404, "<html>"), State::kUnreadable);
  EXPECT_EQ(state(502, "null"), State::kUnreadable);
  EXPECT_EQ(state(200, "<html>"), State::kUnreadable);
  EXPECT_EQ(state(200, R"({"error":"context canceled"})"), State::kUnreadable);
  EXPECT_EQ(state(200, R"({"id":"0x1","status":"ORDER_STATUS_LIVE","size_matched":"0"})"), State::kOpen);
  EXPECT_EQ(state(200, R"({"id":"0x1","status":"CANCELED_by user"})"), State::kCancelled);
  EXPECT_EQ(state(200, R"({"id":"0x1","status":"NEW_WORD"})"), State::kUnreadable);
  // Recorded on the venue, 20 Jan 2026, 40 ms after a FAK: the order is still there, with its end.
  const OrderLookup recorded = decoder_.lookup(
      200,
      R"({"id":"0x300b6f4a853408b38846aee01695d25ff0da109a1072fea577f067fbb67bb80f","status":"MATCHED","owner":"REDACTED","asset_id":"26310511444966676152901239545213464869875480698266972830365142324057733576025","side":"BUY","original_size":"5","size_matched":"5","price":"0.53","expiration":"0","order_type":"FAK","associate_trades":["9a34f42f-492d-4e10-a1cb-151f71451f98"],"created_at":1768944180})");
  EXPECT_EQ(recorded.state, State::kMatched);
  EXPECT_EQ(recorded.matched, Shares::whole(5));
  EXPECT_EQ(recorded.trade_ids, std::vector<std::string>{"9a34f42f-492d-4e10-a1cb-151f71451f98"});
}

TEST(OrderEncoding, CancelBodies) {
  std::array<char, kCancelBody> one;
  EXPECT_EQ(encode_cancel(digest(kId), one), R"({"orderID":")" + std::string(kId) + R"("})");
  const std::array<Digest, 2> ids{digest(kId), Digest{}};
  std::string buffer(cancels_size(ids.size()), '\0');
  EXPECT_EQ(encode_cancels(ids, buffer), R"([")" + std::string(kId) + R"(","0x)" + std::string(64, '0') + R"("])");
}

TEST(OrderEncoding, BatchIsTheOrdersInBrackets) {
  Order order;
  const std::array<std::uint8_t, 65> signature{};
  const PostOrder post{
      .order = &order, .maker = "m", .signer = "s", .signature = signature, .owner = "o", .tif = TimeInForce::kFak};
  std::array<char, kMaxOrderBody> one;
  const std::string single(encode_order(post, one));
  std::string buffer(kMaxBatchBody, '\0');
  const std::array<PostOrder, 2> posts{post, post};
  EXPECT_EQ(encode_orders(posts, buffer), "[" + single + "," + single + "]");
}

TEST(OrderEncoding, LargestBodyFits) {
  Order order;
  order.salt = ~0ULL;
  order.token_id.bytes.fill(0xff);
  order.amounts = {~0ULL, ~0ULL};
  order.timestamp_ms = ~0ULL;
  const std::array<std::uint8_t, SignatureBytes::kMax> signature{};
  std::array<char, kMaxOrderBody> buffer;
  const std::string owner(64, 'o');
  const std::string address(42, 'a');
  EXPECT_LT(encode_order({.order = &order,
                          .maker = address,
                          .signer = address,
                          .signature = signature,
                          .owner = owner,
                          .expiration_s = ~0ULL},
                         buffer)
                .size(),
            kMaxOrderBody);
}

}  // namespace
}  // namespace underround::polymarket
