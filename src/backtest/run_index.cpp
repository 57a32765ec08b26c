#include "backtest/run_index.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "base/check.hpp"

namespace underround::backtest {

Usd value_of(const OrderRow& order, const FillRow& fill) noexcept {
  return notional(fill.price, fill.size, order.terms.side == Side::kBuy ? Rounding::kUp : Rounding::kDown);
}

RunIndex::RunIndex(const RunLog& log) : log_(log), orders_of_(log.plans.size()), fills_of_(log.orders.size()) {
  for (std::size_t i = 0; i < log.plans.size(); ++i) plan_at_.emplace(log.plans[i].id.value, i);
  for (std::size_t i = 0; i < log.markets.size(); ++i) {
    const MarketRow& market = log.markets[i];
    market_at_.emplace(market.id.value, i);
    // An event has no row of its own: its markets know its name.
    if (market.event.valid()) event_name_.emplace(market.event.value, market.group);
  }
  for (std::size_t i = 0; i < log.fills.size(); ++i) {
    UR_CHECK(log.fills[i].order < log.orders.size());
    fills_of_[log.fills[i].order].push_back(i);
  }
  for (std::size_t i = 0; i < log.orders.size(); ++i) {
    const auto plan = plan_of(log.orders[i]);
    if (!plan) continue;
    orders_of_[*plan].push_back(i);
  }
}

std::optional<Subject> RunIndex::event_of(ConditionId condition) const {
  const auto found = market_at_.find(condition.value);
  if (found == market_at_.end() || !log_.markets[found->second].event.valid()) return std::nullopt;
  return Subject{log_.markets[found->second].event.value, true};
}

std::optional<std::size_t> RunIndex::plan_of(const OrderRow& order) const {
  if (!order.plan.valid()) return std::nullopt;
  const auto found = plan_at_.find(order.plan.value);
  if (found == plan_at_.end()) return std::nullopt;
  return found->second;
}

Subject RunIndex::subject_of(const OrderRow& order) const {
  if (const auto plan = plan_of(order)) return {log_.plans[*plan].subject, log_.plans[*plan].subject_is_event};
  return {condition_of(order.terms.instrument).value, false};
}

bool RunIndex::traded(std::size_t plan) const {
  const PlanRow& row = log_.plans[plan];
  if (row.result.micros != 0 || row.completed.micros > 0) return true;
  for (const std::size_t order : orders_of_[plan]) {
    if (!fills_of_[order].empty()) return true;
  }
  return false;
}

bool RunIndex::taken_back(std::size_t plan) const {
  return std::ranges::any_of(orders_of_[plan], [&](std::size_t order) {
    return std::ranges::any_of(fills_of_[order], [&](std::size_t fill) { return !stands(log_.fills[fill]); });
  });
}

std::uint64_t RunIndex::bets() const {
  std::unordered_set<std::uint64_t> plans;
  std::uint64_t alone = 0;
  for (std::size_t i = 0; i < log_.orders.size(); ++i) {
    bool filled = false;
    for (const std::size_t fill : fills_of_[i]) filled = filled || stands(log_.fills[fill]);
    if (!filled) continue;
    if (log_.orders[i].plan.valid()) {
      plans.insert(log_.orders[i].plan.value);
    } else {
      ++alone;
    }
  }
  return plans.size() + alone;
}

std::string RunIndex::market_name(ConditionId condition) const {
  const auto found = market_at_.find(condition.value);
  if (found == market_at_.end()) return fmt::format("market {}", condition.value);
  return log_.markets[found->second].name;
}

std::string RunIndex::subject_name(Subject subject) const {
  if (!subject.is_event) return market_name(ConditionId{subject.id});
  const auto found = event_name_.find(subject.id);
  return found == event_name_.end() ? fmt::format("event {}", subject.id) : found->second;
}

std::string RunIndex::subject_group(Subject subject) const {
  if (subject.is_event) return subject_name(subject);
  const auto found = market_at_.find(subject.id);
  return found == market_at_.end() ? std::string() : log_.markets[found->second].group;
}

std::string RunIndex::strategy_name(StrategyId strategy) const {
  if (strategy.value < log_.strategies.size()) return log_.strategies[strategy.value];
  return strategy.valid() ? fmt::format("strategy {}", strategy.value) : "no strategy";
}

}  // namespace underround::backtest
