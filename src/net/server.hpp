// HTTP/1.1 + WebSocket server on one port, for the dashboard and the venue simulator.
//   auto server = Server::listen(loop, {.port = 0}, {.on_request = [](const HttpRequest& q, HttpResponder r) {
//     r.send(200, R"({"ok":true})"); }});
//   server.value()->port();
// Loop thread only. HttpResponder and WebSocketSession are cheap handles; they may outlive the connection and the
// server, and do nothing then. The fault calls (stall, abort, raw bytes) exist for the simulator's fault menu.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/units.hpp"
#include "net/event_loop.hpp"
#include "net/http_message.hpp"
#include "net/tls.hpp"

namespace underround::net {

class ServerConnection;

// What happens when a WebSocket peer reads more slowly than we write and its queue is full.
enum class SlowConsumer : std::uint8_t {
  kClose,  // it would miss data: cut it off, it will reconnect (venue feeds)
  kDrop,   // the newest message is dropped and counted (dashboard: the next one replaces it anyway)
};

struct ServerSettings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;                                // 0 = any free one, see Server::port()
  std::optional<Certificate> certificate{};              // set = TLS
  std::size_t max_header_bytes = 16 * 1024;              // more is answered 431
  std::size_t max_body_bytes = std::size_t{1} << 20;     // more is answered 413
  std::size_t max_message_bytes = std::size_t{1} << 20;  // inbound WebSocket message
  std::size_t max_queued_bytes = std::size_t{8} << 20;   // outbound, per connection
  std::size_t max_connections = 1024;
  SlowConsumer slow_consumer = SlowConsumer::kClose;
  Nanos idle_timeout = Nanos::from_seconds(75);  // HTTP connection without a request
};

// Answers one request, at most once, now or later. Dropping every copy without answering leaves the request hanging:
// that is how a test makes a server that never replies.
class HttpResponder {
 public:
  void send(int status, std::string_view body, std::string_view content_type = "application/json") const;
  void send(const HttpResponse& response) const;
  // Faults: bytes put on the wire as they are (a truncated answer, HTML with a wrong length), then closed if asked.
  void send_raw(std::string_view bytes, bool then_close) const;
  void abort() const;  // reset instead of an answer
  [[nodiscard]] bool answerable() const noexcept;

 private:
  friend class ServerConnection;
  HttpResponder(std::weak_ptr<ServerConnection> connection, std::uint64_t request)
      : connection_(std::move(connection)), request_(request) {}
  std::weak_ptr<ServerConnection> connection_;
  std::uint64_t request_;
};

class WebSocketSession {
 public:
  WebSocketSession() = default;
  // The text is valid during the call only; 64 readable bytes follow it. Do not replace a callback inside itself.
  void on_message(std::function<void(std::string_view text)> callback) const;
  void on_close(std::function<void()> callback) const;  // exactly once, not after the server is destroyed

  bool send(std::string_view text) const;       // false: closed, or dropped by SlowConsumer
  bool send_raw(std::string_view bytes) const;  // fault: bytes as they are, no frame around them
  void close(std::uint16_t code = 1000, std::string_view reason = {}) const;
  void abort() const;  // fault: reset, no close frame
  void pause() const;  // fault: the socket stalls: nothing is read, nothing is written (it queues)
  void resume() const;

  [[nodiscard]] bool is_open() const noexcept;
  [[nodiscard]] std::uint64_t id() const noexcept { return id_; }  // unique within the server
  [[nodiscard]] std::size_t queued_bytes() const noexcept;
  [[nodiscard]] std::uint64_t dropped() const noexcept;

 private:
  friend class ServerConnection;
  WebSocketSession(std::weak_ptr<ServerConnection> connection, std::uint64_t id)
      : connection_(std::move(connection)), id_(id) {}
  std::weak_ptr<ServerConnection> connection_;
  std::uint64_t id_ = 0;
};

class Server {
 public:
  struct Callbacks {
    std::function<void(const HttpRequest&, HttpResponder)> on_request{};
    // A WebSocket handshake: set the session's callbacks and return 101, or another status to refuse it. The peer may
    // be sent to at once. Not set = every handshake is answered 404.
    std::function<int(const HttpRequest&, WebSocketSession)> on_upgrade{};
  };
  struct Counters {
    std::uint64_t accepted = 0, requests = 0, upgrades = 0, bad_requests = 0;
    std::uint64_t messages_in = 0, messages_out = 0, messages_dropped = 0, slow_consumers_closed = 0;
    std::uint64_t open_connections = 0;
  };

  // kRefused and a message naming the port when it is taken.
  [[nodiscard]] static Result<std::unique_ptr<Server>> listen(EventLoop& loop, ServerSettings settings,
                                                              Callbacks callbacks);
  ~Server();  // closes everything
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept;
  // "http://127.0.0.1:3000", "wss://..." and so on: `scheme` without the s, which TLS adds.
  [[nodiscard]] std::string url(std::string_view scheme = "http") const;
  [[nodiscard]] Counters counters() const noexcept;
  void stop_accepting();  // open connections live on

 private:
  friend class ServerConnection;
  struct Impl;
  explicit Server(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace underround::net
