#include "backtest/compare.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <map>

#include "backtest/result_notes.hpp"
#include "base/json_writer.hpp"

namespace underround::backtest {
namespace {

using simdjson::dom::element;

constexpr std::string_view kFormat = "underround-report-1";
constexpr const char* kCounts[] = {"bets", "fills", "opportunities", "events"};
// Names without their unit; those with an interval have it under name_interval.
constexpr const char* kMoney[] = {"pnl", "expectancy", "max_drawdown", "turnover"};
constexpr const char* kRatios[] = {
    "win_rate", "profit_factor", "sharpe", "sortino", "probability_above_zero", "return_per_usd_hour", "filled_any"};
constexpr const char* kParts[] = {"spread", "slippage", "travel", "drift", "fees", "gas", "rest"};

// A member that is missing or null is nothing; of the wrong type too.
template <class T>
std::optional<T> read(element object, const std::string& name) {
  element member;
  T value;
  if (object[name].get(member) != simdjson::SUCCESS || member.is_null() || member.get(value) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  return value;
}
std::string text_of(element object, const std::string& name) {
  return std::string(read<std::string_view>(object, name).value_or(""));
}
std::optional<Usd> money_of(element object, const std::string& name) {
  const auto micros = read<std::int64_t>(object, name + "_usd_micros");
  return micros ? std::optional(Usd{*micros}) : std::nullopt;
}
template <class T>
std::optional<std::pair<T, T>> pair_of(element object, const std::string& name) {
  const auto ends = read<simdjson::dom::array>(object, name);
  T low, high;
  if (!ends || ends->size() != 2 || ends->at(0).get(low) != simdjson::SUCCESS ||
      ends->at(1).get(high) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  return std::pair{low, high};
}
std::optional<UsdInterval> money_interval(element object, const std::string& name) {
  const auto ends = pair_of<std::int64_t>(object, name + "_interval_usd_micros");
  return ends ? std::optional(UsdInterval{Usd{ends->first}, Usd{ends->second}}) : std::nullopt;
}
std::optional<statistics::Interval> ratio_interval(element object, const std::string& name) {
  const auto ends = pair_of<double>(object, name + "_interval");
  return ends ? std::optional(statistics::Interval{ends->first, ends->second}) : std::nullopt;
}

// What is needed of one report.
struct Side {
  std::string title;
  element headline, parts;
  std::map<std::string, std::string> settings;
  struct Run {
    std::string name;
    element headline;
  };
  std::vector<Run> ladder, latency;
};

Result<Side> read_side(simdjson::dom::parser& parser, std::string_view json, const char* which) {
  element root;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) {
    return fail(ErrorCode::kInvalidInput, fmt::format("report {} is not JSON", which));
  }
  if (!root.is_object() || text_of(root, "format") != kFormat) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("report {} is not a report of this version ({})", which, kFormat));
  }
  Side side;
  side.title = text_of(root, "title");
  if (root["main"]["headline"].get(side.headline) != simdjson::SUCCESS ||
      root["main"]["parts"].get(side.parts) != simdjson::SUCCESS || !money_of(side.headline, "pnl")) {
    return fail(ErrorCode::kInvalidInput, fmt::format("report {} has no headline figures", which));
  }
  simdjson::dom::array rows;
  if (root["settings"].get(rows) == simdjson::SUCCESS) {
    for (const element row : rows) {
      std::string_view name, value;
      if (row.at(0).get(name) != simdjson::SUCCESS || row.at(1).get(value) != simdjson::SUCCESS) continue;
      side.settings.emplace(name, value);
    }
  }
  if (root["ladder"].get(rows) == simdjson::SUCCESS) {
    for (const element row : rows) {
      element headline;
      if (row["headline"].get(headline) == simdjson::SUCCESS) side.ladder.push_back({text_of(row, "name"), headline});
    }
  }
  if (root["latency"].get(rows) == simdjson::SUCCESS) {
    for (const element row : rows) {
      element headline;
      const auto ns = read<std::int64_t>(row, "order_latency_ns");
      if (!ns || row["headline"].get(headline) != simdjson::SUCCESS) continue;
      side.latency.push_back({fmt::format("{} ms", static_cast<double>(*ns) / 1e6), headline});
    }
  }
  return side;
}

MoneyChange money_change(const std::string& name, const std::string& member, const element* a, const element* b) {
  MoneyChange change{name, {}, {}, {}, {}};
  if (a != nullptr) change.a = money_of(*a, member), change.a_interval = money_interval(*a, member);
  if (b != nullptr) change.b = money_of(*b, member), change.b_interval = money_interval(*b, member);
  return change;
}

// In the order of A, then what only B has.
std::vector<MoneyChange> pnl_by_name(const std::vector<Side::Run>& a, const std::vector<Side::Run>& b) {
  std::vector<MoneyChange> changes;
  for (const Side::Run& run : a) {
    const auto other = std::ranges::find(b, run.name, &Side::Run::name);
    changes.push_back(money_change(run.name, "pnl", &run.headline, other == b.end() ? nullptr : &other->headline));
  }
  for (const Side::Run& run : b) {
    if (std::ranges::find(a, run.name, &Side::Run::name) != a.end()) continue;
    changes.push_back(money_change(run.name, "pnl", nullptr, &run.headline));
  }
  return changes;
}

std::vector<SettingChange> setting_changes(const Side& a, const Side& b) {
  std::map<std::string, SettingChange> all;
  for (const auto& [name, value] : a.settings) all[name].a = value;
  for (const auto& [name, value] : b.settings) all[name].b = value;
  std::vector<SettingChange> changes;
  for (auto& [name, change] : all) {
    if (change.a == change.b) continue;
    change.name = name;
    changes.push_back(std::move(change));
  }
  return changes;
}

std::string conclude(const Comparison& c) {
  const MoneyChange& pnl = c.money.front();
  const Usd difference = *pnl.b - *pnl.a;
  if (c.identical) return "The same run: the same events led to the same state.";
  const std::string first =
      fmt::format("P&L {} in A, {} in B: {} {}.", usd_text(*pnl.a), usd_text(*pnl.b),
                  usd_text(difference.micros < 0 ? -difference : difference), difference.micros < 0 ? "less" : "more");
  const auto overlap = pnl.overlap();
  if (!overlap) return first + " At least one has no interval: too thin to say whether that is more than chance.";
  if (*overlap) return first + " The intervals overlap: the difference may be chance.";
  return first + " The intervals do not overlap: chance rarely makes such a difference.";
}

void write(JsonWriter& json, const UsdInterval& i) {
  json.begin_array();
  json.value(i.low.micros);
  json.value(i.high.micros);
  json.end_array();
}
void write(JsonWriter& json, const statistics::Interval& i) {
  json.begin_array();
  json.value(i.low);
  json.value(i.high);
  json.end_array();
}
void write(JsonWriter& json, Usd usd) { json.value(usd.micros); }
void write(JsonWriter& json, double ratio) { json.value(ratio); }
template <class T>
void write(JsonWriter& json, const std::optional<T>& maybe) {
  maybe ? write(json, *maybe) : json.null();
}

template <class C>
void write_changes(JsonWriter& json, std::string_view name, const std::vector<C>& changes, std::string_view unit) {
  json.key(name);
  json.begin_array();
  for (const C& c : changes) {
    json.begin_object();
    json.field("name", c.name);
    json.field("unit", unit);
    json.key("a");
    write(json, c.a);
    json.key("b");
    write(json, c.b);
    json.key("difference");
    c.a&& c.b ? write(json, *c.b - *c.a) : json.null();
    json.key("a_interval");
    write(json, c.a_interval);
    json.key("b_interval");
    write(json, c.b_interval);
    json.field("intervals_overlap", c.overlap());
    json.end_object();
  }
  json.end_array();
}

std::string cell(const std::optional<Usd>& usd) { return usd ? usd_text(*usd) : "-"; }
std::string cell(const std::optional<double>& ratio) { return ratio ? fmt::format("{:.4g}", *ratio) : "-"; }

template <class C>
void add_lines(std::string& text, const std::vector<C>& changes) {
  for (const C& c : changes) {
    const auto difference = c.a && c.b ? std::optional(*c.b - *c.a) : std::nullopt;
    const auto overlap = c.overlap();
    text += fmt::format("  {:<24.24}{:>16}{:>16}{:>16}{}\n", c.name, cell(c.a), cell(c.b), cell(difference),
                        !overlap   ? ""
                        : *overlap ? "  intervals overlap"
                                   : "  intervals apart");
  }
}

}  // namespace

Result<Comparison> compare_reports(std::string_view report_a, std::string_view report_b) {
  simdjson::dom::parser parser_a, parser_b;
  const auto a = read_side(parser_a, report_a, "A");
  if (!a) return std::unexpected(a.error());
  const auto b = read_side(parser_b, report_b, "B");
  if (!b) return std::unexpected(b.error());
  Comparison c;
  c.title_a = a->title;
  c.title_b = b->title;
  c.verdict_a = text_of(a->headline, "verdict_text");
  c.verdict_b = text_of(b->headline, "verdict_text");
  c.identical = text_of(a->headline, "state_hash") == text_of(b->headline, "state_hash") &&
                read<std::int64_t>(a->headline, "events") == read<std::int64_t>(b->headline, "events") &&
                money_of(a->headline, "pnl") == money_of(b->headline, "pnl");
  c.settings = setting_changes(*a, *b);
  for (const char* name : kCounts) {
    c.counts.push_back(
        {name, read<std::int64_t>(a->headline, name).value_or(0), read<std::int64_t>(b->headline, name).value_or(0)});
  }
  for (const char* name : kMoney) c.money.push_back(money_change(name, name, &a->headline, &b->headline));
  for (const char* name : kRatios) {
    c.ratios.push_back({name, read<double>(a->headline, name), read<double>(b->headline, name),
                        ratio_interval(a->headline, name), ratio_interval(b->headline, name)});
  }
  for (const char* name : kParts) c.parts.push_back(money_change(name, name, &a->parts, &b->parts));
  c.ladder = pnl_by_name(a->ladder, b->ladder);
  c.latency = pnl_by_name(a->latency, b->latency);
  c.conclusion = conclude(c);
  return c;
}

std::string comparison_json(const Comparison& c) {
  fmt::memory_buffer out;
  JsonWriter json(out);
  json.begin_object();
  json.field("conclusion", c.conclusion);
  json.field("identical", c.identical);
  json.field("title_a", c.title_a);
  json.field("title_b", c.title_b);
  json.field("verdict_a", c.verdict_a);
  json.field("verdict_b", c.verdict_b);
  json.key("settings");
  json.begin_array();
  for (const SettingChange& s : c.settings) {
    json.begin_object();
    json.field("name", s.name);
    json.field("a", s.a);
    json.field("b", s.b);
    json.end_object();
  }
  json.end_array();
  json.key("counts");
  json.begin_array();
  for (const CountChange& count : c.counts) {
    json.begin_object();
    json.field("name", count.name);
    json.field("a", count.a);
    json.field("b", count.b);
    json.field("difference", count.b - count.a);
    json.end_object();
  }
  json.end_array();
  write_changes(json, "money", c.money, "usd_micros");
  write_changes(json, "ratios", c.ratios, "ratio");
  write_changes(json, "parts", c.parts, "usd_micros");
  write_changes(json, "ladder", c.ladder, "usd_micros");
  write_changes(json, "latency", c.latency, "usd_micros");
  json.end_object();
  return fmt::to_string(out);
}

std::string comparison_text(const Comparison& c) {
  std::string text =
      fmt::format("{}\n\nA: {}. {}\nB: {}. {}\n\n", c.conclusion, c.title_a, c.verdict_a, c.title_b, c.verdict_b);
  text += c.settings.empty() ? "settings: no difference\n" : "settings that differ\n";
  for (const SettingChange& s : c.settings) {
    text += fmt::format("  {:<24.24}{} -> {}\n", s.name, s.a.value_or("(not set)"), s.b.value_or("(not set)"));
  }
  text += fmt::format("{:<26}{:>16}{:>16}{:>16}\n", "", "A", "B", "B - A");
  for (const CountChange& n : c.counts) {
    text += fmt::format("  {:<24.24}{:>16}{:>16}{:>16}\n", n.name, n.a, n.b, n.b - n.a);
  }
  add_lines(text, c.money);
  add_lines(text, c.ratios);
  text += "parts of the P&L\n";
  add_lines(text, c.parts);
  if (!c.ladder.empty()) text += "P&L by rung\n";
  add_lines(text, c.ladder);
  if (!c.latency.empty()) text += "P&L by order latency\n";
  add_lines(text, c.latency);
  return text;
}

}  // namespace underround::backtest
