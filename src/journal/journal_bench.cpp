// What the engine's thread pays for a record, what the journal takes a second for long, and how fast it is read.
#include "journal/journal.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <string>

#include "base/temporary_folder.hpp"
#include "core/event.hpp"
#include "journal/frame_codec.hpp"
#include "journal/journal_reader.hpp"
#include "journal/segment_pack.hpp"

namespace underround::journal {
namespace {

Bytes bytes_of(const Event& e) { return {reinterpret_cast<const std::uint8_t*>(&e), sizeof e}; }

void append_event(benchmark::State& state) {
  const TemporaryFolder folder;
  std::uint64_t refused = 0, short_of_room = 0;  // a session asks for both
  {
    auto journal = Journal::open({.folder = folder.path(), .segment_bytes = std::size_t{256} << 20}).value();
    while (!journal->room_ahead()) continue;
    const Event e = Event::make(EventKind::kLevel, Nanos{1});
    for (auto _ : state) {
      refused += journal->append(RecordKind::kEvents, bytes_of(e)) ? 0 : 1;
      short_of_room += journal->room_is_short() ? 1 : 0;
    }
  }
  if (refused > 0) state.SkipWithError("the disk did not keep up");
  benchmark::DoNotOptimize(short_of_room);
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size_on_disk(sizeof(Event))));
}
BENCHMARK(append_event)->Iterations(5'000'000);

// A frame of 400 bytes from the socket's buffer into the journal: what recording adds to a message.
void append_frame(benchmark::State& state) {
  const TemporaryFolder folder;
  std::uint64_t refused = 0;
  {
    auto journal = Journal::open({.folder = folder.path(), .segment_bytes = std::size_t{256} << 20}).value();
    while (!journal->room_ahead()) continue;
    const std::string text(400, 'x');
    std::array<std::uint8_t, kFrameHead> head;
    for (auto _ : state) {
      const Frame frame{Nanos{1}, VenueId::kPolymarket, Stream::kMarket, 1, text};
      refused += journal->append(RecordKind::kFrame, encode_frame_head(frame, head), text_bytes(frame)) ? 0 : 1;
    }
  }
  if (refused > 0) state.SkipWithError("the disk did not keep up");
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(append_frame)->Iterations(1'000'000);

// Segment after segment, as fast as the disk gives new ones: where there is none yet this waits, a trading engine would
// have to halt. The oldest are deleted, so that the folder stays small.
void append_sustained(benchmark::State& state) {
  const TemporaryFolder folder;
  constexpr std::uint64_t kRecords = 30'000'000;
  std::uint64_t waits = 0;
  for (auto _ : state) {
    auto journal = Journal::open({.folder = folder.path(), .keep_bytes = std::uint64_t{512} << 20}).value();
    const Event e = Event::make(EventKind::kLevel, Nanos{1});
    const std::size_t a_segment = (std::size_t{64} << 20) / size_on_disk(sizeof e) - 2;
    for (std::uint64_t i = 0; i < kRecords; ++i) {
      if (i % a_segment == 0 && !journal->room_ahead()) {
        ++waits;
        while (!journal->room_ahead()) continue;
      }
      if (!journal->append(RecordKind::kEvents, bytes_of(e))) return state.SkipWithError(journal->failure().c_str());
    }
  }
  state.counters["waits"] = static_cast<double>(waits);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRecords));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kRecords * size_on_disk(sizeof(Event))));
}
BENCHMARK(append_sustained)->Unit(benchmark::kMillisecond)->Iterations(1)->UseRealTime();

// Every record of four segments, checksums included.
void read_records(benchmark::State& state) {
  const TemporaryFolder folder;
  const std::vector<std::uint8_t> payload(static_cast<std::size_t>(state.range(0)), 7);
  const bool packed = state.range(1) != 0;
  std::int64_t stored = 0;
  {
    auto journal = Journal::open({.folder = folder.path()}).value();
    while (stored < std::int64_t{4} * (64 << 20)) {
      while (!journal->room_ahead()) continue;
      for (int i = 0; i < 1000; ++i) {
        if (!journal->append(RecordKind::kNote, payload)) return state.SkipWithError(journal->failure().c_str());
      }
      stored += static_cast<std::int64_t>(1000 * size_on_disk(payload.size()));
    }
  }
  if (packed) {
    const auto files = segment_files(folder.path()).value();
    for (const auto& file : files) {
      if (!pack_segment(file, std::atomic<bool>(false))) return state.SkipWithError("not packed");
    }
  }
  std::int64_t records = 0;
  for (auto _ : state) {
    auto reader = JournalReader::open(folder.path()).value();
    while (const auto r = reader.next()) {
      benchmark::DoNotOptimize(r->payload.data());
      ++records;
    }
  }
  state.SetItemsProcessed(records);
  state.SetBytesProcessed(state.iterations() * stored);
}
BENCHMARK(read_records)
    ->ArgNames({"payload", "packed"})
    ->Args({64, 0})
    ->Args({400, 0})
    ->Args({4096, 0})
    ->Args({400, 1})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace underround::journal
