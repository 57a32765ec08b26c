// The only maker of ApprovedOrder (law 6). Every order, whoever wants it, passes the list of checks in checks.cpp.
//   auto ok = gate.approve(id, plan, strategy, terms, context);   if (!ok) log(to_string(ok.error()));
//   gate.opened(*ok, reserved);  ...  gate.closed(terms, still_reserved);
// Adding a check: one function and one line in checks.cpp, one row in docs/RISK.md, one test.
// Owner: the engine's thread; no allocation after the catalogue has stopped growing.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <vector>

#include "book/book_store.hpp"
#include "core/approved_order.hpp"
#include "market/catalogue.hpp"
#include "portfolio/ledger.hpp"
#include "risk/halts.hpp"
#include "risk/limits.hpp"
#include "risk/refusal.hpp"

namespace underround {

struct RiskContext {
  Nanos now;
  const Catalogue& catalogue;
  const BookStore& books;
  const Ledger& ledger;
};

class RiskGate {
 public:
  explicit RiskGate(const RiskLimits& limits) : limits_(limits) {}

  [[nodiscard]] std::expected<ApprovedOrder, RiskRefusal> approve(OrderId id, PlanId plan, StrategyId strategy,
                                                                  const OrderTerms& terms, const RiskContext& context);

  // --- what execution tells, so that open orders count against limits
  void opened(const OrderTerms& terms, Usd reserved);
  void filled(const OrderTerms& terms, Usd released) noexcept;  // part of a reservation became a position
  void closed(const OrderTerms& terms, Usd released) noexcept;  // terminal: the rest of the reservation is gone
  void unknown_orders(int change) noexcept { unknown_orders_ += change; }
  void user_stream(bool up, Nanos now) noexcept;
  // Until the stream is reported up, as if it had been blind for long: after a restart.
  void user_stream_lost() noexcept {
    user_stream_up_ = false;
    user_stream_down_since_ = Nanos{-1'000'000'000'000};
  }

  // Checks the daily loss (profit and loss, so that deposits do not count); raises the halt. Day = UTC. Call from the
  // timer.
  void mark(Usd pnl, Nanos now);

  // One market only; like a halt, a person lifts it (law 9).
  void halt_market(ConditionId condition);
  void lift_markets() noexcept { halted_markets_.clear(); }
  void lift_market(ConditionId condition) noexcept { std::erase(halted_markets_, condition); }
  [[nodiscard]] const std::vector<ConditionId>& halted_markets() const noexcept { return halted_markets_; }

  // Everything but the limits.
  template <class A>
  void archive(A& a) {
    a(halts_, halted_markets_, open_orders_, unknown_orders_, open_buys_, open_by_condition_, user_stream_up_);
    a(user_stream_down_since_, second_started_, orders_this_second_, recent_, recent_next_, day_, day_start_pnl_);
    a(refusals_);
  }
  [[nodiscard]] Halts& halts() noexcept { return halts_; }
  [[nodiscard]] const Halts& halts() const noexcept { return halts_; }
  [[nodiscard]] const RiskLimits& limits() const noexcept { return limits_; }
  [[nodiscard]] const std::array<std::uint64_t, static_cast<std::size_t>(RiskRefusal::kCount)>& refusals()
      const noexcept {
    return refusals_;
  }
  [[nodiscard]] std::uint32_t open_orders() const noexcept { return open_orders_; }
  [[nodiscard]] Usd open_buys() const noexcept { return open_buys_; }
  [[nodiscard]] Usd open_buys(ConditionId condition) const noexcept {
    return condition.value < open_by_condition_.size() ? open_by_condition_[condition.value] : Usd{};
  }

 private:
  friend struct RiskChecks;  // the list in checks.cpp
  struct Recent {
    InstrumentId instrument;
    Side side = Side::kBuy;
    Price limit;
    Shares size;
    Nanos at{-1'000'000'000'000};
  };

  RiskLimits limits_;
  Halts halts_;
  std::vector<ConditionId> halted_markets_;  // few
  std::uint32_t open_orders_ = 0;
  int unknown_orders_ = 0;
  Usd open_buys_;
  std::vector<Usd> open_by_condition_;
  bool user_stream_up_ = true;
  Nanos user_stream_down_since_;
  Nanos second_started_;
  std::uint32_t orders_this_second_ = 0;
  std::array<Recent, 64> recent_{};
  std::size_t recent_next_ = 0;
  std::int64_t day_ = -1;
  Usd day_start_pnl_;
  std::array<std::uint64_t, static_cast<std::size_t>(RiskRefusal::kCount)> refusals_{};
};

}  // namespace underround
