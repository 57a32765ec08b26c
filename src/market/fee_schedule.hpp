// Taker fee of one market: fee = C * r * (p * (1 - p))^e USD, C shares at price p (protocol page 11).
//   FeeSchedule crypto = FeeSchedule::taker(70'000, 1);   crypto.charge(Price{5000}, Shares::whole(100)) == 1.75 USD
// Never a constant in code: read per market. Unknown means the market does not trade (law 4). Makers pay nothing.
#pragma once

#include <cstdint>

#include "core/units.hpp"

namespace underround {

class FeeSchedule {
 public:
  FeeSchedule() = default;  // unknown
  [[nodiscard]] static constexpr FeeSchedule free() noexcept { return FeeSchedule(0, 1); }
  // rate in parts per million (0.07 -> 70,000); exponent 1..4.
  [[nodiscard]] static constexpr FeeSchedule taker(std::int32_t rate_ppm, std::int32_t exponent) noexcept {
    return FeeSchedule(rate_ppm, exponent);
  }
  [[nodiscard]] constexpr bool known() const noexcept { return exponent_ != 0; }
  [[nodiscard]] constexpr std::int32_t rate_ppm() const noexcept { return rate_ppm_; }
  [[nodiscard]] constexpr std::int32_t exponent() const noexcept { return exponent_; }

  // What the venue charges one taker match: rounded half up to 0.00001 USD, less than that is nothing.
  [[nodiscard]] Usd charge(Price price, Shares size) const noexcept;
  // Upper bound for budgets: rounded up.
  [[nodiscard]] Usd budget(Price price, Shares size) const noexcept;
  // Marginal fee of one share in 1e-8 USD (pips squared), exact for exponent 1; rounded up otherwise. Hot.
  [[nodiscard]] std::int64_t per_share_e8(Price price) const noexcept;

  constexpr bool operator==(const FeeSchedule&) const noexcept = default;

 private:
  constexpr FeeSchedule(std::int32_t rate_ppm, std::int32_t exponent) noexcept
      : rate_ppm_(rate_ppm), exponent_(exponent) {}
  std::int32_t rate_ppm_ = 0;
  std::int32_t exponent_ = 0;  // 0 = unknown
};

}  // namespace underround
