// A journal as tables, for spreadsheets and notebooks: events, commands, names, notes, conditions, frames, symbols,
// states.
//   JournalTables tables(TableFormat::kCsv, "out", {"events"});
//   while (auto r = reader.next()) tables.add(*r);        tables.finish().value()   // JSON: what was written
// A table that would have no row has no file.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "app/table_writer.hpp"
#include "journal/record.hpp"

namespace underround {

class JournalTables {
 public:
  // Names for --kind.
  [[nodiscard]] static std::span<const std::string_view> kinds();

  // `kinds` empty: all of them. The folder is there.
  JournalTables(TableFormat format, std::filesystem::path folder, std::vector<std::string> kinds);

  // kIo: a file cannot be made.
  [[nodiscard]] Result<void> add(const journal::Record& record);
  [[nodiscard]] std::uint64_t unreadable() const noexcept { return unreadable_; }  // records no table understands
  // The tables as a JSON array; with `columns` also written to schema.json.
  [[nodiscard]] Result<std::string> finish();

 private:
  enum class Table : std::uint8_t { kEvents, kCommands, kNames, kNotes, kConditions, kFrames, kSymbols, kStates };
  [[nodiscard]] bool wanted(Table table) const noexcept { return wanted_[static_cast<std::size_t>(table)]; }
  void fill(Table table, const journal::Record& record);
  bool fill_events(const journal::Record& record);
  void put(Table table);  // the cells as a row
  [[nodiscard]] static std::vector<Column> columns_of(Table table);

  TableFormat format_;
  std::filesystem::path folder_;
  std::vector<bool> wanted_;
  std::vector<std::unique_ptr<TableWriter>> writers_;
  std::vector<Cell> cells_;
  std::unordered_map<std::uint32_t, std::string> slugs_;  // by condition, as far as the journal has said
  std::uint64_t unreadable_ = 0;
  Result<void> outcome_{};
};

}  // namespace underround
