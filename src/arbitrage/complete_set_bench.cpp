// The check after a best-price change, over real condition books. Bars (DESIGN section 5): 30 ns binary, 200 ns for ten
// outcomes. Each iteration moves a best price (one price_change entry) and checks; *_Update alone is the part that is
// the book's, to subtract. "Edge" books pass the gross test, so that fees are computed for every leg.
#include <benchmark/benchmark.h>

#include <deque>
#include <vector>

#include "arbitrage/complete_set.hpp"
#include "book/condition_book.hpp"
#include "core/event.hpp"

namespace underround {
namespace {

Event level_event(Side side, Price price, Shares size) {
  Event e = Event::make(EventKind::kLevel, Nanos{2}, VenueId::kPolymarket, 0);
  e.level = {Nanos{2}, size, price, kNoPrice, kNoPrice, side};
  return e;
}

ConditionBook make_book(Price bid, Price ask, int levels) {
  ConditionBook book(kTick0001);
  Event head = Event::make(EventKind::kSnapshotBegin, Nanos{1}, VenueId::kPolymarket, 0);
  head.book_head = {Nanos{1}, kTick0001, 0};
  book.begin_snapshot(head);
  for (int i = 0; i < levels; ++i) {
    book.snapshot_level(level_event(Side::kBuy, Price{bid.pips - 10 * i}, Shares::whole(20 + i)));
    book.snapshot_level(level_event(Side::kSell, Price{ask.pips + 10 * i}, Shares::whole(20 + i)));
  }
  book.end_snapshot(head);
  return book;
}

struct Market {
  std::deque<ConditionBook> books;
  std::vector<SetLeg> legs;
  Event better, gone;
  Market(int outcomes, Price ask) {
    for (int i = 0; i < outcomes; ++i) {
      books.push_back(make_book(Price{ask.pips - 20}, ask, 12));
      legs.push_back({Ladder::to_buy(books.back().book(), 0), FeeSchedule::taker(50'000, 1), Shares::whole(5)});
    }
    better = level_event(Side::kSell, Price{ask.pips - 10}, Shares::whole(7));
    gone = level_event(Side::kSell, Price{ask.pips - 10}, Shares{});
  }
};

void update(Market& market, std::uint64_t i) {
  market.books[(i >> 1) % market.books.size()].apply_level((i & 1) == 0 ? market.better : market.gone);
}

void BM_Update(benchmark::State& state) {
  Market market(static_cast<int>(state.range(0)), Price{1200});
  std::uint64_t i = 0;
  for (auto _ : state) {
    update(market, i++);
    benchmark::DoNotOptimize(market.books.front().book().best_ask());
  }
}
BENCHMARK(BM_Update)->Arg(2)->Arg(10);

// YES and NO of one mirrored condition: never an edge in a synchronous book (ANALYSIS 1.3).
void BM_UpdateAndCheckBinaryMirrored(benchmark::State& state) {
  Market market(1, Price{5000});
  market.legs.push_back({Ladder::to_buy(market.books[0].book(), 1), FeeSchedule::taker(50'000, 1), Shares::whole(5)});
  std::uint64_t i = 0;
  for (auto _ : state) {
    update(market, i++);
    benchmark::DoNotOptimize(best_edge_e8(market.legs, kOneUsd));
  }
}
BENCHMARK(BM_UpdateAndCheckBinaryMirrored);

void check(benchmark::State& state, int outcomes, Price ask) {
  Market market(outcomes, ask);
  std::uint64_t i = 0;
  for (auto _ : state) {
    update(market, i++);
    benchmark::DoNotOptimize(best_edge_e8(market.legs, kOneUsd));
  }
}
void BM_UpdateAndCheck2(benchmark::State& state) { check(state, 2, Price{5100}); }
void BM_UpdateAndCheck2WithEdge(benchmark::State& state) { check(state, 2, Price{4500}); }
void BM_UpdateAndCheck10(benchmark::State& state) { check(state, 10, Price{1050}); }
void BM_UpdateAndCheck10WithEdge(benchmark::State& state) { check(state, 10, Price{900}); }
BENCHMARK(BM_UpdateAndCheck2);
BENCHMARK(BM_UpdateAndCheck2WithEdge);
BENCHMARK(BM_UpdateAndCheck10);
BENCHMARK(BM_UpdateAndCheck10WithEdge);

// The full joint walk, which only runs when the check passes.
void BM_SizeSet(benchmark::State& state) {
  const int outcomes = static_cast<int>(state.range(0));
  Market market(outcomes, Price{9000 / outcomes / 10 * 10});
  const SetLimits limits{.max_cost = Usd::whole(1000)};
  SetQuote quote;
  for (auto _ : state) {
    size_set(market.legs, kOneUsd, limits, quote);
    benchmark::DoNotOptimize(quote.profit);
  }
  state.counters["levels"] = quote.levels;
}
BENCHMARK(BM_SizeSet)->Arg(2)->Arg(10);

}  // namespace
}  // namespace underround
