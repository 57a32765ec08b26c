// Whole files as text, with errors that say what to do.
#pragma once

#include <string>
#include <string_view>

#include "core/error.hpp"

namespace underround {

[[nodiscard]] Result<std::string> read_text(const std::string& path);
[[nodiscard]] Result<void> write_text(const std::string& path, std::string_view text);

}  // namespace underround
