#include "venue/polymarket/rate_limits.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/decimal.hpp"

namespace underround::polymarket {
namespace {

constexpr std::array kTiers{
    RateTier{"Standard", 40, 60, 80, 120},     RateTier{"Copper", 60, 90, 120, 180},
    RateTier{"Bronze", 80, 120, 160, 240},     RateTier{"Silver", 200, 300, 400, 600},
    RateTier{"Gold", 400, 600, 800, 1200},     RateTier{"Platinum", 450, 675, 900, 1350},
    RateTier{"Diamond", 525, 787, 1050, 1575}, RateTier{"Elite", 600, 900, 1200, 1800},
};

bool same_word(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

const RateTier* find_rate_tier(std::string_view name) noexcept {
  const auto it = std::ranges::find_if(kTiers, [&](const RateTier& tier) { return same_word(tier.name, name); });
  return it == kTiers.end() ? nullptr : &*it;
}

const RateTier& standard_rate_tier() noexcept { return kTiers.front(); }

void RateLimits::follow(const net::HttpHeaders& headers, Kind kind, Nanos now) noexcept {
  const RateTier* const tier = find_rate_tier(headers.get("Poly-RateLimit-Tier"));
  if (tier != nullptr && tier != tier_) {
    tier_ = tier;
    orders.set_rate(now, tier->orders_per_s, tier->orders_burst);
    cancels.set_rate(now, tier->cancels_per_s, tier->cancels_burst);
  }
  if (!headers.get("Poly-RateLimit-Warning").empty()) ++warnings_;
  const auto remaining = parse_decimal_truncating(headers.get("Poly-RateLimit-Remaining"), 0);
  if (remaining) (kind == kOrders ? orders : cancels).cap(now, std::max<std::int64_t>(0, *remaining));
}

}  // namespace underround::polymarket
