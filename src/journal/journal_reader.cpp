#include "journal/journal_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace underround::journal {

namespace fs = std::filesystem;

namespace {

constexpr char kAdvice[] =
    "restore it from a copy, or export what is before it and start a new journal (a live engine's: `underround journal "
    "set-aside`)";

}  // namespace

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

bool JournalReader::records_behind() const {
  return std::any_of(files_.begin() + static_cast<std::ptrdiff_t>(index_) + 1, files_.end(),
                     [](const fs::path& file) { return first_sequence(file).has_value(); });
}

// A segment without a head was prepared and never used: only the last ones may be like that. One with used ones behind
// it has lost what it held: after a power failure the disk gives zeros for what had not reached it.
JournalReader::Opened JournalReader::check_head(Bytes bytes) {
  auto first = read_segment_head(bytes);
  if (!first && records_behind()) {
    // Or the writer went on while that was looked at.
    first = read_segment_head(bytes);
    if (!first) {
      problem_ = fmt::format("{}: damaged at offset 0: its head is gone, with good segments behind it; {}",
                             files_[index_].string(), kAdvice);
      return Opened::kEnd;
    }
  }
  if (!first) {
    const bool unused = std::ranges::all_of(bytes, [](std::uint8_t b) { return b == 0; });
    if (!unused) {
      problem_ = fmt::format("{}: not a segment of a journal (offset 0); {}", files_[index_].string(), kAdvice);
    }
    return Opened::kEnd;
  }
  if (next_sequence_ != 0 && *first != next_sequence_) {
    const std::string before = files_[before_.file].string();
    problem_ = before_.torn
                   ? fmt::format("{}: damaged at offset {} (record {}), and {} goes on with record {}; {}", before,
                                 before_.offset, next_sequence_, files_[index_].filename().string(), *first, kAdvice)
                   : fmt::format(
                         "{}: begins with record {}, {} was expected: a segment is missing, or the end "
                         "of {} (offset {}); {}",
                         files_[index_].string(), *first, next_sequence_, files_[before_.file].filename().string(),
                         before_.offset, kAdvice);
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
      problem_ = fmt::format("{}: damaged at offset {} (record {}), with good records behind it; {}",
                             files_[index_].string(), reader_->offset(), reader_->next_sequence(), kAdvice);
      break;
    }
    const bool torn = reader_->end() == SegmentEnd::kTorn;
    torn_bytes_ = torn ? segment_->bytes().size() - reader_->offset() : 0;
    next_sequence_ = reader_->next_sequence();
    before_ = {.file = index_, .offset = reader_->offset(), .torn = torn};
    if (index_ + 1 == files_.size()) break;
    ++index_;
    reader_.reset();
  }
  return std::nullopt;
}

}  // namespace underround::journal
