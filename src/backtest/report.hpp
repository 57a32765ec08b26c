// One backtest as a document: the run, the same run under other assumptions (ladder, latencies), and what was assumed.
//   Report report{.title = "BTC 15 min", .main = results_of(log), ...};   report_json(report);   report_html(report);
#pragma once

#include <map>
#include <string>
#include <vector>

#include "backtest/results.hpp"

namespace underround::backtest {

// The same recording with one more unpleasant fact taken seriously.
struct Rung {
  std::string name;     // short: it stands under a bar
  std::string assumes;  // a sentence
  Results results;
};
struct LatencyPoint {
  Nanos order_latency;
  Results results;
};

struct Report {
  std::string title;
  Results main;
  std::vector<Rung> ladder;           // most generous first
  std::vector<LatencyPoint> latency;  // any order
  std::map<std::string, std::string> settings;
  std::vector<std::string> notes;  // what the run assumes, in words
};

// {"format":"underround-report-1","title":...,"settings":[[name,value]],"notes":[],"main":{results_json.hpp},
//  "ladder":[{"name","assumes","headline","parts"}],"latency":[{"order_latency_ns","headline","parts"}]}
[[nodiscard]] std::string report_json(const Report& report);

}  // namespace underround::backtest
