#include "risk/risk_gate.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.hpp"

namespace underround {

void RiskGate::opened(const OrderTerms& terms, Usd reserved) {
  ++open_orders_;
  if (terms.side != Side::kBuy) return;
  open_buys_ += reserved;
  const auto condition = condition_of(terms.instrument).value;
  if (open_by_condition_.size() <= condition) open_by_condition_.resize(condition + 1);
  open_by_condition_[condition] += reserved;
}

void RiskGate::filled(const OrderTerms& terms, Usd released) noexcept {
  if (terms.side != Side::kBuy) return;
  open_buys_ -= released;
  open_by_condition_[condition_of(terms.instrument).value] -= released;
  UR_CHECK(open_buys_.micros >= 0);
}

void RiskGate::closed(const OrderTerms& terms, Usd released) noexcept {
  UR_CHECK(open_orders_ > 0);
  --open_orders_;
  filled(terms, released);
}

void RiskGate::halt_market(ConditionId condition) {
  if (std::ranges::find(halted_markets_, condition) == halted_markets_.end()) halted_markets_.push_back(condition);
}

void RiskGate::user_stream(bool up, Nanos now) noexcept {
  if (user_stream_up_ && !up) user_stream_down_since_ = now;
  user_stream_up_ = up;
}

void RiskGate::mark(Usd pnl, Nanos now) {
  const std::int64_t day = now.seconds() / 86'400;
  if (day != day_) {
    day_ = day;
    day_start_pnl_ = pnl;
  }
  const Usd loss = day_start_pnl_ - pnl;
  if (loss < limits_.max_daily_loss || halts_.any()) return;
  halts_.raise(HaltReason::kDailyLoss, fmt::format("lost {:.2f} USD since 00:00 UTC, limit {:.2f}", loss.to_double(),
                                                   limits_.max_daily_loss.to_double()));
}

}  // namespace underround
