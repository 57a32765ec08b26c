// Small texts of the wire: prices, sizes, times, cursors, status names. Written from the protocol page, on purpose not
// shared with the client's codecs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/order_types.hpp"
#include "core/units.hpp"
#include "simulator/types.hpp"

namespace underround::simulator {

[[nodiscard]] std::string price_text(Price price);
[[nodiscard]] std::string shares_text(Shares shares);
[[nodiscard]] std::string usd_text(Usd usd);
[[nodiscard]] std::string tick_text(Tick tick);
[[nodiscard]] std::string millis_text(Nanos time);
[[nodiscard]] std::string seconds_text(Nanos time);
[[nodiscard]] std::string iso_time(Nanos time);        // 2026-11-20T00:00:00Z; "" for 0
[[nodiscard]] std::string iso_date(Nanos time);        // 2026-11-20; "" for 0
[[nodiscard]] std::string game_time_text(Nanos time);  // 2026-04-05 15:10:00+00, as Gamma's gameStartTime; "" for 0
[[nodiscard]] std::optional<Nanos> parse_time_filter(std::string_view text);  // ISO, a date, or unix seconds

// Offset cursors of the CLOB: MA== is the start, LTE= the end (protocol page 7).
inline constexpr std::string_view kEndCursor = "LTE=";
[[nodiscard]] std::string offset_cursor(std::size_t offset);
[[nodiscard]] std::optional<std::size_t> parse_offset_cursor(std::string_view cursor);  // "" is the start

[[nodiscard]] const char* settlement_text(SettlementStatus status) noexcept;  // MATCHED, MINED, ...
[[nodiscard]] std::optional<Digest> parse_digest(std::string_view text);      // 0x + 64 hex
[[nodiscard]] std::string lower(std::string_view text);

}  // namespace underround::simulator
