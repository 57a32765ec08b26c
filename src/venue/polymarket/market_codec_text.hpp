// Wire texts of the market channel -> units, and the events made of them: what both readers of the codec share, so that
// they can differ only in how they find the text (protocol pages 4 and 12.2).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/decimal.hpp"
#include "core/event.hpp"
#include "market/catalogue.hpp"
#include "venue/polymarket/market_codec.hpp"

namespace underround::polymarket::wire {

// A price at which an order can rest: on the 0.0001 grid, strictly between 0 and 1.
[[nodiscard]] inline std::optional<Price> level_price(std::string_view text) noexcept {
  const auto pips = parse_decimal(text, Price::kDecimals);
  if (!pips || *pips <= 0 || *pips >= Price::kPipsPerUsd) return std::nullopt;
  return Price{static_cast<std::int32_t>(*pips)};
}

// Not negative; digits beyond the chain's six decimals are cut.
[[nodiscard]] inline std::optional<Shares> level_size(std::string_view text) noexcept {
  const auto micros = parse_decimal_truncating(text, Shares::kDecimals);
  if (!micros || *micros < 0) return std::nullopt;
  return Shares{*micros};
}

struct Claim {
  Price bid = kNoPrice, ask = kNoPrice;
};

// best_bid / best_ask: "" says nothing; an empty side is bid "0", ask "1" (protocol page 12.2, edge cases). An ask of
// "0" cannot be: nothing is known about that side, and a bid of "0" beside it is filler as well.
[[nodiscard]] inline Claim claim(std::string_view bid_text, std::string_view ask_text) noexcept {
  const auto bid = parse_decimal(bid_text, Price::kDecimals);
  const auto ask = parse_decimal(ask_text, Price::kDecimals);
  Claim out;
  if (bid && *bid >= 0 && *bid < Price::kPipsPerUsd) out.bid = Price{static_cast<std::int32_t>(*bid)};
  if (ask && *ask > 0 && *ask <= Price::kPipsPerUsd) out.ask = Price{static_cast<std::int32_t>(*ask)};
  if (ask && *ask == 0 && out.bid == Price{0}) out.bid = kNoPrice;
  return out;
}

// Unknown (pips 0) when it is none of the venue's six.
[[nodiscard]] inline Tick tick(std::string_view text) noexcept {
  const auto pips = parse_decimal(text, Price::kDecimals);
  if (!pips || *pips <= 0 || *pips > Price::kPipsPerUsd) return Tick{};
  const Tick t{static_cast<std::int32_t>(*pips)};
  return t.known() ? t : Tick{};
}

// Milliseconds since the epoch, at most 13 digits (year 2286).
[[nodiscard]] inline std::optional<Nanos> venue_time(std::string_view text) noexcept {
  if (text.empty() || text.size() > 13) return std::nullopt;
  std::int64_t millis = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    millis = millis * 10 + (c - '0');
  }
  if (millis > 9'000'000'000'000) return std::nullopt;  // nanoseconds would overflow
  return Nanos::from_millis(millis);
}

// Where one frame's events go.
struct Sink {
  std::vector<Event>& out;
  FrameObserver* observer;
  Nanos received;
  std::uint16_t connection;

  // Built in place and member by member: a temporary would be copied in wide loads that cannot be forwarded from the
  // narrow stores just made, and would carry undefined padding into journals.
  Event& append(EventKind kind, std::uint32_t subject) const {
    Event& e = out.emplace_back();
    e.header.time = received;
    e.header.kind = kind;
    e.header.venue = VenueId::kPolymarket;
    e.header.connection = connection;
    e.header.subject = subject;
    return e;
  }
  void gap(InstrumentId instrument) const { append(EventKind::kGap, condition_of(instrument).value); }
  void level(EventKind kind, InstrumentId instrument, Nanos at, Side side, Price price, Shares size, Claim best) const {
    Event& e = append(kind, instrument.value);
    e.level.venue_time = at;
    e.level.size = size;
    e.level.price = price;
    e.level.best_bid = best.bid;
    e.level.best_ask = best.ask;
    e.level.side = side;
  }
};

}  // namespace underround::polymarket::wire
