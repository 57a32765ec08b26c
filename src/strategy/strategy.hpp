// The seam every strategy plugs into. A strategy sees books, catalogue, ledger and time, and returns intents; it never
// sees an order, a socket or a clock. Adding one: a file pair here and one line in registry.cpp
// (docs/ADDING_A_STRATEGY.md).
//   class MyStrategy final : public Strategy { void on_book(const StrategyContext&, ConditionId, IntentBuffer&)
//   override; };
// All calls come from the engine's thread. on_book is hot: no allocation, no unbounded loop.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/archive.hpp"
#include "book/book_store.hpp"
#include "core/intent.hpp"
#include "market/catalogue.hpp"
#include "portfolio/ledger.hpp"

namespace underround {

class OpportunityLog;

struct StrategySettings {
  Price min_edge{20};                             // per set (or share), after fees: below is not worth a leg risk
  Usd min_profit = Usd::from_micros(50'000);      // whole plan, after fees and rounding
  Usd max_set_cost = Usd::whole(100);             // cap of one plan's cost
  Price full_size_edge{300};                      // edge at which a plan may use the whole cap; scales linearly below
  Nanos max_skew = Nanos::from_millis(250);       // largest difference of ages between books that are compared
  Nanos max_book_age = Nanos::from_seconds(120);  // a quiet book is only as good as its connection; older is stale
  Nanos leg_deadline = Nanos::from_millis(1500);
  Nanos cooldown = Nanos::from_millis(500);  // after a plan on the same subject
};

struct StrategyContext {
  Nanos now;
  const BookStore& books;
  const Catalogue& catalogue;
  const Ledger& ledger;
  OpportunityLog& opportunities;
};

// Reserved once by the engine; strategies append, the engine clears.
using IntentBuffer = std::vector<Intent>;

class Strategy {
 public:
  explicit Strategy(StrategyId id) : id_(id) {}
  virtual ~Strategy() = default;
  Strategy(const Strategy&) = delete;
  Strategy& operator=(const Strategy&) = delete;

  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  [[nodiscard]] StrategyId id() const noexcept { return id_; }

  // Cold: a condition joined the catalogue (or its group changed). Allocate per-subject state here.
  virtual void on_condition_added(const StrategyContext&, ConditionId) {}
  // Hot: the book of `condition` changed; called once per venue frame and touched condition, after its last entry.
  virtual void on_book(const StrategyContext&, ConditionId, IntentBuffer&) {}
  virtual void on_reference(const StrategyContext&, SymbolId, const Event::Quote&, IntentBuffer&) {}
  virtual void on_timer(const StrategyContext&, IntentBuffer&) {}
  // A plan of this strategy ended: what it made or lost, after fees (unrealised set value included at its payoff).
  virtual void on_plan_done(const StrategyContext&, const Intent&, Shares /*sets_completed*/, Usd /*result*/) {}
  // Everything it remembers, for snapshots. What is not saved must not change what it does.
  virtual void save(ArchiveWriter&) const {}
  virtual void load(ArchiveReader&) {}
  // Part of the engine's state hash.
  [[nodiscard]] virtual std::uint64_t state_hash() const noexcept { return 0; }

 private:
  StrategyId id_;
};

}  // namespace underround
