// A RunLog's rows joined: which orders belong to a plan, which fills to an order, and what a plan is about. Indexes,
// not pointers; valid as long as the log does not change.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "backtest/run_log.hpp"

namespace underround::backtest {

// A fill that settlement took back is no fill.
[[nodiscard]] inline bool stands(const FillRow& fill) noexcept { return fill.settlement != SettlementStatus::kFailed; }
[[nodiscard]] Usd value_of(const OrderRow& order, const FillRow& fill) noexcept;  // rounded as the ledger rounds

struct Subject {
  std::uint32_t id = 0;  // ConditionId, or EventId when it is one
  bool is_event = false;
  auto operator<=>(const Subject&) const = default;
};

class RunIndex {
 public:
  explicit RunIndex(const RunLog& log);
  [[nodiscard]] const std::vector<std::size_t>& orders_of(std::size_t plan) const { return orders_of_[plan]; }
  [[nodiscard]] const std::vector<std::size_t>& fills_of(std::size_t order) const { return fills_of_[order]; }
  [[nodiscard]] std::optional<std::size_t> plan_of(const OrderRow& order) const;
  // What the order's plan is about; its own market when the plan has no row (it had not ended).
  [[nodiscard]] Subject subject_of(const OrderRow& order) const;
  [[nodiscard]] std::optional<Subject> event_of(ConditionId condition) const;
  [[nodiscard]] bool traded(std::size_t plan) const;  // finished with anything to show
  // Settlement took a fill of its back, before its end or later.
  [[nodiscard]] bool taken_back(std::size_t plan) const;
  // Plans with a standing fill; orders whose plan has no row count by their plan's id.
  [[nodiscard]] std::uint64_t bets() const;
  [[nodiscard]] std::string market_name(ConditionId condition) const;
  [[nodiscard]] std::string subject_name(Subject subject) const;
  [[nodiscard]] std::string subject_group(Subject subject) const;
  [[nodiscard]] std::string strategy_name(StrategyId strategy) const;

 private:
  const RunLog& log_;
  std::vector<std::vector<std::size_t>> orders_of_, fills_of_;
  std::unordered_map<std::uint64_t, std::size_t> plan_at_;
  std::unordered_map<std::uint32_t, std::size_t> market_at_;
  std::unordered_map<std::uint32_t, std::string> event_name_;
};

}  // namespace underround::backtest
