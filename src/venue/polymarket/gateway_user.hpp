// The gateway's ear: the user WebSocket with its subscription, text PING, silence watchdog and reconnects. It reports
// `up` only on evidence (law 4): the socket has answered after the credentials went out, and, when it had been blind
// before, the trades of the blind time have been read (there is no replay on this channel, protocol page 12.5).
// Owner: the gateway, on its thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/units.hpp"
#include "net/event_loop.hpp"
#include "net/reconnector.hpp"

namespace underround::polymarket {

class UserStream {
 public:
  struct Settings {
    net::WebSocketSettings socket;
    std::string subscription;  // first frame; holds secrets
    Nanos ping, silence;
    std::uint64_t jitter_seed = 0;
  };
  struct Callbacks {
    std::function<void(std::string_view frame, Nanos received)> on_frame;
    // Read what was missed since `blind_since`, then call caught_up(). Called again if that takes too long.
    std::function<void(Nanos blind_since)> on_catch_up;
    std::function<void(bool up)> on_state;  // changes only
  };

  UserStream(net::EventLoop& loop, Settings settings, Callbacks callbacks);

  // Before start(): already the first connection has something to catch up with.
  void missed_since(Nanos since) noexcept {
    blind_since_ = since;
    was_up_ = true;
  }
  void start(Nanos now);
  void stop();
  void tick(Nanos now);
  // The answer to on_catch_up. False: it failed and is asked again.
  void caught_up(bool complete, Nanos now);

  [[nodiscard]] bool up() const noexcept { return up_; }
  [[nodiscard]] std::uint64_t connects() const noexcept { return link_.counters().connects; }

 private:
  void on_open();
  void on_frame(std::string_view frame, Nanos received);
  void on_down();
  void set_up(bool up);

  net::EventLoop& loop_;
  Settings settings_;
  Callbacks callbacks_;
  net::Reconnector link_;
  bool up_ = false;
  bool answered_ = false;  // on this connection
  bool was_up_ = false;    // ever, or a session before this one
  Nanos last_frame_{}, last_ping_{}, blind_since_{}, catch_up_at_{};
};

}  // namespace underround::polymarket
