#include "simulator/server/account_rules.hpp"

#include <algorithm>

#include "simulator/server/wire_text.hpp"

namespace underround::simulator {
AccountRules::AccountRules(Venue& venue, bool unlimited_allowances) : venue_(venue) {
  std::ranges::fill(default_.collateral, unlimited_allowances ? Allowances::kUnlimited : Usd{});
  std::ranges::fill(default_.tokens, unlimited_allowances);
  venue_.add_listener(*this);
}

AccountRules::~AccountRules() { venue_.remove_listener(*this); }

Standing AccountRules::standing(std::string_view address) const {
  const auto it = standing_.find(std::string(address));
  return it == standing_.end() ? Standing::kGood : it->second;
}

std::optional<std::string> AccountRules::refuse(std::string_view signer, std::string_view maker, Side side) const {
  if (standing_.empty()) return std::nullopt;
  for (const std::string_view address : {signer, maker}) {
    const Standing s = standing(address);
    if (s == Standing::kBanned) return "'" + std::string(address) + "' address banned";
    // Closing is selling what one has; the balance check sees to the rest.
    if (s == Standing::kClosedOnly && side == Side::kBuy)
      return "'" + std::string(address) + "' address in closed only mode";
  }
  return std::nullopt;
}

Allowances& AccountRules::allowances(AccountId account) {
  return allowances_.try_emplace(account.value, default_).first->second;
}

Allowances& AccountRules::on_chain(AccountId account) {
  return unseen_.try_emplace(account.value, allowances(account)).first->second;
}

Allowances AccountRules::look_on_chain(AccountId account) const {
  if (const auto news = unseen_.find(account.value); news != unseen_.end()) return news->second;
  const auto known = allowances_.find(account.value);
  return known == allowances_.end() ? default_ : known->second;
}

void AccountRules::refresh(AccountId account) {
  const auto news = unseen_.find(account.value);
  if (news == unseen_.end()) return;
  allowances(account) = news->second;
  unseen_.erase(news);
}

void AccountRules::authorise(std::string_view session, std::string_view wallet, Nanos until) {
  sessions_[std::string(session)] = {std::string(wallet), until};
  ever_sessions_.emplace(session, wallet);
}

std::string_view AccountRules::session_wallet(std::string_view address) const {
  const auto it = sessions_.find(std::string(address));
  return it == sessions_.end() || venue_.now() >= it->second.until ? std::string_view{} : it->second.wallet;
}

bool AccountRules::was_session_of(std::string_view address, std::string_view wallet) const {
  return !ever_sessions_.empty() && ever_sessions_.contains({std::string(address), std::string(wallet)});
}

// --- what fills take from allowances

void AccountRules::on_trade_status(const TradeRecord& trade) {
  if (trade.status == SettlementStatus::kFailed) spend(trade, -1);
}

void AccountRules::spend(const TradeRecord& trade, std::int64_t sign) {
  if (allowances_.empty()) return;
  const ConditionSpec& spec = venue_.market(trade.market).spec;
  const auto spender = static_cast<std::size_t>(domain_of(spec.version, spec.neg_risk));
  if (trade.side == Side::kBuy) spend(trade.taker, spender, Usd{sign * (trade.cash + trade.fee).micros});
  for (const MakerFill& row : trade.makers) {
    if (row.side == Side::kBuy) spend(row.account, spender, Usd{sign * row.cash.micros});
  }
}

void AccountRules::spend(AccountId account, std::size_t spender, Usd cash) {
  for (auto* book : {&allowances_, &unseen_}) {
    const auto it = book->find(account.value);
    if (it == book->end()) continue;
    Usd& left = it->second.collateral[spender];
    if (left != Allowances::kUnlimited) left = std::max(Usd{}, left - cash);
  }
}

}  // namespace underround::simulator
