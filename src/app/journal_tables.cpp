#include "app/journal_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "app/event_columns.hpp"
#include "app/json_text.hpp"
#include "journal/command_codec.hpp"
#include "journal/condition_codec.hpp"
#include "journal/event_batch.hpp"
#include "journal/frame_codec.hpp"
#include "journal/name_codec.hpp"
#include "journal/symbol_codec.hpp"

namespace underround {
namespace {

using journal::Record;
using journal::RecordKind;

constexpr std::array<std::string_view, 8> kKinds{"events",     "commands", "names",   "notes",
                                                 "conditions", "frames",   "symbols", "states"};

constexpr Column kSequence{.name = "sequence", .type = ColumnType::kId};
Column text(std::string_view name) { return {.name = name, .type = ColumnType::kText}; }
Column number(std::string_view name) { return {.name = name}; }
Column id(std::string_view name) { return {.name = name, .type = ColumnType::kId}; }

Cell cell(std::int64_t value) { return {.number = value}; }
Cell cell_id(std::uint64_t value) { return {.number = static_cast<std::int64_t>(value)}; }
Cell cell(std::string_view words) { return {.text = std::string(words)}; }
template <class Tag, class Rep>
Cell cell(StrongId<Tag, Rep> value) {
  return value.valid() ? cell_id(value.value) : Cell{};
}

std::vector<Column> command_columns() {
  return {kSequence,
          text("command"),
          id("order_id"),
          id("plan_id"),
          id("strategy"),
          id("condition"),
          number("outcome"),
          text("side"),
          text("tif"),
          number("post_only"),
          {.name = "price_pips", .readable = "price", .digits = Price::kDecimals},
          {.name = "size_micros", .readable = "size", .digits = Shares::kDecimals},
          number("created_ns"),
          number("expires_ns"),
          id("operation_id"),
          text("operation"),
          id("event"),
          id("outcome_mask")};
}

std::vector<Cell> command_cells(const Record& r) {
  using Kind = journal::JournalledCommand::Kind;
  const auto c = journal::decode_command(r.payload);
  if (!c) return {};
  const bool place = c->kind == Kind::kPlace, operation = c->kind == Kind::kOperation;
  Cell condition = cell(c->condition);
  if (place) condition = cell(condition_of(c->terms.instrument));
  if (operation) condition = cell(c->operation.condition);
  Cell size;
  if (place) size = cell(c->terms.size.micros);
  if (operation) size = cell(c->operation.amount.micros);
  return {cell_id(r.sequence),
          cell(to_string(c->kind)),
          cell(c->order),
          cell(c->plan),
          cell(c->strategy),
          condition,
          place ? cell(outcome_of(c->terms.instrument)) : Cell{},
          place ? cell(to_string(c->terms.side)) : Cell{},
          place ? cell(to_string(c->terms.tif)) : Cell{},
          place ? cell(c->terms.post_only ? 1 : 0) : Cell{},
          place ? cell(c->terms.limit.pips) : Cell{},
          size,
          place ? cell(c->created_at.ns) : Cell{},
          place && c->terms.expires_at.ns != 0 ? cell(c->terms.expires_at.ns) : Cell{},
          cell(c->operation.id),
          operation ? cell(to_string(c->operation.kind)) : Cell{},
          cell(c->operation.event),
          operation ? cell_id(c->operation.outcome_mask) : Cell{}};
}

std::vector<Column> condition_columns() {
  return {kSequence,
          id("condition"),
          text("slug"),
          text("question"),
          text("condition_id"),
          text("token_0"),
          text("token_1"),
          text("outcome_0"),
          text("outcome_1"),
          text("event_slug"),
          {.name = "tick_pips", .readable = "tick", .digits = Price::kDecimals},
          number("fee_rate_ppm"),
          number("fee_exponent"),
          number("end_ns"),
          number("winning_outcome")};
}

std::vector<Cell> condition_cells(const Record& r) {
  const auto c = journal::decode_condition(r.payload);
  if (!c) return {};
  const ConditionSpec& s = c->spec;
  return {cell_id(r.sequence),
          cell(c->id),
          cell(s.slug),
          cell(s.question),
          cell(s.condition_id),
          cell(s.tokens[0]),
          cell(s.tokens[1]),
          cell(s.outcomes[0]),
          cell(s.outcomes[1]),
          cell(s.group.slug),
          s.tick.known() ? cell(s.tick.pips) : Cell{},
          s.fees.known() ? cell(s.fees.rate_ppm()) : Cell{},
          s.fees.known() ? cell(s.fees.exponent()) : Cell{},
          s.end_at.ns != 0 ? cell(s.end_at.ns) : Cell{},
          c->winning_outcome != Event::kNoWinner ? cell(c->winning_outcome) : Cell{}};
}

std::vector<Cell> frame_cells(const Record& r) {
  const auto f = journal::decode_frame(r.payload);
  if (!f) return {};
  return {cell_id(r.sequence),        cell(to_string(r.kind)), cell(f->received.ns), cell(to_string(f->venue)),
          cell(to_string(f->stream)), cell(f->connection),     cell(f->text)};
}

std::vector<Cell> name_cells(const Record& r) {
  const auto name = journal::decode_name(r.payload);
  if (!name) return {};
  return {cell_id(r.sequence), cell(name->id), cell(journal::digest_text(name->digest))};
}

std::vector<Cell> note_cells(const Record& r) {
  return {cell_id(r.sequence), cell(to_string(r.kind)),
          cell(std::string_view(reinterpret_cast<const char*>(r.payload.data()), r.payload.size()))};
}

std::vector<Cell> symbol_cells(const Record& r) {
  const auto symbol = journal::decode_symbol(r.payload);
  if (!symbol) return {};
  return {cell_id(r.sequence), cell(symbol->id), cell(symbol->name)};
}

std::vector<Cell> state_cells(const Record& r) {
  if (r.payload.size() != 16) return {};
  std::array<std::uint64_t, 2> events_and_hash;
  std::memcpy(events_and_hash.data(), r.payload.data(), 16);
  return {cell_id(r.sequence), cell_id(events_and_hash[0]), cell(fmt::format("{:016x}", events_and_hash[1]))};
}

}  // namespace

std::span<const std::string_view> JournalTables::kinds() { return kKinds; }

JournalTables::JournalTables(TableFormat format, std::filesystem::path folder, std::vector<std::string> kinds)
    : format_(format), folder_(std::move(folder)), writers_(kKinds.size()) {
  for (const std::string_view kind : kKinds) {
    wanted_.push_back(kinds.empty() || std::ranges::find(kinds, kind) != kinds.end());
  }
}

std::vector<Column> JournalTables::columns_of(Table table) {
  switch (table) {
    case Table::kEvents: {
      std::vector<Column> columns{kSequence};
      for (const EventColumn& c : event_columns()) columns.push_back(c.column);
      columns.push_back(text("market"));
      columns.push_back(text("note"));
      return columns;
    }
    case Table::kCommands: return command_columns();
    case Table::kNames: return {kSequence, id("order_id"), text("digest")};
    case Table::kNotes: return {kSequence, text("kind"), text("words")};
    case Table::kConditions: return condition_columns();
    case Table::kFrames:
      return {kSequence,      text("kind"),         number("received_ns"), text("venue"),
              text("stream"), number("connection"), text("text")};
    case Table::kSymbols: return {kSequence, id("symbol"), text("name")};
    case Table::kStates: return {kSequence, id("events"), text("hash")};
  }
  return {};
}

Result<void> JournalTables::add(const Record& record) {
  if (record.kind == RecordKind::kCondition) {
    if (const auto c = journal::decode_condition(record.payload)) slugs_[c->id.value] = c->spec.slug;
  }
  switch (record.kind) {
    case RecordKind::kEvents: fill(Table::kEvents, record); break;
    case RecordKind::kCommand: fill(Table::kCommands, record); break;
    case RecordKind::kName: fill(Table::kNames, record); break;
    case RecordKind::kNote:
    case RecordKind::kStart: fill(Table::kNotes, record); break;
    case RecordKind::kState: fill(Table::kStates, record); break;
    case RecordKind::kCondition: fill(Table::kConditions, record); break;
    case RecordKind::kFrame:
    case RecordKind::kGap: fill(Table::kFrames, record); break;
    case RecordKind::kSymbol: fill(Table::kSymbols, record); break;
    default: ++unreadable_;
  }
  return outcome_;
}

void JournalTables::fill(Table table, const Record& record) {
  if (!wanted(table)) return;
  if (table == Table::kEvents) {
    if (!fill_events(record)) ++unreadable_;
    return;
  }
  switch (table) {
    case Table::kCommands: cells_ = command_cells(record); break;
    case Table::kNames: cells_ = name_cells(record); break;
    case Table::kNotes: cells_ = note_cells(record); break;
    case Table::kConditions: cells_ = condition_cells(record); break;
    case Table::kFrames: cells_ = frame_cells(record); break;
    case Table::kSymbols: cells_ = symbol_cells(record); break;
    case Table::kStates: cells_ = state_cells(record); break;
    case Table::kEvents: break;
  }
  if (cells_.empty()) {
    ++unreadable_;
  } else {
    put(table);
  }
}

bool JournalTables::fill_events(const Record& record) {
  const auto columns = event_columns();
  return journal::for_each_event(record, [&](const Event& e) {
    cells_.resize(columns.size() + 3);
    cells_.front().number = static_cast<std::int64_t>(record.sequence);
    for (std::size_t i = 0; i < columns.size(); ++i) cells_[i + 1].number = columns[i].get(e);
    const auto condition = condition_of(e);
    const auto slug = condition ? slugs_.find(condition->value) : slugs_.end();
    cells_[columns.size() + 1].text = slug == slugs_.end() ? std::string() : slug->second;
    cells_[columns.size() + 2].text = note_of(e);
    put(Table::kEvents);
    cells_.clear();
  });
}

void JournalTables::put(Table table) {
  auto& writer = writers_[static_cast<std::size_t>(table)];
  if (!writer) {
    auto made =
        TableWriter::make(format_, folder_, std::string(kKinds[static_cast<std::size_t>(table)]), columns_of(table));
    if (!made) {
      outcome_ = std::unexpected(made.error());
      return;
    }
    writer = std::move(*made);
  }
  writer->row(cells_);
}

Result<std::string> JournalTables::finish() {
  std::string list;
  for (const auto& writer : writers_) {
    if (!writer) continue;
    if (auto done = writer->finish(); !done) return std::unexpected(done.error());
    list += (list.empty() ? "" : ",") + writer->schema();
  }
  list = '[' + list + ']';
  if (format_ == TableFormat::kColumns) {
    const auto file = folder_ / "schema.json";
    std::ofstream out(file);
    out << "{\"byte_order\":\"little\",\"tables\":" << list << "}\n";
    out.close();
    if (out.fail()) return fail(ErrorCode::kIo, file.string() + ": cannot be written; is there room on the disk?");
  }
  return list;
}

}  // namespace underround
