// The writer of a journal: one a folder, and it is the engine's thread.
//   auto journal = Journal::open({.folder = "var/journal"}).value();
//   if (!journal->append(RecordKind::kEvents, bytes)) halt();
// append() never waits and never allocates (README). False means that the record is not in the journal and that nothing
// more will be: the disk did not give another segment in time. A person must look.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "core/error.hpp"
#include "journal/record.hpp"

namespace underround::journal {

struct JournalSettings {
  std::filesystem::path folder;
  std::size_t segment_bytes = std::size_t{64} << 20;  // on disk at once: one in use and one ahead
};

struct Recovered {
  std::uint64_t records = 0;     // that were there before
  std::uint64_t torn_bytes = 0;  // cut off the end: a crash in the middle of a record
  std::string segment;           // in which
};

class Journal {
 public:
  // kRefused: another process writes here, or a segment is damaged in the middle (the words name file and offset).
  // kIo: the folder cannot be made or has no room.
  [[nodiscard]] static Result<std::unique_ptr<Journal>> open(JournalSettings settings);
  ~Journal();  // syncs
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // The engine's thread only.
  [[nodiscard]] bool append(RecordKind kind, Bytes payload) noexcept;
  [[nodiscard]] std::uint64_t last_sequence() const noexcept { return next_sequence_ - 1; }
  [[nodiscard]] const Recovered& recovered() const noexcept { return recovered_; }
  // The next segment is there already. Any thread.
  [[nodiscard]] bool room_ahead() const noexcept { return ready_.load(std::memory_order_acquire) != nullptr; }
  // Why append() says no; "" while it does not. Any thread.
  [[nodiscard]] std::string failure() const;
  // Everything appended so far is on the disk when it returns. Cold threads and tests.
  void sync();

 private:
  struct Segment;  // a mapped file
  Journal(JournalSettings settings, int lock);
  Result<void> recover();
  [[nodiscard]] bool next_segment() noexcept;
  [[nodiscard]] Result<std::unique_ptr<Segment>> make_segment(std::uint64_t index) const;
  void prepare();  // the thread: one segment ahead, and syncing

  JournalSettings settings_;
  int lock_ = -1;
  Recovered recovered_;
  std::uint64_t next_sequence_ = 1;
  std::unique_ptr<Segment> current_;
  std::size_t at_ = 0;
  bool dead_ = false;

  // Shared with the thread: a segment is handed over through an atomic pointer, the rest is cold.
  std::atomic<Segment*> ready_{nullptr}, done_{nullptr};
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::string failure_;
  bool stop_ = false;
  std::atomic<int> current_fd_{-1};  // closed by the thread alone
  std::thread thread_;
};

}  // namespace underround::journal
