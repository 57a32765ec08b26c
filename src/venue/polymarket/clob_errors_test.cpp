#include "venue/polymarket/clob_errors.hpp"

#include <gtest/gtest.h>

namespace underround::polymarket {
namespace {

struct Case {
  int status;
  std::string_view text;
  RejectReason reason;
  VenueAction action;
  bool outcome_known = true;
};

// The table of protocol page 9, with made-up numbers filled in.
TEST(ClobErrors, EveryRowOfTheProtocolPage) {
  using enum RejectReason;
  using A = VenueAction;
  const Case cases[] = {
      {400, "order_version_mismatch", kMalformed, A::kReloadMarket},
      {400, "Invalid order payload", kMalformed, A::kReportBug},
      {400, "Invalid orderID", kMalformed, A::kReportBug},
      {400, "Invalid token id", kMalformed, A::kReportBug},
      {400, "Invalid side", kMalformed, A::kReportBug},
      {400, "Invalid market", kMalformed, A::kReportBug},
      {400, "Payload exceeds the limit", kMalformed, A::kReportBug},
      {400, "Too many orders in payload: 16, max allowed: 15", kMalformed, A::kReportBug},
      {400, "the order owner has to be the owner of the API KEY", kAuth, A::kHalt},
      {400, "the order signer address has to be the address of the API KEY", kAuth, A::kHalt},
      {400, "'0xab' address banned", kAuth, A::kHalt},
      {400, "'0xab' address in closed only mode", kAuth, A::kHalt},
      {400, "order 0x1 is invalid. Price (0.505) breaks minimum tick size rule: 0.01", kTick, A::kReloadMarket},
      {400, "order 0x1 is invalid. Size (4) lower than the minimum: 5", kMinSize, A::kReloadMarket},
      {400, "order 0x1 is invalid. Duplicated.", kDuplicate, A::kReconcile, false},
      {400, "invalid post-only order: order crosses book", kPostOnlyCross, A::kNone},
      {400, "order 0x1 crosses the book", kPostOnlyCross, A::kNone},
      {400, "not enough balance / allowance", kBalance, A::kReloadBalance},
      {400, "invalid nonce", kMalformed, A::kReportBug},
      {400, "invalid expiration", kMalformed, A::kReportBug},
      {400, "order canceled in the CTF exchange contract", kMalformed, A::kReportBug},
      {400, "order match delayed due to market conditions", kOther, A::kReconcile, false},
      {400, "order couldn't be fully filled. FOK orders are fully filled or killed.", kFokNotFilled, A::kNone},
      {400, "no orders found to match with FAK order. FAK orders are partially filled or killed if no match is found.",
       kFakNoMatch, A::kNone},
      {400, "the market is not yet ready to process new orders", kNotReady, A::kBackOff},
      {400, "invalid amount for a marketable BUY order ($0.5), min size: $1", kMinSize, A::kNone},
      {401, "Unauthorized/Invalid api key", kAuth, A::kHalt},
      {401, "Invalid L1 Request headers", kAuth, A::kHalt},
      {404, "No orderbook exists for the requested token id", kNotReady, A::kReloadMarket},
      {404, "market not found", kNotReady, A::kReloadMarket},
      {425, "", kVenueRestarting, A::kBackOff},
      {429, "", kRateLimited, A::kBackOff},
      {500, "order timed out", kOther, A::kReconcile, false},
      {500, "there are no matching orders", kOther, A::kReconcile, false},
      {500, "the trade contains rounding issues", kOther, A::kReconcile, false},
      {500, "could not insert order", kOther, A::kReconcile, false},
      {503, "Trading is currently disabled. Check polymarket.com for updates", kVenueDisabled, A::kHalt},
      {503, "Trading is currently cancel-only. New orders are not accepted, but cancels are allowed.", kVenueDisabled,
       A::kCancelOnly},
      {503, "post-only mode: only post-only orders and cancels are allowed", kPostOnlyMode, A::kPostOnly},
      // not on the page
      {400, "words never seen before", kOther, A::kNone},
      {400, "", kOther, A::kNone},
      {502, "", kOther, A::kReconcile, false},
      {522, "", kOther, A::kReconcile, false},
      {408, "", kOther, A::kReconcile, false},
      {200, "", kOther, A::kReconcile, false},
      {403, "", kVenueDisabled, A::kHalt},
  };
  for (const Case& c : cases) {
    const Refusal r = classify_refusal(c.status, c.text, Nanos{7});
    EXPECT_EQ(r.reason, c.reason) << c.status << ' ' << c.text << " -> " << to_string(r.reason);
    EXPECT_EQ(r.action, c.action) << c.status << ' ' << c.text << " -> " << to_string(r.action);
    EXPECT_EQ(r.outcome_known, c.outcome_known) << c.status << ' ' << c.text;
    EXPECT_EQ(r.retry_after, Nanos{7});
  }
}

}  // namespace
}  // namespace underround::polymarket
