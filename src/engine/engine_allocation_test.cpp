// DESIGN law 8: the hot thread never allocates after warm-up. Counted by replacing operator new in this program.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "engine/market_fixture.hpp"

namespace {
std::atomic<bool> g_counting{false};
std::atomic<std::uint64_t> g_allocations{0};

void* counted(std::size_t size) {
  if (g_counting.load(std::memory_order_relaxed)) g_allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  throw std::bad_alloc();
}
}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }

namespace underround {
namespace {

TEST(EngineAllocation, MarketDataIsFreeOfAllocationsAfterWarmUp) {
  constexpr std::uint32_t kConditions = 10;
  Catalogue catalogue;
  for (std::uint32_t i = 0; i < kConditions; ++i) {
    ASSERT_TRUE(catalogue.add(fixture::spec("race", static_cast<int>(i), kConditions, FeeSchedule::free())));
  }
  EngineSettings settings;
  settings.trade = false;
  Engine engine(catalogue, settings, fixture::strategies());
  CommandBuffer commands;
  commands.reserve(64);
  std::vector<Event> events;
  Nanos at = Nanos::from_seconds(1);
  const auto session = [&] {
    events.clear();
    for (std::uint32_t i = 0; i < kConditions; ++i) {
      fixture::snapshot(events, ConditionId{i}, at, Price{700}, Price{1100}, 6);
    }
    for (int i = 0; i < 2000; ++i) {
      at += Nanos::from_millis(3);
      const ConditionId condition{static_cast<std::uint32_t>(i) % kConditions};
      // Sums of asks wander through 1: opportunities open and close.
      fixture::change(events, condition, static_cast<unsigned>(i) & 1U, at, (i & 1) != 0 ? Side::kBuy : Side::kSell,
                      (i & 1) != 0 ? Price{9100} : Price{900}, (i / 20) % 2 == 0 ? Shares::whole(30) : Shares{});
      events.push_back(Event::make(EventKind::kTimer, at));
    }
  };
  session();
  for (const Event& e : events) engine.step(e, commands);
  ASSERT_GT(engine.opportunities().totals().seen, 0U) << "the warm-up must exercise the opportunity path";
  session();
  g_allocations = 0;
  g_counting = true;
  for (const Event& e : events) engine.step(e, commands);
  g_counting = false;
  EXPECT_EQ(g_allocations.load(), 0U);
}

}  // namespace
}  // namespace underround
