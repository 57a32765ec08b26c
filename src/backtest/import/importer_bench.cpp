// Lines of price_change frames, two entries each, as a recorder wrote them -> a native recording on the disk. One core
// decodes; the journal's thread prepares segments on another.
#include "backtest/import/importer.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "base/random.hpp"
#include "base/temporary_folder.hpp"

namespace underround::backtest {
namespace {

namespace fs = std::filesystem;

constexpr int kMarkets = 50, kLines = 1'000'000;

std::string digits(Random& random, std::size_t count) {
  std::string text(1, '7');
  while (text.size() < count) text += static_cast<char>('0' + random.below(10));
  return text;
}
std::string hex(Random& random, std::size_t count) {
  std::string text;
  while (text.size() < count) text += "0123456789abcdef"[random.below(16)];
  return text;
}

void write_lines(const fs::path& file) {
  Random random(7);
  std::vector<std::array<std::string, 3>> markets;
  for (int i = 0; i < kMarkets; ++i)
    markets.push_back({"0x" + hex(random, 64), digits(random, 77), digits(random, 78)});
  std::ofstream out(file);
  std::int64_t at = 1'777'000'000'000;
  for (int i = 0; i < kLines; ++i) {
    const auto& m = markets[random.below(kMarkets)];
    const auto pips = 30 + random.below(10), size = random.below(100'000);
    at += static_cast<std::int64_t>(random.below(3));
    out << fmt::format(
        R"({{"market":"{}","price_changes":[{{"asset_id":"{}","price":"0.{}","size":"{}.{}","side":"BUY","hash":"{}",)"
        R"("best_bid":"0.4","best_ask":"0.6"}},{{"asset_id":"{}","price":"0.{}","size":"{}.{}","side":"SELL","hash":"{}",)"
        R"("best_bid":"0.4","best_ask":"0.6"}}],"timestamp":"{}","event_type":"price_change"}})"
        "\n",
        m[0], m[1], pips, size / 10, size % 10, hex(random, 40), m[2], 100 - pips, size / 10, size % 10,
        hex(random, 40), at);
  }
}

void import_price_changes(benchmark::State& state) {
  const TemporaryFolder folder;
  const std::vector<fs::path> files{folder / "lines.jsonl"};
  write_lines(files[0]);
  std::int64_t messages = 0;
  for (auto _ : state) {
    const auto report = import_files(files, {.folder = folder / "rec"});
    if (!report) state.SkipWithError(report.error().message.c_str());
    if (report) messages += static_cast<std::int64_t>(report->messages);
    state.PauseTiming();
    fs::remove_all(folder / "rec");
    state.ResumeTiming();
  }
  state.SetItemsProcessed(messages);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(fs::file_size(files[0])));
}
BENCHMARK(import_price_changes)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace underround::backtest
