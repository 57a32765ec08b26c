#include "backtest/report_text.hpp"

#include <fmt/format.h>

#include "backtest/result_notes.hpp"
#include "backtest/results_text.hpp"

namespace underround::backtest {
namespace {

std::string row(const std::string& name, const Results& r, Usd before, bool first) {
  std::string line = fmt::format("  {:<16} {:>16}", name, usd_text(r.pnl));
  line += first ? fmt::format(" {:>16}", "") : fmt::format(" {:>16}", usd_text(r.pnl - before));
  line += fmt::format("  {:>6} fills", r.maker.fills + r.taker.fills);
  if (r.pnl_interval)
    line += fmt::format("  [{} .. {}]", usd_text(r.pnl_interval->low), usd_text(r.pnl_interval->high));
  return line + "\n";
}

}  // namespace

std::string report_text(const Report& report) {
  std::string text = results_text(report.main);
  if (!report.ladder.empty()) {
    text += fmt::format("\nWhat each assumption was worth (P&L, change, fills, {:.0f} % interval where there is one)\n",
                        report.main.confidence * 100);
    Usd before;
    for (const Rung& rung : report.ladder) {
      text += row(rung.name, rung.results, before, &rung == report.ladder.data());
      before = rung.results.pnl;
    }
  }
  if (!report.latency.empty()) {
    text += "\nWhat speed was worth (order latency each way)\n";
    Usd before;
    for (const LatencyPoint& point : report.latency) {
      text += row(fmt::format("{} ms", static_cast<double>(point.order_latency.ns) / 1e6), point.results, before,
                  &point == report.latency.data());
      before = point.results.pnl;
    }
  }
  if (!report.notes.empty()) text += "\nWhat the recordings say of themselves\n";
  for (const std::string& note : report.notes) text += "  " + note + "\n";
  return text;
}

}  // namespace underround::backtest
