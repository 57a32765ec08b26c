#include "app/summary.hpp"

#include <fmt/format.h>

namespace underround {
namespace {

std::string percentiles(const LatencyHistogram& h) {
  return fmt::format(R"({{"count":{},"p50":{},"p90":{},"p99":{},"p999":{},"max":{}}})", h.count(), h.percentile(0.5),
                     h.percentile(0.9), h.percentile(0.99), h.percentile(0.999), h.max_ns());
}

std::string microseconds(std::int64_t ns) { return fmt::format("{:.1f} us", static_cast<double>(ns) / 1e3); }

}  // namespace

std::string summary_json(const SessionSummary& s) {
  return fmt::format(
      R"({{"markets":{},"messages":{},"opportunities_seen":{},"opportunities_taken":{},"phantoms_refused":{},)"
      R"("orders":{},"fills":{},"pnl_usd_micros":{},"fees_usd_micros":{},"equity_usd_micros":{},)"
      R"("invariant_violations":{},"decode_errors":{},"gaps":{},"resyncs":{},"hashes_checked":{},"hashes_agree":{},)"
      R"("reconciliations":{},"differences":{},)"
      R"("latency_ns":{{"decision":{},"order":{}}}}})",
      s.markets, s.messages, s.opportunities_seen, s.opportunities_taken, s.phantoms_refused, s.orders, s.fills,
      s.pnl.micros, s.fees.micros, s.equity.micros, s.invariant_violations, s.decode_errors, s.gaps, s.resyncs,
      s.hashes_checked, s.hashes_agree, s.reconciliations, s.differences, percentiles(s.decision),
      percentiles(s.order));
}

std::string summary_text(const SessionSummary& s) {
  std::string text = fmt::format(
      "markets {}   messages {}   decode errors {}   gaps {}   resyncs {}\n"
      "opportunities seen {}   taken {}   phantoms refused {}\n"
      "orders {}   fills {}   fees {:.2f} USD   P&L {:+.2f} USD   equity {:.2f} USD\n"
      "update to decision p50 {}   p99 {}\n",
      s.markets, s.messages, s.decode_errors, s.gaps, s.resyncs, s.opportunities_seen, s.opportunities_taken,
      s.phantoms_refused, s.orders, s.fills, s.fees.to_double(), s.pnl.to_double(), s.equity.to_double(),
      microseconds(s.decision.percentile(0.5)), microseconds(s.decision.percentile(0.99)));
  if (s.order.count() > 0) {
    text += fmt::format("update to order sent p50 {}   p99 {}\n", microseconds(s.order.percentile(0.5)),
                        microseconds(s.order.percentile(0.99)));
  }
  if (s.invariant_violations > 0) {
    text += fmt::format("INVARIANT VIOLATIONS: {}. This is a bug; please report it with the seed.\n",
                        s.invariant_violations);
  }
  return text;
}

}  // namespace underround
