// The legacy live-data socket (protocol page 13.1): Binance and Chainlink prices once a second. Chainlink prices arrive
// about 1.6 s after the second they are of (captures), Binance ones 150 ms after.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/server/json_value.hpp"
#include "simulator/server/ws_channel.hpp"

namespace underround::simulator {

class RtdsChannel final : private Task {
 public:
  RtdsChannel(Simulation& simulation, FaultGate& gate);
  [[nodiscard]] int accept(const net::HttpRequest& request, net::WebSocketSession session);
  void sweep() {
    peers_.sweep([](Connection&) {});
  }
  [[nodiscard]] std::size_t connections() const noexcept { return peers_.all().size(); }
  [[nodiscard]] std::uint64_t frames_sent() const noexcept { return peers_.frames_sent(); }

 private:
  enum Topic : std::uint8_t { kBinance, kChainlink };
  struct Connection : WsPeer {
    using WsPeer::WsPeer;
    // By topic: the filter text, one per connection; a later one replaces it.
    std::map<Topic, std::string> filters;
  };
  struct Sample {
    Nanos second;
    std::vector<double> prices;  // by symbol
  };
  void on_due(Nanos now, std::uint64_t payload) override;
  void on_text(Connection& connection, std::string_view text);
  void subscribe(Connection& connection, const JsonValue& message, bool on);
  void send_backlog(Connection& connection, Topic topic);
  void publish(Topic topic, Nanos second, Nanos now);
  [[nodiscard]] std::string symbol_of(Topic topic, std::size_t index) const;  // btcusdt or btc/usd
  [[nodiscard]] bool passes(const std::string& filter, Topic topic, std::string_view symbol) const;

  static constexpr std::size_t kBacklog = 60;
  Simulation& simulation_;
  WsPeers<Connection> peers_;
  std::deque<Sample> samples_;
};

}  // namespace underround::simulator
