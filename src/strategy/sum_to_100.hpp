// Both outcomes of one condition: buy both under 1 USD and merge, or split 1 USD and sell both above it.
//
// On a mirrored venue YES and NO are one book, so ask_YES + ask_NO = 1 + spread: the sum is under 1 exactly when the
// book is crossed, which a matching engine does not leave standing (law 3; 0 of 60,000 paired states in the captures).
// What a naive scanner reports is its own asynchrony. So the signal is what each token's own stream last said
// (ConditionBook::token_top), and it counts as a phantom unless one synchronous view confirms it: both streams speak of
// moments within max_skew, and the rebuilt book shows the same best prices as both of them. ConditionBook::consistent()
// cannot be that test, because it refuses every crossed book, and a confirmed signal is one.
// Expect many phantoms and next to no trades; that is the finding, not a fault.
#pragma once

#include <vector>

#include "strategy/set_plan.hpp"

namespace underround {

class SumTo100 final : public Strategy {
 public:
  SumTo100(StrategyId id, const StrategySettings& settings) : Strategy(id), settings_(settings) {}
  [[nodiscard]] std::string_view name() const noexcept override { return "sum_to_100"; }
  void on_condition_added(const StrategyContext& context, ConditionId condition) override;
  void on_book(const StrategyContext& context, ConditionId condition, IntentBuffer& out) override;
  void on_plan_done(const StrategyContext& context, const Intent& intent, Shares sets, Usd result) override;
  void save(ArchiveWriter& a) const override { a(states_); }
  void load(ArchiveReader& a) override { a(states_); }
  [[nodiscard]] std::uint64_t state_hash() const noexcept override;

 private:
  struct State {
    Nanos blocked_until;
    std::uint8_t open = 0;  // bit per Side: the log holds an episode or phantom
  };
  [[nodiscard]] OpportunityLog::Key key(ConditionId condition, Side side) const noexcept;
  [[nodiscard]] bool confirmed(const ConditionBook& book) const noexcept;
  // True when an intent went out or would have, but for the cooldown.
  bool look(const StrategyContext& context, ConditionId condition, Side side, std::int32_t edge_pips,
            IntentBuffer& out);

  StrategySettings settings_;
  std::vector<State> states_;  // by condition
  SetQuote quote_;
};

}  // namespace underround
