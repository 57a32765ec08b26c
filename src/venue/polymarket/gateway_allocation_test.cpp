// Law 8: an order and a cancel leave without touching the heap once everything is warm.
#include <gtest/gtest.h>

#include "venue/polymarket/allocation_count.hpp"
#include "venue/polymarket/gateway_fixture.hpp"
#include "venue/polymarket/order_codec.hpp"

namespace underround::polymarket {
namespace {

class GatewayAllocation : public GatewayTest, public ::testing::WithParamInterface<bool> {
 protected:
  // The fixture's own callbacks allocate; these do not.
  void start_quietly() {
    settings_.tier.orders_per_s = settings_.tier.cancels_per_s = 1'000'000;
    settings_.tier.orders_burst = settings_.tier.cancels_burst = 1'000'000;
    settings_.order_timeout = settings_.cancel_timeout = kPatience;
    auto gateway = Gateway::make(loop_, settings_, key_, catalogue_, this,
                                 {.on_event =
                                      [this](const Event& e) {
                                        accepted_ += e.header.kind == EventKind::kOrderAccepted ? 1 : 0;
                                        refused_ += e.header.kind == EventKind::kOrderRejected ? 1 : 0;
                                      },
                                  .on_named =
                                      [this](OrderId, const Digest& digest, Nanos) {
                                        digest_ = digest;
                                        return true;
                                      },
                                  .on_action = {}});
    ASSERT_TRUE(gateway.has_value()) << gateway.error().message;
    gateway_ = std::move(*gateway);
    clob_.handle("POST /order", [this](const net::HttpRequest&, const net::HttpResponder& r) {
      r.send(200, R"({"success":true,"errorMsg":"","orderID":")" + crypto::hex_0x(digest_) + R"(","status":"live"})");
    });
    clob_.handle("DELETE /order", [this](const net::HttpRequest&, const net::HttpResponder& r) {
      ++cancels_;
      r.send(200, R"({"canceled":[],"not_canceled":{}})");
    });
    gateway_->start();
    ASSERT_TRUE(until([&] { return gateway_->user_stream_up(); }));
  }
  // Allocations of placing one order and cancelling it; the answers in between are not counted.
  std::uint64_t place_and_cancel(std::uint64_t id) {
    const Command order = PlaceOrder{RiskGate::approve(OrderId{id}, id % 2 == 0 ? gtc_buy() : fak_buy(), loop_.now())};
    const Command cancel = CancelOrder{OrderId{id}};
    const std::uint64_t before = allocation_count();
    gateway_->execute(order);
    const std::uint64_t placed = allocation_count();
    EXPECT_TRUE(until([&] { return accepted_ == id; }));
    const std::uint64_t answered = allocation_count();
    gateway_->execute(cancel);
    const std::uint64_t total = placed - before + allocation_count() - answered;
    EXPECT_TRUE(until([&] { return cancels_ == id; }));
    return total;
  }

  Digest digest_{};
  std::uint64_t accepted_ = 0, refused_ = 0, cancels_ = 0;
};

TEST_P(GatewayAllocation, PlacingAndCancellingIsFreeOfAllocations) {
  std::unique_ptr<crypto::NoncePool> pool;
  if (GetParam()) pool = crypto::NoncePool::make({.capacity = 64}).value();
  settings_.account.nonces = pool.get();
  start_quietly();
  std::uint64_t id = 1;
  for (; id <= 50; ++id) (void)place_and_cancel(id);
  std::uint64_t allocations = 0;
  for (; id <= 200; ++id) allocations += place_and_cancel(id);
  EXPECT_EQ(allocations, 0U);
  EXPECT_EQ(refused_, 0U);
  EXPECT_EQ(gateway_->counters().sent, 200U);
  if (pool != nullptr) {
    EXPECT_GT(pool->counters().used, 0U);
  }
}

INSTANTIATE_TEST_SUITE_P(Nonces, GatewayAllocation, ::testing::Bool(),
                         [](const auto& p) { return p.param ? "Pool" : "Rfc6979"; });

TEST(OrderDecoderAllocation, AnAcceptedOrderIsReadWithoutAny) {
  OrderDecoder decoder;
  const std::string body = R"({"success":true,"errorMsg":"","orderID":"0x)" + std::string(64, 'a') +
                           R"(","status":"matched","makingAmount":"25","takingAmount":"50"})";
  EXPECT_EQ(decoder.post_order(200, body).outcome, PostOutcome::kMatched);
  const std::uint64_t before = allocation_count();
  EXPECT_EQ(decoder.post_order(200, body).outcome, PostOutcome::kMatched);
  EXPECT_EQ(allocation_count() - before, 0U);
}

}  // namespace
}  // namespace underround::polymarket
