// Law 8: once warm, receiving and sending frames allocates nothing, over TCP and over TLS, with run() and with poll().
#include "net/handler_memory.hpp"

#include <cstdlib>
#include <future>
#include <new>
#include <thread>

#include "net/http_client.hpp"
#include "net/server.hpp"
#include "net/websocket_client.hpp"

namespace {
thread_local std::uint64_t allocations = 0;  // of this thread: a server on another one may do what it likes
}  // namespace

// The whole test program counts; only the differences below matter. Not inlined: GCC would pair malloc with delete.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new[](std::size_t size) { return ::operator new(size); }
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace underround::net {
namespace {

constexpr Nanos kLong = Nanos::from_seconds(30);

TEST(HandlerMemory, TwoSlotsThenTheHeap) {
  HandlerMemory memory;
  const std::uint64_t before = allocations;
  void* const a = memory.allocate(100);
  void* const b = memory.allocate(320);
  EXPECT_EQ(allocations, before);
  void* const c = memory.allocate(8);
  EXPECT_EQ(allocations, before + 1);
  memory.deallocate(c);
  memory.deallocate(a);
  EXPECT_EQ(memory.allocate(200), a);
  void* const large = memory.allocate(1000);
  EXPECT_EQ(allocations, before + 2);
  memory.deallocate(large);
  memory.deallocate(a);
  memory.deallocate(b);
}

class ZeroAllocation : public testing::TestWithParam<bool> {};

TEST_P(ZeroAllocation, EchoedFramesAndRepeatingTimers) {
  ServerSettings server_settings;
  WebSocketSettings client_settings;
  if (GetParam()) {
    server_settings.certificate = make_self_signed_certificate("127.0.0.1").value();
    client_settings.tls = TlsContext::client({.ca_pem = server_settings.certificate->chain_pem}).value();
  }
  EventLoop loop;
  const auto server = Server::listen(loop, server_settings,
                                     {.on_upgrade =
                                          [](const HttpRequest&, WebSocketSession s) {
                                            s.on_message([s](std::string_view text) { s.send(text); });
                                            return 101;
                                          }})
                          .value();
  client_settings.url = server->url("ws");
  std::uint64_t received = 0, ticks = 0;
  WebSocketClient client(loop, client_settings, {.on_frame = [&](std::string_view, Nanos) { ++received; }});
  Timer timer(loop);
  timer.every(Nanos::from_millis(1), [&] { ++ticks; });
  client.connect();
  ASSERT_TRUE(loop.run_until([&] { return client.is_open(); }, kLong));

  const std::string text(300, 'x');
  const auto exchange = [&](std::uint64_t rounds) {
    const std::uint64_t end = received + rounds;
    while (received < end) {
      const std::uint64_t target = received + 1;
      client.send(text);
      while (received < target) loop.poll();
    }
  };
  exchange(100);  // warm-up
  const std::uint64_t before = allocations;
  exchange(1000);
  const std::uint64_t ticks_before = ticks;
  ASSERT_TRUE(loop.run_until([&] { return ticks > ticks_before + 3; }, kLong));
  EXPECT_EQ(allocations - before, 0U);
}

// Orders: request, answer, deadline, four of them at once. The caller reuses its request as ClobSession does.
TEST_P(ZeroAllocation, HttpRequestsAndAnswers) {
  ServerSettings server_settings;
  HttpClientSettings client_settings;
  if (GetParam()) {
    server_settings.certificate = make_self_signed_certificate("127.0.0.1").value();
    client_settings.tls = TlsContext::client({.ca_pem = server_settings.certificate->chain_pem}).value();
  }
  EventLoop server_loop;
  std::promise<std::string> url;
  std::jthread server_thread([&] {
    const auto server =
        Server::listen(server_loop, server_settings,
                       {.on_request = [](const HttpRequest& q, const HttpResponder& r) { r.send(200, q.body); }})
            .value();
    url.set_value(server->url());
    server_loop.run();
  });
  client_settings.base_url = url.get_future().get();
  client_settings.connections = 4;
  client_settings.headers = {{"POLY_ADDRESS", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"}};
  client_settings.timeout = kLong;
  {
    EventLoop loop;
    HttpClient client(loop, client_settings);
    client.warm_up(4);
    ASSERT_TRUE(loop.run_until([&] { return client.open_connections() == 4; }, kLong));
    HttpRequest request;
    std::uint64_t answered = 0, bytes = 0;
    const auto exchange = [&](int rounds) {
      for (int i = 0; i < rounds; ++i) {
        for (int j = 0; j < 4; ++j) {
          request.method = "POST";
          request.target = "/order";
          request.body.assign(900, 'x');
          request.headers.clear();
          request.headers.add("POLY_TIMESTAMP", "1795000000");
          client.send(request, [&answered, &bytes, id = std::uint64_t{7}](const HttpResult& result) {
            answered += result && id == 7 ? 1 : 0;
            bytes += result ? result->body.size() : 0;
          });
        }
        const std::uint64_t target = answered + (4 - answered % 4);
        while (answered < target) loop.poll();
      }
    };
    exchange(100);  // warm-up
    const std::uint64_t before = allocations;
    exchange(250);
    EXPECT_EQ(allocations - before, 0U);
    EXPECT_EQ(answered, 1400U);
    EXPECT_EQ(bytes, 1400U * 900);
  }
  server_loop.stop();
}

INSTANTIATE_TEST_SUITE_P(Transport, ZeroAllocation, testing::Bool(),
                         [](const auto& p) { return p.param ? "Tls" : "Tcp"; });

}  // namespace
}  // namespace underround::net
