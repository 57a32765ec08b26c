// The engine's picture as the JSON that the page, scripts and dashboard/src/state.ts know. Units are in the key names;
// null means not known. Ids are text: JavaScript numbers end at 2^53.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <span>

#include "core/units.hpp"
#include "engine/engine_view.hpp"
#include "web/equity_history.hpp"

namespace underround::web {

enum class EngineCondition : std::uint8_t {
  kStarting,  // no picture yet
  kRunning,
  kSilent,  // the last picture is older than DashboardOptions::silent_after
};
[[nodiscard]] const char* to_string(EngineCondition condition) noexcept;

// {"type":"state", ...}. `view` null = kStarting. `view_age` = since it was published, wall time. Appends to `out`.
void append_state(fmt::memory_buffer& out, const EngineView* view, EngineCondition condition, Nanos view_age);

// {"type":"history","points":[[time_ms,equity_usd_micros,pnl_usd_micros],...]}
void append_history(fmt::memory_buffer& out, std::span<const EquityHistory::Point> points);

}  // namespace underround::web
