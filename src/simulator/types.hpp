// The words of the venue in a box. It shares with the trading side only units, ids and market descriptions: its orders,
// trades, accounts and books are its own, so that a mistake of the client cannot hide in the venue (DESIGN section 4).
// "Canonical" means outcome 0 (Yes, Up): a NO bid at p is the same liquidity as a YES ask at 1 - p.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/order_types.hpp"
#include "core/units.hpp"

namespace underround::simulator {

using MarketId = StrongId<struct SimMarketTag, std::uint32_t>;    // dense, in order of creation, never reused
using GroupId = StrongId<struct SimGroupTag, std::uint32_t>;      // dense; a Gamma "event"
using AccountId = StrongId<struct SimAccountTag, std::uint32_t>;  // dense; 0 is the venue's own fee account
using TradeId = StrongId<struct SimTradeTag, std::uint64_t>;      // 0, 1, 2, ... in order of matching

// One order; `slot` is reused after the order is done, `generation` tells the uses apart.
struct OrderKey {
  std::uint32_t slot = ~0U;
  std::uint32_t generation = 0;
  [[nodiscard]] bool valid() const noexcept { return slot != ~0U; }
  bool operator==(const OrderKey&) const noexcept = default;
};

// A price of outcome `outcome` in canonical space, and back.
[[nodiscard]] constexpr Price canonical_price(Price price, unsigned outcome) noexcept {
  return outcome == 0 ? price : price.complement();
}
[[nodiscard]] constexpr Side canonical_side(Side side, unsigned outcome) noexcept {
  return outcome == 0 ? side : opposite(side);
}

struct NewOrder {
  AccountId account{};
  MarketId market{};
  unsigned outcome = 0;
  Side side = Side::kBuy;
  TimeInForce tif = TimeInForce::kGtc;
  bool post_only = false;
  Price limit{};       // in the outcome's own price
  Shares size{};       // target of GTC, GTD and every SELL; of FOK/FAK BUY when `amount` is 0
  Usd amount{};        // FOK/FAK BUY: collateral target; price improvement buys more shares (protocol 6.7)
  Nanos expires_at{};  // GTD: the stated expiration; the venue acts 60 s earlier (protocol 6.7)
  Digest id{};         // the EIP-712 digest; all zero = the venue invents one (population)
  // What the maker's wallet lets the exchange take: collateral under open orders in all, and its outcome tokens or not.
  Usd allowance{INT64_MAX};
  bool tokens_approved = true;
};

// What a user stream and GET /data/order call status.
enum class OrderState : std::uint8_t {
  kLive,
  kMatched,    // nothing left
  kDelayed,    // held by the taker delay
  kUnmatched,  // was delayed, then found nothing
  kCancelled,  // by its owner, by expiry, FAK rest or FOK kill: see `note`
  kInvalid,    // by the venue: game start, market closed, balance gone
};
[[nodiscard]] const char* to_string(OrderState state) noexcept;  // "LIVE", "MATCHED", ... as on the wire

struct OrderRecord {
  OrderKey key;
  std::uint64_t sequence = 0;  // order of arrival at the venue
  Digest id{};
  AccountId account;
  MarketId market;
  std::uint8_t outcome = 0;
  Side side = Side::kBuy;
  TimeInForce tif = TimeInForce::kGtc;
  bool post_only = false;
  OrderState state = OrderState::kLive;
  Price limit;
  Shares size;  // original; of a collateral target: amount / limit
  Usd amount;   // collateral target, 0 otherwise
  Shares matched;
  Usd cash;  // paid (BUY) or received (SELL) for `matched`, fees not included
  Usd fee;
  Nanos created_at, expires_at;
  Usd reserved_usd;  // what the order holds back from its owner's balance right now
  Shares reserved_shares;
  std::string note;  // venue's words on a kill, "" otherwise
  std::vector<TradeId> trades;
  [[nodiscard]] Shares remaining() const noexcept { return size - matched; }
};

enum class MatchKind : std::uint8_t { kComplementary, kMint, kMerge };  // protocol 16

struct MakerFill {
  Digest order{};
  AccountId account;
  std::uint8_t outcome = 0;  // of the maker's own token: in MINT and MERGE the complement of the trade's
  Side side = Side::kBuy;
  MatchKind kind = MatchKind::kComplementary;
  Price price;  // in the maker's own token
  Shares size;
  Usd cash;  // paid or received by the maker
};

// One execution of a taker order at one price level; several levels of one order share `matched_at` and count up
// `bucket_index` (protocol 8).
struct TradeRecord {
  TradeId id;
  MarketId market;
  std::uint8_t outcome = 0;  // the taker's token
  Side side = Side::kBuy;    // the taker's side
  SettlementStatus status = SettlementStatus::kMatched;
  std::uint32_t bucket_index = 0;
  Price price;  // in the taker's token; improvement goes to the taker
  Shares size;
  Usd cash;  // paid or received by the taker, fee not included
  Usd fee;   // charged to the taker
  AccountId taker;
  Digest taker_order{};
  Digest transaction_hash{};  // changes on RETRYING
  Nanos matched_at, updated_at;
  std::vector<MakerFill> makers;
};

// Answer to an order entry (protocol 6.8). `accepted` false: `reason` and the venue's words in `error`.
struct OrderResult {
  bool accepted = false;
  RejectReason reason = RejectReason::kNone;
  std::string error;
  OrderState state = OrderState::kLive;  // kLive, kMatched (fully or partly at once) or kDelayed
  OrderKey key;                          // valid while the order is open
  Digest id{};
  Shares matched;
  Usd cash;  // makingAmount / takingAmount by side
  Usd fee;
  std::vector<TradeId> trades;
};

struct CancelResult {
  bool cancelled = false;
  std::string reason;  // of not_canceled
};

struct BookLevel {
  Price price;
  Shares size;
};

// Venue-wide modes (protocol 9).
enum class VenueMode : std::uint8_t { kNormal, kRestarting, kPostOnly, kCancelOnly, kDisabled };

// "6f1c2a3e-....": how a 64-bit id looks on the wire. Deterministic, injective for one `salt`.
[[nodiscard]] std::string uuid_text(std::uint64_t value, std::uint64_t salt);
[[nodiscard]] std::string hex_text(const Digest& digest);  // 0x + 64 lower hex
// A digest nobody else has: of a counter, in the space named by `salt`.
[[nodiscard]] Digest counter_digest(std::uint64_t value, std::uint64_t salt) noexcept;

}  // namespace underround::simulator
