#include "journal/segment_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <map>
#include <utility>

#include "journal/segment_pack.hpp"

namespace underround::journal {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPlain = ".segment", kPacked = ".segment.zst", kPart = ".segment.zst.part";

Error io_error(const fs::path& what, int code) {
  return {ErrorCode::kIo, fmt::format("journal {}: {}", what.string(), std::strerror(code))};
}

}  // namespace

fs::path segment_path(const fs::path& folder, std::uint64_t index) {
  return folder / fmt::format("{:08}.segment", index);
}

fs::path packed_path(const fs::path& plain) { return plain.string() + ".zst"; }

bool is_packed(const fs::path& file) { return file.native().ends_with(kPacked); }

std::optional<std::uint64_t> segment_index(const fs::path& file) {
  const std::string name = file.filename().string();
  std::uint64_t index = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  const std::string_view ending(end, static_cast<std::size_t>(name.data() + name.size() - end));
  if (error != std::errc{} || (ending != kPlain && ending != kPacked)) return std::nullopt;
  return index;
}

Result<std::vector<fs::path>> segment_files(const fs::path& folder) {
  std::error_code error;
  std::map<std::uint64_t, fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const auto index = segment_index(entry.path());
    if (!index) continue;
    const auto [at, fresh] = found.try_emplace(*index, entry.path());
    if (!fresh && is_packed(at->second)) at->second = entry.path();
  }
  if (error) return fail(ErrorCode::kNotFound, fmt::format("journal {}: {}", folder.string(), error.message()));
  std::vector<fs::path> files;
  files.reserve(found.size());
  for (auto& [index, file] : found) files.push_back(std::move(file));
  return files;
}

// The plain file is the one to keep: nothing has to be believed about the other.
void tidy_segments(const fs::path& folder) {
  std::error_code ignored;
  std::vector<fs::path> gone;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().string();
    const bool part = name.ends_with(kPart);
    const bool twice = is_packed(entry.path()) && fs::exists(name.substr(0, name.size() - 4), ignored);
    if (part || twice) gone.push_back(entry.path());
  }
  for (const fs::path& file : gone) fs::remove(file, ignored);
}

std::optional<std::uint64_t> first_sequence(const fs::path& file) {
  std::array<std::uint8_t, kSegmentHead> head{};
  if (is_packed(file)) {
    if (!unpack_head(file, head)) return std::nullopt;
    return read_segment_head(head);
  }
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  const ssize_t got = ::pread(fd, head.data(), head.size(), 0);
  ::close(fd);
  return got == ssize_t{kSegmentHead} ? read_segment_head(head) : std::nullopt;
}

Result<SegmentBytes> SegmentBytes::load(const fs::path& file, std::vector<std::uint8_t> memory) {
  SegmentBytes segment;
  segment.memory_ = std::move(memory);
  const auto unpacked = [&](const fs::path& packed) -> Result<SegmentBytes> {
    if (auto done = unpack_segment(packed, segment.memory_); !done) return std::unexpected(done.error());
    segment.bytes_ = segment.memory_;
    return std::move(segment);
  };
  if (is_packed(file)) return unpacked(file);
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    const int code = errno;
    if (code == ENOENT) return unpacked(packed_path(file));
    return std::unexpected(io_error(file, code));
  }
  struct stat info {};
  if (::fstat(fd, &info) == 0 && info.st_size > 0) {
    const auto size = static_cast<std::size_t>(info.st_size);
    void* at = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED) {
      const int code = errno;
      ::close(fd);
      return std::unexpected(io_error(file, code));
    }
    (void)::madvise(at, size, MADV_SEQUENTIAL);
    segment.mapped_ = at;
    segment.bytes_ = Bytes(static_cast<const std::uint8_t*>(at), size);
  }
  ::close(fd);
  return segment;
}

SegmentBytes::SegmentBytes(SegmentBytes&& other) noexcept
    : bytes_(std::exchange(other.bytes_, {})),
      mapped_(std::exchange(other.mapped_, nullptr)),
      memory_(std::move(other.memory_)) {}

SegmentBytes& SegmentBytes::operator=(SegmentBytes&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  std::swap(mapped_, other.mapped_);
  std::swap(memory_, other.memory_);
  return *this;
}

SegmentBytes::~SegmentBytes() {
  if (mapped_ != nullptr) ::munmap(mapped_, bytes_.size());
}

Result<std::unique_ptr<OpenSegment>> OpenSegment::make(const fs::path& file, std::uint64_t index, std::size_t bytes) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return std::unexpected(io_error(file, errno));
  const auto give_up = [&](int code) -> Result<std::unique_ptr<OpenSegment>> {
    ::close(fd);
    std::error_code ignored;
    fs::remove(file, ignored);
    return std::unexpected(io_error(file, code));
  };
  if (const int code = ::posix_fallocate(fd, 0, static_cast<off_t>(bytes)); code != 0) return give_up(code);
  void* at = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (at == MAP_FAILED) return give_up(errno);
#ifdef MADV_POPULATE_WRITE
  (void)::madvise(at, bytes, MADV_POPULATE_WRITE);  // its page faults now, not at append()
#endif
  return std::make_unique<OpenSegment>(fd, static_cast<std::uint8_t*>(at), bytes, index);
}

Result<std::unique_ptr<OpenSegment>> OpenSegment::reopen(const fs::path& file, std::uint64_t index) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
  struct stat info {};
  if (fd < 0 || ::fstat(fd, &info) != 0) return std::unexpected(io_error(file, errno));
  const auto size = static_cast<std::size_t>(info.st_size);
  void* at = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (at == MAP_FAILED) {
    const int code = errno;
    ::close(fd);
    return std::unexpected(io_error(file, code));
  }
  auto segment = std::make_unique<OpenSegment>(fd, static_cast<std::uint8_t*>(at), size, index);
  segment->first = read_segment_head(Bytes(segment->data, size)).value_or(0);
  return segment;
}

void OpenSegment::sync() {
  const std::size_t end = written.load(std::memory_order_acquire);
  if (end == synced_) return;
  const std::size_t page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t begin = synced_ / page * page;
  if (::msync(data + begin, end - begin, MS_SYNC) == 0) synced_ = end;
}

// Unmapped first: of a mapped page the kernel would tell every core, page by page, that it is clean now.
OpenSegment::~OpenSegment() {
  ::munmap(data, size);
  ::fdatasync(fd);
  ::close(fd);
}

}  // namespace underround::journal
