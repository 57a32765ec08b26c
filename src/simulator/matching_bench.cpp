// DESIGN section 5: simulator matching, add + match <= 100 ns, add + cancel <= 40 ns. A book of 2 x 20 levels, ten
// orders each; prices vary so that the branch predictor learns nothing useful.
#include <benchmark/benchmark.h>

#include "base/random.hpp"
#include "simulator/matching.hpp"

namespace underround::simulator {
namespace {

struct Fixture {
  RestingPool pool;
  MatchingBook book{pool, kTick0001};
  std::vector<PlannedFill> fills;
  std::vector<int> offsets;
  Fixture() {
    Random rng(7);
    for (int level = 0; level < 20; ++level) {
      for (int i = 0; i < 10; ++i) {
        (void)book.add(Side::kBuy, Price{4990 - level * 10}, Shares::whole(rng.between(5, 100)), AccountId{1}, 0);
        (void)book.add(Side::kSell, Price{5010 + level * 10}, Shares::whole(rng.between(5, 100)), AccountId{1}, 0);
      }
    }
    for (int i = 0; i < 4096; ++i) offsets.push_back(static_cast<int>(rng.below(20)) * 10);
  }
};

void BM_AddCancel(benchmark::State& state) {
  Fixture f;
  std::size_t i = 0;
  for (auto _ : state) {
    const std::uint32_t slot =
        f.book.add(Side::kBuy, Price{4990 - f.offsets[i++ & 4095]}, Shares::whole(10), AccountId{2}, 0);
    f.book.cancel(slot);
  }
}
BENCHMARK(BM_AddCancel);

// One order rests, one takes it whole: plan and fill.
void BM_AddMatch(benchmark::State& state) {
  Fixture f;
  std::size_t i = 0;
  for (auto _ : state) {
    const bool buy = (f.offsets[i++ & 4095] & 16) != 0;
    const Side side = buy ? Side::kBuy : Side::kSell;
    (void)f.book.add(side, Price{5000}, Shares::whole(10), AccountId{2}, 0);
    f.book.plan({opposite(side), Price{5000}, Shares::whole(10), false, false, {}}, f.fills);
    for (const PlannedFill& fill : f.fills) {
      if (f.book.fill(fill.slot, fill.size)) f.pool.release(fill.slot);
    }
  }
}
BENCHMARK(BM_AddMatch);

}  // namespace
}  // namespace underround::simulator
