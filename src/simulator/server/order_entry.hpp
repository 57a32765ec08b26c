// POST /order bodies -> venue orders -> the venue's answers (protocol pages 6.5 to 6.8 and 9).
#pragma once

#include <string>

#include "simulator/server/api_keys.hpp"
#include "simulator/server/builder_trades.hpp"
#include "simulator/server/json_value.hpp"
#include "simulator/server/order_wire.hpp"
#include "simulator/server/router.hpp"

namespace underround::simulator {

class OrderEntry {
 public:
  OrderEntry(Venue& venue, ApiKeys& keys, const OrderWire& wire, BuilderTrades& builders)
      : venue_(venue), keys_(keys), wire_(wire), builders_(builders) {}

  static constexpr std::size_t kMaxBatch = 15;
  [[nodiscard]] Reply post_order(const Credentials& by, std::string_view body);
  [[nodiscard]] Reply post_orders(const Credentials& by, std::string_view body);
  [[nodiscard]] std::uint64_t processed() const noexcept { return processed_; }

 private:
  struct Outcome {
    OrderResult result;
    Side side = Side::kBuy;
  };
  [[nodiscard]] Outcome enter(const Credentials& by, const JsonValue& body);
  void append_answer(std::string& out, const Outcome& outcome) const;

  Venue& venue_;
  ApiKeys& keys_;
  const OrderWire& wire_;
  BuilderTrades& builders_;
  std::uint64_t processed_ = 0;
};

// Status of a refusal; 503 with code and Retry-After in post-only mode.
[[nodiscard]] Reply refusal_reply(RejectReason reason, std::string_view text);

}  // namespace underround::simulator
