// Members of a tar archive held in memory (ustar and GNU long names; regular files only).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace underround::backtest {

struct TarMember {
  std::string name;
  std::string_view content;  // into the archive's bytes
};

// True when the first 512 bytes look like a tar header.
[[nodiscard]] bool is_tar(std::string_view head) noexcept;

[[nodiscard]] Result<std::vector<TarMember>> read_tar(std::string_view archive);

}  // namespace underround::backtest
