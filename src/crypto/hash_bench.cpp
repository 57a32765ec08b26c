#include "crypto/hash.hpp"

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace underround::crypto {
namespace {

void hmac_700_bytes(benchmark::State& state) {
  const HmacSha256 mac(std::vector<std::uint8_t>(32, 1));
  const std::string body(700, 'x');
  for (auto _ : state) benchmark::DoNotOptimize(mac.sign({"1795000000", "POST", "/order", body}));
}
BENCHMARK(hmac_700_bytes);

void sha1_book_of_40_levels(benchmark::State& state) {
  const std::string json(1600, 'x');
  for (auto _ : state) benchmark::DoNotOptimize(sha1(json));
}
BENCHMARK(sha1_book_of_40_levels);

}  // namespace
}  // namespace underround::crypto
