// JSON text for what the commands print.
#pragma once

#include <string>
#include <string_view>

namespace underround {

// Quoted and escaped; bytes that are not UTF-8 become U+FFFD, so that the output is always valid JSON.
[[nodiscard]] std::string json_string(std::string_view text);

}  // namespace underround
