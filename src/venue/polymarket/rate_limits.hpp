// The venue's per-signer rate limits, followed by its own headers (protocol page 10.2).
//   limits.follow(response.headers, RateLimits::kOrders, now);   if (!limits.orders.take(now)) refuse
// Starts as the Standard tier. `Poly-RateLimit-Tier` moves the buckets to that tier's rates, `Poly-RateLimit-Remaining`
// takes away what the venue says is gone, `Retry-After` on a 429 empties the bucket.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "net/http_message.hpp"
#include "net/token_bucket.hpp"

namespace underround::polymarket {

struct RateTier {
  std::string_view name;
  std::int64_t orders_per_s, orders_burst, cancels_per_s, cancels_burst;
};
// Null for a name we do not know. Case does not matter.
[[nodiscard]] const RateTier* find_rate_tier(std::string_view name) noexcept;
[[nodiscard]] const RateTier& standard_rate_tier() noexcept;

class RateLimits {
 public:
  enum Kind : std::uint8_t { kOrders, kCancels };

  explicit RateLimits(const RateTier& tier = standard_rate_tier())
      : orders(tier.orders_per_s, tier.orders_burst), cancels(tier.cancels_per_s, tier.cancels_burst), tier_(&tier) {}

  // Headers of any answer to an order or cancel request.
  void follow(const net::HttpHeaders& headers, Kind kind, Nanos now) noexcept;

  [[nodiscard]] std::string_view tier() const noexcept { return tier_->name; }
  [[nodiscard]] std::uint64_t warnings() const noexcept { return warnings_; }

  net::TokenBucket orders, cancels;

 private:
  const RateTier* tier_;
  std::uint64_t warnings_ = 0;
};

}  // namespace underround::polymarket
