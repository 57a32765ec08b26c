// Kept-alive HTTP/1.1 to one host: a small pool of connections, one request at a time on each.
//   HttpClient gamma(loop, {.base_url = "https://gamma-api.polymarket.com"});
//   gamma.send({.target = "/markets?limit=5"}, [](HttpResult result) { ... });
// A failure says whether the venue can have seen the request (law 5): kNeverSent may be repeated, kUnknown must be
// looked up. Loop thread only; callbacks come from the loop, never from inside send().
// Once warm, a request and its answer allocate nothing (law 8) when the caller reuses its HttpRequest, its callback
// captures at most kCallbackBytes and takes the result by reference.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "core/error.hpp"
#include "core/units.hpp"
#include "net/event_loop.hpp"
#include "net/http_message.hpp"
#include "net/tls.hpp"

namespace underround::net {

struct HttpClientSettings {
  std::string base_url{};                        // scheme, host, port; a path is put in front of every target
  std::string proxy_url{};                       // http, socks5 or socks5h://[user:password@]host:port
  std::shared_ptr<TlsContext> tls{};             // https only; null = system roots, verified
  HttpHeaders headers{};                         // added to every request
  std::size_t connections = 2;                   // opened as needed, kept open
  std::size_t max_waiting = 256;                 // requests waiting for a connection; more are refused
  Nanos timeout = Nanos::from_seconds(5);        // per request, from send() to the last byte of the answer
  Nanos idle_timeout = Nanos::from_seconds(50);  // an unused connection is closed before the venue does it
  std::size_t max_body_bytes = std::size_t{64} << 20;
};

enum class Delivery : std::uint8_t {
  kNeverSent,  // not a byte went out: safe to send again
  kUnknown,    // some or all of it went out and no complete answer came back
};

struct HttpFailure {
  Error error{};
  Delivery delivery = Delivery::kNeverSent;
};

using HttpResult = std::expected<HttpResponse, HttpFailure>;  // any status code is an answer, not a failure

class HttpClient {
 public:
  // Take `const HttpResult&` to leave the buffers to the client, or HttpResult to have them.
  using Callback = std::move_only_function<void(HttpResult&&)>;
  static constexpr std::size_t kCallbackBytes = 24;  // libstdc++ keeps so much without the heap

  HttpClient(EventLoop& loop, HttpClientSettings settings);
  ~HttpClient();  // open requests get no callback
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // GET and HEAD are repeated once by themselves when a kept-alive connection turns out to be dead.
  // The request is written down at once and may be reused.
  void send(const HttpRequest& request, Callback done) { send(request, Nanos{0}, std::move(done)); }
  void send(const HttpRequest& request, Nanos timeout, Callback done);  // timeout 0 = settings.timeout
  // Opens connections ahead of the first order, so that its latency has no handshake in it.
  void warm_up(std::size_t connections = 1);
  [[nodiscard]] std::size_t open_connections() const noexcept;

  // Runs the loop until the answer is there. Start-up and cold threads only.
  [[nodiscard]] HttpResult fetch(const HttpRequest& request, Nanos timeout = Nanos{0});

 private:
  class Impl;
  EventLoop& loop_;
  std::shared_ptr<Impl> impl_;
};

}  // namespace underround::net
