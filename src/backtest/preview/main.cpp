// Writes a report with made-up figures to look at: report_preview [--scene full|thin|empty|losing] [--as
// html|json|text]
#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <string>

#include "backtest/report_html.hpp"
#include "backtest/results_text.hpp"
#include "backtest/synthetic_run.hpp"

namespace {

using namespace underround;
using namespace underround::backtest;

void add_books(Results& results) {
  for (SampleTrade& trade : results.samples) {
    for (SampleOrder& sample : trade.orders) {
      const std::int32_t mid = sample.order.mid.pips;
      BookPicture book{"decision", sample.order.decided_at, {}, {}};
      for (std::int32_t level = 0; level < 5; ++level) {
        book.bids.push_back({Price{mid - 50 - 100 * level}, Shares::whole(40 + 25 * level)});
        book.asks.push_back({Price{mid + 50 + 100 * level}, Shares::whole(30 + 35 * level)});
      }
      sample.books.push_back(std::move(book));
    }
  }
}

Report full_report(double edge) {
  Report report;
  report.title = "Made-up figures </script><script>alert(1)</script>";
  report.main = results_of(synthetic_run("main run", 600, edge), {.trials = 12});
  add_books(report.main);
  const std::pair<const char*, const char*> rungs[] = {
      {"screen", "Every opportunity filled in full at the price seen, at once and for nothing."},
      {"fees", "The venue's fees are paid."},
      {"latency", "Orders meet the book 25 ms after the decision."},
      {"taken stays taken", "What was bought once is not bought again."},
      {"queue", "A resting order fills only when the market trades through it."},
      {"settlement", "One fill in fifty is taken back."}};
  double worse = edge + 1.2;
  for (const auto& [name, assumes] : rungs) {
    report.ladder.push_back({name, assumes, results_of(synthetic_run(name, 600, worse))});
    worse -= 0.25;
  }
  for (const std::int64_t ms : {0, 5, 25, 100, 250, 1'000}) {
    report.latency.push_back(
        {Nanos::from_millis(ms),
         results_of(synthetic_run("latency", 600, edge + 0.6 - 0.15 * static_cast<double>(report.latency.size())))});
  }
  report.settings = {{"order_latency", "25ms"},
                     {"taker_delay", "250ms"},
                     {"strategies", "sum_to_100, multi_outcome"},
                     {"cash", "1000 USD"},
                     {"recording", "made up"}};
  report.notes = {"Orders meet the book 25 ms after they were decided, not the book they were decided on.",
                  "A resting order fills only when the market trades through its price.",
                  "What is held at the end is valued at the bid."};
  return report;
}

Report scene(const std::string& name) {
  if (name == "full") return full_report(0.35);
  if (name == "losing") return full_report(-1.5);
  Report report;
  report.title = name == "thin" ? "A thin run" : "An empty run";
  report.main = name == "thin" ? results_of(synthetic_run("thin", 14, 1)) : results_of(RunLog{});
  return report;
}

}  // namespace

int main(int argc, char** argv) {
  std::map<std::string, std::string> options{{"--scene", "full"}, {"--as", "html"}};
  for (int i = 1; i + 1 < argc; i += 2) options[argv[i]] = argv[i + 1];
  const Report report = scene(options["--scene"]);
  const std::string text = options["--as"] == "json"   ? report_json(report)
                           : options["--as"] == "text" ? results_text(report.main)
                                                       : report_html(report);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return 0;
}
