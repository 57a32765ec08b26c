#include "backtest/import/csv_reader.hpp"

#include <charconv>
#include <cmath>

#include "backtest/capture_document.hpp"
#include "base/decimal.hpp"
#include "market/iso_time.hpp"

namespace underround::backtest {
namespace {

constexpr std::size_t kMostBytesOfARow = std::size_t{16} << 20;  // a quote that never ends is damage, not a cell

// Undoes the quotes of the cell that begins at line[at]; `at` goes behind it. False when it does not end.
bool unquote(std::string_view line, std::size_t& at, std::string& scratch) {
  for (++at; at < line.size(); ++at) {
    if (line[at] != '"') {
      scratch += line[at];
    } else if (at + 1 < line.size() && line[at + 1] == '"') {
      scratch += line[++at];
    } else {
      ++at;
      return true;
    }
  }
  return false;
}

}  // namespace

bool split_csv(std::string_view line, std::vector<std::string_view>& cells, std::string& scratch) {
  cells.clear();
  scratch.clear();
  if (line.find('"') == std::string_view::npos) {
    for (;;) {
      const std::size_t comma = line.find(',');
      cells.push_back(line.substr(0, comma));
      if (comma == std::string_view::npos) return true;
      line.remove_prefix(comma + 1);
    }
  }
  scratch.reserve(line.size());  // the views into it must stay
  for (std::size_t at = 0;;) {
    if (at < line.size() && line[at] == '"') {
      // Nearly every quoted cell has nothing to undo.
      const std::size_t close = line.find('"', at + 1);
      if (close != std::string_view::npos && (close + 1 == line.size() || line[close + 1] == ',')) {
        cells.push_back(line.substr(at + 1, close - at - 1));
        at = close + 1;
        if (at == line.size()) return true;
        ++at;
        continue;
      }
      const std::size_t begin = scratch.size();
      if (!unquote(line, at, scratch)) return false;
      cells.emplace_back(scratch.data() + begin, scratch.size() - begin);
      at = std::min(line.find(',', at), line.size());  // bytes between the quote and the comma mean nothing
    } else {
      const std::size_t end = std::min(line.find(',', at), line.size());
      cells.push_back(line.substr(at, end - at));
      at = end;
    }
    if (at == line.size()) return true;
    ++at;
  }
}

bool CsvReader::next() {
  std::string_view line;
  do {
    if (!problem_.empty() || !lines_.next(line)) {
      if (problem_.empty()) problem_ = lines_.error();
      return false;
    }
  } while (line.empty());
  line_ = lines_.line_number();
  if (split_csv(line, cells_, scratch_)) return true;
  joined_ = line;
  while (joined_.size() < kMostBytesOfARow && lines_.next(line)) {
    joined_ += '\n';
    joined_ += line;
    if (split_csv(joined_, cells_, scratch_)) return true;
  }
  problem_ = "a quoted cell does not end";
  cells_.clear();
  return false;
}

std::optional<std::int64_t> scaled_number(std::string_view text, int decimals) {
  if (const auto exact = parse_decimal(text, decimals)) return *exact;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  const double scaled = value * std::pow(10.0, decimals);
  const double nearest = std::round(scaled);
  if (!(std::fabs(nearest) < 9e18) || std::fabs(scaled - nearest) > 1e-3) return std::nullopt;
  return static_cast<std::int64_t>(nearest);
}

std::optional<Price> price_cell(std::string_view text) {
  const auto pips = scaled_number(text, Price::kDecimals);
  if (!pips || *pips < 0 || *pips > Price::kPipsPerUsd) return std::nullopt;
  return Price{static_cast<std::int32_t>(*pips)};
}

std::optional<Shares> shares_cell(std::string_view text) {
  if (const auto cut = parse_decimal_truncating(text, Shares::kDecimals)) {
    return *cut < 0 ? std::nullopt : std::optional(Shares{*cut});
  }
  const auto micros = scaled_number(text, Shares::kDecimals);
  return micros && *micros >= 0 ? std::optional(Shares{*micros}) : std::nullopt;
}

std::optional<std::int64_t> whole_cell(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> quote_cell(std::string_view text) {
  constexpr int kDecimals = 8;
  std::optional<std::int64_t> value;
  if (const auto cut = parse_decimal_truncating(text, kDecimals)) {
    value = *cut;
  } else {
    value = scaled_number(text, kDecimals);
  }
  if (value && *value < 0) value.reset();
  return value;
}

std::optional<std::int64_t> oracle_cell(std::string_view text) {
  constexpr std::size_t kCut = 10;  // of 18 decimals 8 stay
  if (text.size() <= kCut) return std::nullopt;
  auto price = whole_cell(text.substr(0, text.size() - kCut));
  if (price && *price <= 0) price.reset();
  return price;
}

std::optional<Nanos> time_cell(std::string_view text) {
  if (const auto whole = whole_cell(text)) return *whole > 0 ? std::optional(epoch_time(*whole)) : std::nullopt;
  return parse_iso_time(text);
}

}  // namespace underround::backtest
