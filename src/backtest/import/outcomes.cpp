#include "backtest/import/outcomes.hpp"

#include <simdjson.h>

#include <algorithm>

#include "backtest/import/csv_reader.hpp"
#include "market/series.hpp"
#include "venue/polymarket/gamma.hpp"

namespace underround::backtest {
namespace {

namespace dom = simdjson::dom;

constexpr std::int64_t kFiveMinutes = 300;

std::string_view text_of(dom::object o, std::string_view key) noexcept {
  std::string_view value;
  return o.at_key(key).get_string().get(value) == simdjson::SUCCESS ? value : std::string_view{};
}

// {"1","0"} -> 0, {"0","1"} -> 1, anything else (open, split) -> nobody.
std::uint8_t winner_of(dom::array prices) {
  if (prices.size() != 2) return Event::kNoWinner;
  std::string_view first, second;
  if (prices.at(0).get_string().get(first) != simdjson::SUCCESS) return Event::kNoWinner;
  if (prices.at(1).get_string().get(second) != simdjson::SUCCESS) return Event::kNoWinner;
  const auto a = price_cell(first), b = price_cell(second);
  if (!a || !b || *a + *b != kOneUsd || (a->pips != 0 && *a != kOneUsd)) return Event::kNoWinner;
  return *a == kOneUsd ? 0 : 1;
}

std::optional<std::string_view> cell(std::span<const std::string_view> header, std::span<const std::string_view> row,
                                     std::string_view name) {
  const auto at = std::ranges::find(header, name);
  if (at == header.end() || row.size() != header.size()) return std::nullopt;
  return row[static_cast<std::size_t>(at - header.begin())];
}

bool holds(std::span<const std::string_view> header, std::initializer_list<std::string_view> names) {
  return std::ranges::all_of(names, [&](std::string_view n) { return std::ranges::find(header, n) != header.end(); });
}

}  // namespace

void Outcomes::add(std::string name, std::uint8_t winner, Nanos at) {
  if (!name.empty() && winner != Event::kNoWinner) by_name_[std::move(name)] = {winner, at, false};
}

bool Outcomes::take_document(std::string_view json) {
  dom::parser parser;
  dom::object o;
  dom::array prices;
  bool resolved = false;
  if (parser.parse(json.data(), json.size()).get_object().get(o) != simdjson::SUCCESS) return false;
  if (o.at_key("outcome_prices").get_array().get(prices) != simdjson::SUCCESS) return false;
  if (o.at_key("resolved").get_bool().get(resolved) != simdjson::SUCCESS) return false;
  if (!resolved) return true;
  std::int64_t end = 0;
  if (o.at_key("end_sec").get_int64().get(end) != simdjson::SUCCESS) end = 0;
  const std::string_view condition = text_of(o, "condition_id"), slug = text_of(o, "slug");
  std::string name = polymarket::normal_condition_id(condition);
  add(name.empty() ? std::string(slug) : std::move(name), winner_of(prices),
      end > 0 && end < 9'000'000'000 ? Nanos::from_seconds(end) : Nanos{});
  return true;
}

bool Outcomes::is_outcome_table(std::span<const std::string_view> header) {
  return holds(header, {"slug", "y", "source"}) || holds(header, {"timestamp", "outcome", "btc_open", "btc_close"});
}

bool Outcomes::take_row(std::span<const std::string_view> header, std::span<const std::string_view> row) {
  if (const auto slug = cell(header, row, "slug")) {
    const auto y = cell(header, row, "y"), source = cell(header, row, "source");
    if (!y || !source || (*y != "0" && *y != "1")) return false;
    if (*source == "convergence") {
      ++guessed_;
      return true;
    }
    add(std::string(*slug), *y == "1" ? 0 : 1, Nanos{});
    return true;
  }
  const auto start = whole_cell(cell(header, row, "timestamp").value_or(""));
  const auto outcome = cell(header, row, "outcome");
  if (!start || *start <= 0 || *start > 9'000'000'000 || !outcome || (*outcome != "up" && *outcome != "down"))
    return false;
  add("btc-updown-5m-" + std::to_string(*start), *outcome == "up" ? 0 : 1, Nanos::from_seconds(*start + kFiveMinutes));
  return true;
}

std::optional<Resolution> Outcomes::find(const ConditionSpec& spec) {
  for (const std::string* name : {&spec.condition_id, &spec.slug}) {
    const auto found = by_name_.find(*name);
    if (found == by_name_.end()) continue;
    found->second.used = true;
    return found->second;
  }
  return std::nullopt;
}

std::uint64_t Outcomes::unused() const noexcept {
  return static_cast<std::uint64_t>(std::ranges::count_if(by_name_, [](const auto& o) { return !o.second.used; }));
}

}  // namespace underround::backtest
