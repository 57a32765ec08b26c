// The venue's dead-man switch (protocol page 8): once the first heartbeat of an API key is in, the venue cancels every
// open order of the key when none arrives for 10 s. Own connection, own timer: a busy strategy cannot delay it.
//   Heartbeats beats(loop, session, lane_settings, {});   beats.start();   ...   beats.stop();
// Owner: the gateway, on its thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "net/event_loop.hpp"
#include "net/http_client.hpp"

namespace underround::polymarket {

class ClobSession;

struct HeartbeatSettings {
  Nanos period = Nanos::from_seconds(5);
  Nanos limit = Nanos::from_seconds(10);  // the venue's patience
  Nanos timeout = Nanos::from_seconds(2);
  Nanos retry = Nanos::from_millis(500);  // after one that was not answered
};

class Heartbeats {
 public:
  // on_lapse: the venue must have cancelled everything by now (once per lapse).
  Heartbeats(net::EventLoop& loop, ClobSession& session, net::HttpClientSettings lane, HeartbeatSettings settings,
             std::function<void()> on_lapse);
  void start();
  void stop();  // the switch stays armed: cancel what rests first

  [[nodiscard]] bool alive() const noexcept { return alive_; }
  [[nodiscard]] std::uint64_t sent() const noexcept { return sent_; }
  [[nodiscard]] std::uint64_t failures() const noexcept { return failures_; }

 private:
  void beat();
  void answered(const net::HttpResult& result);

  net::EventLoop& loop_;
  ClobSession& session_;
  net::HttpClient lane_;
  HeartbeatSettings settings_;
  std::function<void()> on_lapse_;
  net::Timer timer_;
  std::string id_;  // expected by the venue next
  Nanos last_{};
  std::uint64_t sent_ = 0, failures_ = 0;
  bool alive_ = false, stopped_ = true;
};

}  // namespace underround::polymarket
