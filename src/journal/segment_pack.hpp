// A closed segment compressed with zstd, and back.
//   pack_segment("j/00000001.segment", stop)  ->  "j/00000001.segment.zst" instead
// At every moment one of the two files is whole: the packed one gets its name when it is on the disk, and only then the
// plain one goes. Cold threads only.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "core/error.hpp"

namespace underround::journal {

// The age of the file (its time of modification) goes with it. False: `stop` became true, and nothing has changed.
[[nodiscard]] Result<bool> pack_segment(const std::filesystem::path& plain, const std::atomic<bool>& stop);

// kNotFound, or kInvalidInput when it is damaged. At most kMaxSegment: a file that lies cannot ask for all memory.
inline constexpr std::uint64_t kMaxSegment = std::uint64_t{4} << 30;
[[nodiscard]] Result<void> unpack_segment(const std::filesystem::path& packed, std::vector<std::uint8_t>& out);
// As many of its first bytes as `out` has; false when there are not so many, or it is damaged.
[[nodiscard]] bool unpack_head(const std::filesystem::path& packed, std::span<std::uint8_t> out);

}  // namespace underround::journal
