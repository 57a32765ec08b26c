// Steps of the order path one by one; all of it is in gateway_order_path_bench.cpp.
#include <benchmark/benchmark.h>

#include <array>

#include "venue/polymarket/clob_auth.hpp"
#include "venue/polymarket/order_codec.hpp"
#include "venue/polymarket/signing.hpp"

namespace underround::polymarket {
namespace {

const crypto::SecretKey& key() {
  static const crypto::SecretKey instance =
      crypto::SecretKey::from_hex("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80").value();
  return instance;
}
constexpr std::string_view kToken = "92731036366405609852694902829538320700924201907850005869413758921303000888856";

Order next_order(const OrderSigner& signer) {
  static std::uint64_t salt = 479249096354;
  return signer.order(++salt, crypto::U256::parse(kToken).value(), {50'000'000, 100'000'000}, Side::kBuy,
                      1795000000123);
}

void order_name(benchmark::State& state) {
  OrderSigner signer(key(), {.maker = key().address()});
  const Order order = next_order(signer);
  for (auto _ : state) benchmark::DoNotOptimize(signer.name(order, Exchange::kV2Standard));
}
BENCHMARK(order_name);

void order_name_and_sign(benchmark::State& state) {
  OrderSigner signer(key(), {.type = static_cast<SignatureType>(state.range(0)), .maker = key().address()});
  SignatureBytes signature;
  for (auto _ : state) {
    signer.sign(signer.name(next_order(signer), Exchange::kV2Standard), signature);
    benchmark::DoNotOptimize(signature);
  }
}
BENCHMARK(order_name_and_sign)->Arg(0)->Arg(3);

void l2_hmac_of_order_body(benchmark::State& state) {
  const auto l2 =
      L2Signer::make({.key = "k", .secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", .passphrase = ""}, {});
  const std::string body(900, 'x');
  for (auto _ : state) benchmark::DoNotOptimize(l2->sign(1795000000, "POST", "/order", body));
}
BENCHMARK(l2_hmac_of_order_body);

void encode_order_body(benchmark::State& state) {
  OrderSigner signer(key(), {.maker = key().address()});
  const Order order = next_order(signer);
  SignatureBytes signature;
  signer.sign(signer.name(order, Exchange::kV2Standard), signature);
  std::array<char, kMaxOrderBody> buffer;
  for (auto _ : state) {
    benchmark::DoNotOptimize(encode_order({.order = &order,
                                           .maker = signer.maker_text(),
                                           .signer = signer.signer_text(),
                                           .signature = signature.view(),
                                           .owner = "o"},
                                          buffer));
  }
}
BENCHMARK(encode_order_body);

}  // namespace
}  // namespace underround::polymarket
