// What the venue and the world publish. Protocol servers and the in-process adapter are Listeners; so are the
// population and the meters. Calls come in the order things happened, on the simulation's thread, inside advance_to(),
// submit() and cancel(); references are valid during the call only. A listener must not call back into submit() or
// cancel() from here: ask the Scheduler for a turn instead.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "simulator/types.hpp"

namespace underround::simulator {

struct Market;

struct LevelChange {  // canonical; the new aggregate size, 0 = level gone
  Side side;
  Price price;
  Shares size;
};

// One venue transaction in one market: every level it changed, once, and the best prices after all of it. On the wire
// this may be several price_change frames with one timestamp (data/ANALYSIS.md section 1).
struct BookBatch {
  MarketId market;
  Nanos time;  // whole milliseconds, strictly increasing per market (a second transaction in one ms is dated one later)
  std::span<const LevelChange> changes;
  Price best_bid;  // canonical, 0 when empty
  Price best_ask;  // canonical, 1 USD when empty
};

enum class OrderEvent : std::uint8_t { kPlacement, kUpdate, kCancellation };

struct ReferenceQuote {     // Binance bookTicker
  std::string_view symbol;  // "BTCUSDT"
  Nanos time;
  std::uint64_t update_id;
  std::int64_t bid_e8, ask_e8, bid_size_e8, ask_size_e8;
};

struct ReferenceTrade {  // Binance aggTrade
  std::string_view symbol;
  Nanos time;
  std::uint64_t trade_id;
  std::int64_t price_e8, quantity_e8;
  bool buyer_is_maker;
};

struct ScoreUpdate {
  GroupId group;
  Nanos time;
  std::uint16_t home, away;
  std::uint32_t elapsed_s;
  std::uint8_t period;
  bool ended;
};

class Listener {
 public:
  virtual ~Listener() = default;
  virtual void on_market_created(const Market& /*market*/, Nanos /*now*/) {}
  virtual void on_market_phase(const Market& /*market*/, Nanos /*now*/) {}  // open, closed, redeemable
  // May come twice with different winners before the market is redeemable (resolution flip).
  virtual void on_market_resolved(const Market& /*market*/, Nanos /*now*/) {}
  virtual void on_tick_change(const Market& /*market*/, Tick /*old_tick*/, Nanos /*now*/) {}
  virtual void on_book(const BookBatch& /*batch*/) {}
  virtual void on_trade(const TradeRecord& /*trade*/) {}  // MATCHED; before the BookBatch of the same transaction
  virtual void on_trade_status(const TradeRecord& /*trade*/) {}  // MINED, CONFIRMED, RETRYING, FAILED
  virtual void on_order(const OrderRecord& /*order*/, OrderEvent /*event*/, Nanos /*now*/) {}
  virtual void on_reference_quote(const ReferenceQuote& /*quote*/) {}
  virtual void on_reference_trade(const ReferenceTrade& /*trade*/) {}
  virtual void on_score(const ScoreUpdate& /*score*/) {}
};

}  // namespace underround::simulator
