// Members of a .zip file (.npz of numpy is one): stored or deflated, also beyond 4 GB; read as streams.
//   const auto members = read_zip(path).value();   auto bytes = open_zip_member(path, members[0]).value();
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backtest/capture_input.hpp"
#include "core/error.hpp"

namespace underround::backtest {

struct ZipMember {
  std::string name;
  std::uint16_t method = 0;  // 0 stored, 8 deflated
  std::uint32_t crc = 0;
  std::uint64_t packed = 0, size = 0;  // bytes in the file, and unpacked
  std::uint64_t offset = 0;            // of its local header
};

[[nodiscard]] bool is_zip(std::string_view head) noexcept;
// The central directory's own bytes. Refuses what is cut off or contradicts itself.
[[nodiscard]] Result<std::vector<ZipMember>> parse_zip_directory(std::string_view directory);
[[nodiscard]] Result<std::vector<ZipMember>> read_zip(const std::filesystem::path& path);
// Ends in an error when the data is damaged, ends early or its checksum differs.
[[nodiscard]] Result<std::unique_ptr<ByteStream>> open_zip_member(const std::filesystem::path& path,
                                                                  const ZipMember& member);

}  // namespace underround::backtest
