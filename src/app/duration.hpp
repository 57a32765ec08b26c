// "500ms", "30s", "15m", "2h" -> Nanos.
#pragma once

#include <string_view>

#include "core/error.hpp"
#include "core/units.hpp"

namespace underround::cli {

[[nodiscard]] Result<Nanos> parse_duration(std::string_view text);

}  // namespace underround::cli
