// The hot thread: one price change event -> book -> strategies -> risk -> command, without sockets.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include "engine/market_fixture.hpp"

namespace underround {
namespace {

struct World {
  World(std::uint32_t conditions, bool trade) {
    for (std::uint32_t i = 0; i < conditions; ++i) {
      (void)catalogue.add(
          fixture::spec("race", static_cast<int>(i), static_cast<int>(conditions), FeeSchedule::free()));
    }
    EngineSettings settings;
    settings.trade = trade;
    settings.risk.max_orders_per_second = 1'000'000'000;
    settings.risk.duplicate_window = Nanos{};
    engine = std::make_unique<Engine>(catalogue, settings, fixture::strategies());
    commands.reserve(256);
    // Asks add up to a little more than a dollar: no opportunity until something changes.
    const auto fair = static_cast<std::int32_t>(100 / conditions * 100);
    std::vector<Event> events;
    for (std::uint32_t i = 0; i < conditions; ++i) {
      fixture::snapshot(events, ConditionId{i}, Nanos::from_seconds(1), Price{fair - 200}, Price{fair + 100}, 7);
    }
    for (const Event& e : events) engine->step(e, commands);
    commands.clear();
  }
  Catalogue catalogue;
  std::unique_ptr<Engine> engine;
  CommandBuffer commands;
};

// A best-price change that leads to no trade: what nearly every update costs.
void update_to_decision(benchmark::State& state) {
  World world(static_cast<std::uint32_t>(state.range(0)), false);
  std::vector<Event> events;
  Nanos at = Nanos::from_seconds(2);
  for (int i = 0; i < 1024; ++i) {
    at += Nanos{1000};
    fixture::change(events, ConditionId{static_cast<std::uint32_t>(i) % static_cast<std::uint32_t>(state.range(0))}, 0,
                    at, Side::kBuy, Price{100 / static_cast<int>(state.range(0)) * 100},
                    (i / 512) % 2 == 0 ? Shares::whole(10) : Shares{});
  }
  std::size_t i = 0;
  for (auto _ : state) {
    world.engine->step(events[i & 2047], world.commands);
    world.engine->step(events[(i + 1) & 2047], world.commands);
    i += 2;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(update_to_decision)->Arg(2)->Arg(10);

// A change that opens an opportunity and sends its first order: event in, approved order out.
void update_to_command(benchmark::State& state) {
  std::uint64_t orders = 0;
  for (auto _ : state) {
    state.PauseTiming();
    auto world = std::make_unique<World>(10, true);
    std::vector<Event> events;
    for (std::uint32_t i = 0; i < 10; ++i) {
      fixture::change(events, ConditionId{i}, 0, Nanos::from_seconds(3), Side::kSell, Price{i == 9 ? 900 : 1000},
                      Shares::whole(40));
    }
    for (std::size_t i = 0; i + 2 < events.size(); ++i) world->engine->step(events[i], world->commands);
    world->commands.clear();
    state.ResumeTiming();
    world->engine->step(events[events.size() - 2], world->commands);
    world->engine->step(events[events.size() - 1], world->commands);
    benchmark::DoNotOptimize(world->commands.data());
    state.PauseTiming();
    orders += world->commands.size();
    world.reset();
    state.ResumeTiming();
  }
  state.counters["orders"] = static_cast<double>(orders) / static_cast<double>(state.iterations());
}
BENCHMARK(update_to_command)->Iterations(2000);

// 5,000 conditions = 10,000 tokens with 20 levels a side: heap in use, catalogue included.
void ten_thousand_tokens(benchmark::State& state) {
  for (auto _ : state) {
    const auto before = mallinfo2().uordblks + mallinfo2().hblkhd;
    Catalogue catalogue;
    for (int i = 0; i < 5000; ++i) {
      (void)catalogue.add(fixture::spec("m" + std::to_string(i), i, 1, FeeSchedule::free(),
                                        state.range(0) == 0 ? kTick001 : kTick0001));
    }
    Engine engine(catalogue, EngineSettings{}, fixture::strategies());
    CommandBuffer commands;
    std::vector<Event> events;
    for (std::uint32_t i = 0; i < catalogue.size(); ++i) {
      events.clear();
      fixture::snapshot(events, ConditionId{i}, Nanos{1}, Price{4000}, Price{5000}, 20,
                        state.range(0) == 0 ? kTick001 : kTick0001);
      for (const Event& e : events) engine.step(e, commands);
    }
    state.counters["heap_mb"] = static_cast<double>(mallinfo2().uordblks + mallinfo2().hblkhd - before) / 1e6;
    state.counters["tokens"] = static_cast<double>(catalogue.size() * 2);
  }
}
BENCHMARK(ten_thousand_tokens)->Arg(0)->Arg(1)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace underround
