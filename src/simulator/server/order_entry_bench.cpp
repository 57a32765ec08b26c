// Signed orders through the whole venue over TCP: a client on one thread signs (secp256k1, HMAC) and sends, the server
// on another checks every signature and puts the order into the book. Goal: 10 000 orders/s on two cores.
#include "simulator/server/order_entry.hpp"

#include <benchmark/benchmark.h>

#include <ctime>

#include "net/event_loop.hpp"
#include "net/http_client.hpp"
#include "simulator/server/order_signature.hpp"
#include "simulator/server/simulator_server.hpp"
#include "simulator/server/test_wallet.hpp"

namespace underround::simulator {
namespace {

constexpr Nanos kLong = Nanos::from_seconds(60);
const std::string kZero = "0x" + std::string(64, '0');

TestOrder bid(const std::string& address, const std::string& token, std::int64_t salt) {
  return {std::to_string(salt), address, address, token, "50000", "5000000", false, 0, "1795132800000"};
}

double cpu_us(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_nsec) / 1e3;
}

// CPU of this thread and of the server's, an order: the larger one bounds what two cores can do.
class CpuShares {
 public:
  void report(benchmark::State& state, std::int64_t orders) const {
    const double mine = cpu_us(CLOCK_THREAD_CPUTIME_ID) - thread_;
    const double both = cpu_us(CLOCK_PROCESS_CPUTIME_ID) - process_;
    state.counters["client_us"] = mine / static_cast<double>(orders);
    state.counters["server_us"] = (both - mine) / static_cast<double>(orders);
  }

 private:
  double thread_ = cpu_us(CLOCK_THREAD_CPUTIME_ID), process_ = cpu_us(CLOCK_PROCESS_CPUTIME_ID);
};

struct Trader {
  explicit Trader(std::size_t connections) {
    server = SimulatorServer::start({.markets = 90, .with_population = false, .rate_limits = false}).value();
    client = std::make_unique<net::HttpClient>(
        loop, net::HttpClientSettings{
                  .base_url = server->urls().clob, .connections = connections, .max_waiting = 4096, .timeout = kLong});
    net::HttpClient control(loop, {.base_url = server->urls().control});
    net::HttpClient gamma(loop, {.base_url = server->urls().gamma});
    (void)control.fetch({.method = "POST",
                         .target = "/faucet",
                         .body = R"({"address":")" + wallet.address() + R"(","usd":"1000000"})"});
    const auto now = std::to_string(net::EventLoop::wall_now().seconds());
    const auto keys = parse_json(
        client->fetch({.method = "POST", .target = "/auth/api-key", .headers = wallet.l1_headers(now)})->body);
    key = keys->text("apiKey");
    passphrase = keys->text("passphrase");
    mac = std::make_unique<crypto::HmacSha256>(*crypto::decode_base64(keys->text("secret")));
    const auto markets = parse_json(gamma.fetch({.target = "/markets?closed=false&limit=100"})->body);
    for (const JsonValue& m : markets->items) {
      if (m.boolean("acceptingOrders") && !m.boolean("negRisk"))
        token = parse_json(m.text("clobTokenIds"))->items[0].scalar;
    }
  }
  std::string body() {
    const TestOrder order = bid(address, token, ++salt);
    return R"({"deferExec":false,"postOnly":false,"order":{"salt":)" + order.salt + R"(,"maker":")" + order.maker +
           R"(","signer":")" + order.signer + R"(","tokenId":")" + order.token +
           R"(","makerAmount":"50000","takerAmount":"5000000","side":"BUY","signatureType":0,"timestamp":")" +
           order.timestamp + R"(","expiration":"0","metadata":")" + kZero + R"(","builder":")" + kZero +
           R"(","signature":")" + wallet.sign_order(order, kTestStandard) + R"("},"owner":")" + key +
           R"(","orderType":"GTC"})";
  }
  void post(const std::string& target, std::string text) {
    const std::string now = std::to_string(loop.now().seconds());
    net::HttpRequest request{.method = "POST", .target = target, .headers = {}, .body = std::move(text)};
    request.headers = {{"POLY_ADDRESS", address},
                       {"POLY_API_KEY", key},
                       {"POLY_PASSPHRASE", passphrase},
                       {"POLY_TIMESTAMP", now},
                       {"POLY_SIGNATURE", crypto::base64(mac->sign({now, "POST", target, request.body}),
                                                         crypto::Base64Alphabet::kUrlSafe)}};
    ++sent;
    client->send(std::move(request), [this](const net::HttpResult& result) {
      ++answered;
      if (!result || result->status != 200) ++refused;
    });
  }
  // Sleeps in the loop, so that process CPU time is work and nothing else.
  void wait_for_room(std::int64_t in_flight) {
    (void)loop.run_until([&] { return sent - answered < in_flight; }, kLong);
  }
  net::EventLoop loop;
  std::unique_ptr<SimulatorServer> server;
  std::unique_ptr<net::HttpClient> client;
  TestWallet wallet{'a'};
  std::string address = wallet.address(), key, passphrase, token;
  std::unique_ptr<crypto::HmacSha256> mac;
  std::int64_t salt = 0, sent = 0, answered = 0, refused = 0;
};

// One order a request, at most `in_flight` unanswered. Microseconds of CPU an order = CPU column, both threads
// together.
void BM_SignedOrders(benchmark::State& state) {
  const std::int64_t in_flight = state.range(0);
  Trader trader(static_cast<std::size_t>(in_flight));
  const CpuShares shares;
  for (auto _ : state) {
    for (int i = 0; i < 1000; ++i) {
      trader.post("/order", trader.body());
      trader.wait_for_room(in_flight);
    }
    trader.wait_for_room(1);
  }
  if (trader.refused > 0) state.SkipWithError("orders were refused");
  state.SetItemsProcessed(trader.answered);
  shares.report(state, trader.answered);
}
BENCHMARK(BM_SignedOrders)
    ->ArgName("in_flight")
    ->Arg(1)
    ->Arg(8)
    ->Arg(32)

    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void BM_SignedBatches(benchmark::State& state) {
  Trader trader(8);
  const CpuShares shares;
  for (auto _ : state) {
    for (int i = 0; i < 60; ++i) {
      std::string text = "[" + trader.body();
      for (int leg = 1; leg < 15; ++leg) text += "," + trader.body();
      trader.post("/orders", text + "]");
      trader.wait_for_room(8);
    }
    trader.wait_for_room(1);
  }
  if (trader.refused > 0) state.SkipWithError("orders were refused");
  state.SetItemsProcessed(trader.answered * 15);
  shares.report(state, trader.answered * 15);
}
BENCHMARK(BM_SignedBatches)->UseRealTime()->Unit(benchmark::kMillisecond);

// What the client pays for one order before it is sent.
void BM_ClientSigns(benchmark::State& state) {
  const TestWallet wallet('a');
  const std::string address = wallet.address();
  std::int64_t salt = 0;
  for (auto _ : state) benchmark::DoNotOptimize(wallet.sign_order(bid(address, "77", ++salt), kTestStandard));
}
BENCHMARK(BM_ClientSigns);

// What the server pays for one order's proof: a recovery, and for wallets their address.
void BM_CheckSignature(benchmark::State& state) {
  const TestWallet wallet('a');
  const std::string address = wallet.address();
  const TestOrder order = bid(address, "77", 5);
  const SignedOrder fields{"5", address, address, "77", "50000", "5000000", 0, 0, "1795132800000", kZero, kZero};
  const std::string signature = wallet.sign_order(order, kTestStandard);
  for (auto _ : state) {
    const Digest contents = *order_struct_hash(fields);
    const auto check = check_signature(fields, contents, signature, ExchangeDomain::kStandardV2);
    if (check.verdict != SignatureVerdict::kGood) state.SkipWithError("signature refused");
  }
}
BENCHMARK(BM_CheckSignature);

}  // namespace
}  // namespace underround::simulator
