// ISO-8601 text to nanoseconds since the epoch, as venues write it:
//   "2026-02-24T02:03:36.103238Z"   "2026-04-05 19:37:33+00"   "2026-03-11T21:41:49.524648+00:00"   "2026-03-31"
// Calendar arithmetic only, no locale, no clock. Cold path.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/units.hpp"

namespace underround {

// nullopt on anything else, on impossible dates, and on years outside 1970..2261.
[[nodiscard]] std::optional<Nanos> parse_iso_time(std::string_view text) noexcept;
[[nodiscard]] std::string iso_time_text(Nanos at);  // "2026-04-29T02:10:43Z"

}  // namespace underround
