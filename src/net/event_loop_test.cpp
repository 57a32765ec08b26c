#include "net/event_loop.hpp"

#include <thread>

namespace underround::net {
namespace {

constexpr Nanos kLong = Nanos::from_seconds(30);

TEST(EventLoop, PostedTasksRunInOrderAlsoFromAnotherThread) {
  EventLoop loop;
  std::vector<int> ran;
  loop.post([&] { ran.push_back(1); });
  std::thread other([&] { loop.post([&] { ran.push_back(2); }); });
  other.join();
  EXPECT_EQ(loop.poll(), 2U);
  EXPECT_EQ(ran, (std::vector{1, 2}));
  EXPECT_EQ(loop.poll(), 0U);
}

TEST(EventLoop, StopEndsRunFromAnotherThread) {
  EventLoop loop;
  std::thread other([&] { loop.stop(); });
  loop.run();
  other.join();
  loop.resume();
  std::thread again([&] { loop.stop(); });
  loop.run_busy();
  again.join();
  EXPECT_TRUE(loop.stopped());
}

TEST(EventLoop, ClockIsInjected) {
  Nanos now = Nanos::from_seconds(42);
  EventLoop loop([&] { return now; });
  EXPECT_EQ(loop.now(), Nanos::from_seconds(42));
  EXPECT_GT(EventLoop::wall_now(), Nanos::from_seconds(1'700'000'000));
}

TEST(EventLoop, RunUntilGivesUpAtTheDeadline) {
  EventLoop loop;
  EXPECT_FALSE(loop.run_until([] { return false; }, Nanos::from_millis(1)));
}

TEST(Timer, OneShotRepeatingAndCancelled) {
  EventLoop loop;
  Timer once(loop), repeating(loop), cancelled(loop);
  int once_ran = 0, repeats = 0, never = 0;
  cancelled.after(Nanos{0}, [&] { ++never; });
  cancelled.cancel();
  once.after(Nanos{1}, [&] { ++once_ran; });
  repeating.every(Nanos{1000}, [&] {
    if (++repeats == 5) repeating.cancel();
  });
  ASSERT_TRUE(loop.run_until([&] { return repeats == 5 && once_ran == 1; }, kLong));
  loop.poll();
  EXPECT_EQ(once_ran, 1);
  EXPECT_EQ(repeats, 5);
  EXPECT_EQ(never, 0);
}

TEST(Timer, MayBeReplacedOrDestroyedInsideItsTask) {
  EventLoop loop;
  auto timer = std::make_unique<Timer>(loop);
  bool second = false;
  timer->after(Nanos{1}, [&] {
    timer->after(Nanos{1}, [&] {
      second = true;
      timer.reset();
    });
  });
  ASSERT_TRUE(loop.run_until([&] { return second; }, kLong));
  EXPECT_EQ(timer, nullptr);
}

TEST(Timer, AnExpiredButCancelledTaskDoesNotRun) {
  EventLoop loop;
  Timer a(loop), b(loop);
  int ran = 0;
  // Both expire in the same poll; the first to run cancels the other.
  a.after(Nanos{0}, [&] {
    ++ran;
    b.cancel();
  });
  b.after(Nanos{0}, [&] {
    ++ran;
    a.cancel();
  });
  ASSERT_TRUE(loop.run_until([&] { return ran > 0; }, kLong));
  loop.poll();
  EXPECT_EQ(ran, 1);
}

}  // namespace
}  // namespace underround::net
