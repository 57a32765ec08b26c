// underround journal export FOLDER --format csv|jsonl|columns --out FOLDER
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "app/journal_folder.hpp"
#include "app/journal_tables.hpp"
#include "app/json_text.hpp"

namespace underround::cli {
namespace {

constexpr const char* kFooter =
    R"(csv and jsonl: one file a table; integers carry their unit (price_pips, size_micros, time_ns), a column without one
(price, size) is the same number as a decimal.

columns: one little-endian array a column, described in schema.json; nothing has to be parsed. To Parquet:
  import json, numpy as np, pyarrow as pa, pyarrow.parquet as pq
  for table in json.load(open("OUT/schema.json"))["tables"]:
    arrays = {}
    for c in table["columns"]:
      if c["type"] == "large_utf8":
        offsets, data = (pa.py_buffer(open("OUT/" + c[f], "rb").read()) for f in ("offsets", "file"))
        arrays[c["name"]] = pa.LargeStringArray.from_buffers(c["rows"], offsets, data)
        continue
      values = np.fromfile("OUT/" + c["file"], dtype=c["dtype"])
      arrays[c["name"]] = pa.array(values, mask=values == np.array(c["none"], dtype=c["dtype"]))
    pq.write_table(pa.table(arrays), table["name"] + ".parquet")
Columns of type uint8 are numbers into "labels".)";

class JournalExportCommand final : public Command {
 public:
  std::string_view name() const override { return "export"; }
  std::string_view summary() const override { return "events, commands, frames ... as tables for other programs"; }
  void declare(CLI::App& app) override {
    std::vector<std::string> kinds(JournalTables::kinds().begin(), JournalTables::kinds().end());
    app.add_option("FOLDER", folder_, "state.dir/journal of an engine, or a recording")->required();
    app.add_option("--format", format_, "csv, jsonl or columns (ready for Parquet)")
        ->check(CLI::IsMember({"csv", "jsonl", "columns"}))
        ->required();
    app.add_option("--out", out_, "folder for the tables; made when needed")->required();
    app.add_option("--kind", kinds_, "only these tables; several: a,b")->delimiter(',')->check(CLI::IsMember(kinds));
    app.footer(kFooter);
  }
  Outcome run(const Context& context) override;

 private:
  std::string folder_, format_, out_;
  std::vector<std::string> kinds_;
};

Outcome JournalExportCommand::run(const Context& context) {
  auto reader = open_journal(folder_);
  if (!reader) return std::unexpected(Failure(reader.error()));
  std::error_code error;
  std::filesystem::create_directories(out_, error);
  if (error) return failed(ErrorCode::kIo, fmt::format("--out {}: {}", out_, error.message()));
  const TableFormat format = format_ == "csv"     ? TableFormat::kCsv
                             : format_ == "jsonl" ? TableFormat::kJsonLines
                                                  : TableFormat::kColumns;
  JournalTables tables(format, out_, kinds_);
  std::uint64_t records = 0;
  while (const auto record = reader->next()) {
    ++records;
    if (auto added = tables.add(*record); !added) return std::unexpected(Failure(added.error()));
  }
  const auto written = tables.finish();
  if (!written) return std::unexpected(Failure(written.error()));
  const std::string counts =
      fmt::format(R"("records":{},"unreadable":{},"tables":{})", records, tables.unreadable(), *written);
  // What is before a damaged place is exported all the same: that is what one does with such a journal.
  if (!reader->problem().empty()) {
    return std::unexpected(Failure(Error{ErrorCode::kRefused, reader->problem()}, kExitFailed, counts));
  }
  if (context.json) {
    fmt::print("{{\"ok\":true,{}}}\n", counts);
  } else {
    fmt::print("{} records exported to {}\n", records, out_);
    if (tables.unreadable() > 0) fmt::print("{} of them are of a kind this build does not know\n", tables.unreadable());
  }
  return {};
}

}  // namespace

std::unique_ptr<Command> make_journal_export_command() { return std::make_unique<JournalExportCommand>(); }

}  // namespace underround::cli
