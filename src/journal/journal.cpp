#include "journal/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "base/check.hpp"
#include "journal/journal_reader.hpp"

namespace underround::journal {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::milliseconds kLook{2};  // the thread's pace
constexpr int kSyncEvery = 50, kRetryEvery = 500;

Error io_error(const fs::path& what) {
  return {ErrorCode::kIo, fmt::format("journal {}: {}", what.string(), std::strerror(errno))};
}

fs::path segment_path(const fs::path& folder, std::uint64_t index) {
  return folder / fmt::format("{:08}.segment", index);
}

}  // namespace

struct Journal::Segment {
  Segment(int file, std::uint8_t* at, std::size_t bytes, std::uint64_t which)
      : fd(file), data(at), size(bytes), index(which) {}
  ~Segment() {
    ::fdatasync(fd);
    ::munmap(data, size);
    ::close(fd);
  }
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;
  int fd;
  std::uint8_t* data;
  std::size_t size;
  std::uint64_t index;
  Segment* older = nullptr;  // in the list of those that are full
};

Journal::Journal(JournalSettings settings, int lock) : settings_(std::move(settings)), lock_(lock) {}

Result<std::unique_ptr<Journal>> Journal::open(JournalSettings settings) {
  if (settings.segment_bytes < 4096) return fail(ErrorCode::kInvalidInput, "journal: segments of less than 4096 bytes");
  std::error_code error;
  fs::create_directories(settings.folder, error);
  if (error) return fail(ErrorCode::kIo, fmt::format("journal {}: {}", settings.folder.string(), error.message()));
  const fs::path lock_file = settings.folder / "lock";
  const int lock = ::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return std::unexpected(io_error(lock_file));
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    char owner[32] = {};
    const ssize_t got = ::pread(lock, owner, sizeof owner - 1, 0);
    ::close(lock);
    return fail(ErrorCode::kRefused,
                fmt::format("journal {}: process {} writes here; one account and one folder have one engine",
                            settings.folder.string(), got > 0 ? owner : "?"));
  }
  const std::string pid = std::to_string(::getpid());
  (void)::ftruncate(lock, 0);
  (void)::pwrite(lock, pid.data(), pid.size(), 0);
  std::unique_ptr<Journal> journal(new Journal(std::move(settings), lock));
  if (auto ready = journal->recover(); !ready) return std::unexpected(ready.error());
  journal->current_fd_ = journal->current_->fd;
  journal->thread_ = std::thread([raw = journal.get()] { raw->prepare(); });
  return journal;
}

Journal::~Journal() {
  if (thread_.joinable()) {
    {
      const std::lock_guard hold(mutex_);
      stop_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }
  for (Segment* s = done_.exchange(nullptr); s != nullptr;) delete std::exchange(s, s->older);
  // What was prepared and not used is taken back.
  if (Segment* unused = ready_.exchange(nullptr)) {
    const fs::path path = segment_path(settings_.folder, unused->index);
    delete unused;
    std::error_code ignored;
    fs::remove(path, ignored);
  }
  current_.reset();
  if (lock_ >= 0) ::close(lock_);
}

Result<std::unique_ptr<Journal::Segment>> Journal::make_segment(std::uint64_t index) const {
  const fs::path path = segment_path(settings_.folder, index);
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return std::unexpected(io_error(path));
  const auto give_up = [&](int code) -> Result<std::unique_ptr<Segment>> {
    errno = code;
    auto error = io_error(path);
    ::close(fd);
    std::error_code ignored;
    fs::remove(path, ignored);
    return std::unexpected(std::move(error));
  };
  if (const int code = ::posix_fallocate(fd, 0, static_cast<off_t>(settings_.segment_bytes)); code != 0) {
    return give_up(code);
  }
  void* at = ::mmap(nullptr, settings_.segment_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (at == MAP_FAILED) return give_up(errno);
#ifdef MADV_POPULATE_WRITE
  (void)::madvise(at, settings_.segment_bytes, MADV_POPULATE_WRITE);  // its page faults now, not at append()
#endif
  return std::make_unique<Segment>(fd, static_cast<std::uint8_t*>(at), settings_.segment_bytes, index);
}

// Reads all there is, cuts a torn tail off the last segment and goes on behind it.
Result<void> Journal::recover() {
  auto reader = JournalReader::open(settings_.folder);
  if (!reader) return std::unexpected(reader.error());
  fs::path last;
  std::uint64_t end = 0;
  while (const auto record = reader->next()) {
    ++recovered_.records;
    next_sequence_ = record->sequence + 1;
    last = reader->segment();
    end = record->offset + size_on_disk(record->payload.size());
  }
  if (!reader->problem().empty()) return fail(ErrorCode::kRefused, "journal " + reader->problem());
  recovered_.torn_bytes = reader->torn_bytes();
  const auto files = segment_files(settings_.folder);
  if (!files) return std::unexpected(files.error());
  std::uint64_t index = 1;
  for (const fs::path& file : *files) {
    if (file > last) {  // prepared and never used, or torn in its first record
      std::error_code ignored;
      fs::remove(file, ignored);
    } else {
      index = std::max<std::uint64_t>(index, std::stoull(file.stem().string()) + 1);
    }
  }
  if (!last.empty()) {
    const int fd = ::open(last.c_str(), O_RDWR | O_CLOEXEC);
    struct stat info {};
    if (fd < 0 || ::fstat(fd, &info) != 0) return std::unexpected(io_error(last));
    const auto size = static_cast<std::size_t>(info.st_size);
    void* at = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED) return std::unexpected(io_error(last));
    current_ = std::make_unique<Segment>(fd, static_cast<std::uint8_t*>(at), size, index - 1);
    at_ = end;
    std::memset(current_->data + end, 0, size - end);
    recovered_.segment = last.filename().string();
    return {};
  }
  auto first = make_segment(index);
  if (!first) return std::unexpected(first.error());
  current_ = std::move(*first);
  write_segment_head(current_->data, next_sequence_);
  at_ = kSegmentHead;
  return {};
}

bool Journal::append(RecordKind kind, Bytes payload) noexcept {
  const std::size_t need = size_on_disk(payload.size());
  if (dead_) return false;
  if (at_ + need > current_->size && (need + kSegmentHead > settings_.segment_bytes || !next_segment())) {
    dead_ = true;
    return false;
  }
  write_record(current_->data + at_, next_sequence_, kind, payload);
  at_ += need;
  ++next_sequence_;
  return true;
}

bool Journal::next_segment() noexcept {
  Segment* const fresh = ready_.exchange(nullptr, std::memory_order_acq_rel);
  if (fresh == nullptr) return false;
  Segment* const full = current_.release();
  current_.reset(fresh);
  current_fd_.store(fresh->fd, std::memory_order_relaxed);
  write_segment_head(fresh->data, next_sequence_);
  at_ = kSegmentHead;
  full->older = done_.load(std::memory_order_relaxed);
  while (!done_.compare_exchange_weak(full->older, full, std::memory_order_acq_rel)) continue;
  return true;
}

void Journal::prepare() {
  std::uint64_t index = current_->index + 1;
  int turn = 0, wait = 0;
  std::unique_lock hold(mutex_);
  while (!stop_) {
    hold.unlock();
    for (Segment* s = done_.exchange(nullptr, std::memory_order_acq_rel); s != nullptr;) {
      delete std::exchange(s, s->older);
    }
    if (ready_.load(std::memory_order_acquire) == nullptr && wait-- <= 0) {
      auto made = make_segment(index);
      hold.lock();
      failure_ = made ? std::string() : made.error().message;
      hold.unlock();
      wait = made ? 0 : kRetryEvery;
      if (made) {
        ready_.store(made->release(), std::memory_order_release);
        ++index;
      }
    }
    if (++turn % kSyncEvery == 0) ::fdatasync(current_fd_.load(std::memory_order_relaxed));
    hold.lock();
    wake_.wait_for(hold, kLook);
  }
}

std::string Journal::failure() const {
  const std::lock_guard hold(mutex_);
  return failure_;
}

void Journal::sync() {
  ::fdatasync(current_->fd);
  ::msync(current_->data, current_->size, MS_SYNC);
}

}  // namespace underround::journal
