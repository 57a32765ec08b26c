// What this binary is. Set by the build.
#pragma once

#include <string_view>

namespace underround {

[[nodiscard]] std::string_view version() noexcept;     // "0.1.0"
[[nodiscard]] std::string_view build_info() noexcept;  // compiler and build type: "GCC 12.2.0, Release"

}  // namespace underround
