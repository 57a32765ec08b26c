#include "venue/polymarket/clob_errors.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace underround::polymarket {
namespace {

struct Row {
  std::string_view needle;  // lower case
  RejectReason reason;
  VenueAction action;
  bool outcome_known = true;
};

using enum RejectReason;
using A = VenueAction;

// Matched in order, without case, as substrings: the texts carry ids, prices and sizes. 500 "order timed out" and its
// neighbours are not here: every 5xx without a row is an unknown outcome.
constexpr std::array kRows{
    Row{"fully filled or killed", kFokNotFilled, A::kNone},
    Row{"no orders found to match with fak", kFakNoMatch, A::kNone},
    Row{"order match delayed", kOther, A::kReconcile, false},  // inside the taker delay: it may still match
    Row{"duplicated", kDuplicate, A::kReconcile, false},       // an earlier copy of the same bytes was accepted
    Row{"breaks minimum tick size", kTick, A::kReloadMarket},
    Row{"lower than the minimum", kMinSize, A::kReloadMarket},
    Row{"invalid amount for a marketable buy", kMinSize, A::kNone},
    Row{"post-only order: order crosses book", kPostOnlyCross, A::kNone},
    Row{"crosses the book", kPostOnlyCross, A::kNone},
    Row{"not enough balance", kBalance, A::kReloadBalance},
    Row{"insufficient balance", kBalance, A::kReloadBalance},
    Row{"order_version_mismatch", kMalformed, A::kReloadMarket},
    Row{"not yet ready", kNotReady, A::kBackOff},
    Row{"no orderbook exists", kNotReady, A::kReloadMarket},
    Row{"market not found", kNotReady, A::kReloadMarket},
    Row{"address banned", kAuth, A::kHalt},
    Row{"closed only mode", kAuth, A::kHalt},
    Row{"owner of the api key", kAuth, A::kHalt},
    Row{"address of the api key", kAuth, A::kHalt},
    Row{"unauthorized", kAuth, A::kHalt},
    Row{"invalid api key", kAuth, A::kHalt},
    Row{"invalid l1 request headers", kAuth, A::kHalt},
    Row{"post-only mode", kPostOnlyMode, A::kPostOnly},
    Row{"post_only_mode", kPostOnlyMode, A::kPostOnly},
    Row{"cancel-only", kVenueDisabled, A::kCancelOnly},
    Row{"trading is currently disabled", kVenueDisabled, A::kHalt},
    Row{"invalid order payload", kMalformed, A::kReportBug},
    Row{"invalid orderid", kMalformed, A::kReportBug},
    Row{"invalid token id", kMalformed, A::kReportBug},
    Row{"invalid side", kMalformed, A::kReportBug},
    Row{"invalid market", kMalformed, A::kReportBug},
    Row{"invalid amounts", kMalformed, A::kReportBug},
    Row{"invalid nonce", kMalformed, A::kReportBug},
    Row{"invalid expiration", kMalformed, A::kReportBug},
    Row{"payload exceeds the limit", kMalformed, A::kReportBug},
    Row{"too many orders in payload", kMalformed, A::kReportBug},
    Row{"canceled in the ctf exchange", kMalformed, A::kReportBug},
};

bool contains_ignoring_case(std::string_view text, std::string_view needle) noexcept {
  return std::search(text.begin(), text.end(), needle.begin(), needle.end(),
                     [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; }) != text.end();
}

constexpr Refusal kUnknownOutcome{.reason = kOther, .action = A::kReconcile, .outcome_known = false};

// By status alone, when the text says nothing we know.
Refusal by_status(int status) noexcept {
  if (status == 425) return {.reason = kVenueRestarting, .action = A::kBackOff};
  if (status == 429) return {.reason = kRateLimited, .action = A::kBackOff};
  if (status == 401) return {.reason = kAuth, .action = A::kHalt};
  if (status == 403) return {.reason = kVenueDisabled, .action = A::kHalt};  // geoblock or the CDN's bot check
  if (status == 404) return {.reason = kNotReady, .action = A::kReloadMarket};
  // 408 and 499 come from proxies that gave up waiting; anything outside 4xx here was not a readable refusal.
  if (status < 400 || status >= 500 || status == 408 || status == 499) return kUnknownOutcome;
  return {.reason = kOther, .action = A::kNone};
}

}  // namespace

const char* to_string(VenueAction action) noexcept {
  switch (action) {
    case A::kNone: return "none";
    case A::kReconcile: return "reconcile";
    case A::kReloadMarket: return "reload_market";
    case A::kReloadBalance: return "reload_balance";
    case A::kBackOff: return "back_off";
    case A::kPostOnly: return "post_only";
    case A::kCancelOnly: return "cancel_only";
    case A::kHalt: return "halt";
    case A::kReportBug: return "report_bug";
  }
  return "?";
}

Refusal classify_refusal(int http_status, std::string_view text, Nanos retry_after) noexcept {
  Refusal refusal = by_status(http_status);
  // A text under 500 is trusted only when it names a rule that was checked before matching; "order timed out",
  // "could not insert order", "there are no matching orders" and the rest of page 9's 500s have no row.
  for (const Row& row : kRows) {
    if (!contains_ignoring_case(text, row.needle)) continue;
    refusal = {.reason = row.reason, .action = row.action, .outcome_known = row.outcome_known};
    break;
  }
  refusal.retry_after = retry_after;
  return refusal;
}

}  // namespace underround::polymarket
