#include "backtest/import/csv_reader.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace underround::backtest {
namespace {

using Cells = std::vector<std::string>;

std::optional<Cells> split(std::string_view line) {
  std::vector<std::string_view> cells;
  std::string scratch;
  if (!split_csv(line, cells, scratch)) return std::nullopt;
  return Cells(cells.begin(), cells.end());
}

TEST(CsvReader, CutsLinesIntoCells) {
  EXPECT_EQ(split("a,b,,d"), (Cells{"a", "b", "", "d"}));
  EXPECT_EQ(split(""), Cells{""});
  EXPECT_EQ(split(","), (Cells{"", ""}));
  EXPECT_EQ(split(R"("a,b",c,"say ""yes""",)"), (Cells{"a,b", "c", R"(say "yes")", ""}));
  EXPECT_EQ(split(R"("",x,"")"), (Cells{"", "x", ""}));
  EXPECT_EQ(split(R"(a,"b)"), std::nullopt);
}

TEST(CsvReader, ReadsRowsOverSeveralLines) {
  std::string name = (std::filesystem::temp_directory_path() / "csv_XXXXXX").string();
  const int file = ::mkstemp(name.data());
  ASSERT_GE(file, 0);
  ::close(file);
  std::ofstream(name) << "h1,h2\n\n1,\"two\nlines\"\r\n3,4\n5,\"never ends\n";
  const auto stream = ByteStream::open(name).value();
  LineReader lines(*stream);
  CsvReader csv(lines);
  std::vector<Cells> rows;
  std::vector<std::uint64_t> at;
  while (csv.next()) {
    rows.emplace_back(csv.row().begin(), csv.row().end());
    at.push_back(csv.line());
  }
  EXPECT_EQ(rows, (std::vector<Cells>{{"h1", "h2"}, {"1", "two\nlines"}, {"3", "4"}}));
  EXPECT_EQ(at, (std::vector<std::uint64_t>{1, 3, 5}));
  EXPECT_NE(csv.problem().find("does not end"), std::string::npos);
  std::filesystem::remove(name);
}

TEST(CsvReader, NumbersOfProgramsThatCountInDoubles) {
  EXPECT_EQ(scaled_number("0.52", 4), 5'200);
  EXPECT_EQ(scaled_number("0.30000000000000004", 4), 3'000);
  EXPECT_EQ(scaled_number("1e-05", 6), 10);
  EXPECT_EQ(scaled_number("90358.39499999999", 4), 903'583'950);
  EXPECT_EQ(scaled_number("0.12345", 4), std::nullopt) << "half a pip is not rounding noise";
  for (const char* bad : {"", "nan", "inf", "1e400", "0x1p3", "12a", " 1"})
    EXPECT_EQ(scaled_number(bad, 4), std::nullopt) << bad;
  EXPECT_EQ(price_cell("1.0"), kOneUsd);
  EXPECT_EQ(price_cell("1.01"), std::nullopt);
  EXPECT_EQ(price_cell("-0.1"), std::nullopt);
  EXPECT_EQ(shares_cell("5.1234567"), Shares{5'123'456});
  EXPECT_EQ(shares_cell("-1"), std::nullopt);
  EXPECT_EQ(quote_cell("67894.13183037551"), 6'789'413'183'037);
  EXPECT_EQ(quote_cell("-1"), std::nullopt);
  EXPECT_EQ(oracle_cell("63304200301195075000000"), 6'330'420'030'119);
  EXPECT_EQ(oracle_cell("0000000000000"), std::nullopt);
}

TEST(CsvReader, TimesOfEveryUnit) {
  EXPECT_EQ(time_cell("1771636506284"), Nanos::from_millis(1771636506284));
  EXPECT_EQ(time_cell("1771636506"), Nanos::from_seconds(1771636506));
  EXPECT_EQ(time_cell("2025-12-04T12:27:16.079996"), Nanos{1764851236079996000});
  EXPECT_EQ(time_cell("2025-12-04 12:27:16"), Nanos::from_seconds(1764851236));
  EXPECT_EQ(time_cell("0"), std::nullopt);
  EXPECT_EQ(time_cell("yesterday"), std::nullopt);
}

}  // namespace
}  // namespace underround::backtest
