#include "journal/segment_pack.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>

#include "journal/segment_file.hpp"

namespace underround::journal {

namespace fs = std::filesystem;

namespace {

constexpr int kLevel = 3;                            // higher ones cost far more time than they save room
constexpr std::size_t kStep = std::size_t{1} << 20;  // between two looks at `stop`

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int fd() const noexcept { return fd_; }

 private:
  int fd_;
};

Error io_error(const fs::path& file) {
  const int code = errno;
  return {code == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
          fmt::format("journal {}: {}", file.string(), std::strerror(code))};
}

Error damaged(const fs::path& file, const char* why) {
  return {ErrorCode::kInvalidInput, fmt::format("{}: cannot be unpacked ({}); restore it from a copy, or move this and "
                                                "the earlier segments away to go on without them",
                                                file.string(), why)};
}

bool write_all(int fd, const std::uint8_t* data, std::size_t size) {
  while (size > 0) {
    const ssize_t n = ::write(fd, data, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    data += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

using Compressor = std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)>;

// All of `in` into the file; false: told to stop.
Result<bool> compress(Bytes in, const File& out, const fs::path& name, const std::atomic<bool>& stop) {
  const Compressor context(ZSTD_createCCtx(), &ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  ZSTD_CCtx_setPledgedSrcSize(context.get(), in.size());
  std::vector<std::uint8_t> buffer(ZSTD_CStreamOutSize());
  for (std::size_t at = 0;;) {
    if (stop.load(std::memory_order_relaxed)) return false;
    const std::size_t step = std::min(kStep, in.size() - at);
    const bool last = at + step == in.size();
    ZSTD_inBuffer source{in.data() + at, step, 0};
    for (std::size_t left = 1; source.pos < source.size || (last && left != 0);) {
      ZSTD_outBuffer target{buffer.data(), buffer.size(), 0};
      left = ZSTD_compressStream2(context.get(), &target, &source, last ? ZSTD_e_end : ZSTD_e_continue);
      if (ZSTD_isError(left) != 0) {
        return fail(ErrorCode::kInternal, fmt::format("{}: zstd: {}", name.string(), ZSTD_getErrorName(left)));
      }
      if (!write_all(out.fd(), buffer.data(), target.pos)) return std::unexpected(io_error(name));
    }
    at += step;
    if (last) return true;
  }
}

}  // namespace

Result<bool> pack_segment(const fs::path& plain, const std::atomic<bool>& stop) {
  struct stat info {};
  if (::stat(plain.c_str(), &info) != 0) return std::unexpected(io_error(plain));
  auto segment = SegmentBytes::load(plain);
  if (!segment) return std::unexpected(segment.error());
  const fs::path packed = packed_path(plain);
  const fs::path part = packed.string() + ".part";
  Result<bool> done = false;
  {
    const File out(::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (out.fd() < 0) return std::unexpected(io_error(part));
    done = compress(segment->bytes(), out, part, stop);
    const std::array<struct timespec, 2> times{info.st_atim, info.st_mtim};
    if (done && *done && (::futimens(out.fd(), times.data()) != 0 || ::fsync(out.fd()) != 0)) {
      done = std::unexpected(io_error(part));
    }
  }
  if (done && *done && ::rename(part.c_str(), packed.c_str()) != 0) done = std::unexpected(io_error(packed));
  if (!done || !*done) {
    ::unlink(part.c_str());
    return done;
  }
  // The new name is on the disk before the old one goes.
  const File folder(::open(plain.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.fd() < 0 || ::fsync(folder.fd()) != 0 || ::unlink(plain.c_str()) != 0) {
    return std::unexpected(io_error(plain));
  }
  return true;
}

Result<void> unpack_segment(const fs::path& packed, std::vector<std::uint8_t>& out) {
  const File file(::open(packed.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info {};
  if (file.fd() < 0 || ::fstat(file.fd(), &info) != 0) return std::unexpected(io_error(packed));
  std::vector<std::uint8_t> in(static_cast<std::size_t>(info.st_size));
  std::size_t have = 0;
  while (have < in.size()) {
    const ssize_t n = ::read(file.fd(), in.data() + have, in.size() - have);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::unexpected(io_error(packed));
    if (n == 0) break;
    have += static_cast<std::size_t>(n);
  }
  in.resize(have);
  const unsigned long long size = ZSTD_getFrameContentSize(in.data(), in.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > kMaxSegment) {
    return std::unexpected(damaged(packed, "not a packed segment"));
  }
  out.resize(static_cast<std::size_t>(size));
  const std::size_t got = ZSTD_decompress(out.data(), out.size(), in.data(), in.size());
  if (ZSTD_isError(got) != 0) return std::unexpected(damaged(packed, ZSTD_getErrorName(got)));
  if (got != out.size()) return std::unexpected(damaged(packed, "it is cut off"));
  return {};
}

bool unpack_head(const fs::path& packed, std::span<std::uint8_t> out) {
  std::ifstream file(packed, std::ios::binary);
  std::vector<char> in(ZSTD_DStreamInSize());
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), &ZSTD_freeDCtx);
  ZSTD_outBuffer target{out.data(), out.size(), 0};
  while (target.pos < target.size) {
    file.read(in.data(), static_cast<std::streamsize>(in.size()));
    ZSTD_inBuffer source{in.data(), static_cast<std::size_t>(file.gcount()), 0};
    if (source.size == 0) return false;
    while (source.pos < source.size && target.pos < target.size) {
      const std::size_t left = ZSTD_decompressStream(context.get(), &target, &source);
      if (ZSTD_isError(left) != 0) return false;
      if (left == 0) return target.pos == target.size;
    }
  }
  return true;
}

}  // namespace underround::journal
