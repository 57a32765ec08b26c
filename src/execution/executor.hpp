// Turns intents into orders and keeps every promise an intent made: leg order, deadline, orphans, merge.
//   executor.start(intent, context);   executor.on_event(event, context);   executor.on_timer(context);
// Also owns the order table and the running set operations. Every order passes RiskGate::approve (law 6); every
// reservation made for an order is released exactly once.
// Owner: the engine's thread. Fixed pools; no allocation after construction except inside the command buffer's reserve.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <vector>

#include "book/book_store.hpp"
#include "core/command.hpp"
#include "core/event.hpp"
#include "execution/order_table.hpp"
#include "execution/plan.hpp"
#include "execution/settings.hpp"
#include "market/catalogue.hpp"
#include "portfolio/ledger.hpp"
#include "risk/risk_gate.hpp"

namespace underround {

struct ExecutionContext {
  Nanos now;
  const Catalogue& catalogue;
  const BookStore& books;
  Ledger& ledger;
  RiskGate& risk;
  CommandBuffer& commands;
};

struct ExecutionCounters {
  std::uint64_t plans = 0, plans_completed = 0, plans_missed = 0, plans_orphaned = 0;
  std::uint64_t fills_elsewhere = 0;  // of this account, by orders that are not ours
  std::uint64_t orders = 0, rejected = 0, fills = 0, reversed = 0, unknown = 0;
  std::uint64_t repairs_completed = 0, repairs_unwound = 0, operations = 0, operations_failed = 0;
};

// A set operation in flight. Redemptions belong to no plan.
struct PendingOperation {
  OperationId id{};
  SetOperation kind = SetOperation::kMerge;
  PlanId plan{};
  ConditionId condition{};
  EventId event{};
  std::uint64_t outcome_mask = 0;  // convert: conditions of the event whose NO is given
  Shares amount{};
  bool used = false;
  bool doubtful = false;  // nobody knows whether it happened: the account's pictures will tell (Reconciler)
  Nanos doubtful_since{};
};

// What an operation does to an account, fees and gas apart.
struct OperationChanges {
  struct Change {
    InstrumentId instrument;
    Shares shares;
  };
  std::vector<Change> shares;
  Usd cash;
};
[[nodiscard]] OperationChanges changes_of(const PendingOperation& operation, const Catalogue& catalogue);

class Executor {
 public:
  static constexpr std::size_t kMaxPlans = 256;

  explicit Executor(const ExecutionSettings& settings);

  // Starts a plan, or says why its first order may not leave. Nothing is half done on refusal.
  [[nodiscard]] std::expected<PlanId, RiskRefusal> start(const Intent& intent, ExecutionContext& context);

  // kOrder*, kCancelRejected, kFill, kSettlement, kOperationDone, kOperationTerms.
  void on_event(const Event& e, ExecutionContext& context);
  void on_timer(ExecutionContext& context);
  // A condition resolved: redeem what is held.
  void on_resolved(ConditionId condition, ExecutionContext& context);
  // One market is halted: its open orders are cancelled.
  void cancel_market(ConditionId condition, ExecutionContext& context);
  // Kill switch: one CancelAll; plans with open orders end as they stand.
  void cancel_all(ExecutionContext& context);

  // Called with each plan when it ends, before its slot is free.
  using PlanDone = void (*)(void*, const Plan&, Usd result);
  void set_on_plan_done(PlanDone callback, void* context) noexcept {
    on_done_ = callback;
    on_done_context_ = context;
  }

  [[nodiscard]] const OrderTable& orders() const noexcept { return orders_; }
  [[nodiscard]] const ExecutionCounters& counters() const noexcept { return counters_; }
  [[nodiscard]] std::size_t active_plans() const noexcept;
  // Null when it has ended.
  [[nodiscard]] const Plan* plan(PlanId id) const noexcept { return const_cast<Executor*>(this)->find_plan(id); }
  // A set operation is on its way: of this condition, or of its event (convert); of anything.
  [[nodiscard]] bool operating(ConditionId condition, const Catalogue& catalogue) const noexcept;
  [[nodiscard]] bool operating() const noexcept;
  // Visits those on their way, doubtful ones too.
  template <class F>
  void for_each_operation(F&& f) const {
    for (const PendingOperation& o : operations_) {
      if (o.used) f(o);
    }
  }
  // What the account shows of a doubtful one: kSucceeded and kFailed are booked as if they had been reported;
  // kNobodyKnows gives it up, nothing is booked.
  void conclude(OperationId id, std::uint8_t outcome, ExecutionContext& context);
  [[nodiscard]] std::uint64_t state_hash() const noexcept;
  // Everything but the settings.
  template <class A>
  void archive(A& a) {
    a(orders_, plans_, operations_, plan_sequence_, operation_sequence_, put_off_, waiting_, terms_, plan_of_fill_);
    a(counters_);
  }

 private:
  [[nodiscard]] Plan* find_plan(PlanId id) noexcept;
  std::expected<OrderId, RiskRefusal> place(Plan& plan, std::uint8_t leg, Side side, Price limit, Shares size,
                                            ExecutionContext& context);
  void cancel(Order& order, ExecutionContext& context);
  bool run(Plan& plan, SetOperation kind, ConditionId condition, Shares amount, ExecutionContext& context);
  void send_remaining_legs(Plan& plan, Shares size, ExecutionContext& context);
  void advance(Plan& plan, ExecutionContext& context);
  void repair(Plan& plan, ExecutionContext& context);
  void settle_or_operate(Plan& plan, ExecutionContext& context);
  void finish(Plan& plan, ExecutionContext& context);
  // --- operations that nobody waits for (executor_operations.cpp)
  [[nodiscard]] bool worth_merging(Shares sets) const noexcept;
  [[nodiscard]] bool worth_converting(Shares sets) const noexcept;
  [[nodiscard]] bool worth_redeeming(Usd payout) const noexcept;
  [[nodiscard]] bool scarce() const noexcept;
  void leave_waiting(ConditionId condition, Shares sets);
  // After a failure: how long before this condition is tried again. Doubles each time, up to a day.
  void put_off(ConditionId condition, Nanos now);
  [[nodiscard]] bool put_off_until_later(ConditionId condition, Nanos now) const noexcept;
  void merge_waiting(ExecutionContext& context);
  std::optional<OperationId> ask(PendingOperation operation, ExecutionContext& context);
  void enter(Plan& plan, PlanState state, Nanos now) noexcept;

  void on_order(const Event& e, ExecutionContext& context);
  void on_fill(const Event& e, ExecutionContext& context);
  void on_settlement(const Event& e, ExecutionContext& context);
  void on_operation(const Event& e, ExecutionContext& context);
  void end_order(Order& order, OrderStatus status, ExecutionContext& context);
  void doubt(PendingOperation& operation, ExecutionContext& context);
  void apply_operation(const PendingOperation& operation, Usd gas, ExecutionContext& context);
  void reserve_for_operation(const PendingOperation& operation, bool reserve, ExecutionContext& context);

  ExecutionSettings settings_;
  OrderTable orders_;
  std::vector<Plan> plans_;
  std::vector<PendingOperation> operations_;
  std::uint64_t plan_sequence_ = 0;
  std::uint64_t operation_sequence_ = 0;
  struct WaitingSets {
    ConditionId condition;
    Shares sets;
  };
  struct PutOff {
    ConditionId condition;
    Nanos not_before, wait;
  };
  std::vector<PutOff> put_off_;       // conditions whose last merge or redemption failed
  std::vector<WaitingSets> waiting_;  // complete pairs of ended plans, not worth an operation of their own
  Event::Terms terms_{};
  FlatMap<PlanId> plan_of_fill_;  // fills not settled yet
  ExecutionCounters counters_;
  PlanDone on_done_ = nullptr;
  void* on_done_context_ = nullptr;
};

}  // namespace underround
