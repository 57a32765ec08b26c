#include "journal/segment_keeper.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "journal/segment_pack.hpp"

namespace underround::journal {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::milliseconds kTurn{100};
constexpr int kRestAfterTrouble = 300;  // turns

}  // namespace

SegmentKeeper::SegmentKeeper(KeeperSettings settings) : settings_(std::move(settings)) {}

void SegmentKeeper::stop() {
  if (thread_.joinable()) {
    {
      const std::lock_guard hold(mutex_);
      stop_.store(true, std::memory_order_relaxed);
    }
    wake_.notify_all();
    thread_.join();
  }
  take_over();
}

SegmentKeeper::Closed SegmentKeeper::describe(std::uint64_t index, std::uint64_t first, const fs::path& file) {
  Closed closed{.index = index, .first = first, .packed = is_packed(file)};
  struct stat info {};
  if (::stat(file.c_str(), &info) == 0) {
    closed.bytes = static_cast<std::uint64_t>(info.st_size);
    closed.modified = Nanos{info.st_mtim.tv_sec * Nanos::kPerSecond + info.st_mtim.tv_nsec};
  }
  return closed;
}

fs::path SegmentKeeper::path_of(const Closed& segment) const {
  const fs::path plain = segment_path(settings_.folder, segment.index);
  return segment.packed ? packed_path(plain) : plain;
}

void SegmentKeeper::add_closed(std::uint64_t index, std::uint64_t first, const fs::path& file) {
  closed_.push_back(describe(index, first, file));
}

void SegmentKeeper::start(OpenSegment& written) {
  writing(written);
  publish();
  thread_ = std::thread([this] { work(); });
}

void SegmentKeeper::hand_over(OpenSegment* full) noexcept {
  full->older = full_.load(std::memory_order_relaxed);
  while (!full_.compare_exchange_weak(full->older, full, std::memory_order_acq_rel)) continue;
}

void SegmentKeeper::work() {
  std::unique_lock hold(mutex_);
  while (!stop_.load(std::memory_order_relaxed)) {
    hold.unlock();
    take_over();
    // Still there: only this thread closes segments, and those it was given it has just closed.
    if (settings_.sync_written) current_.load(std::memory_order_acquire)->sync();
    const bool more = pack_one();
    delete_old();
    publish();
    hold.lock();
    if (!more) wake_.wait_for(hold, kTurn);
  }
}

// The list has the newest first.
void SegmentKeeper::take_over() {
  std::vector<std::unique_ptr<OpenSegment>> full;
  for (OpenSegment* s = full_.exchange(nullptr, std::memory_order_acq_rel); s != nullptr; s = s->older) {
    full.emplace_back(s);
  }
  for (auto at = full.rbegin(); at != full.rend(); ++at) {
    const std::uint64_t index = (*at)->index, first = (*at)->first;
    at->reset();  // syncs
    closed_.push_back(describe(index, first, segment_path(settings_.folder, index)));
  }
}

bool SegmentKeeper::pack_one() {
  if (!settings_.compress) return false;
  if (rest_ > 0) --rest_;
  if (rest_ > 0) return false;
  const auto plain = std::ranges::find(closed_, false, &Closed::packed);
  if (plain == closed_.end()) return false;
  const auto packed = pack_segment(path_of(*plain), stop_);
  trouble_ = packed ? std::string() : packed.error().message;
  if (!packed) rest_ = kRestAfterTrouble;
  if (!packed || !*packed) return false;
  plain->packed = true;
  plain->bytes = describe(plain->index, plain->first, path_of(*plain)).bytes;
  return true;
}

// Never the newest of the closed ones: after a crash the one that was being written may be empty.
void SegmentKeeper::delete_old() {
  std::uint64_t bytes = settings_.bytes_in_use;
  for (const Closed& closed : closed_) bytes += closed.bytes;
  const std::uint64_t floor = floor_.load(std::memory_order_relaxed);
  const Nanos now = settings_.keep_for.ns > 0 ? settings_.wall_clock() : Nanos{};
  while (closed_.size() > 1) {
    const Closed& oldest = closed_.front();
    const bool too_much = settings_.keep_bytes > 0 && bytes > settings_.keep_bytes;
    const bool too_old = settings_.keep_for.ns > 0 && now - oldest.modified > settings_.keep_for;
    if ((!too_much && !too_old) || closed_[1].first > floor) return;
    std::error_code ignored;
    fs::remove(path_of(oldest), ignored);
    ++deleted_segments_;
    deleted_bytes_ += oldest.bytes;
    bytes -= oldest.bytes;
    closed_.pop_front();
  }
}

void SegmentKeeper::publish() {
  JournalDisk disk;
  disk.segments = closed_.size() + 2;
  disk.bytes = settings_.bytes_in_use;
  for (const Closed& closed : closed_) {
    disk.bytes += closed.bytes;
    disk.packed += closed.packed ? 1 : 0;
  }
  disk.deleted_segments = deleted_segments_;
  disk.deleted_bytes = deleted_bytes_;
  disk.trouble = trouble_;
  const std::lock_guard hold(mutex_);
  disk_ = std::move(disk);
}

JournalDisk SegmentKeeper::disk() const {
  const std::lock_guard hold(mutex_);
  return disk_;
}

}  // namespace underround::journal
