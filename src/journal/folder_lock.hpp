// One writer a folder: the file `lock` in it, which the kernel lets go of when the process ends, however that happens.
//   auto lock = FolderLock::take("var/journal").value();   // held while the object lives, also when the folder is
//   renamed
#pragma once

#include <filesystem>
#include <utility>

#include "core/error.hpp"

namespace underround::journal {

class FolderLock {
 public:
  // Makes the folder when it is not there. kRefused: another process writes there; the words name it. kIo: the folder
  // or its lock cannot be made.
  [[nodiscard]] static Result<FolderLock> take(const std::filesystem::path& folder);
  FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FolderLock& operator=(FolderLock&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FolderLock();

 private:
  explicit FolderLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace underround::journal
