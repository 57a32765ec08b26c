// What the engine's thread pays for a record, and what the journal takes a second.
#include "journal/journal.hpp"

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "core/event.hpp"

namespace underround::journal {
namespace {

void append_event(benchmark::State& state) {
  std::string name = (std::filesystem::temp_directory_path() / "underround_journal_XXXXXX").string();
  const std::filesystem::path folder = ::mkdtemp(name.data());
  std::uint64_t refused = 0;
  {
    auto journal = Journal::open({.folder = folder, .segment_bytes = std::size_t{256} << 20}).value();
    while (!journal->room_ahead()) continue;
    const Event e = Event::make(EventKind::kLevel, Nanos{1});
    const Bytes bytes(reinterpret_cast<const std::uint8_t*>(&e), sizeof e);
    for (auto _ : state) refused += journal->append(RecordKind::kEvents, bytes) ? 0 : 1;
  }
  std::filesystem::remove_all(folder);
  if (refused > 0) state.SkipWithError("the disk did not keep up");
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size_on_disk(sizeof(Event))));
}
BENCHMARK(append_event)->Iterations(5'000'000);

}  // namespace
}  // namespace underround::journal
