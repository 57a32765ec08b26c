// The recordings a command was given, as native recordings: folders as they are, other files imported into a temporary
// folder that goes away with this object.
//   auto data = RecordedData::open(paths);   data->folders()
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "base/temporary_folder.hpp"
#include "core/error.hpp"

namespace underround {

class RecordedData {
 public:
  [[nodiscard]] static Result<RecordedData> open(std::span<const std::filesystem::path> paths);

  [[nodiscard]] const std::vector<std::filesystem::path>& folders() const noexcept { return folders_; }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  RecordedData() = default;
  std::vector<std::filesystem::path> folders_;
  std::optional<TemporaryFolder> temporary_;
  std::uint64_t bytes_ = 0;
};

}  // namespace underround
