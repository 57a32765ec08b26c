// Top-of-book clipping: one best level that is far from what the other outcomes of its event imply.
//   fair YES_i = 1 - sum of the other mids;   buy YES_i at its ask, or NO_i at 1 - bid_i, when that is cheap enough.
// OFF BY DEFAULT: unlike a complete set the edge is a model's, not an identity, and the position is held alone to
// resolution. It trades only when named in the configuration.
//
// Assumption: the true price of each other outcome is uniform within its own spread, independently of the rest, so the
// implied price has variance sum(spread^2) / 12; the edge after fees must beat min_edge by two standard deviations.
// Source: our own choice, no published calibration; adverse selection (the others are late) is not modelled, and the
// size is kept small for that reason: a tenth of max_set_cost, position included, best level only.
// Only complete events (Completeness::kExactlyOne), every leg two-sided, consistent and within max_book_age.
// Cost: best prices of the event's conditions, once per book change; no allocation.
#pragma once

#include <vector>

#include "strategy/set_plan.hpp"

namespace underround {

class Clipper final : public Strategy {
 public:
  Clipper(StrategyId id, const StrategySettings& settings) : Strategy(id), settings_(settings) {}
  [[nodiscard]] std::string_view name() const noexcept override { return "clipper"; }
  void on_condition_added(const StrategyContext& context, ConditionId condition) override;
  void on_book(const StrategyContext& context, ConditionId condition, IntentBuffer& out) override;
  void on_plan_done(const StrategyContext& context, const Intent& intent, Shares sets, Usd result) override;
  void save(ArchiveWriter& a) const override { a(states_); }
  void load(ArchiveReader& a) override { a(states_); }
  [[nodiscard]] std::uint64_t state_hash() const noexcept override;

 private:
  static constexpr std::int64_t kShareOfSetCost = 10;
  struct State {
    ConditionId open;  // condition of the episode the log holds; invalid = none
    Nanos blocked_until;
  };
  struct Clip {
    InstrumentId instrument;
    Price price;                 // best ask of the instrument
    std::int32_t edge_pips = 0;  // fair - price - fee, rounded down
  };
  [[nodiscard]] Clip best_clip(const StrategyContext& context, const EventGroup& group) const noexcept;
  [[nodiscard]] Shares clip_size(const StrategyContext& context, const Clip& clip, Fate& fate) const noexcept;
  [[nodiscard]] OpportunityLog::Key key(ConditionId condition) const noexcept;
  void close(const StrategyContext& context, State& state);

  StrategySettings settings_;
  std::vector<State> states_;  // by event
};

}  // namespace underround
