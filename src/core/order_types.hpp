// What every room says about an order: its terms, how it may live, how it ended.
#pragma once

#include <cstdint>

#include "core/ids.hpp"
#include "core/units.hpp"

namespace underround {

enum class TimeInForce : std::uint8_t { kGtc, kGtd, kFok, kFak };
[[nodiscard]] constexpr const char* to_string(TimeInForce tif) noexcept {
  switch (tif) {
    case TimeInForce::kGtc: return "GTC";
    case TimeInForce::kGtd: return "GTD";
    case TimeInForce::kFok: return "FOK";
    case TimeInForce::kFak: return "FAK";
  }
  return "?";
}

struct OrderTerms {
  InstrumentId instrument;
  Side side = Side::kBuy;
  TimeInForce tif = TimeInForce::kFak;
  bool post_only = false;
  Price limit;         // worst acceptable price, on the tick grid
  Shares size;         // multiple of 0.01 share
  Nanos expires_at{};  // GTD only: when it should stop living (the venue's own 60 s rule is the gateway's business)
};

// Why an order was refused, by the venue or before it; the row of protocol page 9 it stands for.
enum class RejectReason : std::uint8_t {
  kNone,
  kTick,     // breaks minimum tick size rule
  kMinSize,  // lower than the minimum, or marketable BUY under 1 USD
  kBalance,  // not enough balance / allowance
  kPostOnlyCross,
  kFokNotFilled,  // a normal miss, not an error
  kFakNoMatch,    // a normal miss, not an error
  kDuplicate,
  kNotReady,   // market not yet accepting, or closed
  kUnmatched,  // was delayed, then found nothing
  kRateLimited,
  kVenueRestarting,  // 425
  kVenueDisabled,    // 503
  kPostOnlyMode,     // 503 after a restart
  kMalformed,        // a bug of ours
  kAuth,
  kOther,
};
[[nodiscard]] const char* to_string(RejectReason reason) noexcept;

enum class OrderStatus : std::uint8_t {
  kNamed,  // id known and journalled, bytes not yet out
  kSent,
  kDelayed,    // accepted, held by the venue's taker delay
  kLive,       // resting
  kUnknown,    // sent, outcome not known: exposure stays reserved, nothing is re-signed
  kFilled,     // terminal
  kCancelled,  // terminal; may be partly filled
  kRejected,   // terminal
  kExpired,    // terminal
};
[[nodiscard]] constexpr bool is_terminal(OrderStatus status) noexcept { return status >= OrderStatus::kFilled; }
[[nodiscard]] const char* to_string(OrderStatus status) noexcept;

// Settlement of one fill (law 7).
enum class SettlementStatus : std::uint8_t { kMatched, kMined, kConfirmed, kRetrying, kFailed };
[[nodiscard]] const char* to_string(SettlementStatus status) noexcept;

// Operations on complete sets (protocol page 15).
enum class SetOperation : std::uint8_t { kSplit, kMerge, kConvert, kRedeem };
[[nodiscard]] const char* to_string(SetOperation operation) noexcept;

}  // namespace underround
