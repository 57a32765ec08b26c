// Rows of a table written as text: comma-separated, cells in quotes where they must be (RFC 4180).
//   CsvReader csv(lines);   while (csv.next()) use(csv.row()[0]);   csv.problem()
// And what cells say: decimals of other programs, which may have passed through a double on their way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backtest/capture_input.hpp"
#include "core/units.hpp"

namespace underround::backtest {

// Cuts one line into cells. `scratch` holds cells whose quotes had to be undone; the views are good as long as both.
// False: a quoted cell does not end in this line.
[[nodiscard]] bool split_csv(std::string_view line, std::vector<std::string_view>& cells, std::string& scratch);

class CsvReader {
 public:
  explicit CsvReader(LineReader& lines) : lines_(lines) {}
  // The next row that is not empty; cells may go over several lines. False at the end.
  [[nodiscard]] bool next();
  [[nodiscard]] std::span<const std::string_view> row() const noexcept { return cells_; }  // good until next()
  [[nodiscard]] std::uint64_t line() const noexcept { return line_; }                      // where it begins, from 1
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }           // why next() ended early

 private:
  LineReader& lines_;
  std::string joined_, scratch_, problem_;
  std::vector<std::string_view> cells_;
  std::uint64_t line_ = 0;
};

// value * 10^decimals, exact for decimals; for the text of a double ("0.30000000000000004", "1e-05") the nearest step,
// when it is within a thousandth of a step. Nothing otherwise.
[[nodiscard]] std::optional<std::int64_t> scaled_number(std::string_view text, int decimals);
// A price in dollars on the grid of pips, 0 to 1.
[[nodiscard]] std::optional<Price> price_cell(std::string_view text);
// A size in shares; digits beyond a micro share are cut.
[[nodiscard]] std::optional<Shares> shares_cell(std::string_view text);
[[nodiscard]] std::optional<std::int64_t> whole_cell(std::string_view text);
// A reference price or size in units of 1e-8 (Event::Quote); finer digits are cut or, in a double's text, rounded. Not
// negative.
[[nodiscard]] std::optional<std::int64_t> quote_cell(std::string_view text);
// A price written as a whole number of 1e-18 (Chainlink's full_accuracy_value), cut to 1e-8. Nothing unless positive.
[[nodiscard]] std::optional<std::int64_t> oracle_cell(std::string_view text);
// Seconds to nanoseconds since the epoch, or ISO-8601 (with 'T' or ' '). Nothing when it is neither.
[[nodiscard]] std::optional<Nanos> time_cell(std::string_view text);

}  // namespace underround::backtest
