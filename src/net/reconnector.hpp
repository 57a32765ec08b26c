// A WebSocket that comes back: client + backoff, driven by tick(now). The feeds of every venue are built on it.
//   Reconnector link(loop, settings, Backoff({}, rng), callbacks);  link.start(now);  every 100 ms: link.tick(now);
// Its owner decides what "dead" means (watchdogs) and calls restart(). Loop thread only; all calls are allowed inside
// callbacks except destroying it inside its own callback.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/backoff.hpp"
#include "net/event_loop.hpp"
#include "net/websocket_client.hpp"

namespace underround::net {

class Reconnector {
 public:
  enum class State : std::uint8_t { kStopped, kWaiting, kConnecting, kOpen };
  struct Callbacks {
    std::function<void()> on_open{};
    std::function<void(std::string_view payload, Nanos received)> on_frame{};
    std::function<void(const Error& reason)> on_down{};  // was open, is not any more (also through restart())
  };
  struct Counters {
    std::uint64_t frames = 0, bytes = 0, connects = 0, failures = 0, reconnects = 0;
  };

  Reconnector(EventLoop& loop, WebSocketSettings settings, Backoff backoff, Callbacks callbacks);
  ~Reconnector();
  Reconnector(const Reconnector&) = delete;
  Reconnector& operator=(const Reconnector&) = delete;

  void start(Nanos now);  // connects at once
  void stop();            // no callbacks
  void tick(Nanos now);   // connects when the backoff delay is over
  // Drops the socket and connects again after the backoff delay; on_down comes from inside this call when it was open.
  void restart(Nanos now, std::string reason);
  bool send(std::string_view text);
  // Venue data that proves the connection useful; frames that are only protocol noise should not be reported.
  void note_data(Nanos now) noexcept { backoff_.on_data(now); }

  [[nodiscard]] State state() const noexcept { return state_; }
  [[nodiscard]] bool is_open() const noexcept { return state_ == State::kOpen; }
  [[nodiscard]] Nanos opened_at() const noexcept { return opened_at_; }
  [[nodiscard]] Nanos retry_at() const noexcept { return retry_at_; }  // meaningful in kWaiting
  [[nodiscard]] const std::string& last_error() const noexcept { return last_error_; }
  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }

 private:
  void connect();

  EventLoop& loop_;
  WebSocketSettings settings_;
  Backoff backoff_;
  Callbacks callbacks_;
  std::unique_ptr<WebSocketClient> socket_;
  State state_ = State::kStopped;
  Nanos opened_at_{}, retry_at_{};
  std::string last_error_;
  Counters counters_;
};

}  // namespace underround::net
