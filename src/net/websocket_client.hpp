// One outbound WebSocket (RFC 6455) over ws:// or wss://, optionally through a proxy (proxy.hpp).
//   WebSocketClient socket(loop, {.url = "wss://host/ws"}, {.on_open = ..., .on_frame = ..., .on_closed = ...});
//   socket.connect();   // then exactly one on_closed at the end, whether or not on_open came
// Pings are answered here. Frames are read in place from one reused buffer: no allocation per frame after warm-up.
// Loop thread only. Every call, the destructor included, is allowed inside a callback.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/units.hpp"
#include "net/event_loop.hpp"
#include "net/http_message.hpp"
#include "net/tls.hpp"

namespace underround::net {

struct WebSocketSettings {
  std::string url{};
  std::string proxy_url{};                          // http, socks5 or socks5h://[user:password@]host:port
  std::shared_ptr<TlsContext> tls{};                // wss only; null = system roots, verified
  HttpHeaders headers{};                            // added to the upgrade request
  Nanos connect_timeout = Nanos::from_seconds(10);  // resolve + TCP + proxy + TLS + upgrade
  std::size_t buffer_bytes = std::size_t{1} << 20;  // read buffer at start; grows up to max_message_bytes
  std::size_t max_message_bytes = std::size_t{16} << 20;
  std::size_t max_queued_bytes = std::size_t{4} << 20;  // outbound; beyond it the socket is closed
};

class WebSocketClient {
 public:
  struct Callbacks {
    std::function<void()> on_open{};
    // Text or binary message. At least 64 bytes after its end are readable (simdjson padding). Valid during the call.
    std::function<void(std::string_view payload, Nanos received)> on_frame{};
    // Connecting failed, the other side closed, a protocol error, close() finished. Never after the destructor.
    std::function<void(const Error& reason)> on_closed{};
  };
  struct Counters {
    std::uint64_t frames = 0, bytes = 0;  // received messages and their payload
  };
  static constexpr std::size_t kPadding = 64;

  WebSocketClient(EventLoop& loop, WebSocketSettings settings, Callbacks callbacks);
  ~WebSocketClient();
  WebSocketClient(const WebSocketClient&) = delete;
  WebSocketClient& operator=(const WebSocketClient&) = delete;

  void connect();  // once per object; callbacks come from the loop, never from inside this call
  // Written to the socket at once when it has room. False when not open.
  bool send(std::string_view text);
  void close();  // close handshake, at most a second; then on_closed
  void abort();  // drops the socket now, on_closed does not come
  [[nodiscard]] bool is_open() const noexcept;
  [[nodiscard]] Counters counters() const noexcept;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace underround::net
