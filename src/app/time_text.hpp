// Moments as people write them: "2026-04-29", "2026-04-29T02:10:43.5Z" (market/iso_time.hpp), or seconds, milliseconds
// or nanoseconds since 1970. UTC.
#pragma once

#include <string_view>

#include "core/error.hpp"
#include "core/units.hpp"

namespace underround::cli {

[[nodiscard]] Result<Nanos> parse_moment(std::string_view text);

}  // namespace underround::cli
