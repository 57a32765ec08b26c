// on_book allocates nothing once warm: neither when there is nothing, nor through a whole episode with its intent, its
// phantoms and its end. Counts every operator new of this program while armed.
#include <atomic>
#include <cstdlib>
#include <new>

#include "strategy/registry.hpp"
#include "strategy/test_world.hpp"

namespace {
std::atomic<bool> armed{false};
std::atomic<std::uint64_t> allocations{0};

void* counted(std::size_t size, std::size_t alignment) {
  if (armed.load(std::memory_order_relaxed)) allocations.fetch_add(1, std::memory_order_relaxed);
  const std::size_t rounded = (size + alignment - 1) / alignment * alignment;
  void* const p = alignment <= alignof(std::max_align_t) ? std::malloc(size == 0 ? 1 : size)
                                                         : std::aligned_alloc(alignment, rounded);
  if (p == nullptr) std::abort();
  return p;
}
}  // namespace

// GCC takes the inlined malloc for a foreign allocator; every new and delete of the program is replaced here.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
void* operator new(std::size_t size) { return counted(size, 1); }
void* operator new[](std::size_t size) { return counted(size, 1); }
void* operator new(std::size_t size, std::align_val_t a) { return counted(size, static_cast<std::size_t>(a)); }
void* operator new[](std::size_t size, std::align_val_t a) { return counted(size, static_cast<std::size_t>(a)); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }

namespace underround {
namespace {

struct Seen {
  std::uint64_t intents = 0;
  std::uint64_t phantoms = 0;
};

// One turn of everything that can happen to a book. Levels are written straight, so that the test itself allocates
// nothing while armed.
Seen turn(TestWorld& w, const std::vector<std::unique_ptr<Strategy>>& strategies, ConditionId lone,
          const std::vector<ConditionId>& event) {
  Seen seen;
  const auto deliver = [&](ConditionId c) {
    const StrategyContext context = w.context();
    const std::uint64_t before = w.log.totals().phantoms;
    for (const auto& strategy : strategies) strategy->on_book(context, c, w.intents);
    seen.intents += w.intents.size();
    seen.phantoms += w.log.totals().phantoms - before;
    w.intents.clear();
  };
  const auto ask = [&](ConditionId c, std::int32_t pips, std::int64_t size, std::int32_t best) {
    w.change(c, 0, Side::kSell, {pips, size}, -1, best, w.now);
    deliver(c);
  };
  // Every venue transaction has its own timestamp; what shares one is a batch.
  const auto next_batch = [&] { w.advance(Nanos::from_millis(1)); };
  w.advance(Nanos::from_seconds(3));
  for (const std::size_t i : {1U, 2U}) ask(event[i], 3400, 50, 3400);  // silent for two minutes would be stale
  ask(event[0], 3300, 10, 3300);                                       // nothing: .33 + .34 + .34
  next_batch();
  ask(event[0], 2900, 60, 2900);  // a set
  next_batch();
  ask(event[0], 2800, 60, 2900);  // half a batch: a phantom
  ask(event[0], 2800, 0, 2900);   // the other half
  next_batch();
  ask(event[0], 2900, 50, 2900);  // cooldown
  next_batch();
  ask(event[0], 2900, 0, 3300);  // gone
  next_batch();
  w.change(lone, 0, Side::kBuy, {5400, 20}, 5400, 5000, w.now);
  deliver(lone);  // one stream only: a phantom
  w.change(lone, 0, Side::kSell, {5000, 20}, 5400, 5000, w.now);
  w.change(lone, 1, Side::kBuy, {5000, 20}, 5000, 4600, w.now);
  deliver(lone);  // confirmed: a pair
  next_batch();
  w.change(lone, 0, Side::kBuy, {5400, 0}, 4900, 5100, w.now);
  w.change(lone, 0, Side::kSell, {5000, 0}, 4900, 5100, w.now);
  w.change(lone, 1, Side::kBuy, {4900, 100}, 4900, 5100, w.now);
  deliver(lone);  // gone
  return seen;
}

TEST(StrategyAllocation, OnBookIsFreeOfThemAfterWarmUp) {
  TestWorld w;
  const ConditionId lone = w.add_binary("rain");
  const auto event = w.add_event("match", 3);
  const std::vector<std::string> names{"sum_to_100", "multi_outcome", "clipper"};
  const auto strategies = make_strategies(names, test_settings()).value();
  for (std::uint32_t i = 0; i < w.catalogue.size(); ++i) {
    for (const auto& strategy : strategies) strategy->on_condition_added(w.context(), ConditionId{i});
  }
  for (const unsigned outcome : {0U, 1U}) w.snapshot(lone, outcome, {{4900, 100}}, {{5100, 100}}, w.now);
  for (const ConditionId c : event) w.snapshot(c, 0, {{2700, 50}}, {{3400, 50}}, w.now);
  for (const ConditionId c : event) {
    for (const auto& strategy : strategies) strategy->on_book(w.context(), c, w.intents);
  }
  turn(w, strategies, lone, event);

  // Long enough for the log's ring of 64 to turn over.
  Seen seen;
  armed = true;
  for (int i = 0; i < 200; ++i) {
    const Seen now = turn(w, strategies, lone, event);
    seen.intents += now.intents;
    seen.phantoms += now.phantoms;
  }
  armed = false;
  EXPECT_EQ(allocations.load(), 0U);
  EXPECT_GE(seen.intents, 400U);   // one set and one pair a turn: the paths were walked
  EXPECT_GE(seen.phantoms, 400U);  // half a batch and one stream alone

  armed = true;
  std::vector<int> counter_works(1);
  armed = false;
  EXPECT_EQ(allocations.load(), 1U);
  EXPECT_EQ(counter_works.size(), 1U);
}

}  // namespace
}  // namespace underround
