#include "backtest/capture_csv.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

namespace underround::backtest {
namespace {

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> cells;
  for (;;) {
    const std::size_t comma = line.find(',');
    cells.push_back(line.substr(0, comma));
    if (comma == std::string_view::npos) return cells;
    line.remove_prefix(comma + 1);
  }
}

// One side of the book: a level, or nothing.
std::string side(std::string_view price, std::string_view size) {
  if (price.empty() || size.empty()) return "[]";
  return "[{\"price\":\"" + std::string(price) + "\",\"size\":\"" + std::string(size) + "\"}]";
}

}  // namespace

std::optional<L1Columns> L1Columns::from_header(std::string_view line) {
  const std::vector<std::string_view> cells = split(line);
  L1Columns columns;
  columns.columns_ = cells.size();
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const auto found = std::ranges::find(cells, kNames[i]);
    if (found == cells.end()) return std::nullopt;
    columns.at_[i] = static_cast<std::size_t>(found - cells.begin());
  }
  return columns;
}

std::optional<RecordedFrame> L1Columns::frame(std::string_view row, const NamedToken& token) const {
  const std::vector<std::string_view> cells = split(row);
  if (cells.size() != columns_) return std::nullopt;
  const auto cell = [&](std::size_t i) { return cells[at_[i]]; };
  std::int64_t local_ms = 0;
  std::from_chars(cell(0).data(), cell(0).data() + cell(0).size(), local_ms);
  const std::string_view type = cell(2);
  std::string text = "{\"market\":\"" + token.market() + "\",\"asset_id\":\"" + token.token(token.outcome) +
                     "\",\"timestamp\":\"" + std::string(cell(1)) + "\",";
  if (type == "last_trade_price") {
    text += "\"event_type\":\"last_trade_price\",\"price\":\"" + std::string(cell(7)) + "\",\"size\":\"" +
            std::string(cell(8)) + "\",\"side\":\"" + std::string(cell(9)) + "\"}";
  } else if (type == "book" || type == "price_change" || type == "best_bid_ask") {
    text += "\"event_type\":\"book\",\"bids\":" + side(cell(3), cell(4)) + ",\"asks\":" + side(cell(5), cell(6)) + "}";
  } else {
    return std::nullopt;
  }
  return RecordedFrame{std::move(text), epoch_time(local_ms), {}, std::string(type)};
}

}  // namespace underround::backtest
