// What becomes of segments that are full, on a thread of its own: synced, packed if that is wished, and deleted when
// there are too many or they are too old. The segment that is being written is synced here too.
// hand_over() and writing() never wait; they are the engine's thread's.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "core/units.hpp"
#include "journal/segment_file.hpp"

namespace underround::journal {

struct KeeperSettings {
  std::filesystem::path folder{};
  bool compress = false;
  std::uint64_t keep_bytes = 0;         // of all segments, the two in use included; 0 = no limit
  Nanos keep_for{};                     // since the last record; 0 = for ever
  std::function<Nanos()> wall_clock{};  // for keep_for
  bool sync_written = true;             // also the one that is being written
  std::uint64_t bytes_in_use = 0;       // of the segment that is written and of the one ahead
};

// What is on the disk, and what is not any more.
struct JournalDisk {
  std::uint64_t segments = 0, bytes = 0;                  // the two in use included
  std::uint64_t packed = 0;                               // of these
  std::uint64_t deleted_segments = 0, deleted_bytes = 0;  // since open()
  std::string trouble;                                    // why packing does not go on; "" while it does
};

class SegmentKeeper {
 public:
  static constexpr std::uint64_t kNoFloor = UINT64_MAX;

  explicit SegmentKeeper(KeeperSettings settings);
  ~SegmentKeeper() { stop(); }
  SegmentKeeper(const SegmentKeeper&) = delete;
  SegmentKeeper& operator=(const SegmentKeeper&) = delete;

  // Closed segments that are there already, oldest first; before start().
  void add_closed(std::uint64_t index, std::uint64_t first, const std::filesystem::path& file);
  void start(OpenSegment& written);
  void stop();  // what was handed over is synced and closed; again after a last hand_over()

  // Until the next one, or until stop() has returned, it may be synced.
  void writing(OpenSegment& current) noexcept { current_.store(&current, std::memory_order_release); }
  void hand_over(OpenSegment* full) noexcept;

  // Any thread.
  void keep_from(std::uint64_t sequence) noexcept { floor_.store(sequence, std::memory_order_relaxed); }
  [[nodiscard]] JournalDisk disk() const;

 private:
  struct Closed {
    std::uint64_t index = 0, first = 0, bytes = 0;
    Nanos modified{};
    bool packed = false;
  };
  void work();
  void take_over();
  bool pack_one();  // false: nothing to pack
  void delete_old();
  void publish();
  [[nodiscard]] static Closed describe(std::uint64_t index, std::uint64_t first, const std::filesystem::path& file);
  [[nodiscard]] std::filesystem::path path_of(const Closed& segment) const;

  const KeeperSettings settings_;
  std::deque<Closed> closed_;  // the thread's, once it runs
  std::string trouble_;
  int rest_ = 0;  // turns until packing is tried again
  std::uint64_t deleted_segments_ = 0, deleted_bytes_ = 0;

  std::atomic<OpenSegment*> full_{nullptr};
  std::atomic<OpenSegment*> current_{nullptr};
  std::atomic<std::uint64_t> floor_{kNoFloor};
  std::atomic<bool> stop_{false};
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  JournalDisk disk_;  // guarded
  std::thread thread_;
};

}  // namespace underround::journal
