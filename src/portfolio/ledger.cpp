#include "portfolio/ledger.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/int128.hpp"
#include "base/stable_hash.hpp"

namespace underround {
namespace {
const Position kNoPosition{};
}

Ledger::Ledger(Usd deposits, std::size_t expected_fills) : cash_(deposits), fills_(expected_fills) {
  flows_.deposits = deposits;
}

void Ledger::reserve(std::size_t instruments) {
  positions_.reserve(instruments);
  known_.reserve(instruments);
  held_.reserve(instruments);
}

Position& Ledger::touch(InstrumentId instrument) {
  if (positions_.size() <= instrument.value) {
    positions_.resize(instrument.value + 1);
    known_.resize(instrument.value + 1, 0);
  }
  if (known_[instrument.value] == 0) {
    known_[instrument.value] = 1;
    held_.push_back(instrument);
  }
  return positions_[instrument.value];
}

const Position& Ledger::position(InstrumentId instrument) const noexcept {
  return instrument.value < positions_.size() ? positions_[instrument.value] : kNoPosition;
}

void Ledger::release_cash(Usd amount) noexcept {
  UR_CHECK(amount <= reserved_cash_);
  reserved_cash_ -= amount;
}

void Ledger::reserve_shares(InstrumentId instrument, Shares amount) { touch(instrument).reserved += amount; }

void Ledger::release_shares(InstrumentId instrument, Shares amount) {
  Position& p = touch(instrument);
  UR_CHECK(amount <= p.reserved);
  p.reserved -= amount;
}

// Average cost; the last share takes what is left, so cost never outlives the position. Nothing leaves with a position
// that a reversal has made negative.
Usd Ledger::remove_at_cost(Position& position, Shares amount) noexcept {
  if (amount.micros <= 0) return Usd{};
  const Shares held = position.net();
  Usd removed = position.cost;
  if (amount < held) {
    removed = Usd{static_cast<std::int64_t>(static_cast<Int128>(position.cost.micros) * amount.micros / held.micros)};
  }
  position.cost -= removed;
  total_cost_ -= removed;
  return removed;
}

bool Ledger::apply_fill(const Event& e) {
  const Event::Fill& f = e.fill;
  if (fills_.contains(f.fill_id)) return false;
  FillRecord fill;
  const Usd value = notional(f.price, f.size, f.side == Side::kBuy ? Rounding::kUp : Rounding::kDown);
  fill.what = ReversedFill{f.order, e.instrument(), f.side, f.size, f.price, value, f.fee};
  Position& position = touch(e.instrument());
  cash_ -= f.fee;
  realised_ -= f.fee;
  flows_.fees += f.fee;
  if (f.side == Side::kBuy) {
    fill.cost = fill.what.value;
    cash_ -= fill.what.value;
    flows_.bought += fill.what.value;
    position.cost += fill.what.value;
    total_cost_ += fill.what.value;
    position.pending_in += f.size;
  } else {
    fill.cost = remove_at_cost(position, f.size);
    cash_ += fill.what.value;
    flows_.sold += fill.what.value;
    realised_ += fill.what.value - fill.cost;
    position.pending_out += f.size;
    pending_proceeds_ += fill.what.value;
  }
  ++pending_fills_;
  pending_notional_ += fill.what.value;
  FillRecord& stored = *fills_.try_emplace(f.fill_id, fill).first;
  if (f.settlement == SettlementStatus::kConfirmed) confirm(stored);
  return true;
}

void Ledger::confirm(FillRecord& fill) {
  Position& position = touch(fill.what.instrument);
  if (fill.what.side == Side::kBuy) {
    position.pending_in -= fill.what.size;
    position.settled += fill.what.size;
  } else {
    position.pending_out -= fill.what.size;
    position.settled -= fill.what.size;
    pending_proceeds_ -= fill.what.value;
  }
  --pending_fills_;
  pending_notional_ -= fill.what.value;
  fill.status = SettlementStatus::kConfirmed;
}

void Ledger::reverse(FillRecord& fill) {
  Position& position = touch(fill.what.instrument);
  const bool was_confirmed = fill.status == SettlementStatus::kConfirmed;
  cash_ += fill.what.fee;
  realised_ += fill.what.fee;
  flows_.fees -= fill.what.fee;
  if (fill.what.side == Side::kBuy) {
    (was_confirmed ? position.settled : position.pending_in) -= fill.what.size;
    cash_ += fill.what.value;
    flows_.bought -= fill.what.value;
    // Some of its cost may have left with a later sale; what is gone counts as profit of that sale until now.
    const Usd removed = std::min(fill.cost, position.cost);
    position.cost -= removed;
    total_cost_ -= removed;
    realised_ += fill.cost - removed;
  } else {
    if (was_confirmed) {
      position.settled += fill.what.size;
    } else {
      position.pending_out -= fill.what.size;
      pending_proceeds_ -= fill.what.value;
    }
    cash_ -= fill.what.value;
    flows_.sold -= fill.what.value;
    position.cost += fill.cost;
    total_cost_ += fill.cost;
    realised_ -= fill.what.value - fill.cost;
  }
  if (!was_confirmed) {
    --pending_fills_;
    pending_notional_ -= fill.what.value;
  }
  fill.status = SettlementStatus::kFailed;
  ++reversed_fills_;
}

const Ledger::ReversedFill* Ledger::settle(std::uint64_t fill_id, SettlementStatus status) {
  FillRecord* const found = fills_.find(fill_id);
  if (found == nullptr || found->status == SettlementStatus::kFailed) return nullptr;
  FillRecord& fill = *found;
  if (status == SettlementStatus::kFailed) {
    reverse(fill);
    last_reversed_ = fill.what;
    return &last_reversed_;
  }
  if (fill.status == SettlementStatus::kConfirmed) return nullptr;
  if (status == SettlementStatus::kConfirmed) {
    confirm(fill);
  } else {
    fill.status = status;
  }
  return nullptr;
}

void Ledger::charge_gas(Usd gas) noexcept {
  cash_ -= gas;
  realised_ -= gas;
  flows_.gas += gas;
}

void Ledger::split(ConditionId condition, Shares amount, Usd gas) {
  charge_gas(gas);
  const Usd paid{amount.micros};
  cash_ -= paid;
  flows_.split += paid;
  total_cost_ += paid;
  for (const unsigned outcome : {0U, 1U}) {
    Position& p = touch(instrument_of(condition, outcome));
    p.settled += amount;
    // A fresh set costs one dollar; half of it goes to each side, the odd micro-dollar to the first.
    p.cost += Usd{outcome == 0 ? paid.micros - paid.micros / 2 : paid.micros / 2};
  }
}

void Ledger::merge(ConditionId condition, Shares amount, Usd gas) {
  charge_gas(gas);
  const Usd received{amount.micros};
  Usd cost;
  for (const unsigned outcome : {0U, 1U}) {
    Position& p = touch(instrument_of(condition, outcome));
    cost += remove_at_cost(p, amount);
    p.settled -= amount;
  }
  cash_ += received;
  flows_.merged += received;
  realised_ += received - cost;
}

void Ledger::redeem(ConditionId condition, Price payout_outcome0, Usd gas) {
  charge_gas(gas);
  for (const unsigned outcome : {0U, 1U}) {
    Position& p = touch(instrument_of(condition, outcome));
    const Shares amount = p.settled;
    if (amount.micros <= 0) continue;  // below zero after a reversal: a debt is not redeemed
    const Price payout = outcome == 0 ? payout_outcome0 : payout_outcome0.complement();
    const Usd received = notional(payout, amount, Rounding::kDown);
    const Usd cost = remove_at_cost(p, amount);
    p.settled = Shares{};
    cash_ += received;
    flows_.redeemed += received;
    realised_ += received - cost;
  }
}

void Ledger::convert(const std::vector<ConditionId>& given, const std::vector<ConditionId>& received, Shares amount,
                     Usd gas) {
  UR_CHECK(!given.empty());
  charge_gas(gas);
  Usd cost_out;
  for (const ConditionId condition : given) {
    Position& p = touch(instrument_of(condition, 1));
    cost_out += remove_at_cost(p, amount);
    p.settled -= amount;
  }
  const Usd paid_out{amount.micros * static_cast<std::int64_t>(given.size() - 1)};
  cash_ += paid_out;
  flows_.converted += paid_out;
  // What the dollars do not cover stays as the cost of the YES tokens received.
  Usd left = received.empty() ? Usd{} : std::max(Usd{}, cost_out - paid_out);
  realised_ += paid_out - (cost_out - left);
  total_cost_ += left;
  for (std::size_t i = 0; i < received.size(); ++i) {
    Position& p = touch(instrument_of(received[i], 0));
    const Usd share{left.micros / static_cast<std::int64_t>(received.size() - i)};
    p.cost += share;
    left -= share;
    p.settled += amount;
  }
}

void Ledger::transfer(Usd amount) noexcept {
  cash_ += amount;
  flows_.deposits += amount;
}

void Ledger::adopt(InstrumentId instrument, Shares change, Usd cost) {
  Position& p = touch(instrument);
  if (change.micros < 0) {
    cost = Usd{} - remove_at_cost(p, std::min(Shares{} - change, p.net()));
  } else {
    p.cost += cost;
    total_cost_ += cost;
  }
  p.settled += change;
  flows_.deposits += cost;
  flows_.adopted += cost;
}

bool Ledger::check() const noexcept {
  const CashFlows& f = flows_;
  const Usd expected =
      f.deposits - f.adopted - f.bought + f.sold - f.fees - f.gas - f.split + f.merged + f.converted + f.redeemed;
  return cash_ == expected && cash_ + total_cost_ == f.deposits + realised_;
}

bool Ledger::check_deep() const noexcept {
  Usd cost;
  for (const InstrumentId instrument : held_) cost += position(instrument).cost;
  return check() && cost == total_cost_;
}

std::uint64_t Ledger::state_hash() const noexcept {
  StableHasher h;
  for (const Usd usd : {cash_, reserved_cash_, pending_proceeds_, realised_, total_cost_}) h.add_signed(usd.micros);
  for (std::size_t i = 0; i < positions_.size(); ++i) {
    const Position& p = positions_[i];
    if (known_[i] == 0) continue;
    h.add(i);
    h.add_signed(p.settled.micros);
    h.add_signed(p.pending_in.micros);
    h.add_signed(p.pending_out.micros);
    h.add_signed(p.reserved.micros);
    h.add_signed(p.cost.micros);
  }
  return h.value();
}

}  // namespace underround
