#include "net/server_connection.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace underround::net {
namespace {

constexpr std::size_t kReadBytes = 4096;
constexpr std::size_t kFrameBufferBytes = 8 * 1024;

bool list_has(std::string_view header, std::string_view token) {
  std::string lower(header);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower.find(token) != std::string::npos;
}

HttpResponse text_response(int status, std::string_view text) {
  HttpResponse response;
  response.status = status;
  response.headers.add("Content-Type", "text/plain; charset=utf-8");
  response.body = text;
  return response;
}

}  // namespace

void ServerShared::open_connection(int fd) {
  const std::uint64_t id = next_id++;
  const auto connection = std::make_shared<ServerConnection>(*this, id);
  connections.emplace(id, connection);
  connection->start(fd);
}

void ServerShared::close_all() {
  for (const auto& [id, connection] : std::exchange(connections, {})) connection->detach();
}

ServerConnection::ServerConnection(ServerShared& server, std::uint64_t id)
    : server_(&server),
      id_(id),
      stream_(server.loop),
      idle_(server.loop),
      buffer_(kReadBytes),
      parser_(HttpParser::Kind::kRequest, server.settings.max_header_bytes, server.settings.max_body_bytes) {}

void ServerConnection::start(int fd) {
  wait_for_request();
  stream_.accept(fd, server_->tls, weak_from_this());
}

void ServerConnection::detach() {
  server_ = nullptr;
  mode_ = Mode::kClosed;
  idle_.cancel();
  stream_.abort();
}

std::span<char> ServerConnection::stream_space() { return frames_ ? frames_->space() : buffer_.space(kReadBytes); }

void ServerConnection::on_stream_bytes(std::size_t bytes) {
  if (mode_ == Mode::kWebSocket) {
    frames_->commit(bytes);
    return read_messages();
  }
  buffer_.commit(bytes);
  // Pipelined requests wait in the buffer until their turn; a peer that keeps sending without reading is cut off.
  if (answering_ && buffer_.size() > server_->settings.max_header_bytes + server_->settings.max_body_bytes)
    return reset();
  if (!answering_) read_requests();
}

void ServerConnection::on_stream_closed(const Error&) { end(); }

void ServerConnection::read_requests() {
  inside_read_ = true;
  while (mode_ == Mode::kHttp && !answering_ && stream_.is_open() && buffer_.size() > 0) {
    if (std::exchange(parsed_, false)) parser_.reset();
    const HttpParser::Step step = parser_.feed(buffer_.view());
    buffer_.consume(step.used);
    if (step.progress == HttpParser::Progress::kError) {
      refuse(parser_.error_status(), parser_.error());
      break;
    }
    if (step.progress == HttpParser::Progress::kNeedMore) {
      if (!continue_sent_ && parser_.header_done() &&
          list_has(parser_.request().headers.get("Expect"), "100-continue")) {
        continue_sent_ = true;
        stream_.write("HTTP/1.1 100 Continue\r\n\r\n");
      }
      break;
    }
    parsed_ = true;
    dispatch();
  }
  inside_read_ = false;
}

void ServerConnection::dispatch() {
  const HttpRequest& request = parser_.request();
  idle_.cancel();
  answering_ = true;
  keep_alive_ = parser_.keep_alive();
  answer_to_head_ = request.method == "HEAD";
  continue_sent_ = false;
  ++request_;
  if (list_has(request.headers.get("Upgrade"), "websocket")) return upgrade(request);
  ++server_->counters.requests;
  const HttpResponder responder(weak_from_this(), request_);
  if (!server_->callbacks.on_request) return responder.send(404, "not found", "text/plain");
  server_->callbacks.on_request(request, responder);
}

void ServerConnection::upgrade(const HttpRequest& request) {
  const std::string_view key = request.headers.get("Sec-WebSocket-Key");
  if (request.method != "GET" || key.empty() || request.headers.get("Sec-WebSocket-Version") != "13" ||
      !list_has(request.headers.get("Connection"), "upgrade")) {
    return refuse(400, "not a valid WebSocket handshake (RFC 6455)");
  }
  if (!server_->callbacks.on_upgrade) return refuse(404, "no WebSocket here");
  mode_ = Mode::kUpgrading;
  const int status = server_->callbacks.on_upgrade(request, WebSocketSession(weak_from_this(), id_));
  if (mode_ != Mode::kUpgrading) return;  // aborted inside the callback
  if (status != 101) {
    mode_ = Mode::kHttp;
    on_message_ = nullptr;
    on_close_ = nullptr;
    return refuse(status, reason_phrase(status));
  }
  ++server_->counters.upgrades;
  HttpResponse accepted;
  accepted.status = 101;
  accepted.headers = {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}};
  accepted.headers.add("Sec-WebSocket-Accept", ws_accept_key(key));
  scratch_.clear();
  append_response(scratch_, accepted, true, false);
  scratch_ += std::exchange(early_, {});
  stream_.write(scratch_);
  mode_ = Mode::kWebSocket;
  frames_ = std::make_unique<WsParser>(true, kFrameBufferBytes, server_->settings.max_message_bytes);
  // A client may send its first frame in the same segment as the handshake.
  const std::string_view rest = buffer_.view();
  if (rest.empty()) return;
  std::memcpy(frames_->buffer().space(rest.size()).data(), rest.data(), rest.size());
  frames_->commit(rest.size());
  read_messages();
}

void ServerConnection::refuse(int status, std::string_view why) {
  ++server_->counters.bad_requests;
  keep_alive_ = false;
  scratch_.clear();
  append_response(scratch_, text_response(status, why), false, answer_to_head_);
  stream_.write(scratch_);
  finish_request(true);
}

bool ServerConnection::answerable(std::uint64_t request) const noexcept {
  return mode_ == Mode::kHttp && answering_ && request == request_ && stream_.is_open();
}

void ServerConnection::answer(std::uint64_t request, const HttpResponse& response) {
  if (!answerable(request)) return;
  scratch_.clear();
  append_response(scratch_, response, keep_alive_, answer_to_head_);
  stream_.write(scratch_);
  finish_request(!keep_alive_);
}

void ServerConnection::answer_raw(std::uint64_t request, std::string_view bytes, bool then_close) {
  if (!answerable(request)) return;
  stream_.write(bytes);
  finish_request(then_close);
}

void ServerConnection::reset_unanswered(std::uint64_t request) {
  if (answerable(request)) reset();
}

void ServerConnection::finish_request(bool then_close) {
  answering_ = false;
  if (then_close) return stream_.close_after_flush();
  wait_for_request();
  if (!inside_read_) read_requests();
}

void ServerConnection::wait_for_request() {
  idle_.after(server_->settings.idle_timeout, [this] {
    const auto keep = shared_from_this();
    stream_.abort();
    end();
  });
}

void ServerConnection::read_messages() {
  while (mode_ == Mode::kWebSocket && stream_.is_open()) {
    switch (frames_->next()) {
      case WsParser::Item::kNeedMore: return;
      case WsParser::Item::kMessage:
        ++server_->counters.messages_in;
        if (on_message_) on_message_(frames_->payload());
        break;
      case WsParser::Item::kPing: write_frame(WsOpcode::kPong, frames_->payload()); break;
      case WsParser::Item::kPong: break;
      case WsParser::Item::kClose: return close_websocket(1000, "");
      case WsParser::Item::kError: return close_websocket(1002, frames_->error());
    }
  }
}

void ServerConnection::put_on_wire(std::string_view bytes) {
  if (mode_ == Mode::kUpgrading) {
    early_ += bytes;
  } else {
    stream_.write(bytes);
  }
}

void ServerConnection::write_frame(WsOpcode opcode, std::string_view payload) {
  scratch_.clear();
  append_ws_frame(scratch_, opcode, payload);
  put_on_wire(scratch_);
}

bool ServerConnection::make_room_for(std::size_t bytes) {
  if (stream_.queued_bytes() + bytes <= server_->settings.max_queued_bytes) return true;
  if (server_->settings.slow_consumer == SlowConsumer::kDrop) {
    ++dropped_;
    ++server_->counters.messages_dropped;
  } else {
    ++server_->counters.slow_consumers_closed;
    reset();
  }
  return false;
}

bool ServerConnection::send_message(std::string_view text) {
  if (!websocket_open() || !make_room_for(text.size())) return false;
  ++server_->counters.messages_out;
  write_frame(WsOpcode::kText, text);
  return true;
}

bool ServerConnection::send_bytes(std::string_view bytes) {
  if (!websocket_open() || !make_room_for(bytes.size())) return false;
  put_on_wire(bytes);
  return true;
}

void ServerConnection::close_websocket(std::uint16_t code, std::string_view reason) {
  if (mode_ != Mode::kWebSocket || !stream_.is_open()) return;
  write_frame(WsOpcode::kClose, ws_close_payload(code, reason));
  stream_.close_after_flush();
}

// on_close comes from the loop: the caller may be walking over its sessions.
void ServerConnection::reset() {
  if (mode_ == Mode::kClosed) return;
  mode_ = Mode::kClosed;
  idle_.cancel();
  stream_.reset();
  server_->loop.post([self = shared_from_this()] { self->end(); });
}

void ServerConnection::end() {
  const auto keep = shared_from_this();
  mode_ = Mode::kClosed;
  idle_.cancel();
  ServerShared* const server = std::exchange(server_, nullptr);
  if (server == nullptr) return;
  server->connections.erase(id_);
  if (const auto on_close = std::exchange(on_close_, nullptr)) on_close();
}

void HttpResponder::send(int status, std::string_view body, std::string_view content_type) const {
  HttpResponse response;
  response.status = status;
  response.headers.add("Content-Type", content_type);
  response.body = body;
  send(response);
}
void HttpResponder::send(const HttpResponse& response) const {
  if (const auto connection = connection_.lock()) connection->answer(request_, response);
}
void HttpResponder::send_raw(std::string_view bytes, bool then_close) const {
  if (const auto connection = connection_.lock()) connection->answer_raw(request_, bytes, then_close);
}
void HttpResponder::abort() const {
  if (const auto connection = connection_.lock()) connection->reset_unanswered(request_);
}
bool HttpResponder::answerable() const noexcept {
  const auto connection = connection_.lock();
  return connection && connection->answerable(request_);
}

void WebSocketSession::on_message(std::function<void(std::string_view)> callback) const {
  if (const auto connection = connection_.lock()) connection->set_on_message(std::move(callback));
}
void WebSocketSession::on_close(std::function<void()> callback) const {
  if (const auto connection = connection_.lock()) connection->set_on_close(std::move(callback));
}
bool WebSocketSession::send(std::string_view text) const {
  const auto connection = connection_.lock();
  return connection && connection->send_message(text);
}
bool WebSocketSession::send_raw(std::string_view bytes) const {
  const auto connection = connection_.lock();
  return connection && connection->send_bytes(bytes);
}
void WebSocketSession::close(std::uint16_t code, std::string_view reason) const {
  if (const auto connection = connection_.lock()) connection->close_websocket(code, reason);
}
void WebSocketSession::abort() const {
  if (const auto connection = connection_.lock()) connection->reset();
}
void WebSocketSession::pause() const {
  if (const auto connection = connection_.lock()) connection->stall(true);
}
void WebSocketSession::resume() const {
  if (const auto connection = connection_.lock()) connection->stall(false);
}
bool WebSocketSession::is_open() const noexcept {
  const auto connection = connection_.lock();
  return connection && connection->websocket_open();
}
std::size_t WebSocketSession::queued_bytes() const noexcept {
  const auto connection = connection_.lock();
  return connection ? connection->queued_bytes() : 0;
}
std::uint64_t WebSocketSession::dropped() const noexcept {
  const auto connection = connection_.lock();
  return connection ? connection->dropped() : 0;
}

}  // namespace underround::net
