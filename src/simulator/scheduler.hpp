// Virtual time: a queue of things to do, in order of time, then of being asked for. The only clock of the simulator.
//   Scheduler scheduler(start);  scheduler.at(start + Nanos::from_millis(250), task, payload);  scheduler.run_until(t);
// Owner: one thread. Tasks must outlive what they asked for.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/check.hpp"
#include "core/units.hpp"

namespace underround::simulator {

[[nodiscard]] inline Nanos seconds(double s) noexcept { return Nanos{static_cast<std::int64_t>(s * 1e9)}; }

class Task {
 public:
  virtual void on_due(Nanos now, std::uint64_t payload) = 0;

 protected:
  ~Task() = default;
};

class Scheduler {
 public:
  explicit Scheduler(Nanos start) : now_(start) { heap_.reserve(1 << 16); }

  [[nodiscard]] Nanos now() const noexcept { return now_; }
  [[nodiscard]] std::uint64_t executed() const noexcept { return executed_; }

  // A time already past means "next".
  void at(Nanos when, Task& task, std::uint64_t payload) {
    heap_.push_back({std::max(when, now_), sequence_++, &task, payload});
    std::push_heap(heap_.begin(), heap_.end(), Later{});
  }

  // Runs everything due up to and including `until`; now() is `until` afterwards.
  void run_until(Nanos until) {
    while (!heap_.empty() && heap_.front().when <= until) {
      std::pop_heap(heap_.begin(), heap_.end(), Later{});
      const Entry entry = heap_.back();
      heap_.pop_back();
      UR_CHECK(entry.when >= now_);
      now_ = entry.when;
      ++executed_;
      entry.task->on_due(now_, entry.payload);
    }
    now_ = std::max(now_, until);
  }

 private:
  struct Entry {
    Nanos when;
    std::uint64_t sequence;
    Task* task;
    std::uint64_t payload;
  };
  struct Later {
    bool operator()(const Entry& a, const Entry& b) const noexcept {
      return a.when != b.when ? a.when > b.when : a.sequence > b.sequence;
    }
  };
  std::vector<Entry> heap_;
  Nanos now_;
  std::uint64_t sequence_ = 0;
  std::uint64_t executed_ = 0;
};

}  // namespace underround::simulator
