// Book update alone, best bid/ask kept (DESIGN section 5: <= 10 ns), and the depth walks.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <vector>

#include "base/random.hpp"
#include "book/condition_book.hpp"
#include "book/ladder.hpp"

namespace underround {
namespace {

struct Update {
  Side side;
  Price price;
  Shares size;
};

// Level updates near a moving mid, a third of them removals: what a price_change stream looks like.
std::vector<Update> updates(Tick tick) {
  Random rng(1);
  std::vector<Update> out;
  const int slots = Price::kPipsPerUsd / tick.pips;
  for (int i = 0; i < 65'536; ++i) {
    const bool bid = rng.chance(0.5);
    const int distance = static_cast<int>(rng.exponential(slots / 40.0)) + 1;
    const int mid = slots / 2;
    const int slot = std::clamp(bid ? mid - distance : mid + distance, 1, slots - 1);
    out.push_back({bid ? Side::kBuy : Side::kSell, Price{slot * tick.pips},
                   rng.chance(0.33) ? Shares{} : Shares::whole(rng.between(1, 1000))});
  }
  return out;
}

void book_update(benchmark::State& state) {
  const Tick tick{static_cast<std::int32_t>(state.range(0))};
  const auto stream = updates(tick);
  L2Book book(tick);
  std::size_t i = 0;
  for (auto _ : state) {
    const Update& u = stream[i++ & 65'535];
    book.set(u.side, u.price, u.size);
    benchmark::DoNotOptimize(book.best_bid());
    benchmark::DoNotOptimize(book.best_ask());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(book_update)->Arg(100)->Arg(10)->Arg(1);

void condition_book_update(benchmark::State& state) {
  const auto stream = updates(kTick001);
  ConditionBook book(kTick001);
  Event head = Event::make(EventKind::kSnapshotBegin, Nanos{1}, VenueId::kPolymarket, 0);
  book.begin_snapshot(head);
  book.end_snapshot(head);
  Event e = Event::make(EventKind::kLevel, Nanos{1}, VenueId::kPolymarket, 0);
  std::size_t i = 0;
  for (auto _ : state) {
    const Update& u = stream[i++ & 65'535];
    e.level = {Nanos{static_cast<std::int64_t>(i)}, u.size, u.price, kNoPrice, kNoPrice, u.side};
    book.apply_level(e);
    benchmark::DoNotOptimize(book.consistent());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(condition_book_update);

void walk_ten_levels(benchmark::State& state) {
  L2Book book(kTick001);
  for (int i = 1; i <= 10; ++i) book.set(Side::kSell, Price{5000 + i * 100}, Shares::whole(10));
  for (auto _ : state) benchmark::DoNotOptimize(walk_shares(Ladder::to_buy(book, 0), Shares::whole(95)));
}
BENCHMARK(walk_ten_levels);

}  // namespace
}  // namespace underround
