// What a person asked for on the page. Travels from the dashboard thread to the engine's thread through an
// SpscRing<ControlRequest>; the composition root turns it into a control Event, so that it is journalled.
#pragma once

#include <cstdint>
#include <type_traits>

#include "engine/engine_view.hpp"

namespace underround::web {

enum class ControlKind : std::uint8_t {
  kKill,  // cancel everything and stop; becomes EventKind::kKill. Lifting a halt is not possible from the page (law 9).
};

struct ControlRequest {
  ControlKind kind = ControlKind::kKill;
  ViewText<sizeof(Event::Halt::note)> note;  // "web: <reason>"
};
static_assert(std::is_trivially_copyable_v<ControlRequest>);

}  // namespace underround::web
