// Any bytes as a line of a table: as many cells as there are commas outside quotes and one, and cells that mean
// numbers.
#include <cstdint>

#include "backtest/import/csv_reader.hpp"
#include "base/check.hpp"

using namespace underround;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  std::vector<std::string_view> cells;
  std::string scratch;
  if (!backtest::split_csv(line, cells, scratch)) return 0;
  std::size_t bytes = 0;
  for (const std::string_view cell : cells) {
    bytes += cell.size();
    if (const auto price = backtest::price_cell(cell)) UR_CHECK(price->pips >= 0 && price->pips <= Price::kPipsPerUsd);
    if (const auto shares = backtest::shares_cell(cell)) UR_CHECK(shares->micros >= 0);
    static_cast<void>(backtest::time_cell(cell));
  }
  UR_CHECK(!cells.empty() && bytes <= size);
  return 0;
}
