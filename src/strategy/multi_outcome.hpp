// Complete sets over the conditions of one event, exactly one of which resolves YES (Completeness::kExactlyOne only):
//   long   buy YES of all, hold to redemption: 1 USD a set
//   short  sell YES of all from sets already held; without them, buy NO of m of the conditions and convert: at most one
//          of them happens, so m NO pay (m - 1) USD (protocol page 15.2). Conditions nobody bids for are left out.
// An augmented event (open "Other") is watched and refused as kIncomplete, once per episode.
//
// Hot path, O(1): each condition's best prices are kept with what they cost as a leg, fee included, and the event keeps
// the sums; a best-price change replaces one term. Only a positive sum walks the books. The sums may lag behind a book
// that changed without on_book; the walk reads the books themselves, so a plan never rests on the cache.
//
// Skew (law 3): a book that says nothing has nothing to say while its connection lives, so silence up to max_book_age
// is no age. What makes two books incomparable is that one is delivered later than the other: the lag, arrival minus
// venue time, of their recent changes may differ by max_skew at most. The clocks' offset cancels; snapshots are no
// sample (their venue time is the last change's, however long ago); a sample counts for kLagMemory.
#pragma once

#include <array>
#include <vector>

#include "strategy/set_plan.hpp"

namespace underround {

class MultiOutcome final : public Strategy {
 public:
  MultiOutcome(StrategyId id, const StrategySettings& settings) : Strategy(id), settings_(settings) {}
  [[nodiscard]] std::string_view name() const noexcept override { return "multi_outcome"; }
  void on_condition_added(const StrategyContext& context, ConditionId condition) override;
  void on_book(const StrategyContext& context, ConditionId condition, IntentBuffer& out) override;
  void on_plan_done(const StrategyContext& context, const Intent& intent, Shares sets, Usd result) override;
  void save(ArchiveWriter& a) const override { a(legs_, sets_); }
  void load(ArchiveReader& a) override { a(legs_, sets_); }
  [[nodiscard]] std::uint64_t state_hash() const noexcept override;

 private:
  static constexpr Nanos kLagMemory =
      Nanos::from_seconds(5);  // assumption: a congested connection shows it again by then
  enum class Direction : std::uint8_t { kLong, kShort };
  struct Leg {
    EventId event;  // invalid: not part of a watched event
    Price bid{0}, ask{kOneUsd};
    std::int64_t long_e8 = 0;   // YES at the ask, with fee
    std::int64_t short_e8 = 0;  // YES at the bid, less fee; 0 when there is none to be had
    std::uint64_t levels = 0;   // changes applied when the lag was sampled
    Nanos lag, lag_at;
  };
  struct Set {
    std::int64_t long_e8 = 0;  // sums over the event's legs
    std::int64_t short_e8 = 0;
    Nanos blocked_until;
    bool watched = false;
    std::uint8_t open = 0;  // bit per Direction
  };
  void refresh(const StrategyContext& context, EventId event);
  void reprice(const StrategyContext& context, ConditionId condition, Leg& leg, Set& set) noexcept;
  void look(const StrategyContext& context, EventId event, Direction direction, std::int64_t edge_e8,
            IntentBuffer& out);
  void close(const StrategyContext& context, EventId event, Direction direction);
  [[nodiscard]] OpportunityLog::Key key(EventId event, Direction direction) const noexcept;
  [[nodiscard]] Fate fitness(const StrategyContext& context, const EventGroup& group) const noexcept;
  [[nodiscard]] bool skewed(const StrategyContext& context, const EventGroup& group) const noexcept;
  [[nodiscard]] Fate plan(const StrategyContext& context, const EventGroup& group, Direction direction) noexcept;
  [[nodiscard]] Fate plan_legs(const StrategyContext& context, Side side, Price payoff, Funding funding,
                               Shares max_sets) noexcept;

  StrategySettings settings_;
  std::vector<Leg> legs_;  // by condition
  std::vector<Set> sets_;  // by event
  // Scratch of one decision.
  std::array<InstrumentId, Intent::kMaxLegs> instruments_;
  std::array<SetLeg, Intent::kMaxLegs> set_legs_;
  std::size_t leg_count_ = 0;
  Side side_ = Side::kBuy;
  IntentKind kind_ = IntentKind::kBuySetAndHold;
  SetQuote quote_;
};

}  // namespace underround
