// Where faults meet the wire. The dice are the simulation's FaultMenu; two kinds that only sockets know, a delayed
// frame and a connection cut, are kept here. An empty menu costs one comparison.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/server.hpp"
#include "simulator/server/router.hpp"
#include "simulator/simulation.hpp"

namespace underround::simulator {

class FaultGate {
 public:
  enum class SocketFault : std::uint8_t { kDelayFrame, kCloseSocket, kRefuseOrder };
  struct Extra {
    SocketFault kind;
    Nanos from{}, until{INT64_MAX};
    double probability = 1.0;
    std::uint32_t times = ~0U;
    Nanos delay{};
    MarketId market;
    int status = 400;  // kRefuseOrder: what POST /order and /orders answer instead
    std::string text{};
  };

  FaultGate(Simulation& simulation, std::uint64_t seed) : simulation_(simulation), rng_(Random(seed).fork("sockets")) {}

  [[nodiscard]] bool quiet() const noexcept { return simulation_.faults().active().empty() && extras_.empty(); }
  [[nodiscard]] Nanos now() const noexcept { return simulation_.now(); }
  // `market` invalid: a frame that belongs to none; it is hit by faults of any market only.
  [[nodiscard]] std::optional<Fault> fires(FaultKind kind, MarketId market = {});
  [[nodiscard]] std::optional<Extra> fires(SocketFault kind, MarketId market = {});
  void add(const Extra& extra) { extras_.push_back(extra); }
  void clear();
  [[nodiscard]] std::uint64_t spoilt() const noexcept { return spoilt_; }
  [[nodiscard]] std::size_t active() const noexcept { return simulation_.faults().active().size() + extras_.size(); }

 private:
  Simulation& simulation_;
  Random rng_;
  std::vector<Extra> extras_;
  std::uint64_t spoilt_ = 0;
};

// Every WebSocket connection writes through one of these.
class Outlet {
 public:
  Outlet(FaultGate& gate, net::WebSocketSession session) : gate_(gate), session_(std::move(session)) {}

  void send(std::string_view text, MarketId market = {});  // data: may be dropped, doubled, swapped, delayed, stalled
  void send_pong(std::string_view text);                   // heartbeat: lives through a stalled socket
  void send_control(std::string_view text) { deliver(text); }  // acknowledgements
  void flush_due(Nanos now);
  [[nodiscard]] const net::WebSocketSession& session() const noexcept { return session_; }
  [[nodiscard]] std::uint64_t sent() const noexcept { return sent_; }

 private:
  void deliver(std::string_view text);
  void send_spoilt(std::string_view text, MarketId market);
  struct Held {
    Nanos due;
    std::string text;
  };
  FaultGate& gate_;
  net::WebSocketSession session_;
  std::deque<Held> delayed_;
  std::string swapped_;                  // goes out after the next frame
  Nanos silent_until_{}, mute_until_{};  // no data; not even heartbeats
  std::uint64_t sent_ = 0;
};

// HTTP side. Nothing: handle the request. Otherwise this is the answer, and `process` says whether the request is to be
// carried out all the same (a lost response).
struct SpoiltReply {
  Reply reply;
  bool process = false;
  bool cut = false;  // no answer at all: the connection is reset
};
[[nodiscard]] std::optional<SpoiltReply> spoil(FaultGate& gate, const net::HttpRequest& request);

}  // namespace underround::simulator
