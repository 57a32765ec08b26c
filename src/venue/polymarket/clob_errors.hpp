// What an answer of the CLOB that is not a success means for an order, and what to do about it (protocol page 9).
//   Refusal r = classify_refusal(400, "not enough balance / allowance");   // kBalance, kRefreshBalance
// The one distinction that costs money: did the venue certainly NOT take the order (`outcome_known`), or may it have
// (5xx, a duplicate, an unreadable answer)? The second kind is looked up by its id, never re-signed (law 5).
#pragma once

#include <cstdint>
#include <string_view>

#include "core/order_types.hpp"
#include "core/units.hpp"

namespace underround::polymarket {

enum class VenueAction : std::uint8_t {
  kNone,           // normal flow (a FOK miss, a crossing quote)
  kReconcile,      // outcome unknown: look the order up by its id
  kReloadMarket,   // tick, version or status of the market changed under us
  kReloadBalance,  // the venue's view of our balance differs
  kBackOff,        // wait `retry_after`, then trade on
  kPostOnly,       // takers are refused for `retry_after`
  kCancelOnly,     // no new orders at all
  kHalt,           // trading disabled, banned, wrong credentials: a person must look
  kReportBug,      // we built something illegal
};
[[nodiscard]] const char* to_string(VenueAction action) noexcept;

struct Refusal {
  RejectReason reason = RejectReason::kOther;
  VenueAction action = VenueAction::kNone;
  bool outcome_known = true;  // false: the order may live
  Nanos retry_after{};        // 0 = not said
};

// `text` is the "error" / "errorMsg" member, or empty when the body was not JSON (an HTML page of the CDN, ...).
// `retry_after` is what body or headers said.
[[nodiscard]] Refusal classify_refusal(int http_status, std::string_view text, Nanos retry_after = {}) noexcept;

}  // namespace underround::polymarket
