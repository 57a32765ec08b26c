// The body of POST /api/kill: {"reason":"..."}.
#pragma once

#include <string_view>

#include "core/error.hpp"
#include "web/control_request.hpp"

namespace underround::web {

// The reason must be there and say something (law 9: it is journalled); it is cut to what the note holds.
[[nodiscard]] Result<ControlRequest> parse_kill_request(std::string_view body);

}  // namespace underround::web
