// The order path: from terms that the engine has decided on to the bytes of an HTTP request, signed twice (EIP-712 and
// HMAC). Everything but the risk pass, the journal and the kernel. p50_ns is the figure the bars are about; every
// sample contains one reading of the clock (some 25 ns).
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

#include "net/http_codec.hpp"
#include "venue/polymarket/clob_session.hpp"
#include "venue/polymarket/order_codec.hpp"
#include "venue/polymarket/signing.hpp"

namespace underround::polymarket {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::int64_t kIterations = 1 << 14;
constexpr std::string_view kToken = "92731036366405609852694902829538320700924201907850005869413758921303000888856";

// Everything an order needs that is made before it.
struct Desk {
  explicit Desk(const OrderSigner::Account& account)
      : signer(key, account), constant(net::constant_head("clob.polymarket.com", session.constant_headers())) {}

  std::string_view place() {
    const Order order = signer.order(++salt, token, {50'000'000, 100'000'000}, Side::kBuy, 1795000000123);
    signer.sign(signer.name(order, Exchange::kV2Standard), signature);
    const std::string_view body = encode_order({.order = &order,
                                                .maker = signer.maker_text(),
                                                .signer = signer.signer_text(),
                                                .signature = signature.view(),
                                                .owner = l2.api_key(),
                                                .tif = TimeInForce::kFak,
                                                .token = kToken},
                                               buffer);
    return request("POST", body);
  }
  std::string_view cancel() { return request("DELETE", cancel_body()); }
  std::string_view cancel_body() {
    ++digest[0];
    return encode_cancel(digest, buffer);
  }
  std::string_view request(std::string_view method, std::string_view body) {
    wire.clear();
    net::append_request(wire, session.prepare(method, "/order", body), "", constant);
    return wire;
  }

  crypto::SecretKey key =
      crypto::SecretKey::from_hex("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80").value();
  net::EventLoop loop;
  L2Signer l2 = L2Signer::make({.key = "00000000-0000-0000-0000-000000000001",
                                .secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
                                .passphrase = std::string(64, 'a')},
                               key.address())
                    .value();
  ClobSession session{loop, l2};
  OrderSigner signer;
  crypto::U256 token = crypto::U256::parse(kToken).value();
  std::string constant, wire;
  SignatureBytes signature;
  std::array<char, kMaxOrderBody> buffer;
  Digest digest{};
  std::uint64_t salt = 479249096354;
};

crypto::Address test_address() { return crypto::parse_address("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266").value(); }

void measure(benchmark::State& state, auto&& step) {
  std::vector<std::int64_t> samples;
  samples.reserve(kIterations);
  for (auto _ : state) {
    const auto start = Clock::now();
    benchmark::DoNotOptimize(step());
    const std::chrono::nanoseconds took = Clock::now() - start;
    samples.push_back(took.count());
    state.SetIterationTime(std::chrono::duration<double>(took).count());
  }
  std::ranges::sort(samples);
  state.counters["p50_ns"] = static_cast<double>(samples[samples.size() / 2]);
  state.counters["p99_ns"] = static_cast<double>(samples[samples.size() * 99 / 100]);
}

void order_to_request_bytes_rfc6979(benchmark::State& state) {
  Desk desk({.type = static_cast<SignatureType>(state.range(0)), .maker = test_address()});
  measure(state, [&] { return desk.place(); });
}
BENCHMARK(order_to_request_bytes_rfc6979)->Arg(0)->Arg(3)->UseManualTime()->Iterations(kIterations);

void order_to_request_bytes_nonce_pool(benchmark::State& state) {
  const auto pool =
      crypto::NoncePool::make({.capacity = static_cast<std::size_t>(kIterations), .background = false}).value();
  Desk desk({.type = static_cast<SignatureType>(state.range(0)), .maker = test_address(), .nonces = pool.get()});
  measure(state, [&] { return desk.place(); });
  if (pool->counters().fallbacks != 0) state.SkipWithError("the pool ran dry");
}
BENCHMARK(order_to_request_bytes_nonce_pool)->Arg(0)->Arg(3)->UseManualTime()->Iterations(kIterations);

void cancel_body_and_hmac(benchmark::State& state) {
  Desk desk({.maker = test_address()});
  measure(state, [&] { return desk.l2.sign(1795000000, "DELETE", "/order", desk.cancel_body()); });
}
BENCHMARK(cancel_body_and_hmac)->UseManualTime()->Iterations(kIterations);

void cancel_to_request_bytes(benchmark::State& state) {
  Desk desk({.maker = test_address()});
  measure(state, [&] { return desk.cancel(); });
}
BENCHMARK(cancel_to_request_bytes)->UseManualTime()->Iterations(kIterations);

}  // namespace
}  // namespace underround::polymarket
