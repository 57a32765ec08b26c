#include "crypto/secp256k1.hpp"

#include <benchmark/benchmark.h>

#include <vector>

#include "crypto/keccak.hpp"
#include "crypto/nonce_pool.hpp"
#include "crypto/u256.hpp"

namespace underround::crypto {
namespace {

void keccak(benchmark::State& state) {
  const std::vector<std::uint8_t> data(static_cast<std::size_t>(state.range(0)), 7);
  for (auto _ : state) benchmark::DoNotOptimize(keccak256(data));
}
BENCHMARK(keccak)->Arg(66)->Arg(384);

void sign_digest(benchmark::State& state) {
  const SecretKey key =
      SecretKey::from_hex("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80").value();
  Digest digest = keccak256("x");
  for (auto _ : state) {
    digest[0] = static_cast<std::uint8_t>(digest[0] + 1);
    benchmark::DoNotOptimize(key.sign(digest));
  }
}
BENCHMARK(sign_digest);

// The pool is refilled outside the measured part.
void sign_digest_with_nonce_pool(benchmark::State& state) {
  const SecretKey key =
      SecretKey::from_hex("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80").value();
  const auto pool = NoncePool::make({.capacity = 1 << 14, .background = false}).value();
  Digest digest = keccak256("x");
  for (auto _ : state) {
    if (pool->ready() == 0) {
      state.PauseTiming();
      pool->refill();
      state.ResumeTiming();
    }
    digest[0] = static_cast<std::uint8_t>(digest[0] + 1);
    benchmark::DoNotOptimize(key.sign(digest, pool.get()));
  }
}
BENCHMARK(sign_digest_with_nonce_pool)->Iterations(1 << 16);

void make_nonce(benchmark::State& state) {
  const SecretKey key =
      SecretKey::from_hex("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80").value();
  const auto pool = NoncePool::make({.capacity = 2, .background = false}).value();
  for (auto _ : state) {
    (void)key.sign(Digest{1}, pool.get());
    benchmark::DoNotOptimize(pool->refill());
  }
}
BENCHMARK(make_nonce);

void parse_token_id(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        U256::parse("92731036366405609852694902829538320700924201907850005869413758921303000888856"));
  }
}
BENCHMARK(parse_token_id);

}  // namespace
}  // namespace underround::crypto
