// Who owns what: collateral and outcome tokens of every account, in micro units, and the collateral behind the tokens.
//   Ledger ledger;  const AccountId a = ledger.open("0xabc");  ledger.deposit(a, Usd::whole(100));
//   ledger.split(a, market, Shares::whole(10));
// Identities, exact at all times (check_conservation()):
//   1. deposits - withdrawals == sum of balances (fee account included) + collateral locked in pots
//   2. per token: sum of positions == supply
//   3. per pot: whatever outcome can still win, the winning supply equals the locked collateral. A stand-alone
//   condition
//      has a pot of its own; the conditions of a neg-risk group share one, which is what makes convert possible.
// Balances are not escrowed by orders (protocol 16): `reserved` is a note of the venue, a set operation may dip into
// it, and the venue then cancels what is no longer covered.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/error.hpp"
#include "simulator/types.hpp"

namespace underround::simulator {

using PotId = StrongId<struct SimPotTag, std::uint32_t>;

// One match, as money: `maker` and `taker` swap, mint or merge `size` (protocol 16).
struct MatchTransfer {
  MarketId market;
  MatchKind kind = MatchKind::kComplementary;
  AccountId maker, taker;
  std::uint8_t maker_outcome = 0, taker_outcome = 0;
  Side maker_side = Side::kBuy, taker_side = Side::kSell;
  Shares size;
  Usd maker_cash, taker_cash;  // not negative; paid by a BUY, received by a SELL
  Usd taker_fee;               // on top of a BUY, out of a SELL
};

class Ledger {
 public:
  Ledger();

  // --- accounts
  AccountId open(std::string_view address);  // the existing one when the address is known (lower-cased)
  [[nodiscard]] std::optional<AccountId> find(std::string_view address) const;
  [[nodiscard]] const std::string& address(AccountId account) const { return accounts_[account.value].address; }
  [[nodiscard]] std::size_t accounts() const noexcept { return accounts_.size(); }
  [[nodiscard]] static AccountId fee_account() noexcept { return AccountId{0}; }

  void deposit(AccountId account, Usd amount);
  [[nodiscard]] Result<void> withdraw(AccountId account, Usd amount);

  [[nodiscard]] Usd balance(AccountId account) const { return accounts_[account.value].usd; }
  [[nodiscard]] Usd reserved(AccountId account) const { return accounts_[account.value].reserved; }
  [[nodiscard]] Usd available(AccountId account) const { return balance(account) - reserved(account); }
  [[nodiscard]] Shares position(AccountId account, MarketId market, unsigned outcome) const;
  [[nodiscard]] Shares reserved(AccountId account, MarketId market, unsigned outcome) const;
  [[nodiscard]] Shares available(AccountId account, MarketId market, unsigned outcome) const {
    return position(account, market, outcome) - reserved(account, market, outcome);
  }
  void reserve(AccountId account, Usd delta);  // negative releases
  void reserve(AccountId account, MarketId market, unsigned outcome, Shares delta);

  // --- markets
  PotId add_pot();
  void add_market(MarketId market, PotId pot);  // in order of MarketId
  // Final result, in micro-payout terms: `winner` pays 1 USD a share from now on. Never another one: somebody may have
  // been paid already.
  void set_winner(MarketId market, unsigned winner);
  [[nodiscard]] Usd locked(PotId pot) const { return pots_[pot.value].locked; }
  [[nodiscard]] PotId pot_of(MarketId market) const { return markets_[market.value].pot; }
  [[nodiscard]] Shares supply(MarketId market, unsigned outcome) const {
    return markets_[market.value].supply[outcome];
  }

  // --- set operations (protocol 15); an error changes nothing
  [[nodiscard]] Result<void> split(AccountId account, MarketId market, Shares amount);
  [[nodiscard]] Result<void> merge(AccountId account, MarketId market, Shares amount);
  // `amount` of NO in each of `give` (distinct, unresolved, all of one shared pot), for (n - 1) * amount USD and
  // `amount` of YES in every other unresolved-or-not market of the pot.
  [[nodiscard]] Result<void> convert(AccountId account, const std::vector<MarketId>& give, Shares amount);
  // All of both tokens of a resolved market. Returns what was paid.
  [[nodiscard]] Result<Usd> redeem(AccountId account, MarketId market);
  // `amount` of one outcome, worthless or not: the v2 way.
  [[nodiscard]] Result<Usd> redeem(AccountId account, MarketId market, unsigned outcome, Shares amount);

  // --- trades
  void apply(const MatchTransfer& transfer);
  // Whether undoing leaves every balance and supply non-negative: false when somebody has already spent the proceeds.
  [[nodiscard]] bool can_revert(const MatchTransfer& transfer) const;
  void revert(const MatchTransfer& transfer);

  // First identity that does not hold, in words; nothing when all do. O(accounts x markets).
  [[nodiscard]] std::optional<std::string> check_conservation() const;
  [[nodiscard]] Usd deposited() const noexcept { return deposited_; }

 private:
  struct Position {
    Shares held, reserved;
  };
  struct Account {
    std::string address;
    Usd usd, reserved;
    std::vector<Position> positions;  // by token: market * 2 + outcome; grown on first use
  };
  struct MarketSupply {
    PotId pot;
    Shares supply[2];
    std::uint8_t winner = 0xff;
  };
  struct Pot {
    Usd locked;
    std::vector<MarketId> markets;
  };
  [[nodiscard]] Position& at(AccountId account, MarketId market, unsigned outcome);
  void add_tokens(AccountId account, MarketId market, unsigned outcome, Shares delta);
  void add_cash(AccountId account, Usd delta);
  void mint(MarketId market, Shares size);
  void burn(MarketId market, Shares size);
  Usd pay_out(AccountId account, MarketId market, unsigned outcome, Shares amount);
  void settle(const MatchTransfer& transfer, std::int64_t sign);

  std::deque<Account> accounts_;
  std::unordered_map<std::string, AccountId> by_address_;
  std::vector<MarketSupply> markets_;
  std::vector<Pot> pots_;
  Usd deposited_;
};

}  // namespace underround::simulator
