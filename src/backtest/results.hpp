// What a run is worth, and how much of that may be believed: every figure of a report, computed from its RunLog.
//   const Results r = results_of(log, {.seed = 7});   r.pnl, r.parts, r.verdict.text, r.thin
// Money is summed in integer micro-dollars and adds up exactly; ratios, intervals and pictures are double. What the run
// is too thin to say is not computed (std::nullopt) and is said in words in `thin`.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backtest/run_log.hpp"
#include "backtest/statistics.hpp"
#include "core/units.hpp"

namespace underround::backtest {

struct ResultsSettings {
  std::uint64_t seed = 1;  // of the bootstrap and of the choice of sample trades
  std::size_t resamples = 2000;
  double confidence = 0.95;
  std::size_t min_observations = statistics::kMinObservations;  // bets, plans and periods below which nothing is given
  // Parameter sets tried before this one was kept, itself included: the more, the less a good Sharpe ratio means.
  std::size_t trials = 1;
  // Of the trials' Sharpe ratios per period. Unknown: the sampling error of this run's ratio stands in, which assumes
  // independent trials that differ by luck only.
  std::optional<double> trials_variance{};
  Nanos min_span_for_year = Nanos::from_seconds(7 * 86'400);  // shorter runs have no annualised figures
  std::size_t most_periods = 5'000;                           // equity is thinned evenly to this many returns
  std::size_t most_curve_points = 2'000;
  std::size_t most_sample_trades = 50;
};

struct UsdInterval {
  Usd low, high;
  [[nodiscard]] bool overlaps(const UsdInterval& o) const noexcept { return low <= o.high && o.low <= high; }
};
struct Ratio {
  double value = 0;
  std::optional<statistics::Interval> interval;
};
struct Count {
  std::string name;
  std::uint64_t count = 0;
};

// Where the money came from and went. sum() is the run's P&L to the micro-dollar: what no other part explains is
// `rest`. Signs: + is money for us. Fills that settlement took back are in no part.
struct PnlParts {
  Usd spread;    // mid at the decision to the price decided on. Over a whole set: its edge. Repairs and quotes have no
                 // price decided on: to the price paid
  Usd slippage;  // price decided on to the price paid
  Usd travel;    // mid at the decision to mid at the fill: what the market did while the order was on its way
  Usd drift;     // mid at the fill to mid 60 s later: adverse selection when negative
  Usd fees, gas;
  Usd rest;  // holding beyond 60 s, set operations, resolution, and fills around which a mid was unknown
  [[nodiscard]] Usd sum() const noexcept { return spread + slippage + travel + drift + fees + gas + rest; }
};

// The market after our fills: mid at the fill to mid `seconds` later, in our favour when positive.
struct Markout {
  std::int64_t seconds = 0;
  std::uint64_t fills = 0;  // with both mids known
  Shares shares;
  Usd drift;
  std::optional<double> pips_per_share;
};

struct LiquidityFigures {
  std::uint64_t fills = 0;
  Shares shares;
  Usd volume, fees, spread, slippage, drift;
};

// Plans of which a leg was missed.
struct LegFigures {
  std::uint64_t plans = 0;
  Usd result, expected;
};

// Fills that settlement took back.
struct SettlementFigures {
  std::uint64_t fills_reversed = 0;
  Usd volume_reversed;
  std::uint64_t plans = 0;
  Usd result;
};

// Over finished plans that traded at all.
struct TradeFigures {
  std::uint64_t plans = 0, traded = 0, wins = 0, losses = 0, flat = 0;
  std::uint64_t bets = 0;  // plans with a standing fill, finished or not: what the sample size really is
  std::optional<double> win_rate, profit_factor;
  std::optional<Usd> expectancy, average_win, average_loss;  // the loss as a positive number
  std::optional<UsdInterval> expectancy_interval;
  Usd best, worst;
  Usd result, expected;  // of all finished plans; expected: what the decisions promised
  Usd left;              // part of `result`: shares that plans still had at their ends, as they were worth then
};

// Over evenly spaced equity: return = change / equity before.
struct ReturnFigures {
  Nanos period;
  std::uint64_t periods = 0;
  std::optional<Ratio> sharpe, sortino;            // per period
  std::optional<Ratio> sharpe_year, sortino_year;  // scaled, see statistics::annualised
  std::optional<double> skewness, kurtosis;
  std::optional<double> probability_above_zero;  // probabilistic Sharpe ratio
  std::optional<double> probability_after_luck;  // deflated Sharpe ratio, when there was more than one trial
  std::optional<double> best_of_trials_by_luck;  // the ratio per period it is held against
  std::optional<Nanos> track_record_needed;      // for the ratio to be above 0 with `confidence`
  double block_length = 0;                       // of the bootstrap, in periods; 0: none was made
};

struct DrawdownFigures {
  Usd depth;
  double share_of_peak = 0;
  Nanos peak_at, trough_at;
  std::optional<Nanos> recovered_at;
};

struct CapitalFigures {
  double usd_hours = 0;  // integral of what was bound
  Usd mean_bound, peak_bound;
  std::optional<double> return_per_usd_hour;
  Usd turnover;  // value of all standing fills
  std::optional<double> turnover_of_start;
};

// Every order that left the house has exactly one of these ends.
enum class OrderEnd : std::uint8_t {
  kFilled,
  kPartlyFilled,
  kMissed,     // FAK or FOK (or delayed) that found nothing: normal
  kRejected,   // by the venue, for another reason
  kCancelled,  // resting, nothing filled
  kExpired,
  kOpen,     // when the run ended
  kUnknown,  // nobody knows
  kCount,
};
[[nodiscard]] const char* to_string(OrderEnd end) noexcept;
[[nodiscard]] bool was_sent(const OrderRow& order) noexcept;
[[nodiscard]] OrderEnd end_of(const OrderRow& order) noexcept;  // of one that was sent

struct OrderFigures {
  std::uint64_t named = 0, sent = 0;
  std::array<std::uint64_t, static_cast<std::size_t>(OrderEnd::kCount)> ends{};
  std::vector<Count> rejections;                      // by reason, most first; misses are not among them
  std::uint64_t immediate = 0, immediate_missed = 0;  // FAK, FOK, and sets' legs (GTC, cancelled at once)
  std::uint64_t resting = 0, resting_cancelled = 0;   // all others
  std::optional<double> filled_any, filled_fully, missed, shares_filled;  // of those sent; of the shares asked for
  [[nodiscard]] std::uint64_t ended(OrderEnd end) const { return ends[static_cast<std::size_t>(end)]; }
};

struct FunnelStage {
  std::string name;
  std::uint64_t count = 0;    // never more than in the stage before
  std::optional<Usd> profit;  // on the screen, at its best; nothing when the list of episodes is not complete
  std::vector<Count> lost;    // on the way here from the stage before, by reason, most first
};
struct Funnel {
  std::vector<FunnelStage> stages;  // seen, past fees, past risk, sent, filled, settled
  std::uint64_t phantoms = 0;       // signals that were no opportunity; not in `seen`
  std::uint64_t intents = 0, refused_by_risk = 0, plans = 0;
  std::vector<Count> refusals;  // of intents, by reason, most first
};

// One market (or event, for plans over a whole event), or one strategy.
struct TableRow {
  std::string name, group;
  bool is_event = false;
  std::uint64_t opportunities = 0;  // of the episodes in the log
  std::uint64_t plans = 0, wins = 0, orders = 0, fills = 0;
  Usd volume, fees, spread, slippage, drift;
  Usd result, expected;  // of finished plans
  // By market: fills, fees, set operations, payoffs, and what is still held. Nothing: it is in the row of its event (or
  // this is no table of markets). All rows add up to the run's P&L.
  std::optional<Usd> pnl;
};
struct HourRow {
  Nanos from;
  std::uint64_t opportunities = 0, plans = 0, orders = 0, fills = 0;  // plans by their end
  Usd volume, fees, result;
  Usd pnl;  // change of equity; over all hours it adds up to the run's P&L
};

// The book around a trade (RunLog::shots).
struct BookPicture {
  std::string moment;  // "decision", "fill", ...
  Nanos at;
  struct Level {
    Price price;
    Shares size;
  };
  std::vector<Level> bids, asks;  // best first, of the order's own token
};
struct SampleOrder {
  std::size_t index = 0;  // into RunLog::orders
  OrderRow order;
  std::string market;
  std::vector<FillRow> fills;
  std::vector<BookPicture> books;
};
struct SampleTrade {
  std::string why;  // "win", "loss", "random"
  std::string strategy, market;
  PlanRow plan;
  std::vector<SampleOrder> orders;
};

enum class VerdictKind : std::uint8_t { kNoTrades, kTooThin, kNoEdge, kIndistinguishable, kPositive };
[[nodiscard]] const char* to_string(VerdictKind kind) noexcept;
struct Verdict {
  VerdictKind kind = VerdictKind::kNoTrades;
  std::string text;  // one or two sentences; never a promise
};

struct Results {
  std::string name;
  Nanos from, to;
  Usd starting_cash, net_deposits, final_equity;
  Usd unpriced;  // of final_equity: shares without a price at the end, at their last one or at cost
  Usd pnl;       // final_equity - starting_cash - net_deposits
  std::optional<UsdInterval> pnl_interval;
  double confidence = 0.95;
  Verdict verdict;
  std::vector<std::string> thin;  // what this run is too thin to say, in words
  PnlParts parts;
  std::array<Markout, kMarkoutSeconds.size()> markouts{};
  LiquidityFigures maker, taker;
  LegFigures legs;
  SettlementFigures settlement;
  TradeFigures trades;
  ReturnFigures returns;
  std::optional<DrawdownFigures> drawdown;
  CapitalFigures capital;
  OrderFigures orders;
  Funnel funnel;
  std::vector<TableRow> markets, strategies;  // largest absolute result first; by strategy id
  std::vector<HourRow> hours;                 // every hour of the run, UTC
  std::vector<EquityPoint> curve;             // thinned; keeps the extremes, so that the drawdown is still there
  std::vector<SampleTrade> samples;
  std::uint64_t events = 0, state_hash = 0;
};

[[nodiscard]] Results results_of(const RunLog& log, const ResultsSettings& settings = {});

}  // namespace underround::backtest
