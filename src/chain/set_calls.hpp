// Which contract to call, with what, to split, merge, redeem or convert (protocol page 15), and what that contract must
// be allowed to do first (3.3). Pure: nothing is sent.
//   Call call = merge_call(contracts, market, Shares::whole(10)).value();
//   for (const Approval& a : approvals_for(SetOperation::kMerge, contracts, market)) if (!granted) grant_call(a)
// v1 goes through the collateral adapters (arguments in pUSD, ids in USDC.e), v2 through the Router.
// Amounts are base units: micro-shares = micro-dollars. Errors: kUnsupported for an unknown version or a chain without
// the contract, kInvalidInput for amounts that are not positive and ids of the wrong form.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "chain/abi.hpp"
#include "chain/contracts.hpp"
#include "core/error.hpp"
#include "core/order_types.hpp"
#include "core/units.hpp"
#include "market/catalogue.hpp"

namespace underround::chain {

struct Call {
  Address to{};
  Bytes data{};
  std::string what{};  // for people: "merge 10 sets of 0x65a6..."
};

// What a set operation needs to know of a condition.
struct SetMarket {
  MarketVersion version = MarketVersion::kUnknown;
  bool neg_risk = false;  // v1 only; the v2 Router asks its modules itself
  std::string condition_id{};
};

[[nodiscard]] Result<Call> split_call(const Contracts& contracts, const SetMarket& market, Shares amount);
[[nodiscard]] Result<Call> merge_call(const Contracts& contracts, const SetMarket& market, Shares amount);

// v1: one call, the contract takes the whole balance of both outcomes; `legs` is not looked at. v2: one call for each
// leg, with its amount.
struct RedeemLeg {
  unsigned outcome = 0;
  Shares amount{};
};
[[nodiscard]] Result<std::vector<Call>> redeem_calls(const Contracts& contracts, const SetMarket& market,
                                                     std::span<const RedeemLeg> legs);

// v1 neg-risk: `amount` NO of each question for (m - 1) * amount of collateral and `amount` YES of every other
// question, less the market's fee. The call is the documented one of the old NegRiskAdapter. DOUBT: that contract pays
// in the wrapped USDC.e world; how a conversion runs through the pUSD adapters is not documented by the venue (page 19,
// row 16). So the adapter to call is always named by the caller's settings, and must be tried with the smallest size
// first.
struct ConvertMarket {
  std::string market_id{};                  // Gamma negRiskMarketID, 0x + 64 hex
  std::vector<std::string> question_ids{};  // of the conditions whose NO is given
};
[[nodiscard]] Result<Call> convert_call(const Address& adapter, const ConvertMarket& market, Shares amount);

// --- approvals ---
struct Approval {
  enum class Kind : std::uint8_t { kErc20, kErc1155 };
  Kind kind = Kind::kErc20;
  Address token{}, spender{};
  std::string what{};
};

// For split, merge, redeem. Convert: approvals_for_convert.
[[nodiscard]] std::vector<Approval> approvals_for(SetOperation operation, const Contracts& contracts,
                                                  const SetMarket& market);
[[nodiscard]] std::vector<Approval> approvals_for_convert(const Contracts& contracts, const Address& adapter);
// Everything an account needs to trade and to run set operations on the contracts known for this chain.
[[nodiscard]] std::vector<Approval> trading_approvals(const Contracts& contracts);

[[nodiscard]] Call grant_call(const Approval& approval);                        // unlimited, as the venue's clients do
[[nodiscard]] Call query_call(const Approval& approval, const Address& owner);  // eth_call; read with is_granted
// ERC-20: at least `needed`. kInvalidInput when the answer cannot be read.
[[nodiscard]] Result<bool> is_granted(const Approval& approval, ByteSpan answer, Shares needed);

// eth_call: how many of one position `owner` has.
[[nodiscard]] Call balance_call(const Address& token, const Address& owner, const U256& position);

}  // namespace underround::chain
