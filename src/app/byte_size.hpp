// "500MB", "20GB", "1TB" -> bytes. Thousands, as disks are sold.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/error.hpp"

namespace underround::cli {

[[nodiscard]] Result<std::uint64_t> parse_byte_size(std::string_view text);

}  // namespace underround::cli
