#include "backtest/results.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "backtest/fill_value.hpp"
#include "backtest/opportunity_funnel.hpp"
#include "backtest/result_notes.hpp"
#include "backtest/result_tables.hpp"
#include "backtest/run_index.hpp"
#include "backtest/sample_trades.hpp"

namespace underround::backtest {
namespace {

Usd rounded_usd(double micros) { return Usd{std::llround(micros)}; }
double micros_of(Usd usd) { return static_cast<double>(usd.micros); }

std::optional<double> part_of(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(whole);
}

// Evenly thinned equity, and what happened in each period.
struct Periods {
  std::vector<double> levels;   // micro-dollars
  std::vector<double> changes;  // micro-dollars
  std::vector<double> returns;  // empty when equity was not positive throughout
  Nanos length;
};

Periods periods_of(const RunLog& log, std::size_t most) {
  Periods p;
  const std::size_t points = log.equity.size();
  if (points < 2 || most == 0) return p;
  const std::size_t stride = (points - 2) / most + 1;
  for (std::size_t i = (points - 1) % stride; i < points; i += stride)
    p.levels.push_back(micros_of(log.equity[i].equity));
  if (p.levels.size() < 2) return p;
  p.length = Nanos{(log.equity.back().at - log.equity.front().at).ns / static_cast<std::int64_t>(points - 1) *
                   static_cast<std::int64_t>(stride)};
  for (std::size_t i = 1; i < p.levels.size(); ++i) p.changes.push_back(p.levels[i] - p.levels[i - 1]);
  if (std::ranges::min(p.levels) <= 0) return p;
  for (std::size_t i = 1; i < p.levels.size(); ++i) p.returns.push_back(p.levels[i] / p.levels[i - 1] - 1);
  return p;
}

void add_fills(const RunLog& log, Results& r) {
  Shares known[kMarkoutSeconds.size()];
  for (std::size_t i = 0; i < kMarkoutSeconds.size(); ++i) r.markouts[i].seconds = kMarkoutSeconds[i];
  for (const FillRow& fill : log.fills) {
    const OrderRow& order = log.orders[fill.order];
    const Usd value = value_of(order, fill);
    if (!stands(fill)) {
      ++r.settlement.fills_reversed;
      r.settlement.volume_reversed += value;
      continue;
    }
    const FillValue steps = fill_value(order, fill);
    const Usd none;
    r.parts.spread += steps.spread.value_or(none);
    r.parts.slippage += steps.slippage.value_or(none);
    r.parts.travel += steps.travel.value_or(none);
    r.parts.drift += steps.drift.back().value_or(none);
    LiquidityFigures& side = fill.liquidity == Liquidity::kMaker ? r.maker : r.taker;
    ++side.fills;
    side.shares += fill.size;
    side.volume += value;
    side.fees += fill.fee;
    side.spread += steps.spread.value_or(none);
    side.slippage += steps.slippage.value_or(none);
    side.drift += steps.drift.back().value_or(none);
    r.capital.turnover += value;
    for (std::size_t i = 0; i < kMarkoutSeconds.size(); ++i) {
      if (!steps.drift[i]) continue;
      ++r.markouts[i].fills;
      r.markouts[i].shares += fill.size;
      r.markouts[i].drift += *steps.drift[i];
      known[i] += fill.size;
    }
  }
  for (std::size_t i = 0; i < kMarkoutSeconds.size(); ++i) {
    if (known[i].micros <= 0) continue;
    r.markouts[i].pips_per_share = micros_of(r.markouts[i].drift) / static_cast<double>(known[i].micros) * 1e4;
  }
}

// The ledger's own sums, so that the parts cannot drift away from its P&L.
void close_parts(const RunLog& log, Results& r) {
  r.parts.fees = -log.flows.fees;
  r.parts.gas = -log.flows.gas;
  r.parts.rest = Usd{};
  r.parts.rest = r.pnl - r.parts.sum();
}

void add_plans(const RunLog& log, const RunIndex& index, const ResultsSettings& settings, Results& r) {
  std::vector<std::size_t> traded;
  for (std::size_t i = 0; i < log.plans.size(); ++i) {
    const PlanRow& plan = log.plans[i];
    r.trades.result += plan.result;
    r.trades.expected += plan.expected_profit;
    r.trades.left += plan.left;
    if (plan.repairs > 0 || plan.uneven) {
      ++r.legs.plans;
      r.legs.result += plan.result;
      r.legs.expected += plan.expected_profit;
    }
    if (index.taken_back(i)) {
      ++r.settlement.plans;
      r.settlement.result += plan.result;
    }
    if (index.traded(i)) traded.push_back(i);
  }
  std::ranges::sort(traded, {}, [&](std::size_t p) { return std::pair{log.plans[p].closed, p}; });
  std::vector<double> results;
  results.reserve(traded.size());
  for (const std::size_t p : traded) results.push_back(micros_of(log.plans[p].result));
  const statistics::TradeStatistics t = statistics::trade_statistics(results);
  r.trades.plans = log.plans.size();
  r.trades.traded = traded.size();
  r.trades.wins = t.wins;
  r.trades.losses = t.losses;
  r.trades.flat = t.flat;
  r.trades.bets = index.bets();
  r.trades.win_rate = t.win_rate;
  r.trades.profit_factor = t.profit_factor;
  if (t.expectancy) r.trades.expectancy = rounded_usd(*t.expectancy);
  if (t.average_win) r.trades.average_win = rounded_usd(*t.average_win);
  if (t.average_loss) r.trades.average_loss = rounded_usd(*t.average_loss);
  if (results.empty()) return;
  r.trades.best = rounded_usd(std::ranges::max(results));
  r.trades.worst = rounded_usd(std::ranges::min(results));
  const auto interval = statistics::bootstrap_interval(results, statistics::mean,
                                                       {.seed = settings.seed,
                                                        .resamples = settings.resamples,
                                                        .confidence = settings.confidence,
                                                        .min_observations = settings.min_observations});
  if (interval) r.trades.expectancy_interval = UsdInterval{rounded_usd(interval->low), rounded_usd(interval->high)};
}

std::optional<Ratio> scaled(const std::optional<Ratio>& ratio, Nanos period) {
  if (!ratio) return std::nullopt;
  Ratio year{statistics::annualised(ratio->value, period), std::nullopt};
  if (ratio->interval) {
    year.interval = statistics::Interval{statistics::annualised(ratio->interval->low, period),
                                         statistics::annualised(ratio->interval->high, period)};
  }
  return year;
}

void add_sharpe_worth(const std::vector<double>& returns, const ResultsSettings& settings, ReturnFigures& f) {
  const auto sample = statistics::sharpe_sample(returns);
  if (!sample || returns.size() < settings.min_observations) return;
  f.skewness = sample->skewness;
  f.kurtosis = sample->kurtosis;
  f.probability_above_zero = statistics::probabilistic_sharpe(*sample);
  const auto needed = statistics::minimum_track_record(*sample, 0, settings.confidence);
  const double needed_ns = needed.value_or(0) * static_cast<double>(f.period.ns);
  if (needed && needed_ns < 9e18) f.track_record_needed = Nanos{static_cast<std::int64_t>(needed_ns)};
  const auto error = statistics::sharpe_standard_error(*sample);
  if (settings.trials < 2 || !error) return;
  const double variance = settings.trials_variance.value_or(*error * *error);
  f.best_of_trials_by_luck = statistics::expected_maximum_sharpe(settings.trials, variance);
  f.probability_after_luck = statistics::deflated_sharpe(*sample, settings.trials, variance);
}

void add_returns(const RunLog& log, const ResultsSettings& settings, Results& r) {
  const Periods periods = periods_of(log, settings.most_periods);
  ReturnFigures& f = r.returns;
  f.period = periods.length;
  f.periods = periods.changes.size();
  // Equity that was paid in is no return, nor is what was there and had no price before the first books came.
  if (r.net_deposits.micros != 0 || log.goes_on) return;
  const bool enough = r.trades.bets >= settings.min_observations;  // of periods: the bootstrap's own rule
  const statistics::BootstrapSettings bootstrap{.seed = settings.seed,
                                                .resamples = settings.resamples,
                                                .confidence = settings.confidence,
                                                .min_observations = settings.min_observations};
  const auto interval_of = [&](std::span<const double> values, const statistics::Statistic& statistic) {
    return enough ? statistics::bootstrap_interval(values, statistic, bootstrap) : std::nullopt;
  };
  if (const auto mean = interval_of(periods.changes, statistics::mean)) {
    // Of the sum over the periods, moved to the run's P&L: the points need not begin and end with the run.
    const auto n = static_cast<double>(f.periods);
    const double shift = micros_of(r.pnl) - n * statistics::mean(periods.changes).value_or(0);
    r.pnl_interval = UsdInterval{rounded_usd(n * mean->low + shift), rounded_usd(n * mean->high + shift)};
    f.block_length = statistics::optimal_block_length(periods.changes);
  }
  const auto ratio_of = [&](std::optional<double> (*ratio)(std::span<const double>)) -> std::optional<Ratio> {
    const auto value = ratio(periods.returns);
    if (!value || f.periods < settings.min_observations) return std::nullopt;
    return Ratio{*value, interval_of(periods.returns, ratio)};
  };
  f.sharpe = ratio_of(statistics::sharpe);
  f.sortino = ratio_of(statistics::sortino);
  if (log.to - log.from >= settings.min_span_for_year && f.period.ns > 0) {
    f.sharpe_year = scaled(f.sharpe, f.period);
    f.sortino_year = scaled(f.sortino, f.period);
  }
  add_sharpe_worth(periods.returns, settings, f);
}

void add_drawdown(const RunLog& log, Results& r) {
  std::vector<double> levels;
  levels.reserve(log.equity.size());
  for (const EquityPoint& point : log.equity) levels.push_back(micros_of(point.equity));
  const auto d = statistics::max_drawdown(levels);
  if (!d) return;
  const Usd peak = log.equity[d->peak].equity;
  DrawdownFigures figures{peak - log.equity[d->trough].equity, 0, log.equity[d->peak].at, log.equity[d->trough].at,
                          std::nullopt};
  if (peak.micros > 0) figures.share_of_peak = micros_of(figures.depth) / micros_of(peak);
  if (d->recovered) figures.recovered_at = log.equity[*d->recovered].at;
  r.drawdown = figures;
}

void add_capital(const RunLog& log, Results& r) {
  CapitalFigures& c = r.capital;
  if (log.starting_cash.micros > 0) c.turnover_of_start = micros_of(c.turnover) / micros_of(log.starting_cash);
  constexpr double kHourNs = 3.6e12;
  double hours = 0;
  for (std::size_t i = 0; i < log.equity.size(); ++i) {
    c.peak_bound = std::max(c.peak_bound, log.equity[i].bound);
    if (i == 0) continue;
    const double step = static_cast<double>((log.equity[i].at - log.equity[i - 1].at).ns) / kHourNs;
    hours += step;
    c.usd_hours += step * (log.equity[i].bound.to_double() + log.equity[i - 1].bound.to_double()) / 2;
  }
  if (hours > 0) c.mean_bound = rounded_usd(c.usd_hours / hours * 1e6);
  if (c.usd_hours > 0) c.return_per_usd_hour = r.pnl.to_double() / c.usd_hours;
}

void add_orders(const RunLog& log, OrderFigures& o) {
  std::uint64_t any = 0;
  double asked = 0, got = 0;
  for (const OrderRow& order : log.orders) {
    ++o.named;
    if (!was_sent(order)) continue;
    ++o.sent;
    const OrderEnd end = end_of(order);
    ++o.ends[static_cast<std::size_t>(end)];
    any += order.filled.micros > 0 ? 1 : 0;
    asked += order.terms.size.to_double();
    got += order.filled.to_double();
    if (end == OrderEnd::kRejected) add_count(o.rejections, to_string(order.reject));
    (order.immediate ? o.immediate : o.resting) += 1;
    o.immediate_missed += order.immediate && end == OrderEnd::kMissed ? 1 : 0;
    o.resting_cancelled += !order.immediate && end == OrderEnd::kCancelled ? 1 : 0;
  }
  most_first(o.rejections);
  o.filled_any = part_of(any, o.sent);
  o.filled_fully = part_of(o.ended(OrderEnd::kFilled), o.sent);
  o.missed = part_of(o.ended(OrderEnd::kMissed), o.sent);
  if (asked > 0) o.shares_filled = got / asked;
}

// First and last, and the lowest and highest point of every bucket between them.
std::vector<EquityPoint> thinned(const std::vector<EquityPoint>& points, std::size_t most) {
  if (points.size() <= most) return points;
  if (most < 4) return {};
  const std::size_t buckets = (most - 2) / 2, inner = points.size() - 2;
  std::set<std::size_t> kept = {0, points.size() - 1};
  for (std::size_t b = 0; b < buckets; ++b) {
    const auto begin = points.begin() + static_cast<std::ptrdiff_t>(1 + b * inner / buckets);
    const auto end = points.begin() + static_cast<std::ptrdiff_t>(1 + (b + 1) * inner / buckets);
    if (begin == end) continue;
    const auto [low, high] = std::ranges::minmax_element(begin, end, {}, &EquityPoint::equity);
    kept.insert({static_cast<std::size_t>(low - points.begin()), static_cast<std::size_t>(high - points.begin())});
  }
  std::vector<EquityPoint> out;
  out.reserve(kept.size());
  for (const std::size_t i : kept) out.push_back(points[i]);
  return out;
}

}  // namespace

const char* to_string(OrderEnd end) noexcept {
  switch (end) {
    case OrderEnd::kFilled: return "filled";
    case OrderEnd::kPartlyFilled: return "partly filled";
    case OrderEnd::kMissed: return "missed";
    case OrderEnd::kRejected: return "rejected";
    case OrderEnd::kCancelled: return "cancelled";
    case OrderEnd::kExpired: return "expired";
    case OrderEnd::kOpen: return "open at the end";
    case OrderEnd::kUnknown: return "unknown at the end";
    case OrderEnd::kCount: break;
  }
  return "?";
}

// A rejected order has been sent too: risk refuses before an order exists.
bool was_sent(const OrderRow& order) noexcept { return order.status != OrderStatus::kNamed; }

OrderEnd end_of(const OrderRow& order) noexcept {
  if (order.filled.micros > 0) return order.filled >= order.terms.size ? OrderEnd::kFilled : OrderEnd::kPartlyFilled;
  const bool found_nothing = order.reject == RejectReason::kFokNotFilled || order.reject == RejectReason::kFakNoMatch ||
                             order.reject == RejectReason::kUnmatched;
  if (found_nothing) return OrderEnd::kMissed;
  const bool immediate = order.immediate;
  switch (order.status) {
    case OrderStatus::kRejected: return OrderEnd::kRejected;
    case OrderStatus::kExpired: return immediate ? OrderEnd::kMissed : OrderEnd::kExpired;
    case OrderStatus::kCancelled:
    case OrderStatus::kFilled: return immediate ? OrderEnd::kMissed : OrderEnd::kCancelled;
    case OrderStatus::kUnknown: return OrderEnd::kUnknown;
    default: return OrderEnd::kOpen;
  }
}

Results results_of(const RunLog& log, const ResultsSettings& settings) {
  const RunIndex index(log);
  Results r;
  r.name = log.name;
  r.from = log.from;
  r.to = log.to;
  r.starting_cash = log.starting_cash;
  r.net_deposits = log.flows.deposits - log.starting_cash;
  r.final_equity = log.final_equity;
  r.unpriced = log.unpriced;
  r.pnl = r.final_equity - r.starting_cash - r.net_deposits;
  r.confidence = settings.confidence;
  r.events = log.events;
  r.state_hash = log.state_hash;
  add_fills(log, r);
  close_parts(log, r);
  add_plans(log, index, settings, r);
  add_returns(log, settings, r);
  add_drawdown(log, r);
  add_capital(log, r);
  add_orders(log, r.orders);
  r.funnel = funnel_of(log, index);
  r.markets = market_table(log, index);
  r.strategies = strategy_table(log, index);
  r.hours = hour_table(log, r.pnl);
  r.curve = thinned(log.equity, settings.most_curve_points);
  r.samples = sample_trades(log, index, settings.most_sample_trades, settings.seed);
  r.verdict = verdict_of(r, settings);
  r.thin = thin_notes(log, r, settings);
  return r;
}

}  // namespace underround::backtest
