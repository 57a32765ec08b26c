// Events a second through the whole of a backtest: native recording, both books, engine with its strategies, fill model
// with every assumption on, recorder.
#include "backtest/backtest.hpp"

#include <benchmark/benchmark.h>

#include <cstdlib>

#include "base/temporary_folder.hpp"
#include "strategy/registry.hpp"

namespace underround::backtest {
namespace {

constexpr std::uint32_t kMarkets = 40;
constexpr int kFrames = 1'000'000;

// Forty markets in ten exclusive events, a few cents wide; most frames change one level of both tokens, some trade.
class Recording {
 public:
  Recording() {
    auto writer = NativeWriter::create({.folder = folder_ / "r"}).value();
    for (std::uint32_t i = 0; i < kMarkets; ++i) (void)writer->condition({ConditionId{i}, market(i)});
    Random random(1);
    Nanos now = Nanos::from_seconds(1'777'000'000);
    std::vector<Event> frame;
    for (std::uint32_t i = 0; i < kMarkets; ++i) {
      frame.clear();
      snapshot(frame, now, i);
      (void)writer->frame(frame);
    }
    for (int n = 0; n < kFrames; ++n) {
      now += Nanos{static_cast<std::int64_t>(random.below(4'000'000))};
      frame.clear();
      const auto condition = static_cast<std::uint32_t>(random.below(kMarkets));
      const bool bid = random.below(2) == 0;
      // Never the best prices: those stay, so that the books stay as wide as they are.
      const Price price{static_cast<std::int32_t>(bid ? 100 + 100 * random.below(20) : 2700 + 100 * random.below(40))};
      const Shares size = Shares::whole(static_cast<std::int64_t>(random.below(500)));
      for (unsigned outcome = 0; outcome < 2; ++outcome) {
        Event e = Event::make(EventKind::kLevel, now, VenueId::kPolymarket,
                              instrument_of(ConditionId{condition}, outcome).value);
        const bool mirrored = outcome == 1;
        e.level = {now,      size,     mirrored ? price.complement() : price,
                   kNoPrice, kNoPrice, bid != mirrored ? Side::kBuy : Side::kSell};
        frame.push_back(e);
      }
      if (random.below(20) == 0) {
        Event e = frame.front();
        e.header.kind = EventKind::kTrade;
        e.level.price = Price{2600};
        frame.push_back(e);
      }
      frame.push_back(Event::make(EventKind::kFrameEnd, now, VenueId::kPolymarket));
      events_ += frame.size();
      (void)writer->frame(frame);
    }
    (void)writer->close();
  }
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
  [[nodiscard]] std::vector<std::filesystem::path> folders() const { return {folder_ / "r"}; }
  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }

 private:
  static ConditionSpec market(std::uint32_t i) {
    ConditionSpec spec;
    spec.condition_id = "0x" + std::to_string(1000 + i);
    spec.tokens = {std::string(20, '1') + std::to_string(1000 + i), std::string(20, '2') + std::to_string(1000 + i)};
    spec.outcomes = {"Yes", "No"};
    spec.slug = "m" + std::to_string(i);
    spec.version = MarketVersion::kV1;
    spec.tick = Tick{100};
    spec.fees = FeeSchedule::taker(50'000, 1);
    spec.neg_risk = spec.accepting_orders = true;
    spec.group.slug = "event-" + std::to_string(i / 4);
    spec.group.neg_risk = true;
    spec.group.declared_conditions = 4;
    return spec;
  }
  static void snapshot(std::vector<Event>& frame, Nanos now, std::uint32_t condition) {
    Event head = Event::make(EventKind::kSnapshotBegin, now, VenueId::kPolymarket,
                             instrument_of(ConditionId{condition}, 0).value);
    head.book_head = {now, Tick{100}, 40};
    frame.push_back(head);
    for (int i = 0; i < 20; ++i) {
      for (const auto& [side, pips] : {std::pair{Side::kBuy, 2400 - 100 * i}, std::pair{Side::kSell, 2600 + 100 * i}}) {
        Event e = Event::make(EventKind::kSnapshotLevel, now, VenueId::kPolymarket, head.header.subject);
        e.level = {now, Shares::whole(100), Price{pips}, kNoPrice, kNoPrice, side};
        frame.push_back(e);
      }
    }
    head.header.kind = EventKind::kSnapshotEnd;
    frame.push_back(head);
    frame.push_back(Event::make(EventKind::kFrameEnd, now, VenueId::kPolymarket));
  }
  TemporaryFolder folder_;
  std::uint64_t events_ = 0;
};

void BM_Backtest(benchmark::State& state) {
  const Recording recording;
  const auto folders = recording.folders();
  const std::vector<std::string> names{"sum_to_100", "multi_outcome"};
  std::uint64_t events = 0;
  for (auto _ : state) {
    auto data = MarketData::open(folders).value();
    auto log =
        run_backtest(data,
                     [&](Catalogue& catalogue) -> Result<std::unique_ptr<Engine>> {
                       return std::make_unique<Engine>(catalogue, EngineSettings{}, make_strategies(names, {}).value());
                     },
                     {.name = "everything on"});
    events += recording.events();
    benchmark::DoNotOptimize(log->state_hash);
  }
  state.counters["events_per_second"] = benchmark::Counter(static_cast<double>(events), benchmark::Counter::kIsRate);
}
BENCHMARK(BM_Backtest)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();

}  // namespace
}  // namespace underround::backtest
