// Fixed-point money: the only types in which an order, a balance or a limit may be expressed (law 2).
//   Price  1 pip    = 0.0001 USD per share; covers every Polymarket and Kalshi tick. 0..10000 for an outcome token.
//   Shares 1 micro  = 0.000001 share (the chain's base unit)
//   Usd    1 micro  = 0.000001 USD   (pUSD's base unit)
//   Nanos  nanoseconds since the Unix epoch, or a duration in nanoseconds
//   Price p = Price::from_pips(5200);  Usd cost = notional(p, Shares::whole(10), Rounding::kUp);
#pragma once

#include <compare>
#include <cstdint>

#include "base/check.hpp"
#include "base/int128.hpp"

namespace underround {

struct Price {
  std::int32_t pips = 0;
  static constexpr std::int32_t kPipsPerUsd = 10'000;
  static constexpr int kDecimals = 4;
  [[nodiscard]] static constexpr Price from_pips(std::int32_t pips) noexcept { return Price{pips}; }
  // The same book seen from the other outcome of a binary condition: 1 - p (law 3).
  [[nodiscard]] constexpr Price complement() const noexcept { return Price{kPipsPerUsd - pips}; }
  [[nodiscard]] constexpr double to_double() const noexcept { return pips / 10'000.0; }
  constexpr auto operator<=>(const Price&) const noexcept = default;
  constexpr Price operator+(Price o) const noexcept { return Price{pips + o.pips}; }
  constexpr Price operator-(Price o) const noexcept { return Price{pips - o.pips}; }
};
inline constexpr Price kOneUsd{Price::kPipsPerUsd};

struct Shares {
  std::int64_t micros = 0;
  static constexpr std::int64_t kMicrosPerShare = 1'000'000;
  static constexpr int kDecimals = 6;
  // The venue's order sizes have two decimals: 1 lot = 0.01 share.
  static constexpr std::int64_t kMicrosPerLot = 10'000;
  [[nodiscard]] static constexpr Shares from_micros(std::int64_t micros) noexcept { return Shares{micros}; }
  [[nodiscard]] static constexpr Shares whole(std::int64_t shares) noexcept { return Shares{shares * kMicrosPerShare}; }
  [[nodiscard]] constexpr Shares floor_to_lot() const noexcept { return Shares{micros - micros % kMicrosPerLot}; }
  [[nodiscard]] constexpr double to_double() const noexcept { return static_cast<double>(micros) / 1e6; }
  constexpr auto operator<=>(const Shares&) const noexcept = default;
  constexpr Shares operator+(Shares o) const noexcept { return Shares{micros + o.micros}; }
  constexpr Shares operator-(Shares o) const noexcept { return Shares{micros - o.micros}; }
  constexpr Shares& operator+=(Shares o) noexcept { return micros += o.micros, *this; }
  constexpr Shares& operator-=(Shares o) noexcept { return micros -= o.micros, *this; }
};

struct Usd {
  std::int64_t micros = 0;
  static constexpr std::int64_t kMicrosPerUsd = 1'000'000;
  static constexpr int kDecimals = 6;
  [[nodiscard]] static constexpr Usd from_micros(std::int64_t micros) noexcept { return Usd{micros}; }
  [[nodiscard]] static constexpr Usd whole(std::int64_t usd) noexcept { return Usd{usd * kMicrosPerUsd}; }
  [[nodiscard]] constexpr double to_double() const noexcept { return static_cast<double>(micros) / 1e6; }
  constexpr auto operator<=>(const Usd&) const noexcept = default;
  constexpr Usd operator+(Usd o) const noexcept { return Usd{micros + o.micros}; }
  constexpr Usd operator-(Usd o) const noexcept { return Usd{micros - o.micros}; }
  constexpr Usd operator-() const noexcept { return Usd{-micros}; }
  constexpr Usd& operator+=(Usd o) noexcept { return micros += o.micros, *this; }
  constexpr Usd& operator-=(Usd o) noexcept { return micros -= o.micros, *this; }
};

struct Nanos {
  std::int64_t ns = 0;
  static constexpr std::int64_t kPerMilli = 1'000'000;
  static constexpr std::int64_t kPerSecond = 1'000'000'000;
  [[nodiscard]] static constexpr Nanos from_millis(std::int64_t ms) noexcept { return Nanos{ms * kPerMilli}; }
  [[nodiscard]] static constexpr Nanos from_seconds(std::int64_t s) noexcept { return Nanos{s * kPerSecond}; }
  [[nodiscard]] constexpr std::int64_t millis() const noexcept { return ns / kPerMilli; }
  [[nodiscard]] constexpr std::int64_t seconds() const noexcept { return ns / kPerSecond; }
  constexpr auto operator<=>(const Nanos&) const noexcept = default;
  constexpr Nanos operator+(Nanos o) const noexcept { return Nanos{ns + o.ns}; }
  constexpr Nanos operator-(Nanos o) const noexcept { return Nanos{ns - o.ns}; }
  constexpr Nanos& operator+=(Nanos o) noexcept { return ns += o.ns, *this; }
};

enum class Rounding : std::uint8_t { kDown, kUp };

// price * size in micro-USD, rounded towards the named side. Both non-negative. Exact whenever the result is.
[[nodiscard]] constexpr Usd notional(Price price, Shares size, Rounding rounding) noexcept {
  const Int128 product = static_cast<Int128>(price.pips) * size.micros;
  const Int128 pad = rounding == Rounding::kUp ? Price::kPipsPerUsd - 1 : 0;
  return Usd{static_cast<std::int64_t>((product + pad) / Price::kPipsPerUsd)};
}

// How many shares `budget` buys at `price`, rounded down to 0.01 share. price > 0.
[[nodiscard]] constexpr Shares affordable(Usd budget, Price price) noexcept {
  UR_CHECK(price.pips > 0);
  if (budget.micros <= 0) return Shares{};
  const Int128 micros = static_cast<Int128>(budget.micros) * Price::kPipsPerUsd / price.pips;
  return Shares{static_cast<std::int64_t>(micros)}.floor_to_lot();
}

// The price grid of a market. Stored as pips per tick: 0.1, 0.01, 0.005, 0.0025, 0.001, 0.0001 (protocol page 6.6).
struct Tick {
  std::int32_t pips = 0;  // 0 = unknown
  [[nodiscard]] constexpr bool known() const noexcept {
    return pips == 1000 || pips == 100 || pips == 50 || pips == 25 || pips == 10 || pips == 1;
  }
  [[nodiscard]] constexpr bool holds(Price price) const noexcept { return pips > 0 && price.pips % pips == 0; }
  [[nodiscard]] constexpr Price floor(Price price) const noexcept { return Price{price.pips - price.pips % pips}; }
  [[nodiscard]] constexpr Price ceil(Price price) const noexcept { return floor(Price{price.pips + pips - 1}); }
  // Orders may rest at [tick, 1 - tick].
  [[nodiscard]] constexpr bool tradable(Price price) const noexcept {
    return holds(price) && price.pips >= pips && price.pips <= Price::kPipsPerUsd - pips;
  }
  constexpr bool operator==(const Tick&) const noexcept = default;
};
inline constexpr Tick kTick01{1000}, kTick001{100}, kTick0005{50}, kTick00025{25}, kTick0001{10}, kTick00001{1};

enum class Side : std::uint8_t { kBuy = 0, kSell = 1 };
[[nodiscard]] constexpr Side opposite(Side side) noexcept { return side == Side::kBuy ? Side::kSell : Side::kBuy; }
[[nodiscard]] constexpr const char* to_string(Side side) noexcept { return side == Side::kBuy ? "BUY" : "SELL"; }

}  // namespace underround
