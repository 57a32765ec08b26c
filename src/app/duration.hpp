// "500ms", "30s", "15m", "2h" -> Nanos, and the commands' options that say so.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "app/cli.hpp"
#include "core/error.hpp"
#include "core/units.hpp"

namespace underround::cli {

[[nodiscard]] Result<Nanos> parse_duration(std::string_view text);

// The value of option `name`; `otherwise` when it was not given. A bad one is wrong usage that names the option.
[[nodiscard]] std::expected<Nanos, Failure> duration_option(std::string_view name, const std::string& text,
                                                            Nanos otherwise);

}  // namespace underround::cli
