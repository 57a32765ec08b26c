#include "journal/folder_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace underround::journal {

Result<FolderLock> FolderLock::take(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fail(ErrorCode::kIo, fmt::format("journal {}: {}", folder.string(), error.message()));
  const std::filesystem::path file = folder / "lock";
  FolderLock lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.fd_ < 0) return fail(ErrorCode::kIo, fmt::format("journal {}: {}", file.string(), std::strerror(errno)));
  if (::flock(lock.fd_, LOCK_EX | LOCK_NB) != 0) {
    char owner[32] = {};
    const ssize_t got = ::pread(lock.fd_, owner, sizeof owner - 1, 0);
    return fail(ErrorCode::kRefused,
                fmt::format("journal {}: process {} writes here; a folder has one writer (and an account one engine)",
                            folder.string(), got > 0 ? owner : "?"));
  }
  const std::string pid = std::to_string(::getpid());
  (void)::ftruncate(lock.fd_, 0);
  (void)::pwrite(lock.fd_, pid.data(), pid.size(), 0);
  return lock;
}

FolderLock::~FolderLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace underround::journal
