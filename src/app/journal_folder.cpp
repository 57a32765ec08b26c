#include "app/journal_folder.hpp"

#include <fmt/format.h>

namespace underround {

Result<journal::JournalReader> open_journal(const std::filesystem::path& folder) {
  auto reader = journal::JournalReader::open(folder);
  if (!reader || reader->segments() == 0) return std::unexpected(no_journal_in(folder));
  return reader;
}

Error no_journal_in(const std::filesystem::path& folder) {
  std::error_code error;
  std::string words = std::filesystem::is_directory(folder, error)
                          ? "holds no journal (no file *.segment or *.segment.zst)"
                          : "is no folder";
  const std::filesystem::path below = folder / "journal";
  const auto files = journal::segment_files(below);
  if (files && !files->empty()) words += fmt::format("; {} does: name that", below.string());
  return {ErrorCode::kNotFound, fmt::format("{} {}", folder.string(), words)};
}

}  // namespace underround
