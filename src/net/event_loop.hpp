// The reactor of one thread: sockets, timers and posted tasks run on whoever calls run(), poll() or run_until().
//   EventLoop loop;  Timer timer(loop);  timer.every(Nanos::from_millis(100), [&] { tick(loop.now()); });  loop.run();
// Everything in net/ belongs to one loop and may be touched only from its thread; post() and stop() are the exceptions.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "core/units.hpp"

namespace boost::asio {
class io_context;
}

namespace underround::net {

class EventLoop {
 public:
  using Clock = std::function<Nanos()>;
  using Task = std::function<void()>;

  // `clock` stamps what is received; empty = the system's wall clock. Tests and the simulator pass virtual time.
  // Also makes the process ignore SIGPIPE: a peer that hangs up is an error value, not a death.
  explicit EventLoop(Clock clock = {});
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  void run();          // blocks until stop()
  void run_busy();     // the same without ever sleeping: takes a core, saves the wake-up
  std::size_t poll();  // runs what is ready, never waits (busy polling); returns how many handlers ran
  // Waits up to `max_wait` of real time for something to do, then runs everything that is ready.
  std::size_t wait(Nanos max_wait);
  // Start-up code and tests: runs until done() or until `deadline` of real time has passed. Returns done().
  [[nodiscard]] bool run_until(const std::function<bool()>& done, Nanos deadline);

  void stop();           // any thread, any number of times
  void resume();         // after stop(): it may run again (the last requests of a shutdown)
  void post(Task task);  // any thread; allocates, so not for the hot path
  [[nodiscard]] bool stopped() const noexcept;

  // Calls `handler(signal)` on the loop's thread for SIGINT and SIGTERM instead of dying. Once per process.
  void on_stop_signal(std::function<void(int)> handler);

  [[nodiscard]] Nanos now() const;
  [[nodiscard]] static Nanos wall_now() noexcept;

  [[nodiscard]] boost::asio::io_context& context() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// One-shot or repeating timer in real time. Destroying or cancelling it means the task will not run again; both are
// allowed inside the task. Does not allocate once armed the first time.
class Timer {
 public:
  explicit Timer(EventLoop& loop);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void after(Nanos delay, EventLoop::Task task);   // replaces whatever was armed
  void every(Nanos period, EventLoop::Task task);  // first run after one period; a late run does not pile up
  void cancel();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace underround::net
