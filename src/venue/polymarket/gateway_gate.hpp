// Whether the venue takes new orders at the moment, as far as its refusals have told (protocol pages 9 and 10).
//   gate.apply(refusal, now);   if (auto reason = gate.closed_for(terms, now)) refuse(*reason);
// Times end by themselves: the next order is the probe. A halt ends only by clear() (a person). Cancels always pass.
#pragma once

#include <algorithm>
#include <optional>

#include "core/order_types.hpp"
#include "core/units.hpp"
#include "venue/polymarket/clob_errors.hpp"

namespace underround::polymarket {

class VenueGate {
 public:
  void apply(const Refusal& refusal, Nanos now) noexcept {
    const auto until = [&](Nanos otherwise) {
      return now + (refusal.retry_after.ns > 0 ? refusal.retry_after : otherwise);
    };
    switch (refusal.action) {
      case VenueAction::kHalt: halt_ = refusal.reason; return;
      case VenueAction::kCancelOnly: close(until(Nanos::from_seconds(30)), refusal.reason); return;
      case VenueAction::kPostOnly: post_only_until_ = until(Nanos::from_seconds(120)); return;  // page 9: 2 minutes
      case VenueAction::kBackOff:
        // "Market not yet ready" speaks of one market, not of the venue.
        if (refusal.reason != RejectReason::kNotReady) close(until(Nanos::from_seconds(1)), refusal.reason);
        return;
      default: return;
    }
  }

  [[nodiscard]] std::optional<RejectReason> closed_for(const OrderTerms& terms, Nanos now) const noexcept {
    if (halt_ != RejectReason::kNone) return halt_;
    if (now < closed_until_) return closed_reason_;
    if (now < post_only_until_ && !terms.post_only) return RejectReason::kPostOnlyMode;
    return std::nullopt;
  }

  void halt(RejectReason reason) noexcept { halt_ = reason; }
  void clear() noexcept { halt_ = RejectReason::kNone; }

 private:
  void close(Nanos until, RejectReason reason) noexcept {
    closed_until_ = std::max(closed_until_, until);
    closed_reason_ = reason;
  }
  RejectReason halt_ = RejectReason::kNone, closed_reason_ = RejectReason::kNone;
  Nanos closed_until_{}, post_only_until_{};
};

}  // namespace underround::polymarket
