#include "app/recovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "journal/journal_reader.hpp"
#include "journal/snapshot.hpp"

namespace underround {
namespace {

namespace fs = std::filesystem;

using journal::Record;
using journal::RecordKind;

constexpr char kNoBeginning[] = "the beginning of the journal is gone, and there is no usable snapshot";

// One walk through the journal. A session that began anew needs nothing of what was before it: whatever cannot be
// replayed is passed over up to the next one of these.
class Walk {
 public:
  explicit Walk(std::unique_ptr<JournalReplay> replay) : replay_(std::move(replay)) {}

  // False: the end, or a point with nothing owed at `up_to` or behind it.
  bool step(const Record& record, std::uint64_t up_to) {
    ++seen_;
    if (record.kind == RecordKind::kName) remember(record);
    // The first record of a journal that follows one that was set aside says so (journal_aside.hpp).
    if (record.kind == RecordKind::kNote && record.sequence == 1) {
      problem_.assign(record.payload.begin(), record.payload.end());
    }
    if (begins_anew(record)) {
      unknown_ = names_.size();
      if (!replay_) replay_ = std::make_unique<JournalReplay>();
    }
    if (!replay_) return true;
    if (const auto followed = replay_->step(record); !followed) {
      problem_ = followed.error().message;
      replay_.reset();
      return true;
    }
    ++records_;
    return up_to == 0 || record.sequence < up_to || !replay_->settled();
  }

  [[nodiscard]] Recovered finish(std::uint64_t snapshot) {
    Recovered out;
    if (replay_ && replay_->engine() != nullptr) {
      out.replay = std::move(replay_);
      out.snapshot = snapshot;
      out.records = records_;
      out.names.assign(names_.begin(), names_.begin() + static_cast<std::ptrdiff_t>(unknown_));
      return out;
    }
    out.names.assign(names_.begin(), names_.end());
    if (seen_ > 0) {
      out.problem = problem_.empty() ? kNoBeginning : problem_;
    }
    return out;
  }

 private:
  static bool begins_anew(const Record& record) {
    if (record.kind != RecordKind::kStart) return false;
    const auto start =
        parse_engine_start({reinterpret_cast<const char*>(record.payload.data()), record.payload.size()});
    return start && !start->goes_on;
  }
  void remember(const Record& record) {
    const auto name = journal::decode_name(record.payload);
    if (!name) return;
    names_.push_back(*name);
    if (names_.size() <= kNamesLookedBack) return;
    names_.pop_front();
    if (unknown_ > 0) --unknown_;
  }

  std::unique_ptr<JournalReplay> replay_;
  std::deque<journal::OrderName> names_;
  std::size_t unknown_ = 0;  // the first of them: from before the last session that began anew
  std::string problem_;
  std::uint64_t records_ = 0, seen_ = 0;
};

// From behind a snapshot, or from where the journal begins when there is none.
Result<Recovered> walk(const fs::path& folder, std::unique_ptr<JournalReplay> from, std::uint64_t up_to,
                       const std::atomic<bool>* stop) {
  const std::uint64_t snapshot = from ? from->last_sequence() : 0;
  auto reader = journal::JournalReader::open(folder, snapshot == 0 ? 0 : snapshot + 1);
  if (!reader) return std::unexpected(reader.error());
  Walk walk(std::move(from));
  std::uint64_t expected = snapshot == 0 ? 0 : snapshot + 1;
  while (const auto record = reader->next()) {
    if (expected != 0 && record->sequence != expected) {
      Recovered out;
      out.problem = fmt::format("{}: records {} to {} behind the snapshot are gone", folder.string(), expected,
                                record->sequence - 1);
      out.damaged = true;
      return out;
    }
    if (stop != nullptr && stop->load(std::memory_order_relaxed)) return Recovered{};
    expected = record->sequence + 1;
    if (!walk.step(*record, up_to)) return walk.finish(snapshot);
  }
  Recovered out = walk.finish(snapshot);
  if (up_to != 0) out.replay.reset();  // nothing owed at no point behind it, yet
  if (!reader->problem().empty()) {
    out.replay.reset();
    out.problem = reader->problem();
    out.damaged = true;
  } else if (reader->next_sequence() < expected) {
    out.replay.reset();
    out.problem = fmt::format(
        "{}: the journal ends before record {}, and the snapshot was made after record {}: what was "
        "between them is gone",
        folder.string(), reader->next_sequence(), snapshot);
    out.damaged = true;
  }
  return out;
}

Result<Recovered> recover_up_to(const fs::path& folder, std::uint64_t up_to, const std::atomic<bool>* stop) {
  std::vector<std::string> notes;
  std::string problem, damaged_snapshot;
  for (const journal::SnapshotFile& file : journal::snapshot_files(folder)) {
    const auto bytes = journal::read_snapshot(file, Engine::layout());
    auto replay = std::make_unique<JournalReplay>();
    if (!bytes || !replay->load(*bytes) || replay->last_sequence() != file.sequence) {
      notes.push_back(bytes ? file.path.string() + " cannot be used" : bytes.error().message);
      if (!bytes && bytes.error().code == ErrorCode::kInvalidInput) damaged_snapshot = bytes.error().message;
      continue;
    }
    auto done = walk(folder, std::move(replay), up_to, stop);
    if (!done) return done;
    // Damage behind a good snapshot: whatever an older one or the beginning gives is a state without what was there.
    if (done->replay || done->damaged) {
      done->notes = std::move(notes);
      return done;
    }
    if (done->problem.empty()) return done;
    notes.push_back(fmt::format("from {}: {}", file.path.filename().string(), done->problem));
    if (problem.empty()) problem = done->problem;
  }
  auto done = walk(folder, nullptr, up_to, stop);
  if (!done) return done;
  done->notes = std::move(notes);
  if (done->replay || done->damaged) return done;
  // Nothing can be rebuilt because of it: with the snapshot it could have been.
  if (!damaged_snapshot.empty() && done->problem == kNoBeginning) {
    done->damaged = true;
    done->problem = fmt::format("{}; {}", damaged_snapshot, kNoBeginning);
  } else if (!problem.empty()) {
    done->problem = problem;
  }
  return done;
}

}  // namespace

Result<Recovered> recover(const fs::path& folder) { return recover_up_to(folder, 0, nullptr); }

Result<Recovered> recover_settled(const fs::path& folder, std::uint64_t up_to, const std::atomic<bool>* stop) {
  return recover_up_to(folder, std::max<std::uint64_t>(up_to, 1), stop);
}

Result<Verified> verify_journal(const fs::path& folder) {
  Verified out{.replay = std::make_unique<JournalReplay>()};
  const auto files = journal::segment_files(folder);
  if (!files) return std::unexpected(files.error());
  const auto headed =
      std::ranges::find_if(*files, [](const fs::path& f) { return journal::first_sequence(f).has_value(); });
  const std::uint64_t begins = headed == files->end() ? 1 : *journal::first_sequence(*headed);
  std::string passed_over;
  if (begins > 1) {
    auto snapshots = journal::snapshot_files(folder);
    std::ranges::reverse(snapshots);
    for (const journal::SnapshotFile& file : snapshots) {
      if (file.sequence + 1 < begins) continue;
      const auto bytes = journal::read_snapshot(file, Engine::layout());
      if (bytes && out.replay->load(*bytes) && out.replay->last_sequence() == file.sequence) {
        out.from_snapshot = file.sequence;
        break;
      }
      out.replay = std::make_unique<JournalReplay>();
      passed_over += "; " + (bytes ? file.path.string() + " cannot be used" : bytes.error().message);
    }
  }
  auto reader = journal::JournalReader::open(folder, out.from_snapshot == 0 ? 0 : out.from_snapshot + 1);
  if (!reader) return std::unexpected(reader.error());
  while (const auto record = reader->next()) {
    if (auto ok = out.replay->step(*record); !ok) {
      ok.error().message += passed_over;
      return std::unexpected(ok.error());
    }
  }
  if (!reader->problem().empty()) return fail(ErrorCode::kRefused, reader->problem());
  out.torn_bytes = reader->torn_bytes();
  return out;
}

}  // namespace underround
