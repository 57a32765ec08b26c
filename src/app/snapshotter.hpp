// Keeps recovery short and the journal's retention honest. Whenever a segment has been closed since the last snapshot,
// the state is rebuilt from the journal, as a restart would (recovery.hpp), and written beside it; segments before the
// older of the two snapshots may then be deleted. The engine is not asked and does not wait: that its journal gives its
// state is proven again each time (law 1). What does not follow is told, and no snapshot is written.
//   Snapshotter snapshots({.folder = folder, .keep_from = ..., .alert = ...});   snapshots.start();
// A cold thread of its own, of low priority.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "core/error.hpp"

namespace underround {

struct SnapshotterSettings {
  std::filesystem::path folder{};
  std::function<void(std::uint64_t sequence)> keep_from{};  // Journal::keep_from
  std::function<void(const std::string& words)> alert{};    // from the thread
};

class Snapshotter {
 public:
  explicit Snapshotter(SnapshotterSettings settings);
  ~Snapshotter();  // stops
  Snapshotter(const Snapshotter&) = delete;
  Snapshotter& operator=(const Snapshotter&) = delete;

  void start();
  void stop();  // a rebuild in progress is given up

  // Now, on the caller's thread, of everything up to `sequence` (0 = up to the last closed segment). False: nothing new
  // to do, or not possible (then it has been told). Not while the thread runs.
  bool make(std::uint64_t sequence = 0);
  // Lets the journal delete what no snapshot needs.
  void release() const;

 private:
  void work();
  [[nodiscard]] std::uint64_t closed_up_to() const;

  const SnapshotterSettings settings_;
  bool told_ = false;  // of a mismatch: it will not go away by itself
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::thread thread_;
};

}  // namespace underround
