#include "journal/snapshot.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "journal/crc32c.hpp"

namespace underround::journal {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kBegin = "snapshot-", kEnd = ".bin", kPart = ".bin.part";
constexpr std::uint64_t kMagic = 0x31'50'41'4e'53'52'55ULL;  // "URSNAP1"
constexpr std::size_t kKept = 2;

struct Head {
  std::uint64_t magic = kMagic, layout = 0, sequence = 0, size = 0;
  std::uint32_t crc = 0, reserved = 0;
};
static_assert(sizeof(Head) == 40);

// Of the state and of what the head says about it.
std::uint32_t checksum(const Head& head, Bytes state) noexcept {
  const std::array<std::uint64_t, 4> words{head.layout, head.sequence, head.size, crc32c(state)};
  return crc32c({reinterpret_cast<const std::uint8_t*>(words.data()), sizeof words});
}

std::optional<std::uint64_t> sequence_of(const fs::path& file) {
  const std::string name = file.filename().string();
  if (!name.starts_with(kBegin) || !name.ends_with(kEnd)) return std::nullopt;
  const char* const last = name.data() + name.size() - kEnd.size();
  std::uint64_t sequence = 0;
  const auto [end, error] = std::from_chars(name.data() + kBegin.size(), last, sequence);
  return error == std::errc{} && end == last ? std::optional(sequence) : std::nullopt;
}

bool write_all(int fd, const void* data, std::size_t size) noexcept {
  const auto* at = static_cast<const std::uint8_t*>(data);
  while (size > 0) {
    const ssize_t wrote = ::write(fd, at, size);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    at += wrote;
    size -= static_cast<std::size_t>(wrote);
  }
  return true;
}

// A name is on the disk when its folder is.
void sync_folder(const fs::path& folder) noexcept {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

}  // namespace

std::vector<SnapshotFile> snapshot_files(const fs::path& folder) {
  std::error_code none;
  std::vector<SnapshotFile> files;
  for (const auto& entry : fs::directory_iterator(folder, none)) {
    if (const auto sequence = sequence_of(entry.path())) files.push_back({entry.path(), *sequence});
  }
  std::ranges::sort(files, std::greater{}, &SnapshotFile::sequence);
  return files;
}

Result<void> write_snapshot(const fs::path& folder, std::uint64_t layout, std::uint64_t sequence, Bytes state) {
  const fs::path path = folder / fmt::format("{}{:012}{}", kBegin, sequence, kEnd);
  const fs::path part = folder / fmt::format("{}{:012}{}", kBegin, sequence, kPart);
  Head head{.layout = layout, .sequence = sequence, .size = state.size()};
  head.crc = checksum(head, state);
  const int fd = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool good =
      fd >= 0 && write_all(fd, &head, sizeof head) && write_all(fd, state.data(), state.size()) && ::fsync(fd) == 0;
  int code = errno;
  if (fd >= 0) ::close(fd);
  if (good && ::rename(part.c_str(), path.c_str()) != 0) good = false, code = errno;
  std::error_code ignored;
  if (!good) {
    fs::remove(part, ignored);
    return fail(ErrorCode::kIo, fmt::format("snapshot {}: {}", path.string(), std::strerror(code)));
  }
  sync_folder(folder);
  const std::vector<SnapshotFile> files = snapshot_files(folder);
  for (std::size_t i = kKept; i < files.size(); ++i) fs::remove(files[i].path, ignored);
  // What a crash left unfinished.
  std::vector<fs::path> unfinished;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kBegin) && name.ends_with(kPart)) unfinished.push_back(entry.path());
  }
  for (const fs::path& file : unfinished) fs::remove(file, ignored);
  return {};
}

Result<std::vector<std::uint8_t>> read_snapshot(const SnapshotFile& file, std::uint64_t layout) {
  std::ifstream in(file.path, std::ios::binary);
  if (!in) return fail(ErrorCode::kNotFound, file.path.string() + " cannot be opened");
  const auto damaged = [&](std::string_view what) {
    return fail(ErrorCode::kInvalidInput, fmt::format("{} is damaged: {}", file.path.string(), what));
  };
  Head head;
  if (!in.read(reinterpret_cast<char*>(&head), sizeof head)) return damaged("too short");
  if (head.magic != kMagic) return damaged("not a snapshot");
  std::error_code error;
  if (fs::file_size(file.path, error) != sizeof head + head.size || error) return damaged("not all of it is there");
  std::vector<std::uint8_t> state(head.size);
  if (!in.read(reinterpret_cast<char*>(state.data()), static_cast<std::streamsize>(state.size()))) {
    return damaged("too short");
  }
  if (checksum(head, state) != head.crc || head.sequence != file.sequence) return damaged("wrong checksum");
  if (head.layout != layout) return fail(ErrorCode::kRefused, file.path.string() + " was written by another build");
  return state;
}

}  // namespace underround::journal
