// What became of an order: asks by its id until the venue's answer is evidence (law 5, protocol pages 6.8 and 8).
// Used for orders whose answer was lost, orders held by the taker delay, orders whose cancel was acknowledged (the
// acknowledgement does not say how much had matched), and every open order after the user stream was blind.
//
// One round = GET /data/order/{id}, then GET /data/trades?market=&after= when something may have matched. It ends with
//   open                        -> kOrderAccepted, the user stream takes over (FAK and FOK stay watched)
//   matched / cancelled         -> its fills, then kOrderDone with the matched shares
//   not there, but trades       -> the same
//   not there, no trades        -> proof only after `absent_rounds` rounds and `absent_after` since the first one: the
//                                  order may still be on its way. Then kOrderDone{kCancelled, matched 0}
//   unreadable, timeout         -> another round, later
// Owner: the gateway, on its thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/event.hpp"
#include "core/ids.hpp"
#include "core/units.hpp"
#include "market/catalogue.hpp"
#include "venue/polymarket/order_names.hpp"

namespace underround::net {
class HttpClient;
class EventLoop;
}  // namespace underround::net

namespace underround::polymarket {

class ClobSession;
class OrderDecoder;
class UserCodec;
struct OrderLookup;

struct LookupSettings {
  Nanos timeout = Nanos::from_seconds(2);        // of one request
  Nanos first = Nanos::from_millis(100);         // before the first round of a lost order
  Nanos delayed_first = Nanos::from_seconds(4);  // sports delays are 3 s (page 16)
  Nanos retry = Nanos::from_millis(250);         // doubles up to retry_cap
  Nanos retry_cap = Nanos::from_seconds(4);
  int absent_rounds = 3;
  Nanos absent_after = Nanos::from_seconds(5);
  int missing_trade_rounds = 10;  // how long to wait for trades that the order says exist
};

enum class WatchReason : std::uint8_t {
  kLost,       // outcome unknown
  kDelayed,    // accepted, held by the taker delay
  kCancelled,  // the venue has acknowledged a cancel: absence is proof at once
  kCheck,      // it was open before the user stream went blind
};

class OrderLookups {
 public:
  using Emit = std::function<void(const Event&)>;

  OrderLookups(net::EventLoop& loop, net::HttpClient& http, ClobSession& session, OrderDecoder& decoder,
               UserCodec& codec, const OrderNames& names, const Catalogue& catalogue, LookupSettings settings,
               Emit emit);

  // A second watch of the same order only makes the reason stronger (kCancelled) and the next round sooner.
  void watch(OrderId order, WatchReason reason, Nanos now);
  // The order's end has come from elsewhere.
  void settled(OrderId order) noexcept;
  void tick(Nanos now);

  // Trades of the whole account since `after`, page by page; done(false) when a page could not be read.
  void replay_trades(Nanos after, std::function<void(bool complete)> done);

  [[nodiscard]] std::size_t size() const noexcept { return watches_.size(); }
  [[nodiscard]] std::size_t lost() const noexcept;
  [[nodiscard]] std::uint64_t rounds() const noexcept { return rounds_; }

 private:
  struct Watch {
    OrderId order;
    WatchReason reason = WatchReason::kLost;
    Nanos since{}, next{};
    int rounds = 0, absent = 0, missing = 0;
    bool busy = false;  // a request is out
  };
  struct TradeQuery;

  [[nodiscard]] Watch* find(OrderId order) noexcept;
  void round(Watch& watch);
  void on_order(OrderId order, const OrderLookup& found);
  void on_trades(OrderId order, const OrderLookup& found, bool readable, Shares matched);
  void fetch_page(std::shared_ptr<TradeQuery> query);
  void finish(const NamedOrder& order, Shares matched, bool filled);
  void later(OrderId order);

  net::EventLoop& loop_;
  net::HttpClient& http_;
  ClobSession& session_;
  OrderDecoder& decoder_;
  UserCodec& codec_;
  const OrderNames& names_;
  const Catalogue& catalogue_;
  LookupSettings settings_;
  Emit emit_;
  std::vector<Watch> watches_;
  std::vector<Event> scratch_;
  std::uint64_t rounds_ = 0;
};

}  // namespace underround::polymarket
