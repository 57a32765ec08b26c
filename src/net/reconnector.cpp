#include "net/reconnector.hpp"

#include <utility>

namespace underround::net {

Reconnector::Reconnector(EventLoop& loop, WebSocketSettings settings, Backoff backoff, Callbacks callbacks)
    : loop_(loop), settings_(std::move(settings)), backoff_(backoff), callbacks_(std::move(callbacks)) {}
Reconnector::~Reconnector() = default;

void Reconnector::start(Nanos now) {
  if (state_ != State::kStopped) return;
  retry_at_ = now;
  connect();
}

void Reconnector::stop() {
  state_ = State::kStopped;
  socket_.reset();
}

void Reconnector::tick(Nanos now) {
  if (state_ == State::kWaiting && now >= retry_at_) connect();
}

void Reconnector::restart(Nanos now, std::string reason) {
  if (state_ == State::kStopped || state_ == State::kWaiting) return;
  const bool was_open = std::exchange(state_, State::kWaiting) == State::kOpen;
  socket_.reset();
  retry_at_ = now + backoff_.next();
  ++counters_.failures;
  last_error_ = std::move(reason);
  if (was_open && callbacks_.on_down) callbacks_.on_down(Error{ErrorCode::kNetwork, last_error_});
}

bool Reconnector::send(std::string_view text) { return state_ == State::kOpen && socket_->send(text); }

void Reconnector::connect() {
  state_ = State::kConnecting;
  socket_ = std::make_unique<WebSocketClient>(
      loop_, settings_,
      WebSocketClient::Callbacks{.on_open =
                                     [this] {
                                       state_ = State::kOpen;
                                       opened_at_ = loop_.now();
                                       if (++counters_.connects > 1) ++counters_.reconnects;
                                       if (callbacks_.on_open) callbacks_.on_open();
                                     },
                                 .on_frame =
                                     [this](std::string_view payload, Nanos received) {
                                       ++counters_.frames;
                                       counters_.bytes += payload.size();
                                       callbacks_.on_frame(payload, received);
                                     },
                                 .on_closed = [this](const Error& reason) { restart(loop_.now(), reason.message); }});
  socket_->connect();
}

}  // namespace underround::net
