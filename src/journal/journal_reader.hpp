// A whole journal, oldest record first; nothing is changed, and the writer may be at work meanwhile.
//   auto reader = JournalReader::open("var/journal").value();   while (auto r = reader.next()) use(*r);
//   reader.problem()   // "" or why it ended early
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "journal/record.hpp"

namespace underround::journal {

// Segment files of a folder in their order. kNotFound when there is no such folder.
[[nodiscard]] Result<std::vector<std::filesystem::path>> segment_files(const std::filesystem::path& folder);

class JournalReader {
 public:
  [[nodiscard]] static Result<JournalReader> open(const std::filesystem::path& folder);
  JournalReader(JournalReader&&) noexcept;
  JournalReader& operator=(JournalReader&&) noexcept;
  ~JournalReader();

  // The payload is good until the next call.
  [[nodiscard]] std::optional<Record> next();
  // After the end: "" for a clean one or a tail that a crash tore (torn_bytes), else what is wrong, where, and what to
  // do about it.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  [[nodiscard]] std::uint64_t torn_bytes() const noexcept { return torn_bytes_; }
  [[nodiscard]] std::size_t segments() const noexcept { return files_.size(); }
  [[nodiscard]] const std::filesystem::path& segment() const noexcept { return files_[index_]; }

 private:
  struct Mapped;
  explicit JournalReader(std::vector<std::filesystem::path> files);
  [[nodiscard]] bool open_segment();
  std::vector<std::filesystem::path> files_;
  std::size_t index_ = 0;
  std::unique_ptr<Mapped> mapped_;
  std::uint64_t next_sequence_ = 0;  // 0 = the first record's
  std::uint64_t torn_bytes_ = 0;
  std::string problem_;
};

}  // namespace underround::journal
