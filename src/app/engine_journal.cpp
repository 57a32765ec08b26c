#include "app/engine_journal.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>
#include <utility>

#include "base/check.hpp"
#include "core/event_bytes.hpp"
#include "journal/command_codec.hpp"
#include "journal/condition_codec.hpp"
#include "journal/name_codec.hpp"

namespace underround {
namespace {

constexpr std::size_t kMostHeldBack = 32'768;  // events in one record: more than any frame has

bool belongs_to_frame(EventKind kind) noexcept {
  return kind >= EventKind::kSnapshotBegin && kind < EventKind::kFrameEnd;
}

journal::Bytes bytes_of(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

void EngineJournal::wait_for_room() const {
  while (room_is_short() && failure().empty()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

EngineJournal::EngineJournal(std::unique_ptr<journal::Journal> journal) : journal_(std::move(journal)) {
  held_back_.reserve(4096);
}

Result<std::unique_ptr<EngineJournal>> EngineJournal::open(const journal::JournalSettings& settings) {
  auto lock = journal::FolderLock::take(settings.folder);
  if (!lock) return std::unexpected(lock.error());
  return open(settings, std::move(*lock));
}

Result<std::unique_ptr<EngineJournal>> EngineJournal::open(const journal::JournalSettings& settings,
                                                           journal::FolderLock lock) {
  auto journal = journal::Journal::open(settings, std::move(lock));
  if (!journal) return std::unexpected(journal.error());
  return std::unique_ptr<EngineJournal>(new EngineJournal(std::move(*journal)));
}

bool EngineJournal::start(const EngineStart& start, const Engine& engine) {
  engine_ = &engine;
  // What is taken over is known from what was written before.
  conditions_ = static_cast<std::uint32_t>(engine.catalogue().size());
  UR_CHECK(start.goes_on || conditions_ == 0);
  return flush() && journal_->append(journal::RecordKind::kStart, bytes_of(to_json(start)));
}

bool EngineJournal::step(const Event& e, std::span<const Command> commands) {
  if (e.header.kind == EventKind::kConditionAdded && !(flush() && conditions_up_to(e.condition()))) return false;
  held_back_.push_back(without_padding(e));
  ++since_state_;
  if (commands.empty() && belongs_to_frame(e.header.kind) && held_back_.size() < kMostHeldBack) return true;
  bool good = flush();
  std::array<std::uint8_t, journal::kMaxCommandBytes> buffer;
  for (const Command& command : commands) {
    good = journal_->append(journal::RecordKind::kCommand, journal::encode_command(command, buffer)) && good;
  }
  if (since_state_ >= state_every_ && e.header.kind == EventKind::kFrameEnd) good = state() && good;
  return good;
}

bool EngineJournal::flush() {
  if (held_back_.empty()) return true;
  const bool good =
      journal_->append(journal::RecordKind::kEvents,
                       {reinterpret_cast<const std::uint8_t*>(held_back_.data()), held_back_.size() * sizeof(Event)});
  held_back_.clear();
  return good;
}

bool EngineJournal::state() {
  since_state_ = 0;
  const std::array<std::uint64_t, 2> words{engine_->counters().events, engine_->state_hash()};
  return journal_->append(journal::RecordKind::kState,
                          {reinterpret_cast<const std::uint8_t*>(words.data()), sizeof words});
}

// The one that was added or changed, and whatever joined the catalogue together with it.
bool EngineJournal::conditions_up_to(ConditionId added) {
  const Catalogue& catalogue = engine_->catalogue();
  const auto write = [&](ConditionId id) {
    return journal_->append(
        journal::RecordKind::kCondition,
        journal::encode_condition({id, catalogue[id].spec, catalogue[id].winning_outcome}, buffer_));
  };
  bool good = added.value >= conditions_ || write(added);
  for (; conditions_ < catalogue.size(); ++conditions_) good = write(ConditionId{conditions_}) && good;
  return good;
}

bool EngineJournal::name(OrderId id, const Digest& digest) {
  return flush() && journal_->append(journal::RecordKind::kName, journal::encode_name({id, digest}));
}

bool EngineJournal::note(std::string_view words) {
  return flush() && journal_->append(journal::RecordKind::kNote, bytes_of(words));
}

bool EngineJournal::finish() { return flush() && (engine_ == nullptr || state()); }

}  // namespace underround
