// What reading a native recording costs: every checksum, subject and time checked, every event touched.
#include "backtest/native_recording.hpp"

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdlib>

#include "base/temporary_folder.hpp"

namespace underround::backtest {
namespace {

namespace fs = std::filesystem;

constexpr int kConditions = 2'000;

// Frames of three levels and an end, as a price_change of two tokens gives; in memory after the first pass.
class Recording {
 public:
  explicit Recording(int frames, bool finished = true) {
    auto writer = NativeWriter::create({.folder = folder_ / "rec"}).value();
    for (std::uint32_t i = 0; i < kConditions; ++i) {
      journal::JournalledCondition c{ConditionId{i}, {}, Event::kNoWinner};
      c.spec.condition_id = "0x" + std::to_string(i);
      c.spec.tokens = {std::to_string(i) + "1", std::to_string(i) + "2"};
      static_cast<void>(writer->condition(c));
    }
    std::vector<Event> events(4);
    for (int i = 0; i < frames; ++i) {
      for (std::size_t k = 0; k < 4; ++k) {
        events[k] = Event::make(k == 3 ? EventKind::kFrameEnd : EventKind::kLevel, Nanos{i}, VenueId::kPolymarket,
                                static_cast<std::uint32_t>(i % kConditions) * 2);
        if (k < 3) events[k].level.price = Price{static_cast<std::int32_t>(i % 10'000)};
      }
      static_cast<void>(writer->frame(events));
    }
    static_cast<void>(writer->close());
    if (finished) return;
    fs::path last;
    for (const auto& entry : fs::directory_iterator(folder_ / "rec")) {
      if (entry.path().extension() == ".segment") last = std::max(last, entry.path());
    }
    fs::resize_file(last, fs::file_size(last) - 8);
  }
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
  [[nodiscard]] fs::path folder() const { return folder_ / "rec"; }

 private:
  TemporaryFolder folder_;
};

void read_events(benchmark::State& state) {
  const Recording recording(2'000'000);
  std::int64_t events = 0, bytes = 0;
  for (auto _ : state) {
    auto reader = NativeReader::open(recording.folder()).value();
    std::int64_t sum = 0;
    while (const auto frame = reader.next()) {
      for (const Event& e : frame->events) sum += e.level.price.pips;
      events += static_cast<std::int64_t>(frame->events.size());
    }
    benchmark::DoNotOptimize(sum);
    bytes += static_cast<std::int64_t>(reader.bytes_total());
  }
  state.SetItemsProcessed(events);
  state.SetBytesProcessed(bytes);
}
BENCHMARK(read_events)->Unit(benchmark::kMillisecond);

// The contents alone: through the index, and for a recording whose writer was killed.
void open_recording(benchmark::State& state) {
  const Recording recording(2'000'000, state.range(0) != 0);
  for (auto _ : state) benchmark::DoNotOptimize(NativeReader::open(recording.folder()).value().contents());
}
BENCHMARK(open_recording)->ArgName("index")->Arg(1)->Arg(0)->Unit(benchmark::kMillisecond);

void write_events(benchmark::State& state) {
  constexpr int kFrames = 500'000;
  for (auto _ : state) const Recording recording(kFrames);
  state.SetItemsProcessed(state.iterations() * kFrames * 4);
}
BENCHMARK(write_events)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace underround::backtest
