// Loopback: what the whole socket path costs, client and server on one thread.
#include "net/server.hpp"

#include <benchmark/benchmark.h>

#include "net/http_client.hpp"
#include "net/websocket_client.hpp"

namespace underround::net {
namespace {

constexpr Nanos kLong = Nanos::from_seconds(30);

struct Link {
  explicit Link(bool tls) {
    ServerSettings settings;
    settings.max_queued_bytes = std::size_t{256} << 20;
    if (tls) settings.certificate = make_self_signed_certificate("127.0.0.1").value();
    WebSocketSettings client_settings;
    if (tls) client_settings.tls = TlsContext::client({.ca_pem = settings.certificate->chain_pem}).value();
    server = Server::listen(loop, settings,
                            {.on_upgrade =
                                 [this](const HttpRequest&, WebSocketSession s) {
                                   session = s;
                                   s.on_message([s](std::string_view text) { s.send(text); });
                                   return 101;
                                 }})
                 .value();
    client_settings.url = server->url("ws");
    client = std::make_unique<WebSocketClient>(
        loop, client_settings, WebSocketClient::Callbacks{.on_frame = [this](std::string_view, Nanos) { ++received; }});
    client->connect();
    (void)loop.run_until([this] { return client->is_open(); }, kLong);
  }
  EventLoop loop;
  WebSocketSession session;
  std::unique_ptr<Server> server;
  std::unique_ptr<WebSocketClient> client;
  std::int64_t received = 0;
};

// Small messages pushed by the server, 64 per turn of the loop.
void BM_ServerPush(benchmark::State& state) {
  Link link(state.range(0) != 0);
  const std::string text(300, 'x');
  std::int64_t sent = 0;
  for (auto _ : state) {
    for (int i = 0; i < 64; ++i) link.session.send(text);
    sent += 64;
    while (link.received < sent) link.loop.poll();
  }
  state.SetItemsProcessed(sent);
}
BENCHMARK(BM_ServerPush)->ArgName("tls")->Arg(0)->Arg(1);

// client -> server -> client, busy polling: two sends, two wake-ups.
void BM_RoundTrip(benchmark::State& state) {
  Link link(state.range(0) != 0);
  const std::string text(300, 'x');
  std::int64_t sent = 0;
  for (auto _ : state) {
    link.client->send(text);
    ++sent;
    while (link.received < sent) link.loop.poll();
  }
  state.SetItemsProcessed(sent);
}
BENCHMARK(BM_RoundTrip)->ArgName("tls")->Arg(0)->Arg(1);

void BM_HttpRequest(benchmark::State& state) {
  EventLoop loop;
  const auto server =
      Server::listen(loop, {}, {.on_request = [](const HttpRequest& q, HttpResponder r) { r.send(200, q.body); }})
          .value();
  HttpClient client(loop, {.base_url = server->url(), .connections = 1});
  HttpRequest request;
  request.method = "POST";
  request.target = "/order";
  request.body = std::string(700, 'x');
  for (auto _ : state) {
    if (!client.fetch(request)) state.SkipWithError("no answer");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_HttpRequest);

}  // namespace
}  // namespace underround::net
