#include "net/websocket_frame.hpp"

#include <benchmark/benchmark.h>

#include <cstring>

namespace underround::net {
namespace {

void BM_ParseFrame(benchmark::State& state) {
  const bool masked = state.range(1) != 0;
  std::string frame;
  append_ws_frame(frame, WsOpcode::kText, std::string(static_cast<std::size_t>(state.range(0)), 'x'),
                  masked ? std::optional(0x12345678U) : std::nullopt);
  WsParser parser(masked, 1 << 20, 1 << 20);
  for (auto _ : state) {
    std::memcpy(parser.space().data(), frame.data(), frame.size());
    parser.commit(frame.size());
    while (parser.next() == WsParser::Item::kMessage) benchmark::DoNotOptimize(parser.payload().data());
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_ParseFrame)->ArgNames({"bytes", "masked"})->Args({300, 0})->Args({300, 1})->Args({4000, 0});

}  // namespace
}  // namespace underround::net
