// Rows into files, in one of three formats:
//   csv      NAME.csv, RFC 4180, a line of column names first
//   jsonl    NAME.jsonl, an object a line; what a row does not have is left out
//   columns  NAME/COLUMN.i64 and the like: every column one little-endian array, as numpy.fromfile and Arrow take it
// A number with a unit ("price_pips") may have a readable twin ("price", fixed digits) in csv and jsonl.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace underround {

enum class TableFormat : std::uint8_t { kCsv, kJsonLines, kColumns };

enum class ColumnType : std::uint8_t {
  kInt,   // int64; none = its minimum in `columns`
  kId,    // uint64; none = all ones in `columns`
  kCode,  // uint8 into `labels`; text in csv and jsonl; none = 255 in `columns`
  kText,  // UTF-8; in `columns` two files: offsets (int64, one more than rows) and bytes. None = ""
};

struct Column {
  std::string_view name;
  ColumnType type = ColumnType::kInt;
  std::string_view readable{};                   // name of the twin
  int digits = 0;                                // of the twin, behind the point
  const char* (*label)(std::uint8_t) = nullptr;  // kCode
  std::uint8_t labels = 0;                       // how many codes there are
};

struct Cell {
  std::optional<std::int64_t> number{};  // kId: the same bits
  std::string text{};
};

class TableWriter {
 public:
  // The folder is there. Files are made at once.
  [[nodiscard]] static Result<std::unique_ptr<TableWriter>> make(TableFormat format,
                                                                 const std::filesystem::path& folder, std::string name,
                                                                 std::vector<Column> columns);
  virtual ~TableWriter() = default;
  TableWriter(const TableWriter&) = delete;
  TableWriter& operator=(const TableWriter&) = delete;

  // As many cells as columns.
  void row(const std::vector<Cell>& cells) {
    ++rows_;
    write(cells);
  }
  [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  // The table as an object for schema.json or for what a command prints: name, rows, files, columns.
  [[nodiscard]] virtual std::string schema() const = 0;
  // kIo: not everything could be written.
  [[nodiscard]] virtual Result<void> finish() = 0;

 protected:
  TableWriter(std::string name, std::vector<Column> columns) : name_(std::move(name)), columns_(std::move(columns)) {}
  virtual void write(const std::vector<Cell>& cells) = 0;
  std::string name_;
  std::vector<Column> columns_;
  std::uint64_t rows_ = 0;
};

// "-0.0450": fixed digits, no rounding.
[[nodiscard]] std::string fixed_decimal(std::int64_t scaled, int digits);

}  // namespace underround
