// Everything that can happen to the engine: one fixed-size, trivially copyable record (64 bytes, one cache line), so
// that a ring, a journal and a replay move the same bytes. Clock, network, disk and chance enter only as events (law
// 1).
//   Event e = Event::make(EventKind::kLevel, now, VenueId::kPolymarket);  e.level = {...};
// Producers: venue codecs and gateways, the simulator, fill models, the composition root (timer, control).
// Market data order within one venue frame: per token [kSnapshotBegin, kSnapshotLevel*, kSnapshotEnd] or kLevel*,
// then exactly one kFrameEnd: strategies look at a book only there.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "core/ids.hpp"
#include "core/order_types.hpp"
#include "core/units.hpp"

namespace underround {

enum class EventKind : std::uint8_t {
  kNone = 0,
  // market data
  kSnapshotBegin,   // book_head: full replacement follows
  kSnapshotLevel,   // level (token space; venue_time/best unused)
  kSnapshotEnd,     // book_head
  kLevel,           // level: new aggregate size at one price; best_* are the venue's claim after its whole batch
  kTopOfBook,       // level: best_bid/best_ask only (best_bid_ask frame)
  kTrade,           // level: price, size, side = taker side
  kTickChange,      // book_head.tick: new epoch, book waits for a snapshot
  kFrameEnd,        // nothing; all entries of the frame are in
  kGap,             // subject.condition (or none = whole connection): continuity lost, epoch ends
  kMarketStatus,    // market
  kConditionAdded,  // subject.condition: the catalogue has grown up to and including it
  kReferenceQuote,  // quote: Binance bookTicker
  kReferenceTrade,  // quote: bid = ask = price, bid_size = quantity
  kScore,           // score
  // our orders
  kOrderAccepted,   // order: status kLive, kDelayed or kFilled follows by kFill
  kOrderRejected,   // order.reason
  kOrderUnknown,    // order: outcome not known (timeout, 5xx, reset)
  kOrderDone,       // order.status: kCancelled, kExpired, kFilled
  kCancelRejected,  // order.reason
  kFill,            // fill
  kSettlement,      // settlement of an earlier fill
  kOperationDone,   // operation: split / merge / convert / redeem confirmed or failed
  kOperationTerms,  // terms: what the next one would cost
  kUserStream,      // feed: the account's own stream is up or blind
  // the account as the venue shows it (reconciliation): kAccountBegin, kAccountCash, kAccountPosition*, kAccountEnd
  kAccountBegin,     // nothing
  kAccountCash,      // account.cash; account.locked = claimed by open orders that we did not name
  kAccountPosition,  // subject = instrument; account.shares, account.locked_shares, account.average
  kAccountEnd,       // account.complete: everything could be read
  // control
  kTimer,   // nothing; header.time is the time
  kFeed,    // feed: a market-data connection went up or down
  kKill,    // halt: cancel everything and stop
  kResume,  // halt: a person lifts a halt
};
[[nodiscard]] const char* to_string(EventKind kind) noexcept;

enum class MarketPhase : std::uint8_t { kPending, kOpen, kPaused, kClosed, kResolved, kRedeemable };
enum class Liquidity : std::uint8_t { kTaker, kMaker };

struct Event {
  struct Header {
    Nanos time;  // when we received it (wall, recorded or virtual clock)
    EventKind kind;
    VenueId venue;
    std::uint16_t connection;  // which socket, for health; 0 in replay
    std::uint32_t subject;     // InstrumentId, ConditionId or EventId, as the kind says; ~0 when none
  };
  struct BookHead {  // kSnapshotBegin/End, kTickChange
    Nanos venue_time;
    Tick tick;  // pips 0 = the frame did not say
    std::uint32_t levels;
  };
  struct Level {  // kSnapshotLevel, kLevel, kTopOfBook, kTrade
    Nanos venue_time;
    Shares size;
    Price price;
    Price best_bid;  // token space; pips kNoPrice when the frame did not say, 0 / 10000 stand for an empty side
    Price best_ask;
    Side side;  // bid side = kBuy
  };
  struct Quote {  // kReferenceQuote, kReferenceTrade; value = mantissa * 1e-8
    Nanos venue_time;
    std::int64_t bid_e8, ask_e8, bid_size_e8, ask_size_e8;
    // subject = SymbolId
  };
  struct Score {  // kScore; subject = EventId
    std::uint16_t home, away;
    std::uint32_t elapsed_s;
    std::uint8_t period, ended;
  };
  struct Market {  // kMarketStatus; subject = ConditionId
    MarketPhase phase;
    std::uint8_t winning_outcome;  // 0, 1, or kNoWinner
    Nanos venue_time;
  };
  struct Order {  // kOrder*, kCancelRejected
    OrderId id;
    OrderStatus status;
    RejectReason reason;
    Shares matched;  // cumulative, as far as the message said; -1 unknown
  };
  struct Fill {  // kFill; subject = InstrumentId
    OrderId order;
    std::uint64_t fill_id;  // deterministic from the venue's trade id and our order: redelivery changes nothing
    Shares size;
    Usd fee;  // charged to us
    Price price;
    Side side;
    Liquidity liquidity;
    SettlementStatus settlement;
  };
  struct Settlement {  // kSettlement
    std::uint64_t fill_id;
    SettlementStatus status;
  };
  struct Operation {  // kOperationDone; subject = ConditionId (split, merge, redeem) or EventId (convert)
    OperationId id;
    Shares amount;
    Usd gas;
    SetOperation kind;
    std::uint8_t succeeded;  // kFailed, kSucceeded, kNobodyKnows
    static constexpr std::uint8_t kFailed = 0, kSucceeded = 1, kNobodyKnows = 2;
  };
  struct Terms {        // kOperationTerms
    Usd cost;           // gas of one set operation
    std::int32_t left;  // how many the relayer still takes today; kNoLimit
    std::int32_t daily;
  };
  struct Feed {  // kFeed, kUserStream
    std::uint8_t up;
  };
  struct Account {  // kAccount*
    Usd cash, locked;
    Shares shares, locked_shares;
    Price average;  // paid per share; kNoPrice when nobody knows
    std::uint8_t complete;
  };
  struct Halt {           // kKill, kResume; subject = ConditionId when only one market is meant
    std::uint8_t reason;  // risk/HaltReason
    char note[46];        // who and why, zero-terminated
  };

  Header header;
  union {
    BookHead book_head;
    Level level;
    Quote quote;
    Score score;
    Market market;
    Order order;
    Fill fill;
    Settlement settlement;
    Operation operation;
    Terms terms;
    Feed feed;
    Account account;
    Halt halt;
    std::uint8_t raw[48];
  };

  static constexpr std::uint32_t kNoSubject = ~0U;
  static constexpr std::uint8_t kNoWinner = 0xff;
  static constexpr std::int32_t kNoLimit = -1;

  // All bytes defined, so that journals and hashes may treat the record as bytes.
  [[nodiscard]] static Event make(EventKind kind, Nanos time, VenueId venue = VenueId::kNone,
                                  std::uint32_t subject = kNoSubject, std::uint16_t connection = 0) noexcept {
    Event e;
    std::memset(static_cast<void*>(&e), 0, sizeof e);
    e.header = Header{time, kind, venue, connection, subject};
    return e;
  }
  [[nodiscard]] InstrumentId instrument() const noexcept { return InstrumentId{header.subject}; }
  [[nodiscard]] ConditionId condition() const noexcept { return ConditionId{header.subject}; }

  Event() noexcept : header{}, raw{} {}
};
inline constexpr Price kNoPrice{-1};

static_assert(sizeof(Event) == 64 && std::is_trivially_copyable_v<Event>);

}  // namespace underround
