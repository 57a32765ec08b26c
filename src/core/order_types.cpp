#include "core/order_types.hpp"

namespace underround {

const char* to_string(RejectReason reason) noexcept {
  switch (reason) {
    case RejectReason::kNone: return "none";
    case RejectReason::kTick: return "tick";
    case RejectReason::kMinSize: return "min_size";
    case RejectReason::kBalance: return "balance";
    case RejectReason::kPostOnlyCross: return "post_only_cross";
    case RejectReason::kFokNotFilled: return "fok_not_filled";
    case RejectReason::kFakNoMatch: return "fak_no_match";
    case RejectReason::kDuplicate: return "duplicate";
    case RejectReason::kNotReady: return "not_ready";
    case RejectReason::kUnmatched: return "unmatched";
    case RejectReason::kRateLimited: return "rate_limited";
    case RejectReason::kVenueRestarting: return "venue_restarting";
    case RejectReason::kVenueDisabled: return "venue_disabled";
    case RejectReason::kPostOnlyMode: return "post_only_mode";
    case RejectReason::kMalformed: return "malformed";
    case RejectReason::kAuth: return "auth";
    case RejectReason::kOther: return "other";
  }
  return "?";
}

const char* to_string(OrderStatus status) noexcept {
  switch (status) {
    case OrderStatus::kNamed: return "named";
    case OrderStatus::kSent: return "sent";
    case OrderStatus::kDelayed: return "delayed";
    case OrderStatus::kLive: return "live";
    case OrderStatus::kUnknown: return "unknown";
    case OrderStatus::kFilled: return "filled";
    case OrderStatus::kCancelled: return "cancelled";
    case OrderStatus::kRejected: return "rejected";
    case OrderStatus::kExpired: return "expired";
  }
  return "?";
}

const char* to_string(SettlementStatus status) noexcept {
  switch (status) {
    case SettlementStatus::kMatched: return "matched";
    case SettlementStatus::kMined: return "mined";
    case SettlementStatus::kConfirmed: return "confirmed";
    case SettlementStatus::kRetrying: return "retrying";
    case SettlementStatus::kFailed: return "failed";
  }
  return "?";
}

const char* to_string(SetOperation operation) noexcept {
  switch (operation) {
    case SetOperation::kSplit: return "split";
    case SetOperation::kMerge: return "merge";
    case SetOperation::kConvert: return "convert";
    case SetOperation::kRedeem: return "redeem";
  }
  return "?";
}

}  // namespace underround
