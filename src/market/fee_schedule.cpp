#include "market/fee_schedule.hpp"

#include "base/check.hpp"
#include "base/int128.hpp"

namespace underround {
namespace {

// rate * (p (1-p))^e per share, numerator over a power of ten chosen so that everything is an integer:
// rate_ppm / 1e6 * (pips * (1e4 - pips) / 1e8)^e.
struct Ratio {
  Int128 numerator;
  Int128 denominator;
};

Ratio per_share(std::int32_t rate_ppm, std::int32_t exponent, Price price) noexcept {
  UR_CHECK(exponent >= 1 && exponent <= 4);
  const std::int64_t variance = static_cast<std::int64_t>(price.pips) * (Price::kPipsPerUsd - price.pips);
  // (p(1-p))^e at 1e8 each; beyond e = 1 keep 1e8 resolution a step (relative error < 1e-7, rounded up).
  std::int64_t powered = variance;
  for (std::int32_t i = 1; i < exponent; ++i) {
    powered = static_cast<std::int64_t>((static_cast<Int128>(powered) * variance + 99'999'999) / 100'000'000);
  }
  return {static_cast<Int128>(rate_ppm) * powered, static_cast<Int128>(1'000'000) * 100'000'000};
}

}  // namespace

Usd FeeSchedule::charge(Price price, Shares size) const noexcept {
  if (rate_ppm_ == 0) return Usd{};
  const Ratio r = per_share(rate_ppm_, exponent_, price);
  // micro-USD = micros * ratio; quantum 0.00001 USD = 10 micro-USD.
  const Int128 quantum = r.denominator * 10;
  const Int128 fee = static_cast<Int128>(size.micros) * r.numerator;
  return Usd{static_cast<std::int64_t>((fee + quantum / 2) / quantum) * 10};
}

Usd FeeSchedule::budget(Price price, Shares size) const noexcept {
  if (rate_ppm_ == 0) return Usd{};
  const Ratio r = per_share(rate_ppm_, exponent_, price);
  const Int128 quantum = r.denominator * 10;
  const Int128 fee = static_cast<Int128>(size.micros) * r.numerator;
  return Usd{static_cast<std::int64_t>((fee + quantum - 1) / quantum) * 10};
}

std::int64_t FeeSchedule::per_share_e8(Price price) const noexcept {
  if (rate_ppm_ == 0) return 0;
  const Ratio r = per_share(rate_ppm_, exponent_, price);
  return static_cast<std::int64_t>((r.numerator * 100'000'000 + r.denominator - 1) / r.denominator);
}

}  // namespace underround
