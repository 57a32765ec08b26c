// The writer of a journal: one a folder, and it is the engine's thread.
//   auto journal = Journal::open({.folder = "var/journal"}).value();
//   if (!journal->append(RecordKind::kEvents, bytes)) halt();
// append() never waits and never allocates (README). False means that the record is not in the journal and that nothing
// more will be: the disk did not give another segment in time. A person must look. That is the last resort: whoever
// must not lose a record asks room_is_short() after each one and stops while the last eighth of the segment is still
// free.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "core/error.hpp"
#include "core/units.hpp"
#include "journal/folder_lock.hpp"
#include "journal/record.hpp"
#include "journal/segment_keeper.hpp"

namespace underround::journal {

struct JournalSettings {
  std::filesystem::path folder{};
  std::size_t segment_bytes = std::size_t{64} << 20;  // on disk at once: one in use and one ahead
  bool compress = false;                              // segments that are full, in the background
  bool sync_written = true;                           // some ten times a second; false: only segments that are full
  // Oldest segments go when there is more than this, or nothing in them is younger than that; never the one in use, the
  // one before it, or what keep_from() protects.
  std::uint64_t keep_bytes = 0;                       // 0 = no limit
  Nanos keep_for{};                                   // 0 = for ever
  std::function<Nanos()> wall_clock{};                // with keep_for; asked on the background thread
  bool verify_all = true;                             // open() reads everything; false: only the last two segments
  std::uint64_t keep_from = SegmentKeeper::kNoFloor;  // as Journal::keep_from(), before the first turn of the keeper
};

struct Recovered {
  std::uint64_t records = 0;     // read by open(), all of them good
  std::uint64_t torn_bytes = 0;  // cut off the end: a crash in the middle of a record
  std::string segment;           // in which one: the file that is gone on with
};

class Journal {
 public:
  // kRefused: another process writes here, or a segment is damaged in the middle (the words name file and offset).
  // kIo: the folder cannot be made or has no room. kInvalidInput: settings that cannot be.
  [[nodiscard]] static Result<std::unique_ptr<Journal>> open(JournalSettings settings);
  // By somebody who holds the folder already: what he has read there is what the journal goes on behind.
  [[nodiscard]] static Result<std::unique_ptr<Journal>> open(JournalSettings settings, FolderLock lock);
  ~Journal();  // syncs
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // The engine's thread only.
  [[nodiscard]] bool append(RecordKind kind, Bytes payload) noexcept { return append(kind, payload, {}); }
  // A payload in two parts, so that nobody has to put them together first.
  [[nodiscard]] bool append(RecordKind kind, Bytes head, Bytes rest) noexcept;
  // A longer payload ends the journal.
  [[nodiscard]] std::size_t largest_payload() const noexcept;
  [[nodiscard]] std::uint64_t last_sequence() const noexcept { return next_sequence_ - 1; }
  [[nodiscard]] std::uint64_t segment() const noexcept { return current_->index; }  // the number of the file in use
  [[nodiscard]] const Recovered& recovered() const noexcept { return recovered_; }
  // The next segment is there already. Any thread.
  [[nodiscard]] bool room_ahead() const noexcept { return ready_.load(std::memory_order_acquire) != nullptr; }
  // The last eighth of the segment in use has begun, and there is no next one: the disk is too slow, or full. What ends
  // the caller's work (a halt, the cancels, their records) still fits, as long as it is less than an eighth of a
  // segment. It may pass: the segment may come after all. Costs a comparison with a number that is known beforehand.
  // The engine's thread only.
  [[nodiscard]] bool room_is_short() const noexcept { return at_ > short_at_ && !room_ahead(); }
  // Why append() says no; "" while it does not. Any thread.
  [[nodiscard]] std::string failure() const;
  // Everything appended so far is on the disk when it returns. Cold threads and tests.
  void sync();

  // Segments with records of this sequence or later are not deleted: recovery needs them. Until it is called nothing is
  // protected. Any thread.
  void keep_from(std::uint64_t sequence) noexcept { keeper_.keep_from(sequence); }
  // For a line about health: what there is, what has been deleted. Any thread.
  [[nodiscard]] JournalDisk disk() const { return keeper_.disk(); }

 private:
  enum class End : std::uint8_t { kNone, kNoSegment, kTooBig };
  Journal(JournalSettings settings, FolderLock lock);
  Result<void> recover();
  Result<void> begin_first_segment(std::uint64_t index);
  [[nodiscard]] bool next_segment() noexcept;
  void begin_at(std::size_t at) noexcept;
  [[nodiscard]] Result<std::unique_ptr<OpenSegment>> make_next() const;
  void prepare();  // the thread: one segment ahead

  const JournalSettings settings_;
  const FolderLock lock_;
  Recovered recovered_;
  std::uint64_t next_sequence_ = 1;
  std::unique_ptr<OpenSegment> current_;
  std::size_t at_ = 0, short_at_ = 0;  // the latter: where its last eighth begins
  std::atomic<End> end_{End::kNone};
  SegmentKeeper keeper_;

  // Shared with the thread: a segment is handed over through an atomic pointer, the rest is cold.
  std::atomic<OpenSegment*> ready_{nullptr};
  std::uint64_t next_index_ = 0;  // the thread's, once it runs
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::string failure_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace underround::journal
