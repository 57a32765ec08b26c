#include "app/journal_replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/archive.hpp"
#include "journal/command_codec.hpp"
#include "journal/condition_codec.hpp"
#include "journal/name_codec.hpp"

namespace underround {
namespace {

using journal::Record;
using journal::RecordKind;

constexpr std::size_t kNamesToForgetAt = 2 * OrderTable::kSlots;

std::unexpected<Error> differs(const Record& record, std::string_view what) {
  return fail(ErrorCode::kRefused, fmt::format("record {} ({}): {}", record.sequence, to_string(record.kind), what));
}

}  // namespace

Result<void> JournalReplay::step(const Record& record) {
  ++counters_.records;
  last_sequence_ = record.sequence;
  if (record.kind == RecordKind::kStart) return begin(record);
  if (record.kind == RecordKind::kNote || record.kind == RecordKind::kSymbol) return {};
  // Names that were carried over from a journal that was set aside.
  if (record.kind == RecordKind::kName && !engine_) return {};
  if (!engine_) {
    return differs(record,
                   "the journal does not begin with the start of a session, and there is no snapshot before it");
  }
  switch (record.kind) {
    case RecordKind::kEvents: return events(record);
    case RecordKind::kCommand: return command(record);
    case RecordKind::kState: return state(record);
    case RecordKind::kCondition: return condition(record);
    case RecordKind::kName: {
      const auto name = journal::decode_name(record.payload);
      if (!name) return differs(record, "not a name");
      if (!names_.emplace(name->id.value, name->digest).second) {
        return differs(record, fmt::format("order {} is named twice", name->id.value));
      }
      if (names_.size() >= kNamesToForgetAt) forget_gone();
      return {};
    }
    default: return differs(record, "does not belong into an engine's journal");
  }
}

Result<void> JournalReplay::begin(const Record& record) {
  auto start = parse_engine_start({reinterpret_cast<const char*>(record.payload.data()), record.payload.size()});
  if (!start) return std::unexpected(start.error());
  auto catalogue = std::make_unique<Catalogue>();
  auto engine = make_engine(*start, *catalogue);
  if (!engine) return std::unexpected(engine.error());
  if (start->goes_on) {
    if (!engine_) return differs(record, "goes on from a session that is not in the journal, and there is no snapshot");
    forget_gone();
    if (!(*engine)->take_over(*engine_)) return differs(record, "the state before it cannot be taken over");
  } else {
    names_.clear();
  }
  engine_ = std::move(*engine);
  catalogue_ = std::move(catalogue);
  start_ = std::move(*start);
  // What a session that died had given but not written down went nowhere: it is written before it is carried out.
  owed_.clear();
  shown_ = 0;
  ++counters_.sessions;
  return {};
}

Result<void> JournalReplay::nothing_owed(const Record& record) const {
  if (shown_ == owed_.size()) return {};
  return differs(record, fmt::format("the engine gives a command that the journal does not have: {}",
                                     journal::describe_command(owed_[shown_]).value_or("?")));
}

Result<void> JournalReplay::events(const Record& record) {
  if (auto ok = nothing_owed(record); !ok) return ok;
  if (record.payload.size() % sizeof(Event) != 0) return differs(record, "not whole events");
  owed_.clear();
  shown_ = 0;
  for (std::size_t at = 0; at < record.payload.size(); at += sizeof(Event)) {
    Event e;
    std::memcpy(static_cast<void*>(&e), record.payload.data() + at, sizeof e);
    commands_.clear();
    engine_->step(e, commands_);
    ++counters_.events;
    for (const Command& command : commands_) {
      std::array<std::uint8_t, journal::kMaxCommandBytes> buffer;
      const journal::Bytes bytes = journal::encode_command(command, buffer);
      owed_.emplace_back(bytes.begin(), bytes.end());
    }
  }
  return {};
}

Result<void> JournalReplay::command(const Record& record) {
  ++counters_.commands;
  const auto words = journal::describe_command(record.payload).value_or("unreadable");
  if (shown_ == owed_.size()) return differs(record, "the engine does not give this command: " + words);
  const std::vector<std::uint8_t>& ours = owed_[shown_++];
  if (std::equal(ours.begin(), ours.end(), record.payload.begin(), record.payload.end())) return {};
  return differs(record, fmt::format("the engine gives another command: {} instead of {}",
                                     journal::describe_command(ours).value_or("?"), words));
}

Result<void> JournalReplay::state(const Record& record) {
  if (auto ok = nothing_owed(record); !ok) return ok;
  std::array<std::uint64_t, 2> theirs{};
  if (record.payload.size() != sizeof theirs) return differs(record, "not a state");
  std::memcpy(theirs.data(), record.payload.data(), sizeof theirs);
  ++counters_.states_checked;
  if (theirs[0] != engine_->counters().events) {
    return differs(record, fmt::format("{} events instead of {}", engine_->counters().events, theirs[0]));
  }
  if (theirs[1] != engine_->state_hash()) {
    return differs(record, fmt::format("state {:016x} instead of {:016x}", engine_->state_hash(), theirs[1]));
  }
  return {};
}

Result<void> JournalReplay::condition(const Record& record) {
  if (auto ok = nothing_owed(record); !ok) return ok;
  auto condition = journal::decode_condition(record.payload);
  if (!condition) return differs(record, "a condition that cannot be read");
  const auto added = catalogue_->add(condition->spec);
  if (!added) return differs(record, added.error().message);
  if (*added != condition->id)
    return differs(record, fmt::format("condition {} got the number {}", condition->id.value, added->value));
  ++counters_.conditions;
  return {};
}

void JournalReplay::forget_gone() {
  std::erase_if(names_,
                [&](const auto& name) { return engine_->executor().orders().find(OrderId{name.first}) == nullptr; });
}

std::vector<std::uint8_t> JournalReplay::save() const {
  std::vector<std::uint8_t> out, state;
  ArchiveWriter a(out);
  engine_->save(state);
  std::vector<std::uint64_t> ids;
  std::vector<Digest> digests;
  for (const auto& [id, digest] : names_) {
    ids.push_back(id);
    digests.push_back(digest);
  }
  a(Engine::layout(), last_sequence_, to_json(start_), state, ids, digests);
  return out;
}

bool JournalReplay::load(std::span<const std::uint8_t> bytes) {
  ArchiveReader a(bytes);
  std::uint64_t layout = 0;
  std::string json;
  std::vector<std::uint8_t> state;
  std::vector<std::uint64_t> ids;
  std::vector<Digest> digests;
  a(layout);
  if (layout != Engine::layout()) return false;
  a(last_sequence_, json, state, ids, digests);
  if (!a.good() || !a.at_end() || ids.size() != digests.size()) return false;
  auto start = parse_engine_start(json);
  if (!start) return false;
  engine_.reset();
  catalogue_ = std::make_unique<Catalogue>();
  auto engine = make_engine(*start, *catalogue_);
  if (!engine || !(*engine)->load(state)) return false;
  engine_ = std::move(*engine);
  start_ = std::move(*start);
  names_.clear();
  for (std::size_t i = 0; i < ids.size(); ++i) names_.emplace(ids[i], digests[i]);
  owed_.clear();
  shown_ = 0;
  return true;
}

}  // namespace underround
