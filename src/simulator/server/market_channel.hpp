// wss://.../ws/market (protocol pages 12.1 to 12.4). A frame is written once per market and fanned out to whoever asked
// for one of its tokens; nothing is written for markets nobody watches.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "simulator/server/book_wire.hpp"
#include "simulator/server/json_value.hpp"
#include "simulator/server/ws_channel.hpp"

namespace underround::simulator {

class MarketChannel final : public Listener {
 public:
  MarketChannel(Venue& venue, FaultGate& gate);
  ~MarketChannel() override;
  [[nodiscard]] int accept(const net::HttpRequest& request, net::WebSocketSession session);
  void sweep();
  [[nodiscard]] std::size_t connections() const noexcept { return peers_.all().size(); }
  [[nodiscard]] std::uint64_t frames_sent() const noexcept { return peers_.frames_sent(); }

  // Assets beyond this many on one connection get no first snapshot (protocol page 12.1, community value).
  static constexpr std::size_t kSnapshotAssets = 500;

 private:
  struct Connection : WsPeer {
    using WsPeer::WsPeer;
    std::set<std::uint32_t> tokens;  // market * 2 + outcome
    bool custom = false;             // best_bid_ask, new_market, market_resolved
  };
  struct Subscriber {
    Connection* connection;
    std::uint8_t outcomes;  // bit i: token i
  };
  using Subscribers = std::vector<Subscriber>;

  void on_market_created(const Market& market, Nanos now) override;
  void on_market_resolved(const Market& market, Nanos now) override;
  void on_tick_change(const Market& market, Tick old_tick, Nanos now) override;
  void on_book(const BookBatch& batch) override;
  void on_trade(const TradeRecord& trade) override;

  void on_text(Connection& connection, std::string_view text);
  void subscribe(Connection& connection, const JsonValue& message);
  void unsubscribe(Connection& connection, const JsonValue& message);
  void watch(Connection& connection, std::uint32_t token);
  void forget(Connection& connection, std::uint32_t token);
  [[nodiscard]] const Subscribers* subscribers(MarketId market) const;
  void send(MarketId market, unsigned outcome, std::string_view frame, bool custom_only);
  void send_books(MarketId market, Nanos now);
  void send_best(const BookBatch& batch);
  void send_changes(const BookBatch& batch);
  void announce(MarketId market, std::string_view frame);

  struct Best {
    Price bid{-1}, ask{-1};
  };
  Venue& venue_;
  BookWire books_;
  WsPeers<Connection> peers_;
  std::unordered_map<std::uint32_t, Subscribers> by_market_;
  std::unordered_map<std::uint32_t, Best> last_best_;  // by watched market
  std::set<std::uint32_t> traded_;                     // markets traded in the transaction now being told
  std::string frame_;                                  // reused
};

// Frames of the events that only `custom_feature_enabled` connections get.
[[nodiscard]] std::string new_market_frame(const Venue& venue, const Market& market, Nanos now);
[[nodiscard]] std::string market_resolved_frame(const Market& market, Nanos now);

}  // namespace underround::simulator
