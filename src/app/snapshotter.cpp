#include "app/snapshotter.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <vector>

#include "app/recovery.hpp"
#include "journal/segment_file.hpp"
#include "journal/snapshot.hpp"

namespace underround {
namespace {

constexpr std::chrono::seconds kLook{2};
constexpr int kNice = 10;

}  // namespace

Snapshotter::Snapshotter(SnapshotterSettings settings) : settings_(std::move(settings)) {}

Snapshotter::~Snapshotter() { stop(); }

void Snapshotter::start() {
  release();
  thread_ = std::thread([this] { work(); });
}

void Snapshotter::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard hold(mutex_);
    stop_.store(true, std::memory_order_relaxed);
  }
  wake_.notify_all();
  thread_.join();
  stop_.store(false, std::memory_order_relaxed);
}

void Snapshotter::work() {
  (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);
  std::unique_lock hold(mutex_);
  while (!stop_.load(std::memory_order_relaxed)) {
    hold.unlock();
    if (!told_) (void)make();
    hold.lock();
    if (!stop_.load(std::memory_order_relaxed)) wake_.wait_for(hold, kLook);
  }
}

// Of the segments that have a head the newest is in use.
std::uint64_t Snapshotter::closed_up_to() const {
  const auto files = journal::segment_files(settings_.folder);
  if (!files) return 0;
  for (auto file = files->rbegin(); file != files->rend(); ++file) {
    if (const auto first = journal::first_sequence(*file)) return *first - 1;
  }
  return 0;
}

bool Snapshotter::make(std::uint64_t sequence) {
  const std::uint64_t up_to = sequence != 0 ? sequence : closed_up_to();
  const auto files = journal::snapshot_files(settings_.folder);
  if (up_to == 0 || (!files.empty() && files.front().sequence >= up_to)) return false;
  auto before = recover_settled(settings_.folder, up_to, &stop_);
  if (stop_.load(std::memory_order_relaxed)) return false;
  if (!before || !before->replay) {
    const std::string why = before ? before->problem : before.error().message;
    if (why.empty()) return false;  // a command is still owed: a moment later
    told_ = true;
    settings_.alert("the journal does not give the engine's state again: " + why +
                    ". No snapshots are made any more, and nothing is deleted. Keep the journal, and report it");
    return false;
  }
  const std::vector<std::uint8_t> state = before->replay->save();
  const auto written =
      journal::write_snapshot(settings_.folder, Engine::layout(), before->replay->last_sequence(), state);
  if (!written) {
    settings_.alert(written.error().message);
    return false;
  }
  release();
  return true;
}

void Snapshotter::release() const {
  const auto files = journal::snapshot_files(settings_.folder);
  if (settings_.keep_from) settings_.keep_from(files.size() < 2 ? 0 : files.back().sequence + 1);
}

}  // namespace underround
