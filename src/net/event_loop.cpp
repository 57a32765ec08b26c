#include "net/event_loop.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <csignal>
#include <optional>

#include "net/handler_memory.hpp"

namespace underround::net {
namespace asio = boost::asio;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

struct EventLoop::Impl {
  explicit Impl(Clock c) : clock(std::move(c)), io(1), work(io.get_executor()) {}
  Clock clock;
  asio::io_context io;
  asio::executor_work_guard<asio::io_context::executor_type> work;
  std::optional<asio::signal_set> signals;
};

EventLoop::EventLoop(Clock clock) : impl_(std::make_unique<Impl>(std::move(clock))) { std::signal(SIGPIPE, SIG_IGN); }
EventLoop::~EventLoop() = default;

void EventLoop::run() { impl_->io.run(); }
void EventLoop::run_busy() {
  while (!stopped()) impl_->io.poll();
}
std::size_t EventLoop::poll() { return impl_->io.poll(); }

std::size_t EventLoop::wait(Nanos max_wait) {
  const std::size_t first = impl_->io.run_one_for(nanoseconds(max_wait.ns));
  return first == 0 ? 0 : first + impl_->io.poll();
}

bool EventLoop::run_until(const std::function<bool()>& done, Nanos deadline) {
  const auto end = steady_clock::now() + nanoseconds(deadline.ns);
  while (!done()) {
    const auto left = end - steady_clock::now();
    if (left <= nanoseconds::zero() || stopped()) return false;
    impl_->io.run_one_for(left);
  }
  return true;
}

void EventLoop::stop() { impl_->io.stop(); }
void EventLoop::resume() { impl_->io.restart(); }
void EventLoop::post(Task task) { asio::post(impl_->io, std::move(task)); }
bool EventLoop::stopped() const noexcept { return impl_->io.stopped(); }

void EventLoop::on_stop_signal(std::function<void(int)> handler) {
  impl_->signals.emplace(impl_->io, SIGINT, SIGTERM);
  impl_->signals->async_wait([handler = std::move(handler)](const boost::system::error_code& ec, int signal) {
    if (!ec) handler(signal);
  });
}

Nanos EventLoop::now() const { return impl_->clock ? impl_->clock() : wall_now(); }

Nanos EventLoop::wall_now() noexcept {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return Nanos{std::chrono::duration_cast<nanoseconds>(since_epoch).count()};
}

asio::io_context& EventLoop::context() noexcept { return impl_->io; }

struct Timer::Impl : std::enable_shared_from_this<Impl> {
  using Waitable =
      asio::basic_waitable_timer<steady_clock, asio::wait_traits<steady_clock>, asio::io_context::executor_type>;
  explicit Impl(asio::io_context& io) : waitable(io) {}

  void arm(steady_clock::time_point when) {
    waitable.expires_at(when);
    waitable.async_wait(
        asio::bind_allocator(HandlerAllocator<char>(memory),
                             [self = shared_from_this(), armed = generation](const boost::system::error_code& ec) {
                               if (!ec && armed == self->generation) self->fire();
                             }));
  }
  void fire() {
    const std::uint64_t armed = generation;
    EventLoop::Task running = std::move(task);
    running();
    if (armed != generation || period.ns == 0) return;  // replaced, cancelled or one-shot
    task = std::move(running);
    const auto on_time = waitable.expiry() + nanoseconds(period.ns);
    const auto now = steady_clock::now();
    arm(on_time > now ? on_time : now + nanoseconds(period.ns));
  }

  HandlerMemory memory;
  Waitable waitable;
  EventLoop::Task task;
  Nanos period{};
  std::uint64_t generation = 0;  // an expired handler may already be queued when the timer is cancelled
};

Timer::Timer(EventLoop& loop) : impl_(std::make_shared<Impl>(loop.context())) {}
Timer::~Timer() { cancel(); }

void Timer::after(Nanos delay, EventLoop::Task task) {
  cancel();
  impl_->period = Nanos{};
  impl_->task = std::move(task);
  impl_->arm(steady_clock::now() + nanoseconds(delay.ns));
}

void Timer::every(Nanos period, EventLoop::Task task) {
  cancel();
  impl_->period = period;
  impl_->task = std::move(task);
  impl_->arm(steady_clock::now() + nanoseconds(period.ns));
}

void Timer::cancel() {
  ++impl_->generation;
  impl_->waitable.cancel();
}

}  // namespace underround::net
