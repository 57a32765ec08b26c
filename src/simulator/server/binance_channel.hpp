// Binance USD-M market streams on their routes (venues page 2.2, 2.3): bookTicker lives under /public, aggTrade under
// /market. Asked for on the wrong route a stream is acknowledged and stays silent.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "simulator/server/json_value.hpp"
#include "simulator/server/ws_channel.hpp"

namespace underround::simulator {

class BinanceChannel final : public Listener {
 public:
  BinanceChannel(Simulation& simulation, FaultGate& gate);
  ~BinanceChannel() override;
  // /public/ws, /public/ws/<stream>, /public/stream?streams=a/b, and the same under /market; anything else is 404.
  [[nodiscard]] int accept(const net::HttpRequest& request, net::WebSocketSession session);
  void sweep() {
    peers_.sweep([](Connection&) {});
  }
  void ping_all();  // protocol-level ping: the venue sends one every 3 minutes
  [[nodiscard]] std::size_t connections() const noexcept { return peers_.all().size(); }
  [[nodiscard]] std::uint64_t frames_sent() const noexcept { return peers_.frames_sent(); }

  static constexpr std::size_t kMaxStreams = 1024;

 private:
  enum class Route : std::uint8_t { kPublic, kMarket };
  struct Connection : WsPeer {
    using WsPeer::WsPeer;
    Route route = Route::kPublic;
    bool combined = false;
    std::set<std::string> streams;
  };
  void on_reference_quote(const ReferenceQuote& quote) override;
  void on_reference_trade(const ReferenceTrade& trade) override;
  void on_text(Connection& connection, std::string_view text);
  void control(Connection& connection, const JsonValue& message);
  void publish(Route route, const std::string& stream, const std::string& payload);
  [[nodiscard]] bool anybody(Route route, const std::string& stream) const;

  Simulation& simulation_;
  WsPeers<Connection> peers_;
};

}  // namespace underround::simulator
