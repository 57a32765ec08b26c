// What every WebSocket service of the box shares: its connections, their outlets, and cleaning up after the dead. A
// closed connection is only marked (a close may happen inside a send) and swept after the slice of time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "net/server.hpp"
#include "simulator/server/fault_gate.hpp"

namespace underround::simulator {

// `Connection` derives from WsPeer.
struct WsPeer {
  WsPeer(FaultGate& gate, net::WebSocketSession session) : outlet(gate, std::move(session)) {}
  Outlet outlet;
  bool closed = false;
};

template <class Connection>
class WsPeers {
 public:
  explicit WsPeers(FaultGate& gate) : gate_(gate) {}

  // `on_text(Connection&, text)` runs for every message. The connection lives until sweep() after its end.
  template <class OnText>
  std::shared_ptr<Connection> accept(net::WebSocketSession session, OnText on_text) {
    auto peer = std::make_shared<Connection>(gate_, session);
    session.on_message([weak = std::weak_ptr(peer), on_text](std::string_view text) {
      if (const auto alive = weak.lock(); alive && !alive->closed) on_text(*alive, text);
    });
    session.on_close([weak = std::weak_ptr(peer)] {
      if (const auto alive = weak.lock()) alive->closed = true;
    });
    peers_.push_back(peer);
    return peer;
  }

  // `on_gone(Connection&)` for each that has closed since; delayed frames go out.
  template <class OnGone>
  void sweep(OnGone on_gone) {
    for (const auto& peer : peers_) {
      if (peer->closed) {
        sent_by_gone_ += peer->outlet.sent();
        on_gone(*peer);
      } else {
        peer->outlet.flush_due(gate_.now());
      }
    }
    std::erase_if(peers_, [](const auto& peer) { return peer->closed; });
  }

  [[nodiscard]] const std::vector<std::shared_ptr<Connection>>& all() const noexcept { return peers_; }
  [[nodiscard]] std::uint64_t frames_sent() const noexcept {
    std::uint64_t sum = sent_by_gone_;
    for (const auto& peer : peers_) sum += peer->outlet.sent();
    return sum;
  }

 private:
  FaultGate& gate_;
  std::vector<std::shared_ptr<Connection>> peers_;
  std::uint64_t sent_by_gone_ = 0;
};

}  // namespace underround::simulator
