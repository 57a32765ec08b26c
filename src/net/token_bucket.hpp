// Rate limit: `rate` tokens a second, at most `burst` saved up. Time is passed in; integer arithmetic, so it replays.
//   TokenBucket orders(500, 3500);  if (!orders.take(now)) wait(orders.wait(now));
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/check.hpp"
#include "base/int128.hpp"
#include "core/units.hpp"

namespace underround::net {

class TokenBucket {
 public:
  // Starts full. rate_per_s > 0, burst > 0.
  TokenBucket(std::int64_t rate_per_s, std::int64_t burst) noexcept
      : rate_per_s_(rate_per_s), capacity_(burst * kUnit), level_(burst * kUnit) {
    UR_CHECK(rate_per_s > 0 && burst > 0);
  }

  // True and the tokens are gone, or false and nothing changed. tokens <= burst can always be had in the end.
  [[nodiscard]] bool take(Nanos now, std::int64_t tokens = 1) noexcept {
    refill(now);
    if (level_ < tokens * kUnit) return false;
    level_ -= tokens * kUnit;
    return true;
  }
  // How long until take(tokens) will succeed; 0 = now.
  [[nodiscard]] Nanos wait(Nanos now, std::int64_t tokens = 1) noexcept {
    refill(now);
    const std::int64_t missing = tokens * kUnit - level_;
    return Nanos{missing <= 0 ? 0 : (missing + rate_per_s_ - 1) / rate_per_s_};
  }
  [[nodiscard]] std::int64_t available(Nanos now) noexcept { return refill(now), level_ / kUnit; }
  // The account has moved to another tier. What was saved up stays, within the new burst.
  void set_rate(Nanos now, std::int64_t rate_per_s, std::int64_t burst) noexcept {
    UR_CHECK(rate_per_s > 0 && burst > 0);
    refill(now);
    rate_per_s_ = rate_per_s;
    capacity_ = burst * kUnit;
    level_ = std::min(level_, capacity_);
  }
  // The venue says how many are left (rate-limit headers): never believe more than that.
  void cap(Nanos now, std::int64_t tokens) noexcept {
    refill(now);
    level_ = std::clamp<std::int64_t>(tokens * kUnit, 0, level_);
  }

 private:
  static constexpr std::int64_t kUnit = Nanos::kPerSecond;  // one token = rate * 1 ns, summed over a second
  void refill(Nanos now) noexcept {
    if (now <= last_) return;  // a clock stepped back earns nothing
    if (last_.ns >= 0) {
      const Int128 earned = static_cast<Int128>(now.ns - last_.ns) * rate_per_s_;
      level_ = static_cast<std::int64_t>(std::min<Int128>(capacity_, level_ + earned));
    }
    last_ = now;
  }
  std::int64_t rate_per_s_, capacity_, level_;
  Nanos last_{-1};  // before the first call
};

}  // namespace underround::net
