#include "backtest/result_notes.hpp"

#include <fmt/format.h>

#include <cmath>
#include <set>

#include "backtest/run_index.hpp"

namespace underround::backtest {
namespace {

constexpr double kConvincing = 0.95;    // of a deflated Sharpe ratio
constexpr std::size_t kFewMarkets = 5;  // below: a statement about these markets, not about markets
constexpr double kDominating = 0.5;     // of all wins

std::string percent(double share) { return fmt::format("{:.0f} %", 100 * share); }

std::string interval_text(const Results& r) {
  return fmt::format("{} interval {} to {}", percent(r.confidence), usd_text(r.pnl_interval->low),
                     usd_text(r.pnl_interval->high));
}

Verdict positive(const Results& r, const ResultsSettings& settings) {
  const auto& deflated = r.returns.probability_after_luck;
  if (settings.trials > 1 && deflated && *deflated < kConvincing) {
    return {
        VerdictKind::kIndistinguishable,
        fmt::format("Indistinguishable from luck: {} over {} bets ({}), but the best of {} worthless parameter sets "
                    "would look as good too often (deflated Sharpe probability {:.2f}).",
                    usd_text(r.pnl), r.trades.bets, interval_text(r), settings.trials, *deflated)};
  }
  return {VerdictKind::kPositive,
          fmt::format("Positive in this sample, n={} bets: {} ({}). It says nothing about other times or markets.",
                      r.trades.bets, usd_text(r.pnl), interval_text(r))};
}

void note_sample_size(const RunLog& log, const Results& r, const ResultsSettings& settings,
                      std::vector<std::string>& notes) {
  const std::size_t least = settings.min_observations;
  if (log.goes_on) {
    notes.push_back(
        "The run went on with an account that had traded before: its profit and loss are counted from the first "
        "deposit, what was made before has a row of its own, and no returns are computed.");
  }
  if (r.trades.bets == 0) {
    notes.push_back("No fill: nothing can be said about results, only about what was seen.");
    return;
  }
  if (r.trades.bets < least) {
    notes.push_back(
        fmt::format("{} bets (plans with a fill): no interval for the P&L, Sharpe or Sortino ratio is given "
                    "below {}.",
                    r.trades.bets, least));
  }
  if (r.trades.traded < least) {
    notes.push_back(
        fmt::format("{} finished plans: no interval for the expectancy is given below {}.", r.trades.traded, least));
  }
  if (r.returns.periods < least) {
    notes.push_back(
        fmt::format("{} periods of equity: no Sharpe or Sortino ratio is given below {}.", r.returns.periods, least));
  }
  if (r.net_deposits.micros != 0) {
    notes.push_back("Money moved in or out during the run: no returns are computed.");
  } else if (!log.goes_on && r.returns.periods >= least && !r.returns.sharpe) {
    notes.push_back("Equity did not move, or was not positive: no Sharpe ratio.");
  }
  if (r.trades.traded > 0 && r.trades.losses == 0) {
    notes.push_back("No losing plan: no profit factor, and no idea of how large a loss would be.");
  }
  if (r.unpriced.micros != 0) {
    notes.push_back(
        fmt::format("{} of the equity at the end is in shares whose market had no price then: they count at the last "
                    "bid there was, or at cost.",
                    usd_text(r.unpriced)));
  }
  std::size_t markets = 0;
  for (const TableRow& row : r.markets) markets += row.fills > 0 ? 1 : 0;
  if (markets < kFewMarkets) {
    notes.push_back(fmt::format("Fills in {} market{}: nothing is said about other markets.", markets,
                                markets == 1 ? "" : "s or events"));
  }
  const double wins = r.trades.average_win ? r.trades.average_win->to_double() * static_cast<double>(r.trades.wins) : 0;
  if (r.trades.wins > 1 && r.trades.best.to_double() > kDominating * wins) {
    notes.push_back(fmt::format("One plan made {} of all that was won: the result hangs on it.",
                                percent(r.trades.best.to_double() / wins)));
  }
  std::uint64_t resolved = 0;
  std::set<std::uint32_t> traded;
  for (const OrderRow& order : log.orders) {
    if (order.filled.micros > 0) traded.insert(condition_of(order.terms.instrument).value);
  }
  for (const MarketRow& market : log.markets) {
    resolved += market.winning_outcome != Event::kNoWinner && traded.contains(market.id.value) ? 1 : 0;
  }
  if (resolved == 0) {
    notes.push_back(
        "No market that was traded resolved during the run: what is held to the end is valued at the bid, not at its "
        "payoff.");
  }
}

void note_time(const Results& r, const ResultsSettings& settings, std::vector<std::string>& notes) {
  const Nanos span = r.to - r.from;
  if (span < settings.min_span_for_year) {
    notes.push_back(fmt::format("The run covers {}: no annualised figures are given below {}.", span_text(span),
                                span_text(settings.min_span_for_year)));
  }
  const auto& needed = r.returns.track_record_needed;
  if (needed && *needed > span) {
    notes.push_back(
        fmt::format("At this Sharpe ratio it takes {} to be {} sure that it is above zero; the run covers {}.",
                    span_text(*needed), percent(settings.confidence), span_text(span)));
  }
}

void note_gaps(const RunLog& log, const Results& r, std::vector<std::string>& notes) {
  const std::uint64_t fills = r.maker.fills + r.taker.fills;
  const Markout& last = r.markouts.back();
  if (last.fills < fills) {
    notes.push_back(
        fmt::format("{} of {} fills have no price {} s later (the run or the book ended): their drift is in "
                    "the rest.",
                    fills - last.fills, fills, last.seconds));
  }
  if (!log.equity.empty()) {
    const Usd held = log.equity.back().equity - log.equity.back().cash;
    if (held.micros != 0) {
      notes.push_back(
          fmt::format("{} of the final equity is positions, valued at the bid or at a certain payoff: not "
                      "money yet.",
                      usd_text(held)));
    }
  }
  if (log.opportunities.size() >= RunLog::kMostOpportunities) {
    notes.push_back(
        fmt::format("Only the first {} opportunities are kept: profit on the screen is not summed, and the "
                    "tables count these only.",
                    RunLog::kMostOpportunities));
  }
  Usd fees;
  for (const FillRow& fill : log.fills) fees += stands(fill) ? fill.fee : Usd{};
  if (fees != log.flows.fees) {
    notes.push_back(fmt::format("Fees of the fills ({}) and of the ledger ({}) differ: the log is not complete.",
                                usd_text(fees), usd_text(log.flows.fees)));
  }
}

}  // namespace

std::string usd_text(Usd usd) {
  const double dollars = usd.to_double();
  const bool tiny = usd.micros != 0 && std::abs(dollars) < 0.01;
  return tiny ? fmt::format("{:.4f} USD", dollars) : fmt::format("{:.2f} USD", dollars);
}

std::string span_text(Nanos span) {
  const double seconds = static_cast<double>(span.ns) / 1e9;
  if (seconds < 120) return fmt::format("{:.3g} s", seconds);
  if (seconds < 7'200) return fmt::format("{:.0f} min", seconds / 60);
  if (seconds < 172'800) return fmt::format("{:.1f} h", seconds / 3'600);
  if (seconds < 2 * 365.25 * 86'400) return fmt::format("{:.1f} d", seconds / 86'400);
  return fmt::format("{:.0f} years", seconds / (365.25 * 86'400));
}

Verdict verdict_of(const Results& r, const ResultsSettings& settings) {
  if (r.trades.bets == 0) {
    return {VerdictKind::kNoTrades, r.pnl.micros == 0
                                        ? "No trades: no edge was found under these assumptions."
                                        : fmt::format("No trades stood; {} was spent.", usd_text(-r.pnl))};
  }
  if (!r.pnl_interval) {
    return {VerdictKind::kTooThin,
            fmt::format("Too thin to judge: {} over {} bet{}, no interval can be given. {}", usd_text(r.pnl),
                        r.trades.bets, r.trades.bets == 1 ? "" : "s",
                        r.pnl.micros > 0 ? "A profit in so few says nothing." : "No edge was shown.")};
  }
  if (r.pnl_interval->high.micros < 0) {
    return {VerdictKind::kNoEdge, fmt::format("No edge under these assumptions: {} over {} bets ({}).", usd_text(r.pnl),
                                              r.trades.bets, interval_text(r))};
  }
  if (r.pnl_interval->low.micros <= 0) {
    return {VerdictKind::kIndistinguishable,
            fmt::format("Indistinguishable from zero: {} over {} bets, and the {} includes 0.", usd_text(r.pnl),
                        r.trades.bets, interval_text(r))};
  }
  return positive(r, settings);
}

std::vector<std::string> thin_notes(const RunLog& log, const Results& r, const ResultsSettings& settings) {
  std::vector<std::string> notes;
  note_sample_size(log, r, settings, notes);
  note_time(r, settings, notes);
  if (r.trades.bets > 0) note_gaps(log, r, notes);
  if (r.verdict.kind == VerdictKind::kPositive && settings.trials < 2) {
    notes.push_back(
        "Only one set of parameters is said to have been tried; if there were more, the best of them looks "
        "good by luck and the Sharpe ratio must be deflated.");
  }
  return notes;
}

const char* to_string(VerdictKind kind) noexcept {
  switch (kind) {
    case VerdictKind::kNoTrades: return "no_trades";
    case VerdictKind::kTooThin: return "too_thin";
    case VerdictKind::kNoEdge: return "no_edge";
    case VerdictKind::kIndistinguishable: return "indistinguishable";
    case VerdictKind::kPositive: return "positive";
  }
  return "?";
}

}  // namespace underround::backtest
