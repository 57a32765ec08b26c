// How much faster than real time the box runs: one virtual minute per iteration, everybody trading. The counter is
// virtual seconds per wall second.
#include <benchmark/benchmark.h>

#include "simulator/simulation.hpp"

namespace underround::simulator {
namespace {

void BM_VirtualMinute(benchmark::State& state) {
  Settings settings;
  settings.markets = static_cast<std::uint32_t>(state.range(0));
  Simulation simulation(settings);
  simulation.advance_to(simulation.now() + Nanos::from_seconds(30));
  for (auto _ : state) simulation.advance_to(simulation.now() + Nanos::from_seconds(60));
  state.counters["virtual_s/s"] =
      benchmark::Counter(60.0 * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}
BENCHMARK(BM_VirtualMinute)->Arg(300)->Arg(5000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace underround::simulator
