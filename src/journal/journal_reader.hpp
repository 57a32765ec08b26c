// A whole journal, oldest record first; nothing is changed, and the writer may be at work meanwhile. Packed segments
// are unpacked one at a time. A journal need not begin with record 1: old segments may have been deleted.
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
#include "journal/segment_file.hpp"

namespace underround::journal {

class JournalReader {
 public:
  // From the record of that sequence on: segments that end before it are not looked at.
  [[nodiscard]] static Result<JournalReader> open(const std::filesystem::path& folder, std::uint64_t from = 0);

  // The payload is good until the next call.
  [[nodiscard]] std::optional<Record> next();
  // After the end: "" for a clean one or a tail that a crash tore (torn_bytes), else what is wrong, where, and what to
  // do about it.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  [[nodiscard]] std::uint64_t torn_bytes() const noexcept { return torn_bytes_; }  // of the last segment
  [[nodiscard]] std::size_t segments() const noexcept { return files_.size(); }
  [[nodiscard]] const std::filesystem::path& segment() const noexcept { return files_[index_]; }
  // Of the record that would follow, once next() has come to an end; 0 when there is not even a head of a segment.
  [[nodiscard]] std::uint64_t next_sequence() const noexcept { return next_sequence_; }

 private:
  JournalReader(std::vector<std::filesystem::path> files, std::uint64_t from) : files_(std::move(files)), from_(from) {}
  enum class Opened : std::uint8_t { kYes, kSkip, kEnd };
  // Where a segment came to its end.
  struct Tail {
    std::size_t file = 0;
    std::uint64_t offset = 0;
    bool torn = false;
  };
  [[nodiscard]] Opened open_segment();
  [[nodiscard]] Opened check_head(Bytes bytes);
  [[nodiscard]] bool records_behind() const;  // a later segment has a head
  std::vector<std::filesystem::path> files_;
  std::uint64_t from_ = 0;
  std::size_t index_ = 0;
  std::optional<SegmentBytes> segment_;
  std::optional<SegmentReader> reader_;
  std::uint64_t next_sequence_ = 0;  // 0 = the first record's
  Tail before_;                      // of the segment before this one
  std::uint64_t torn_bytes_ = 0;
  std::string problem_;
};

}  // namespace underround::journal
