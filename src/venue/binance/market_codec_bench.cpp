#include "venue/binance/market_codec.hpp"

#include <benchmark/benchmark.h>

#include <string>

namespace underround::binance {
namespace {

void run(benchmark::State& state, std::string frame) {
  const std::size_t size = frame.size();
  frame.append(MarketCodec::kPadding, '\0');
  SymbolTable symbols({"BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT"});
  MarketCodec codec(symbols);
  std::vector<Event> events;
  events.reserve(8);
  for (auto _ : state) {
    events.clear();
    codec.forget_sequences();
    codec.decode(std::string_view(frame.data(), size), Nanos{1}, 0, events);
    benchmark::DoNotOptimize(events.data());
  }
  if (codec.counters().decode_errors != 0 || events.size() != 1) state.SkipWithError("decode failed");
  state.SetItemsProcessed(state.iterations());
}

void BM_BookTicker(benchmark::State& state) {
  run(state,
      R"({"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":5123107839020,"s":"BTCUSDT","b":"61800.20",)"
      R"("B":"2.507","a":"61800.30","A":"2.510","T":1723161256313,"E":1723161256313}})");
}
BENCHMARK(BM_BookTicker);

void BM_AggTrade(benchmark::State& state) {
  run(state, R"({"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1723161256400,"s":"BTCUSDT","a":5933014,)"
             R"("p":"61800.30","q":"0.100","nq":"0.100","f":100,"l":105,"T":1723161256399,"m":true,"st":1}})");
}
BENCHMARK(BM_AggTrade);

}  // namespace
}  // namespace underround::binance
