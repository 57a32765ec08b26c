#include "journal/journal_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace underround::journal {

namespace fs = std::filesystem;

Result<JournalReader> JournalReader::open(const fs::path& folder, std::uint64_t from) {
  auto files = segment_files(folder);
  if (!files) return std::unexpected(files.error());
  if (from > 0) {
    const auto holds = std::find_if(files->rbegin(), files->rend(), [&](const fs::path& file) {
      const auto first = first_sequence(file);
      return first && *first <= from;
    });
    if (holds != files->rend()) files->erase(files->begin(), std::prev(holds.base()));
  }
  return JournalReader(std::move(*files), from);
}

// A segment without a head was prepared and never used: only the last ones may be like that.
JournalReader::Opened JournalReader::check_head(Bytes bytes) {
  const auto first = read_segment_head(bytes);
  if (!first) {
    const bool unused = std::ranges::all_of(bytes, [](std::uint8_t b) { return b == 0; });
    if (!unused) {
      problem_ = fmt::format(
          "{}: not a segment of a journal (offset 0); restore it from a copy, or move this and the "
          "later segments away to go on without them",
          files_[index_].string());
    }
    return Opened::kEnd;
  }
  if (next_sequence_ != 0 && *first != next_sequence_) {
    problem_ = fmt::format("{}: begins with record {}, {} was expected: a segment is missing", files_[index_].string(),
                           *first, next_sequence_);
    return Opened::kEnd;
  }
  next_sequence_ = *first;
  reader_.emplace(bytes, *first);
  return Opened::kYes;
}

JournalReader::Opened JournalReader::open_segment() {
  auto memory = segment_ ? segment_->take_memory() : std::vector<std::uint8_t>();
  segment_.reset();
  auto loaded = SegmentBytes::load(files_[index_], std::move(memory));
  if (loaded) {
    segment_.emplace(std::move(*loaded));
    return check_head(segment_->bytes());
  }
  if (loaded.error().code == ErrorCode::kNotFound) {
    // The writer deletes the oldest: before the first record was read that is only a later beginning.
    if (next_sequence_ == 0) return Opened::kSkip;
    problem_ = files_[index_].string() + ": was deleted while the journal was read; read it again";
  } else {
    problem_ = loaded.error().message;
  }
  return Opened::kEnd;
}

std::optional<Record> JournalReader::next() {
  while (problem_.empty() && index_ < files_.size()) {
    if (!reader_) {
      const Opened opened = open_segment();
      if (opened == Opened::kEnd) break;
      if (opened == Opened::kSkip) {
        ++index_;
        continue;
      }
    }
    while (auto record = reader_->next()) {
      if (record->sequence >= from_) return record;
    }
    if (reader_->end() == SegmentEnd::kCorrupt) {
      problem_ = fmt::format(
          "{}: damaged at offset {} (record {}), with good records behind it; restore it from a copy, "
          "or export what is before it and start a new journal",
          files_[index_].string(), reader_->offset(), reader_->next_sequence());
      break;
    }
    if (reader_->end() == SegmentEnd::kTorn) torn_bytes_ += segment_->bytes().size() - reader_->offset();
    next_sequence_ = reader_->next_sequence();
    if (index_ + 1 == files_.size()) break;
    ++index_;
    reader_.reset();
  }
  return std::nullopt;
}

}  // namespace underround::journal
