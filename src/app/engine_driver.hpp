// Steps the engine and carries its commands to whoever executes them; answers that come back from inside execute() wait
// their turn, so step() is never re-entered.
//   EngineDriver driver(engine);   driver.set_executor([&](std::span<const Command> c, Nanos) { gateway.execute(c); });
//   driver.deliver(event);
// Owner: the hot thread. Reuses its buffers; no allocation once they have grown.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "engine/engine.hpp"

namespace underround {

class EngineDriver {
 public:
  using Execute = std::function<void(std::span<const Command>, Nanos now)>;  // of one step, never empty

  explicit EngineDriver(Engine& engine) : engine_(engine) {
    commands_.reserve(256);
    waiting_.reserve(256);
  }
  void set_executor(Execute execute) { execute_ = std::move(execute); }
  // Sees every event with the commands it led to, before they are carried out: the journal.
  using Tap = std::function<void(const Event&, std::span<const Command>)>;
  void set_tap(Tap tap) { tap_ = std::move(tap); }

  void deliver(const Event& e) {
    waiting_.push_back(e);
    if (busy_) return;
    busy_ = true;
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      const Event next = waiting_[i];
      commands_.clear();
      engine_.step(next, commands_);
      commands_sent_ += commands_.size();
      if (tap_) tap_(next, commands_);
      if (execute_ && !commands_.empty()) execute_(commands_, engine_.now());
    }
    waiting_.clear();
    busy_ = false;
  }

  [[nodiscard]] std::uint64_t commands_sent() const noexcept { return commands_sent_; }

 private:
  Engine& engine_;
  Execute execute_;
  Tap tap_;
  CommandBuffer commands_;
  std::vector<Event> waiting_;
  std::uint64_t commands_sent_ = 0;
  bool busy_ = false;
};

}  // namespace underround
