#include "crypto/secret_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace underround::crypto {
namespace {

constexpr std::size_t kMaxBytes = 64 * 1024;

class Descriptor {
 public:
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

std::unexpected<Error> refuse(const std::string& path, const std::string& why) {
  return fail(ErrorCode::kInvalidInput, "secret file " + path + ": " + why);
}

std::unexpected<Error> system_error(const std::string& path, const char* what) {
  const int code = errno;
  return fail(code == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
              fmt::format("secret file {}: {}: {}", path, what, std::strerror(code)));
}

// A link is followed when it is our own (or root's): then what it leads to is our choice, and is checked like any file.
Result<int> open_to_read(const std::string& path) {
  constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;  // never wait for a pipe's other end
  int fd = ::open(path.c_str(), kFlags | O_NOFOLLOW);
  if (fd < 0 && errno == ELOOP) {
    struct stat link {};
    if (::lstat(path.c_str(), &link) != 0) return system_error(path, "cannot look at it");
    if (link.st_uid != ::geteuid() && link.st_uid != 0) return refuse(path, "a link that belongs to another user");
    fd = ::open(path.c_str(), kFlags);
  }
  if (fd < 0) return system_error(path, "cannot open it");
  return fd;
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

Result<SecretBytes> read_secret_file(const std::string& path) {
  const auto opened = open_to_read(path);
  if (!opened) return std::unexpected(opened.error());
  const Descriptor file(*opened);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return system_error(path, "cannot look at it");
  if (!S_ISREG(status.st_mode)) return refuse(path, "not a regular file");
  if (status.st_uid != ::geteuid()) return refuse(path, "belongs to another user; the user who runs this must own it");
  if ((status.st_mode & 077U) != 0) {
    return refuse(path, fmt::format("mode {:04o} lets others in; run: chmod 600 {}", status.st_mode & 07777U, path));
  }
  if (status.st_size == 0) return refuse(path, "empty");
  if (static_cast<std::size_t>(status.st_size) > kMaxBytes) return refuse(path, "larger than 64 KiB");

  SecretBytes bytes(static_cast<std::size_t>(status.st_size));
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t n = ::read(file.get(), bytes.data() + have, bytes.size() - have);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error(path, "cannot read it");
    if (n == 0) break;
    have += static_cast<std::size_t>(n);
  }
  bytes.shrink(have);
  return bytes;
}

Result<void> write_secret_file(const std::string& path, std::string_view bytes) {
  std::string name = path + ".XXXXXX";
  const Descriptor file(::mkostemp(name.data(), O_CLOEXEC));  // mode 0600
  if (file.get() < 0) return system_error(path, "cannot create a file beside it");
  if (!write_all(file.get(), bytes) || ::fsync(file.get()) != 0 || ::rename(name.c_str(), path.c_str()) != 0) {
    const auto error = system_error(path, "cannot write it");
    ::unlink(name.c_str());
    return error;
  }
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  const Descriptor directory(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || ::fsync(directory.get()) != 0) return system_error(path, "cannot sync its folder");
  return {};
}

}  // namespace underround::crypto
