// One accepted socket of a Server: HTTP requests one after another, or, after an upgrade, a WebSocket. Internal to
// net/.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "net/http_codec.hpp"
#include "net/recv_buffer.hpp"
#include "net/server.hpp"
#include "net/stream.hpp"
#include "net/websocket_frame.hpp"

namespace underround::net {

class ServerConnection;

// What connections need of their server.
struct ServerShared {
  ServerShared(EventLoop& event_loop, ServerSettings s, Server::Callbacks c, std::shared_ptr<TlsContext> t)
      : loop(event_loop), settings(std::move(s)), callbacks(std::move(c)), tls(std::move(t)) {}
  void open_connection(int fd);
  void close_all();

  EventLoop& loop;
  const ServerSettings settings;
  const Server::Callbacks callbacks;
  const std::shared_ptr<TlsContext> tls;
  Server::Counters counters;
  std::unordered_map<std::uint64_t, std::shared_ptr<ServerConnection>> connections;
  std::uint64_t next_id = 1;
};

class ServerConnection final : public StreamOwner, public std::enable_shared_from_this<ServerConnection> {
 public:
  ServerConnection(ServerShared& server, std::uint64_t id);
  void start(int fd);
  void detach();  // the server goes away: no callbacks from now on

  // HttpResponder
  [[nodiscard]] bool answerable(std::uint64_t request) const noexcept;
  void answer(std::uint64_t request, const HttpResponse& response);
  void answer_raw(std::uint64_t request, std::string_view bytes, bool then_close);
  void reset_unanswered(std::uint64_t request);

  // WebSocketSession
  bool send_message(std::string_view text);
  bool send_bytes(std::string_view bytes);
  void close_websocket(std::uint16_t code, std::string_view reason);
  void reset();
  void stall(bool on) { stream_.stall(on); }
  [[nodiscard]] bool websocket_open() const noexcept {
    return mode_ == Mode::kUpgrading || (mode_ == Mode::kWebSocket && stream_.is_open());
  }
  [[nodiscard]] std::size_t queued_bytes() const noexcept { return stream_.queued_bytes(); }
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }
  void set_on_message(std::function<void(std::string_view)> callback) { on_message_ = std::move(callback); }
  void set_on_close(std::function<void()> callback) { on_close_ = std::move(callback); }

 private:
  enum class Mode : std::uint8_t { kHttp, kUpgrading, kWebSocket, kClosed };

  void on_stream_open() override {}
  std::span<char> stream_space() override;
  void on_stream_bytes(std::size_t bytes) override;
  void on_stream_closed(const Error& reason) override;

  void read_requests();
  void dispatch();
  void upgrade(const HttpRequest& request);
  void refuse(int status, std::string_view why);
  void finish_request(bool then_close);
  void read_messages();
  void write_frame(WsOpcode opcode, std::string_view payload);
  void put_on_wire(std::string_view bytes);
  [[nodiscard]] bool make_room_for(std::size_t bytes);
  void wait_for_request();
  void end();

  ServerShared* server_;  // null once detached
  const std::uint64_t id_;
  Stream stream_;
  Timer idle_;
  Mode mode_ = Mode::kHttp;
  // HTTP
  RecvBuffer buffer_;
  HttpParser parser_;
  std::uint64_t request_ = 0;  // number of the request being answered
  bool answering_ = false;     // a request is with the application
  bool parsed_ = false;        // the parser holds a finished request; the application may still look at it
  bool inside_read_ = false;   // read_requests() is on the stack
  bool keep_alive_ = true, answer_to_head_ = false;
  bool continue_sent_ = false;
  // WebSocket
  std::unique_ptr<WsParser> frames_;
  std::function<void(std::string_view)> on_message_;
  std::function<void()> on_close_;
  std::uint64_t dropped_ = 0;
  std::string early_;  // sent inside on_upgrade, before the handshake is answered
  std::string scratch_;
};

}  // namespace underround::net
