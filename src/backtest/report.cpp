#include "backtest/report.hpp"

#include <fmt/format.h>

#include "backtest/results_json.hpp"

namespace underround::backtest {
namespace {

void write_short(JsonWriter& json, const Results& results) {
  json.key("headline");
  write_headline(json, results);
  json.key("parts");
  write_parts(json, results.parts);
}

}  // namespace

std::string report_json(const Report& report) {
  fmt::memory_buffer out;
  JsonWriter json(out);
  json.begin_object();
  json.field("format", "underround-report-1");
  json.field("title", report.title);
  // Pairs, not members: a setting's name is free text, and JsonWriter does not escape names.
  json.key("settings");
  json.begin_array();
  for (const auto& [name, value] : report.settings) {
    json.begin_array();
    json.value(name);
    json.value(value);
    json.end_array();
  }
  json.end_array();
  json.key("notes");
  json.begin_array();
  for (const std::string& note : report.notes) json.value(note);
  json.end_array();
  json.key("main");
  write_results(json, report.main);
  json.key("ladder");
  json.begin_array();
  for (const Rung& rung : report.ladder) {
    json.begin_object();
    json.field("name", rung.name);
    json.field("assumes", rung.assumes);
    write_short(json, rung.results);
    json.end_object();
  }
  json.end_array();
  json.key("latency");
  json.begin_array();
  for (const LatencyPoint& point : report.latency) {
    json.begin_object();
    json.field("order_latency_ns", point.order_latency.ns);
    write_short(json, point.results);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return fmt::to_string(out);
}

}  // namespace underround::backtest
