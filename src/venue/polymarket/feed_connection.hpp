// One market-channel socket: text PING and PONG, the data watchdog, reconnects. What it carries is its owner's
// business. Loop thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/units.hpp"
#include "net/reconnector.hpp"

namespace underround::polymarket {

class FeedConnection {
 public:
  struct Settings {
    net::WebSocketSettings socket{};
    Nanos ping_interval{}, pong_timeout{}, data_timeout{};
  };
  struct Callbacks {
    std::function<void()> on_open{};
    std::function<void(std::string_view frame, Nanos received)> on_data{};
    std::function<void()> on_down{};
  };
  struct Counters {
    std::uint64_t pongs = 0, control_frames = 0, garbage_frames = 0, watchdog_trips = 0;
  };

  FeedConnection(net::EventLoop& loop, Settings settings, net::Backoff backoff, Callbacks callbacks);

  void start(Nanos now) { link_.start(now); }
  void stop() { link_.stop(); }
  void tick(Nanos now);
  bool send(std::string_view text) { return link_.send(text); }

  [[nodiscard]] const net::Reconnector& link() const noexcept { return link_; }
  [[nodiscard]] bool is_open() const noexcept { return link_.is_open(); }
  [[nodiscard]] Nanos last_data() const noexcept { return last_data_; }  // on this socket; -1 = none yet
  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }

 private:
  void on_open();
  void on_frame(std::string_view frame, Nanos received);
  void trip(Nanos now, const char* why);
  [[nodiscard]] Nanos patience() const noexcept;

  const Settings settings_;
  const Callbacks callbacks_;
  net::Reconnector link_;
  Nanos last_ping_{}, last_pong_{}, last_data_{-1};
  int fruitless_ = 0;  // data trips in a row without live data in between
  Counters counters_;
};

}  // namespace underround::polymarket
