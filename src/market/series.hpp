// Crypto up/down windows whose slugs can be computed before the venue lists them (protocol page 14.1):
//   upcoming_windows({"btc", UpDownSpan::k5Minutes}, now, 3)
//     -> "btc-updown-5m-1773307200" [start, start + 300 s), and the two after it
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/units.hpp"

namespace underround {

enum class UpDownSpan : std::uint8_t { k5Minutes, k15Minutes };

[[nodiscard]] constexpr Nanos length_of(UpDownSpan span) noexcept {
  return Nanos::from_seconds(span == UpDownSpan::k5Minutes ? 300 : 900);
}

struct UpDownSeries {
  std::string asset;  // lower case: btc, eth, sol, xrp, bnb, doge
  UpDownSpan span = UpDownSpan::k5Minutes;
  bool operator==(const UpDownSeries&) const = default;
};

struct UpDownWindow {
  UpDownSeries series;
  std::string slug;
  Nanos start_at;  // a multiple of the span since the Unix epoch
  Nanos end_at;    // exclusive: the window resolves here
};

// The window that contains `now`, then the following ones; `count` in all. `now` not negative.
[[nodiscard]] std::vector<UpDownWindow> upcoming_windows(const UpDownSeries& series, Nanos now, std::size_t count);

// The window a slug names; nullopt for any other slug or a start that is not on the span's grid.
[[nodiscard]] std::optional<UpDownWindow> parse_updown_slug(std::string_view slug);

}  // namespace underround
