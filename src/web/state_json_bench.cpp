// Cost of one picture on the dashboard thread, and of filling one on the hot thread.
#include "web/state_json.hpp"

#include <benchmark/benchmark.h>

#include <memory>

namespace underround::web {
namespace {

void fill(EngineView& view) {
  view.clear();
  while (view.positions.count < view.positions.rows.size()) {
    PositionView* p = view.positions.add();
    p->label.assign("Will Northport win against Eastvale on Saturday?");
    p->outcome.assign("Yes");
  }
  while (view.orders.count < view.orders.rows.size()) view.orders.add()->label.assign("Election: J. Okonkwo");
  while (view.opportunities.count < view.opportunities.rows.size()) {
    view.opportunities.add()->fate.assign("edge below minimum after fees");
  }
  while (view.books.count < view.books.rows.size()) {
    BookView* b = view.books.add();
    b->label.assign("Bitcoin Up or Down, 14:15 to 14:30 UTC");
    b->bid_levels = b->ask_levels = BookView::kDepth;
  }
}

void BM_FillFullView(benchmark::State& state) {
  auto view = std::make_unique<EngineView>();
  for (auto _ : state) {
    fill(*view);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BM_FillFullView);

void BM_FullStateToJson(benchmark::State& state) {
  auto view = std::make_unique<EngineView>();
  fill(*view);
  fmt::memory_buffer out;
  for (auto _ : state) {
    out.clear();
    append_state(out, view.get(), EngineCondition::kRunning, Nanos{});
    benchmark::DoNotOptimize(out.data());
  }
  state.counters["bytes"] = static_cast<double>(out.size());
}
BENCHMARK(BM_FullStateToJson);

}  // namespace
}  // namespace underround::web
