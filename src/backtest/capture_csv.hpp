// Rows of an L1 event list (one token; best bid and ask after every message, trades) rebuilt as frames: a one-level
// book per row, because the rows do not say which level a price_change changed.
//   auto columns = L1Columns::from_header(line);   if (columns) auto frame = columns->frame(row, token);
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "backtest/capture_document.hpp"

namespace underround::backtest {

class L1Columns {
 public:
  // nullopt when the line is not the header of such a list.
  [[nodiscard]] static std::optional<L1Columns> from_header(std::string_view line);
  // nullopt when the row does not have the header's columns or an event this reader knows.
  [[nodiscard]] std::optional<RecordedFrame> frame(std::string_view row, const NamedToken& token) const;

 private:
  static constexpr std::array<std::string_view, 10> kNames = {"local_ts_ms", "msg_ts_ms", "event_type", "bid_price",
                                                              "bid_qty",     "ask_price", "ask_qty",    "trade_price",
                                                              "trade_size",  "trade_side"};
  std::array<std::size_t, kNames.size()> at_{};
  std::size_t columns_ = 0;
};

}  // namespace underround::backtest
