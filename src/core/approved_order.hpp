// The proof that risk has seen an order (law 6). Only risk/RiskGate can make one; every gateway's send takes one.
// Trivially copyable, so it travels inside a Command through rings and journals.
#pragma once

#include <type_traits>

#include "core/ids.hpp"
#include "core/order_types.hpp"

namespace underround {

class ApprovedOrder {
 public:
  [[nodiscard]] const OrderTerms& terms() const noexcept { return terms_; }
  [[nodiscard]] OrderId id() const noexcept { return id_; }
  [[nodiscard]] PlanId plan() const noexcept { return plan_; }
  [[nodiscard]] StrategyId strategy() const noexcept { return strategy_; }
  [[nodiscard]] Nanos created_at() const noexcept { return created_at_; }  // the event's time; the order's timestamp

 private:
  friend class RiskGate;
  ApprovedOrder(OrderId id, PlanId plan, StrategyId strategy, const OrderTerms& terms, Nanos created_at) noexcept
      : terms_(terms), id_(id), plan_(plan), created_at_(created_at), strategy_(strategy) {}

  OrderTerms terms_;
  OrderId id_;
  PlanId plan_;
  Nanos created_at_;
  StrategyId strategy_;
};
static_assert(std::is_trivially_copyable_v<ApprovedOrder>);

}  // namespace underround
