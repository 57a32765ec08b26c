// What one run of the engine left behind, whatever its venue was (backtest, paper): the raw material of every figure in
// a report. Filled by RunRecorder while the run goes on, read by results.hpp afterwards. Money is integer here too;
// figures become double in the results only.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/event.hpp"
#include "core/ids.hpp"
#include "core/intent.hpp"
#include "core/order_types.hpp"
#include "core/units.hpp"
#include "portfolio/ledger.hpp"
#include "risk/refusal.hpp"
#include "strategy/opportunity_log.hpp"

namespace underround::backtest {

// Seconds after a fill at which the market is looked at again (adverse selection).
inline constexpr std::array<std::int64_t, 3> kMarkoutSeconds = {1, 10, 60};

struct OrderRow {
  OrderId id;
  PlanId plan;
  StrategyId strategy;
  std::uint64_t opportunity = 0;  // that its plan is for, whether the plan has come to its end or not; 0: none
  OrderTerms terms;
  Nanos decided_at;  // the engine's time
  Price expected;    // price the decision was made on, of this leg; kNoPrice for repairs and quotes
  Price mid;         // of the instrument's book when it was decided, in pips; kNoPrice when one side was empty
  OrderStatus status = OrderStatus::kNamed;
  RejectReason reject = RejectReason::kNone;
  Shares filled;
  bool immediate = false;  // whatever does not match at once is cancelled, if need be by us
};

struct FillRow {
  std::uint64_t fill_id = 0;
  std::size_t order = 0;  // index into RunLog::orders
  Nanos at;
  Price price;
  Shares size;
  Usd fee;
  Liquidity liquidity = Liquidity::kTaker;
  Price mid;  // at the fill; kNoPrice when unknown
  std::array<Price, kMarkoutSeconds.size()> mid_after{kNoPrice, kNoPrice,
                                                      kNoPrice};  // kNoPrice: the run or the book ended
  SettlementStatus settlement = SettlementStatus::kMatched;       // kFailed: taken back
};

// The best levels around an order, of its own token: for the sample trades of a report.
struct BookShot {
  std::size_t order = 0;  // index into RunLog::orders
  bool at_fill = false;   // else at the decision; both as the engine saw it
  Nanos at;
  struct Level {
    Price price;
    Shares size;  // 0: no such level
  };
  std::array<Level, 5> bids{}, asks{};  // best first
};

// One intent that was carried out, to its end.
struct PlanRow {
  PlanId id;
  StrategyId strategy;
  IntentKind kind = IntentKind::kDirectional;
  std::uint32_t subject = 0;  // ConditionId, or EventId when it is one
  bool subject_is_event = false;
  std::uint32_t legs = 0;
  Shares wanted, completed;  // sets (shares when there is one leg)
  Usd expected_profit;
  Usd result;  // received less paid, and what it left
  Usd left;  // worth of the shares it still had at its end: even sets what they pay, the rest at the bid of that moment
  Usd capital;  // the most it had bound
  Nanos opened, closed;
  std::uint32_t repairs = 0;  // > 0: a leg was missed
  bool uneven = false;        // and stayed missed
};

// Evenly spaced in the run's time.
struct EquityPoint {
  Nanos at;
  Usd equity, cash;
  Usd bound;  // cost of positions plus cash reserved for open orders
};

struct MarketRow {
  ConditionId id;
  std::string name;   // question, else slug, else condition id
  std::string group;  // event slug; "" when it stands alone
  EventId event;
  std::uint8_t winning_outcome = Event::kNoWinner;
};

// What an account paid and received in one market, and what it still holds of it. Set operations of a whole event, and
// shares that pay together, are the event's.
struct MarketMoney {
  std::uint32_t subject = 0;  // ConditionId, or EventId when it is one
  bool subject_is_event = false;
  Usd cash;   // of fills with their fees, set operations with their gas, payoffs
  Usd worth;  // at the end, as equity counts it, less what was held at the beginning or came in as a deposit
};

// How far intents came. What risk refused is counted by reason.
struct FunnelCounts {
  std::uint64_t intents = 0, refused_by_risk = 0, plans = 0;
  std::array<std::uint64_t, static_cast<std::size_t>(RiskRefusal::kCount)> refusals{};
};

struct RunLog {
  std::string name;      // of the run: the rung, the parameters
  Nanos from, to;        // first and last event
  Usd starting_cash;     // that had been paid in when the run began
  bool goes_on = false;  // with an account that had traded before: shares and earlier profit besides that cash
  std::vector<std::string> strategies;  // by StrategyId
  std::vector<MarketRow> markets;       // those with an order or an opportunity; of an event at least one
  std::vector<MarketMoney> money;
  // Final equity less deposits that is in no row of `money`: of before the recorder began, of trades made elsewhere, of
  // operations told by the account's picture. 0 in a backtest and on paper.
  Usd money_elsewhere;
  std::vector<OrderRow> orders;
  std::vector<FillRow> fills;
  std::vector<BookShot> shots;  // by order; the first kMostShots
  std::vector<PlanRow> plans;
  std::vector<EquityPoint> equity;
  std::vector<Opportunity> opportunities;  // closed episodes, the first kMostOpportunities
  OpportunityLog::Totals opportunity_totals;
  FunnelCounts funnel;
  std::string halt;  // why trading had stopped by the end; "" = it had not. Nobody lifts a halt in a backtest
  CashFlows flows;   // of the ledger at the end
  Usd final_equity;  // cash + certain payoffs + the rest at the bid
  Usd unpriced;      // of that, shares in markets without a price at the end: at their last one, or at cost
  std::uint64_t events = 0, state_hash = 0;
  static constexpr std::size_t kMostOpportunities = 100'000, kMostShots = 20'000;
};

}  // namespace underround::backtest
