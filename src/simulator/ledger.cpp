#include "simulator/ledger.hpp"

#include <algorithm>
#include <cctype>

#include "base/check.hpp"
#include "base/decimal.hpp"

namespace underround::simulator {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

constexpr std::uint8_t kUnresolved = 0xff;
constexpr Usd par(Shares size) noexcept { return Usd{size.micros}; }  // a complete set is worth 1 USD

}  // namespace

Ledger::Ledger() { accounts_.push_back({"venue-fees", {}, {}, {}}); }

AccountId Ledger::open(std::string_view address) {
  std::string key = lower(address);
  const auto [it, fresh] = by_address_.try_emplace(key, AccountId{static_cast<std::uint32_t>(accounts_.size())});
  if (fresh) accounts_.push_back({std::move(key), {}, {}, {}});
  return it->second;
}

std::optional<AccountId> Ledger::find(std::string_view address) const {
  const auto it = by_address_.find(lower(address));
  if (it == by_address_.end()) return std::nullopt;
  return it->second;
}

void Ledger::deposit(AccountId account, Usd amount) {
  UR_CHECK(amount.micros >= 0);
  add_cash(account, amount);
  deposited_ += amount;
}

Result<void> Ledger::withdraw(AccountId account, Usd amount) {
  if (amount.micros <= 0 || balance(account) < amount) return fail(ErrorCode::kRefused, "not enough balance");
  add_cash(account, -amount);
  deposited_ -= amount;
  return {};
}

Ledger::Position& Ledger::at(AccountId account, MarketId market, unsigned outcome) {
  auto& positions = accounts_[account.value].positions;
  const std::size_t token = market.value * 2 + outcome;
  if (positions.size() <= token) positions.resize(std::max(token + 1, markets_.size() * 2));
  return positions[token];
}

Shares Ledger::position(AccountId account, MarketId market, unsigned outcome) const {
  const auto& positions = accounts_[account.value].positions;
  const std::size_t token = market.value * 2 + outcome;
  return token < positions.size() ? positions[token].held : Shares{};
}

Shares Ledger::reserved(AccountId account, MarketId market, unsigned outcome) const {
  const auto& positions = accounts_[account.value].positions;
  const std::size_t token = market.value * 2 + outcome;
  return token < positions.size() ? positions[token].reserved : Shares{};
}

void Ledger::reserve(AccountId account, Usd delta) {
  Usd& reserved = accounts_[account.value].reserved;
  reserved += delta;
  UR_CHECK(reserved.micros >= 0);
}

void Ledger::reserve(AccountId account, MarketId market, unsigned outcome, Shares delta) {
  Shares& reserved = at(account, market, outcome).reserved;
  reserved += delta;
  UR_CHECK(reserved.micros >= 0);
}

PotId Ledger::add_pot() {
  pots_.emplace_back();
  return PotId{static_cast<std::uint32_t>(pots_.size() - 1)};
}

void Ledger::add_market(MarketId market, PotId pot) {
  UR_CHECK(market.value == markets_.size());
  markets_.push_back({pot, {}, kUnresolved});
  pots_[pot.value].markets.push_back(market);
}

void Ledger::set_winner(MarketId market, unsigned winner) {
  std::uint8_t& known = markets_[market.value].winner;
  UR_CHECK(winner < 2 && (known == kUnresolved || known == winner));
  known = static_cast<std::uint8_t>(winner);
}

void Ledger::add_tokens(AccountId account, MarketId market, unsigned outcome, Shares delta) {
  Shares& held = at(account, market, outcome).held;
  held += delta;
  UR_CHECK(held.micros >= 0);
}

void Ledger::add_cash(AccountId account, Usd delta) {
  Usd& usd = accounts_[account.value].usd;
  usd += delta;
  UR_CHECK(usd.micros >= 0);
}

void Ledger::mint(MarketId market, Shares size) {
  MarketSupply& m = markets_[market.value];
  m.supply[0] += size;
  m.supply[1] += size;
  pots_[m.pot.value].locked += par(size);
}

void Ledger::burn(MarketId market, Shares size) {
  MarketSupply& m = markets_[market.value];
  m.supply[0] -= size;
  m.supply[1] -= size;
  pots_[m.pot.value].locked -= par(size);
}

Result<void> Ledger::split(AccountId account, MarketId market, Shares amount) {
  if (amount.micros <= 0 || balance(account) < par(amount)) return fail(ErrorCode::kRefused, "not enough balance");
  if (markets_[market.value].winner != kUnresolved) return fail(ErrorCode::kRefused, "condition is resolved");
  add_cash(account, -par(amount));
  add_tokens(account, market, 0, amount);
  add_tokens(account, market, 1, amount);
  mint(market, amount);
  return {};
}

Result<void> Ledger::merge(AccountId account, MarketId market, Shares amount) {
  if (amount.micros <= 0 || position(account, market, 0) < amount || position(account, market, 1) < amount) {
    return fail(ErrorCode::kRefused, "not enough outcome tokens");
  }
  add_tokens(account, market, 0, Shares{} - amount);
  add_tokens(account, market, 1, Shares{} - amount);
  add_cash(account, par(amount));
  burn(market, amount);
  return {};
}

Result<void> Ledger::convert(AccountId account, const std::vector<MarketId>& give, Shares amount) {
  if (give.empty() || amount.micros <= 0) return fail(ErrorCode::kInvalidInput, "nothing to convert");
  const PotId pot = markets_[give.front().value].pot;
  for (std::size_t i = 0; i < give.size(); ++i) {
    const MarketSupply& m = markets_[give[i].value];
    if (m.pot != pot) return fail(ErrorCode::kInvalidInput, "markets of different events");
    if (std::find(give.begin(), give.begin() + static_cast<std::ptrdiff_t>(i), give[i]) !=
        give.begin() + static_cast<std::ptrdiff_t>(i)) {
      return fail(ErrorCode::kInvalidInput, "market given twice");
    }
    if (position(account, give[i], 1) < amount) return fail(ErrorCode::kRefused, "not enough NO tokens");
  }
  for (const MarketId market : pots_[pot.value].markets) {
    if (markets_[market.value].winner != kUnresolved) return fail(ErrorCode::kRefused, "event is being resolved");
  }
  for (const MarketId market : pots_[pot.value].markets) {
    if (std::find(give.begin(), give.end(), market) != give.end()) {
      add_tokens(account, market, 1, Shares{} - amount);
      markets_[market.value].supply[1] -= amount;
    } else {
      add_tokens(account, market, 0, amount);
      markets_[market.value].supply[0] += amount;
    }
  }
  const Usd paid{static_cast<std::int64_t>(give.size() - 1) * amount.micros};
  pots_[pot.value].locked -= paid;
  add_cash(account, paid);
  return {};
}

Result<Usd> Ledger::redeem(AccountId account, MarketId market) {
  if (markets_[market.value].winner == kUnresolved) return fail(ErrorCode::kRefused, "condition is not resolved");
  Usd paid;
  for (unsigned outcome = 0; outcome < 2; ++outcome) {
    const Shares held = position(account, market, outcome);
    if (held.micros != 0) paid += pay_out(account, market, outcome, held);
  }
  return paid;
}

Result<Usd> Ledger::redeem(AccountId account, MarketId market, unsigned outcome, Shares amount) {
  if (markets_[market.value].winner == kUnresolved) return fail(ErrorCode::kRefused, "condition is not resolved");
  if (amount.micros <= 0 || position(account, market, outcome) < amount) {
    return fail(ErrorCode::kRefused, "not enough shares");
  }
  return pay_out(account, market, outcome, amount);
}

Usd Ledger::pay_out(AccountId account, MarketId market, unsigned outcome, Shares amount) {
  MarketSupply& m = markets_[market.value];
  add_tokens(account, market, outcome, Shares{} - amount);
  m.supply[outcome] -= amount;
  const Usd paid = outcome == m.winner ? par(amount) : Usd{};
  pots_[m.pot.value].locked -= paid;
  UR_CHECK(pots_[m.pot.value].locked.micros >= 0);
  add_cash(account, paid);
  return paid;
}

// `sign` +1 applies, -1 undoes.
void Ledger::settle(const MatchTransfer& t, std::int64_t sign) {
  const auto signed_usd = [sign](Usd v) { return Usd{v.micros * sign}; };
  const auto signed_shares = [sign](Shares v) { return Shares{v.micros * sign}; };
  const auto tokens = [&](AccountId account, unsigned outcome, Side side) {
    add_tokens(account, t.market, outcome, signed_shares(side == Side::kBuy ? t.size : Shares{} - t.size));
  };
  const Usd maker_delta = t.maker_side == Side::kBuy ? -t.maker_cash : t.maker_cash;
  const Usd taker_delta = (t.taker_side == Side::kBuy ? -t.taker_cash : t.taker_cash) - t.taker_fee;
  // One cash movement when somebody traded with himself, so that no intermediate balance is negative.
  if (t.maker == t.taker) {
    add_cash(t.maker, signed_usd(maker_delta + taker_delta));
    if (t.kind != MatchKind::kComplementary) {
      tokens(t.maker, t.maker_outcome, t.maker_side);
      tokens(t.taker, t.taker_outcome, t.taker_side);
    }
  } else {
    add_cash(t.maker, signed_usd(maker_delta));
    add_cash(t.taker, signed_usd(taker_delta));
    tokens(t.maker, t.maker_outcome, t.maker_side);
    tokens(t.taker, t.taker_outcome, t.taker_side);
  }
  add_cash(fee_account(), signed_usd(t.taker_fee));
  if (t.kind == MatchKind::kMint) mint(t.market, signed_shares(t.size));
  if (t.kind == MatchKind::kMerge) burn(t.market, signed_shares(t.size));
}

void Ledger::apply(const MatchTransfer& t) {
  const Usd paid_in =
      (t.maker_side == Side::kBuy ? t.maker_cash : Usd{}) + (t.taker_side == Side::kBuy ? t.taker_cash : Usd{});
  const Usd paid_out =
      (t.maker_side == Side::kSell ? t.maker_cash : Usd{}) + (t.taker_side == Side::kSell ? t.taker_cash : Usd{});
  const Usd minted = t.kind == MatchKind::kMint ? par(t.size) : t.kind == MatchKind::kMerge ? -par(t.size) : Usd{};
  UR_CHECK(paid_in - paid_out == minted);
  settle(t, 1);
}

bool Ledger::can_revert(const MatchTransfer& t) const {
  if (markets_[t.market.value].winner != kUnresolved) return false;
  const Usd maker_back = t.maker_side == Side::kBuy ? t.maker_cash : -t.maker_cash;
  const Usd taker_back = (t.taker_side == Side::kBuy ? t.taker_cash : -t.taker_cash) + t.taker_fee;
  if (balance(fee_account()) < t.taker_fee) return false;
  const bool self = t.maker == t.taker;
  if (self && balance(t.maker) + maker_back + taker_back < Usd{}) return false;
  if (!self && (balance(t.maker) + maker_back < Usd{} || balance(t.taker) + taker_back < Usd{})) return false;
  if (self && t.kind == MatchKind::kComplementary) return true;
  return (t.maker_side == Side::kSell || position(t.maker, t.market, t.maker_outcome) >= t.size) &&
         (t.taker_side == Side::kSell || position(t.taker, t.market, t.taker_outcome) >= t.size);
}

void Ledger::revert(const MatchTransfer& t) { settle(t, -1); }

std::optional<std::string> Ledger::check_conservation() const {
  Usd held, locked;
  std::vector<Shares> sums(markets_.size() * 2);
  for (const Account& account : accounts_) {
    if (account.usd.micros < 0) return "negative balance of " + account.address;
    held += account.usd;
    for (std::size_t token = 0; token < account.positions.size(); ++token) {
      if (account.positions[token].held.micros < 0) return "negative position of " + account.address;
      if (token < sums.size()) sums[token] += account.positions[token].held;
    }
  }
  for (const Pot& pot : pots_) locked += pot.locked;
  if (held + locked != deposited_) {
    return "deposits " + format_decimal(deposited_.micros, 6) + " != balances " + format_decimal(held.micros, 6) +
           " + locked " + format_decimal(locked.micros, 6);
  }
  for (std::size_t token = 0; token < sums.size(); ++token) {
    if (sums[token] != markets_[token / 2].supply[token % 2]) return "supply of token " + std::to_string(token);
  }
  for (std::size_t p = 0; p < pots_.size(); ++p) {
    const Pot& pot = pots_[p];
    // Stand-alone: YES and NO both cover the pot. Shared: for every market that can still win, its YES and all the
    // other NOs.
    const bool alone = pot.markets.size() == 1;
    Shares all_no;
    for (const MarketId m : pot.markets) all_no += markets_[m.value].supply[1];
    for (const MarketId m : pot.markets) {
      const MarketSupply& s = markets_[m.value];
      const bool decided = std::any_of(pot.markets.begin(), pot.markets.end(),
                                       [&](MarketId o) { return o != m && markets_[o.value].winner == 0; });
      if (s.winner != 1 && !decided && par(s.supply[0] + all_no - s.supply[1]) != pot.locked) {
        return "pot " + std::to_string(p) + " does not cover YES of market " + std::to_string(m.value);
      }
      if (alone && s.winner != 0 && par(s.supply[1]) != pot.locked) {
        return "pot " + std::to_string(p) + " does not cover NO of market " + std::to_string(m.value);
      }
    }
  }
  return std::nullopt;
}

}  // namespace underround::simulator
