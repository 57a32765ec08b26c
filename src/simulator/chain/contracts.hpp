// The venue's contracts on Polygon as far as an account needs them (protocol pages 3, 15): collateral, both ERC-1155
// ledgers, the collateral adapters, the v2 router, conversions of the old neg-risk adapter. They keep no state of their
// own: balances are the ledger's, approvals the allowance book's.
//   contracts.look(from, to, data)   what the call would answer, without doing it: eth_call, eth_estimateGas
//   contracts.run(from, to, data)    does it
// Not here: transfers of outcome tokens, and everything an operator alone may call. Gas is a fixed amount for each kind
// of call, near what the real ones cost.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "simulator/chain/allowances.hpp"
#include "simulator/chain/calldata.hpp"
#include "simulator/venue.hpp"

namespace underround::simulator {

struct CallResult {
  bool ok = false;
  Bytes output;        // of a revert: Error(string), or nothing
  std::string reason;  // of a revert
  std::uint64_t gas = 0;
  std::function<void()> undo{};  // run() of what can be taken back: approvals, splits, merges
};

class Contracts {
 public:
  Contracts(Venue& venue, AllowanceBook& allowances);

  [[nodiscard]] CallResult look(const Address& from, const Address& to, ByteView data) const;
  CallResult run(const Address& from, const Address& to, ByteView data);
  [[nodiscard]] bool is_contract(const Address& address) const;

 private:
  enum class Kind : std::uint8_t { kCollateral, kTokensV1, kTokensV2, kAdapter, kNegRiskAdapter, kRouter, kConverter };
  // A call that passed every check: what it answers, and what it does.
  struct Plan {
    CallResult result{};
    std::function<Result<void>()> act{};
    std::function<void()> undo{};
  };
  [[nodiscard]] Plan plan(const Address& from, const Address& to, ByteView data) const;
  [[nodiscard]] Plan collateral(AccountId from, const CallReader& in) const;
  [[nodiscard]] Plan tokens(Kind kind, AccountId from, const CallReader& in) const;
  [[nodiscard]] Plan sets_v1(Spender spender, AccountId from, const CallReader& in) const;
  [[nodiscard]] Plan sets_v2(AccountId from, const CallReader& in) const;
  [[nodiscard]] Plan convert(AccountId from, const CallReader& in) const;
  [[nodiscard]] Plan split(Spender spender, AccountId from, MarketId market, std::int64_t micros) const;
  [[nodiscard]] Plan merge(Spender spender, AccountId from, MarketId market, std::int64_t micros) const;
  [[nodiscard]] AccountId account(const Address& address) const;
  [[nodiscard]] std::optional<MarketId> market_of(const U256& condition, MarketVersion version) const;
  [[nodiscard]] Shares held(AccountId account, const U256& token, MarketVersion version) const;

  Venue& venue_;
  AllowanceBook& allowances_;
  std::map<Address, Kind> kinds_;
};

}  // namespace underround::simulator
