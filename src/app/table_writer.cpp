#include "app/table_writer.hpp"

#include <fmt/format.h>

#include <limits>

#include "app/json_text.hpp"
#include "base/check.hpp"

namespace underround {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kNoInt = std::numeric_limits<std::int64_t>::min();
constexpr std::uint64_t kNoId = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint8_t kNoCode = 255;

Error cannot_write(const fs::path& file) {
  return {ErrorCode::kIo, fmt::format("{}: cannot be written; is there room on the disk?", file.string())};
}

std::string label_of(const Column& column, std::int64_t code) {
  return code >= 0 && code < column.labels ? column.label(static_cast<std::uint8_t>(code)) : std::to_string(code);
}

std::string quoted_if_needed(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

// One file, lines of text.
class LinesWriter : public TableWriter {
 public:
  LinesWriter(const fs::path& folder, std::string name, const char* ending, std::vector<Column> columns)
      : TableWriter(std::move(name), std::move(columns)), file_(folder / (name_ + ending)), out_(file_) {}
  [[nodiscard]] bool good() const { return out_.good(); }
  [[nodiscard]] const fs::path& file() const noexcept { return file_; }
  std::string schema() const override {
    return fmt::format(R"({{"name":{},"rows":{},"file":{}}})", json_string(name_), rows_, json_string(file_.string()));
  }
  Result<void> finish() override {
    out_.close();
    return out_.fail() ? Result<void>(std::unexpected(cannot_write(file_))) : Result<void>();
  }

 protected:
  fs::path file_;
  std::ofstream out_;
  std::string line_;
};

class CsvWriter final : public LinesWriter {
 public:
  CsvWriter(const fs::path& folder, std::string name, std::vector<Column> columns)
      : LinesWriter(folder, std::move(name), ".csv", std::move(columns)) {
    for (const Column& column : columns_) {
      add(std::string(column.name));
      if (!column.readable.empty()) add(std::string(column.readable));
    }
    end_line();
  }

 private:
  void write(const std::vector<Cell>& cells) override {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const Column& column = columns_[i];
      const auto& number = cells[i].number;
      if (column.type == ColumnType::kText) {
        add(quoted_if_needed(cells[i].text));
      } else if (!number) {
        add("");
      } else if (column.type == ColumnType::kCode) {
        add(label_of(column, *number));
      } else if (column.type == ColumnType::kId) {
        add(std::to_string(static_cast<std::uint64_t>(*number)));
      } else {
        add(std::to_string(*number));
      }
      if (!column.readable.empty()) add(number ? fixed_decimal(*number, column.digits) : "");
    }
    end_line();
  }
  void add(const std::string& cell) {
    if (!first_) line_ += ',';
    first_ = false;
    line_ += cell;
  }
  void end_line() {
    line_ += '\n';
    out_ << line_;
    line_.clear();
    first_ = true;
  }
  bool first_ = true;
};

class JsonLinesWriter final : public LinesWriter {
 public:
  JsonLinesWriter(const fs::path& folder, std::string name, std::vector<Column> columns)
      : LinesWriter(folder, std::move(name), ".jsonl", std::move(columns)) {}

 private:
  void write(const std::vector<Cell>& cells) override {
    line_ = "{";
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const Column& column = columns_[i];
      if (column.type == ColumnType::kText) {
        if (!cells[i].text.empty()) add(column.name, json_string(cells[i].text));
        continue;
      }
      if (!cells[i].number) continue;
      const std::int64_t number = *cells[i].number;
      if (column.type == ColumnType::kCode) {
        add(column.name, json_string(label_of(column, number)));
      } else if (column.type == ColumnType::kId) {
        add(column.name, std::to_string(static_cast<std::uint64_t>(number)));
      } else {
        add(column.name, std::to_string(number));
      }
      if (!column.readable.empty()) add(column.readable, '"' + fixed_decimal(number, column.digits) + '"');
    }
    line_ += "}\n";
    out_ << line_;
  }
  void add(std::string_view name, const std::string& value) {
    if (line_.size() > 1) line_ += ',';
    line_.append("\"").append(name).append("\":").append(value);
  }
};

class ColumnsWriter final : public TableWriter {
 public:
  ColumnsWriter(const fs::path& folder, std::string name, std::vector<Column> columns)
      : TableWriter(std::move(name), std::move(columns)), folder_(folder / name_) {
    std::error_code ignored;
    fs::create_directories(folder_, ignored);
    for (const Column& column : columns_) {
      Files& files = files_.emplace_back();
      const std::string base(column.name);
      switch (column.type) {
        case ColumnType::kInt: files.open(folder_ / (base + ".i64")); break;
        case ColumnType::kId: files.open(folder_ / (base + ".u64")); break;
        case ColumnType::kCode: files.open(folder_ / (base + ".u8")); break;
        case ColumnType::kText:
          files.open(folder_ / (base + ".utf8"));
          files.offsets_path = folder_ / (base + ".offsets.i64");
          files.offsets.open(files.offsets_path, std::ios::binary);
          put(files.offsets, std::int64_t{0});
          break;
      }
    }
  }
  [[nodiscard]] bool good() const {
    for (const Files& f : files_) {
      if (!f.data.good()) return false;
    }
    return true;
  }
  std::string schema() const override {
    std::string list;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      list += (list.empty() ? "" : ",") + column_schema(columns_[i], files_[i]);
    }
    return fmt::format(R"({{"name":{},"rows":{},"columns":[{}]}})", json_string(name_), rows_, list);
  }
  Result<void> finish() override {
    for (Files& f : files_) {
      f.data.close();
      if (f.data.fail()) return std::unexpected(cannot_write(f.path));
      if (f.offsets_path.empty()) continue;
      f.offsets.close();
      if (f.offsets.fail()) return std::unexpected(cannot_write(f.offsets_path));
    }
    return {};
  }

 private:
  struct Files {
    void open(fs::path file) {
      path = std::move(file);
      data.open(path, std::ios::binary);
    }
    fs::path path, offsets_path;
    std::ofstream data, offsets;
    std::int64_t bytes = 0;
  };
  template <class T>
  static void put(std::ofstream& out, T value) {  // x86-64 is little-endian, and the format says so
    out.write(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void write(const std::vector<Cell>& cells) override {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      Files& f = files_[i];
      const auto& number = cells[i].number;
      switch (columns_[i].type) {
        case ColumnType::kInt: put(f.data, number.value_or(kNoInt)); break;
        case ColumnType::kId: put(f.data, number ? static_cast<std::uint64_t>(*number) : kNoId); break;
        case ColumnType::kCode: put(f.data, number ? static_cast<std::uint8_t>(*number) : kNoCode); break;
        case ColumnType::kText:
          f.data.write(cells[i].text.data(), static_cast<std::streamsize>(cells[i].text.size()));
          f.bytes += static_cast<std::int64_t>(cells[i].text.size());
          put(f.offsets, f.bytes);
          break;
      }
    }
  }
  [[nodiscard]] std::string column_schema(const Column& column, const Files& f) const {
    const auto relative = [&](const fs::path& file) { return json_string(name_ + "/" + file.filename().string()); };
    const std::string begin = fmt::format(R"({{"name":{},"file":{},)", json_string(column.name), relative(f.path));
    const std::string rows = fmt::format(R"("rows":{})", rows_);
    switch (column.type) {
      case ColumnType::kInt: return begin + fmt::format(R"("type":"int64","dtype":"<i8","none":{},{}}})", kNoInt, rows);
      case ColumnType::kId: return begin + fmt::format(R"("type":"uint64","dtype":"<u8","none":{},{}}})", kNoId, rows);
      case ColumnType::kText:
        return begin + fmt::format(R"("type":"large_utf8","offsets":{},"offsets_dtype":"<i8",{}}})",
                                   relative(f.offsets_path), rows);
      case ColumnType::kCode: break;
    }
    std::string labels;
    for (std::uint8_t code = 0; code < column.labels; ++code) {
      labels += (labels.empty() ? "" : ",") + json_string(column.label(code));
    }
    return begin + fmt::format(R"("type":"uint8","dtype":"|u1","none":{},"labels":[{}],{}}})", kNoCode, labels, rows);
  }

  fs::path folder_;
  std::vector<Files> files_;
};

template <class Writer>
Result<std::unique_ptr<TableWriter>> checked(std::unique_ptr<Writer> writer, const fs::path& folder) {
  if (!writer->good()) return std::unexpected(cannot_write(folder / writer->name()));
  return writer;
}

}  // namespace

Result<std::unique_ptr<TableWriter>> TableWriter::make(TableFormat format, const fs::path& folder, std::string name,
                                                       std::vector<Column> columns) {
  switch (format) {
    case TableFormat::kCsv:
      return checked(std::make_unique<CsvWriter>(folder, std::move(name), std::move(columns)), folder);
    case TableFormat::kJsonLines:
      return checked(std::make_unique<JsonLinesWriter>(folder, std::move(name), std::move(columns)), folder);
    case TableFormat::kColumns: break;
  }
  return checked(std::make_unique<ColumnsWriter>(folder, std::move(name), std::move(columns)), folder);
}

std::string fixed_decimal(std::int64_t scaled, int digits) {
  std::uint64_t one = 1;
  for (int i = 0; i < digits; ++i) one *= 10;
  const bool negative = scaled < 0;
  const std::uint64_t size = negative ? ~static_cast<std::uint64_t>(scaled) + 1 : static_cast<std::uint64_t>(scaled);
  if (digits == 0) return fmt::format("{}{}", negative ? "-" : "", size);
  return fmt::format("{}{}.{:0{}}", negative ? "-" : "", size / one, size % one, digits);
}

}  // namespace underround
