#include "journal/journal_reader.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace underround::journal {

namespace fs = std::filesystem;

struct JournalReader::Mapped {
  ~Mapped() {
    if (data != nullptr) ::munmap(data, size);
  }
  static std::unique_ptr<Mapped> open(const fs::path& file) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat info {};
    if (fd < 0) return nullptr;
    auto mapped = std::make_unique<Mapped>();
    if (::fstat(fd, &info) == 0 && info.st_size > 0) {
      mapped->size = static_cast<std::size_t>(info.st_size);
      void* at = ::mmap(nullptr, mapped->size, PROT_READ, MAP_SHARED, fd, 0);
      if (at != MAP_FAILED) mapped->data = at;
    }
    ::close(fd);
    return mapped;
  }
  [[nodiscard]] Bytes bytes() const {
    return data == nullptr ? Bytes{} : Bytes(static_cast<const std::uint8_t*>(data), size);
  }
  void* data = nullptr;
  std::size_t size = 0;
  std::optional<SegmentReader> reader;
};

Result<std::vector<fs::path>> segment_files(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".segment") files.push_back(entry.path());
  }
  if (error) return fail(ErrorCode::kNotFound, fmt::format("journal {}: {}", folder.string(), error.message()));
  std::ranges::sort(files);
  return files;
}

JournalReader::JournalReader(std::vector<fs::path> files) : files_(std::move(files)) {}
JournalReader::JournalReader(JournalReader&&) noexcept = default;
JournalReader& JournalReader::operator=(JournalReader&&) noexcept = default;
JournalReader::~JournalReader() = default;

Result<JournalReader> JournalReader::open(const fs::path& folder) {
  auto files = segment_files(folder);
  if (!files) return std::unexpected(files.error());
  return JournalReader(std::move(*files));
}

// A segment without a head was prepared and never used: only the last ones may be like that.
bool JournalReader::open_segment() {
  mapped_ = Mapped::open(files_[index_]);
  const auto first = mapped_ ? read_segment_head(mapped_->bytes()) : std::nullopt;
  if (!first) {
    const Bytes bytes = mapped_ ? mapped_->bytes() : Bytes{};
    const bool unused = mapped_ && std::ranges::all_of(bytes, [](std::uint8_t b) { return b == 0; });
    if (!unused) {
      problem_ = fmt::format(
          "{}: not a segment of a journal (offset 0); restore it from a copy, or move this and the "
          "later segments away to go on without them",
          files_[index_].string());
    }
    return false;
  }
  if (next_sequence_ != 0 && *first != next_sequence_) {
    problem_ = fmt::format("{}: begins with record {}, {} was expected: a segment is missing", files_[index_].string(),
                           *first, next_sequence_);
    return false;
  }
  mapped_->reader.emplace(mapped_->bytes(), *first);
  return true;
}

std::optional<Record> JournalReader::next() {
  while (problem_.empty() && index_ < files_.size()) {
    if (!mapped_ && !open_segment()) break;
    if (auto record = mapped_->reader->next()) return record;
    const SegmentReader& reader = *mapped_->reader;
    const bool last = index_ + 1 == files_.size();
    if (reader.end() == SegmentEnd::kCorrupt) {
      problem_ = fmt::format(
          "{}: damaged at offset {} (record {}), with good records behind it; restore it from a copy, "
          "or export what is before it and start a new journal",
          files_[index_].string(), reader.offset(), reader.next_sequence());
      break;
    }
    if (reader.end() == SegmentEnd::kTorn) torn_bytes_ += mapped_->size - reader.offset();
    next_sequence_ = reader.next_sequence();
    if (last) break;
    ++index_;
    mapped_.reset();
  }
  return std::nullopt;
}

}  // namespace underround::journal
