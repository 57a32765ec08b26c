// The state machine that ties the rooms together: step(Event) -> Commands. It owns no clock, no socket, no random
// numbers and no thread (DESIGN section 1); the same events give the same commands, byte for byte (law 1).
//   Engine engine(catalogue, settings, make_strategies(...).value());
//   engine.step(event, commands);   for (const Command& c : commands) gateway.execute(c);
// Owner: one thread. After warm-up step() does not allocate for market data (engine_allocation_test.cpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "book/book_store.hpp"
#include "core/command.hpp"
#include "core/event.hpp"
#include "execution/executor.hpp"
#include "execution/reconciler.hpp"
#include "execution/settings.hpp"
#include "market/catalogue.hpp"
#include "portfolio/ledger.hpp"
#include "portfolio/valuation.hpp"
#include "risk/risk_gate.hpp"
#include "strategy/opportunity_log.hpp"
#include "strategy/strategy.hpp"

namespace underround {

struct EngineSettings {
  Usd starting_cash = Usd::whole(1000);
  RiskLimits risk;
  ExecutionSettings execution;
  ReconcilerSettings reconciliation;
  bool trade = true;  // false: watch only (scan, replay); intents are logged as opportunities and go no further
};

struct EngineCounters {
  std::uint64_t events = 0;
  std::uint64_t frames = 0;  // venue frames that changed a book
  std::uint64_t intents = 0;
  std::uint64_t intents_refused = 0;  // by risk
  std::uint64_t resyncs = 0;
  std::uint64_t gaps = 0;
  std::uint64_t invariant_violations = 0;
};

struct StrategyResult {
  std::uint64_t plans = 0;
  std::uint64_t completed = 0;
  Usd result;  // of finished plans
};

class Engine {
 public:
  // `catalogue` is grown by the owner on the engine's thread: Catalogue::add, then a kConditionAdded event.
  Engine(Catalogue& catalogue, const EngineSettings& settings, std::vector<std::unique_ptr<Strategy>> strategies);

  // Appends to `commands`; the caller clears it.
  void step(const Event& e, CommandBuffer& commands);

  // Called for every opportunity episode when it closes (reports).
  void set_on_opportunity_closed(void (*callback)(void*, const Opportunity&), void* context) noexcept {
    opportunities_.set_on_closed(callback, context);
  }

  // Called with every plan that ends, before its slot is free (reports).
  void set_on_plan_done(Executor::PlanDone callback, void* context) noexcept {
    on_plan_done_ = callback;
    on_plan_done_context_ = context;
  }

  [[nodiscard]] const Catalogue& catalogue() const noexcept { return catalogue_; }
  [[nodiscard]] const BookStore& books() const noexcept { return books_; }
  [[nodiscard]] const Ledger& ledger() const noexcept { return ledger_; }
  [[nodiscard]] const RiskGate& risk() const noexcept { return risk_; }
  [[nodiscard]] const Executor& executor() const noexcept { return executor_; }
  [[nodiscard]] const Reconciler& reconciler() const noexcept { return reconciler_; }
  [[nodiscard]] const OpportunityLog& opportunities() const noexcept { return opportunities_; }
  [[nodiscard]] const EngineCounters& counters() const noexcept { return counters_; }
  [[nodiscard]] const std::vector<std::unique_ptr<Strategy>>& strategies() const noexcept { return strategies_; }
  [[nodiscard]] const std::vector<StrategyResult>& strategy_results() const noexcept { return results_; }
  [[nodiscard]] Valuation valuation() const { return value(ledger_, catalogue_, books_); }
  // Resolved, held, and redeemed as soon as that is possible.
  [[nodiscard]] bool awaits_redemption(ConditionId condition) const noexcept {
    return std::ranges::find(resolved_, condition) != resolved_.end();
  }
  [[nodiscard]] Nanos now() const noexcept { return now_; }
  [[nodiscard]] std::uint64_t state_hash() const noexcept;

  // --- snapshots (base/archive.hpp), between frames only. The catalogue is part of them, the settings are not: they
  // are those this engine was made with. Everything: goes on exactly as the one that was saved would have.
  void save(std::vector<std::uint8_t>& out) const;
  // False: not a snapshot of an engine of this kind; this one is of no use any more.
  [[nodiscard]] bool load(std::span<const std::uint8_t> bytes);
  // What outlives a session: catalogue, ledger, orders, plans, halts, reconciliation. Books and what strategies
  // remember begin anew, and settings may differ. `from` has stopped.
  [[nodiscard]] bool take_over(const Engine& from);
  // Engines that write the same bytes for the same state.
  [[nodiscard]] static std::uint64_t layout() noexcept;

 private:
  template <class A>
  void archive_account(A& a);
  void on_market_data(const Event& e);
  void on_frame_end(CommandBuffer& commands);
  void on_condition_added(ConditionId condition);
  void on_market_status(const Event& e, CommandBuffer& commands);
  void on_timer(CommandBuffer& commands);
  void on_account(const Event& e, CommandBuffer& commands);
  void on_account_picture(const Event& e, CommandBuffer& commands);
  void on_halt(const Event& e, CommandBuffer& commands);
  void touch(ConditionId condition);
  void submit_intents(CommandBuffer& commands);
  void check_invariants(CommandBuffer& commands);
  [[nodiscard]] StrategyContext strategy_context() { return {now_, books_, catalogue_, ledger_, opportunities_}; }
  [[nodiscard]] ExecutionContext execution_context(CommandBuffer& commands) {
    return {now_, catalogue_, books_, ledger_, risk_, commands};
  }
  static void plan_done(void* self, const Plan& plan, Usd result);

  Catalogue& catalogue_;
  EngineSettings settings_;
  BookStore books_;
  Ledger ledger_;
  RiskGate risk_;
  Executor executor_;
  Reconciler reconciler_;
  OpportunityLog opportunities_;
  std::vector<std::unique_ptr<Strategy>> strategies_;
  std::vector<StrategyResult> results_;
  IntentBuffer intents_;
  std::vector<ConditionId> touched_;
  std::vector<std::uint8_t> is_touched_;
  std::vector<ConditionId> resolved_;  // with holdings not redeemed yet
  EngineCounters counters_;
  Nanos now_;
  Nanos marked_at_;
  Executor::PlanDone on_plan_done_ = nullptr;
  void* on_plan_done_context_ = nullptr;
};

}  // namespace underround
