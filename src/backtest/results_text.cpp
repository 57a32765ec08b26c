#include "backtest/results_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "backtest/result_notes.hpp"

namespace underround::backtest {
namespace {

constexpr std::size_t kTableRows = 10;

std::string percent(const std::optional<double>& share) {
  return share ? fmt::format("{:.1f} %", 100 * *share) : "unknown";
}
std::string number(const std::optional<double>& value) { return value ? fmt::format("{:.3g}", *value) : "not given"; }

std::string ratio_text(const std::optional<Ratio>& ratio) {
  if (!ratio) return "not given";
  if (!ratio->interval) return fmt::format("{:.3g} (no interval)", ratio->value);
  return fmt::format("{:.3g} ({:.3g} to {:.3g})", ratio->value, ratio->interval->low, ratio->interval->high);
}

std::string counts_text(const std::vector<Count>& counts) {
  std::string text;
  for (const Count& c : counts) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", c.name, c.count);
  return text;
}

void add_parts(std::string& text, const PnlParts& parts) {
  const std::pair<const char*, Usd> rows[] = {{"spread against the mid at the decision", parts.spread},
                                              {"slippage against the price decided on", parts.slippage},
                                              {"market while orders travelled", parts.travel},
                                              {"market in the 60 s after fills", parts.drift},
                                              {"fees", parts.fees},
                                              {"gas", parts.gas},
                                              {"rest: holding, set operations, resolution", parts.rest},
                                              {"P&L", parts.sum()}};
  for (const auto& [name, usd] : rows) text += fmt::format("  {:<42}{:>18}\n", name, usd_text(usd));
}

void add_funnel(std::string& text, const Funnel& funnel) {
  text += "opportunities\n";
  for (const FunnelStage& stage : funnel.stages) {
    std::string more = stage.profit ? usd_text(*stage.profit) + " on the screen" : "";
    if (!stage.lost.empty()) more = fmt::format("{:<26}lost: {}", more, counts_text(stage.lost));
    text += fmt::format("  {:<12}{:>8}  {}\n", stage.name, stage.count, more);
  }
  if (!funnel.refusals.empty()) text += fmt::format("  risk refused intents: {}\n", counts_text(funnel.refusals));
  if (funnel.phantoms > 0) text += fmt::format("  phantom signals refused: {}\n", funnel.phantoms);
}

void add_table(std::string& text, const char* title, const std::vector<TableRow>& rows) {
  if (rows.empty()) return;
  const bool with_pnl = std::ranges::any_of(rows, [](const TableRow& row) { return row.pnl.has_value(); });
  text += fmt::format("{:<44}{:>8}{:>8}{:>16}{:>16}{:>16}\n", title, "plans", "fills", "volume", "result",
                      with_pnl ? "P&L" : "");
  for (std::size_t i = 0; i < rows.size() && i < kTableRows; ++i) {
    const TableRow& row = rows[i];
    text += fmt::format("  {:<42.42}{:>8}{:>8}{:>16}{:>16}{:>16}\n", row.name, row.plans, row.fills,
                        usd_text(row.volume), usd_text(row.result),
                        !with_pnl ? ""
                        : row.pnl ? usd_text(*row.pnl)
                                  : "in its event");
  }
  if (rows.size() > kTableRows) text += fmt::format("  and {} more\n", rows.size() - kTableRows);
}

}  // namespace

std::string results_text(const Results& r) {
  std::string text = fmt::format("{}\n\n", r.verdict.text);
  text += fmt::format("{}: {} over {}, equity {} to {}\n", r.name, usd_text(r.pnl), span_text(r.to - r.from),
                      usd_text(r.starting_cash), usd_text(r.final_equity));
  add_parts(text, r.parts);
  const TradeFigures& t = r.trades;
  text += fmt::format("plans {} finished, {} traded; won {}, lost {}; win rate {}, profit factor {}\n", t.plans,
                      t.traded, t.wins, t.losses, percent(t.win_rate), number(t.profit_factor));
  if (t.expectancy) text += fmt::format("expectancy {} a plan", usd_text(*t.expectancy));
  if (t.expectancy_interval) {
    text += fmt::format(" ({} to {})", usd_text(t.expectancy_interval->low), usd_text(t.expectancy_interval->high));
  }
  if (t.expectancy) text += fmt::format("; decisions promised {} in all\n", usd_text(t.expected));
  if (t.left.micros != 0) {
    text += fmt::format("  of what plans made, {} is shares they still had at their ends, as they were worth then\n",
                        usd_text(t.left));
  }
  if (r.legs.plans > 0) {
    text += fmt::format("legs missed in {} plans: they made {}, promised {}\n", r.legs.plans, usd_text(r.legs.result),
                        usd_text(r.legs.expected));
  }
  if (r.settlement.fills_reversed > 0) {
    text += fmt::format("settlement took back {} fills ({}); their plans made {}\n", r.settlement.fills_reversed,
                        usd_text(r.settlement.volume_reversed), usd_text(r.settlement.result));
  }
  text +=
      fmt::format("Sharpe per period {}, Sortino {}; a year {} and {}\n", ratio_text(r.returns.sharpe),
                  ratio_text(r.returns.sortino), ratio_text(r.returns.sharpe_year), ratio_text(r.returns.sortino_year));
  if (r.drawdown) {
    text += fmt::format("drawdown {} ({:.1f} %), {}\n", usd_text(r.drawdown->depth), 100 * r.drawdown->share_of_peak,
                        r.drawdown->recovered_at ? "recovered" : "not recovered");
  }
  text += fmt::format("turnover {}; {:.1f} USD hours bound\n", usd_text(r.capital.turnover), r.capital.usd_hours);
  text += fmt::format("orders sent {}: filled {}, in full {}, missed {}", r.orders.sent, percent(r.orders.filled_any),
                      percent(r.orders.filled_fully), percent(r.orders.missed));
  text += r.orders.rejections.empty() ? "\n" : fmt::format("; rejected: {}\n", counts_text(r.orders.rejections));
  for (const Markout& m : r.markouts) {
    if (m.pips_per_share) {
      text +=
          fmt::format("market {} s after a fill: {:+.2f} cents a share for us\n", m.seconds, *m.pips_per_share / 100);
    }
  }
  add_funnel(text, r.funnel);
  add_table(text, "strategy", r.strategies);
  add_table(text, "market or event", r.markets);
  if (!r.thin.empty()) text += "\nWhat this run is too thin to say\n";
  for (const std::string& note : r.thin) text += fmt::format("  - {}\n", note);
  return text;
}

}  // namespace underround::backtest
