// What the venue knows of an account beyond its ledger: standing, allowances to the exchanges, session keys. Set
// through `control`; without a word from there everybody is in good standing and, unless the server is told otherwise,
// has approved everything. Allowances are ERC-20 and ERC-1155 approvals of the maker's wallet (protocol page 3.3):
// collateral is an amount that fills use up (unless unlimited), outcome tokens are approved or not.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "simulator/chain/allowances.hpp"
#include "simulator/server/api_keys.hpp"
#include "simulator/server/order_hash.hpp"

namespace underround::simulator {

enum class Standing : std::uint8_t { kGood, kClosedOnly, kBanned };

class AccountRules final : public Listener, public AllowanceBook {
 public:
  AccountRules(Venue& venue, bool unlimited_allowances);
  ~AccountRules() override;

  // `address`: lower case; of a signer or of a wallet.
  void set_standing(std::string_view address, Standing standing) { standing_[std::string(address)] = standing; }
  [[nodiscard]] Standing standing(std::string_view address) const;
  // The venue's words, when an order of `side` from this signer and wallet is refused for their standing.
  [[nodiscard]] std::optional<std::string> refuse(std::string_view signer, std::string_view maker, Side side) const;

  // As the venue believes them to be.
  [[nodiscard]] Allowances& allowances(AccountId account);
  // As the chain has them, since approvals the venue has not heard of; refresh() is GET /balance-allowance/update.
  Allowances& on_chain(AccountId account) override;
  [[nodiscard]] Allowances look_on_chain(AccountId account) const override;
  void refresh(AccountId account);

  // Session keys (protocol page 5.5): `session` signs for deposit wallet `wallet` until then. Addresses in lower case.
  void authorise(std::string_view session, std::string_view wallet, Nanos until);
  void revoke(std::string_view session) { sessions_.erase(std::string(session)); }
  // The wallet this address may sign for as a session key now; "" when it is none.
  [[nodiscard]] std::string_view session_wallet(std::string_view address) const;
  // Whether it is one of this wallet's session keys, or has been.
  [[nodiscard]] bool was_session_of(std::string_view address, std::string_view wallet) const;

 private:
  void on_trade(const TradeRecord& trade) override { spend(trade, 1); }
  void on_trade_status(const TradeRecord& trade) override;
  void spend(const TradeRecord& trade, std::int64_t sign);
  void spend(AccountId account, std::size_t spender, Usd cash);

  struct Session {
    std::string wallet;
    Nanos until;
  };
  Venue& venue_;
  Allowances default_;
  std::unordered_map<std::string, Standing> standing_;
  std::unordered_map<std::uint32_t, Allowances> allowances_, unseen_;
  std::unordered_map<std::string, Session> sessions_;
  std::set<std::pair<std::string, std::string>> ever_sessions_;  // key and wallet
};

}  // namespace underround::simulator
