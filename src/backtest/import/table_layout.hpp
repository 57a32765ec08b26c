// What the layouts of table_source.hpp have in common.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backtest/import/table_source.hpp"

namespace underround::backtest {

using Row = std::span<const std::string_view>;

// Where a column stands, by its name.
class Columns {
 public:
  Columns(Row header, Row names);
  Columns(Row header, std::initializer_list<std::string_view> names)
      : Columns(header, Row(names.begin(), names.size())) {}
  [[nodiscard]] bool complete() const noexcept { return complete_; }
  [[nodiscard]] std::string_view operator()(Row row, std::size_t name) const noexcept { return row[at_[name]]; }

 private:
  std::vector<std::size_t> at_;
  bool complete_ = true;
};

class TableLayout {
 public:
  enum class Took : std::uint8_t {
    kRow,     // in the frame, or nothing to say
    kBad,     // the row is wrong
    kAnother  // belongs to the next frame: give it again
  };
  TableLayout() = default;
  TableLayout(const TableLayout&) = delete;
  TableLayout& operator=(const TableLayout&) = delete;
  virtual ~TableLayout() = default;
  // `row` is as wide as the header. Adds it to the frame; the first row of a frame decides its time. A row that begins
  // another frame is kAnother.
  [[nodiscard]] virtual Took take(Row row, ImportFrame& frame) = 0;
  // False: every row is a frame of its own.
  [[nodiscard]] virtual bool gathers() const noexcept { return false; }
  virtual void end() {}  // no row follows
};

struct LayoutContext {
  const std::string& name;  // of the file, for words
  const std::string& stem;  // without folder and endings, for symbols
  ImportTarget& target;
};
[[nodiscard]] std::unique_ptr<TableLayout> make_sampled_pair(Row header, const LayoutContext& context);
[[nodiscard]] std::unique_ptr<TableLayout> make_polled_quotes(Row header, const LayoutContext& context,
                                                              const MarketNames& names);
[[nodiscard]] std::unique_ptr<TableLayout> make_kalshi_quotes(Row header, const LayoutContext& context);
[[nodiscard]] std::unique_ptr<TableLayout> make_archive(Row header, const LayoutContext& context);
[[nodiscard]] std::unique_ptr<TableLayout> make_binance_rows(TableKind kind, Row header, bool bare,
                                                             const LayoutContext& context);
[[nodiscard]] std::unique_ptr<TableLayout> make_oracle(Row header, const LayoutContext& context);

}  // namespace underround::backtest
