// The engine of the sessions before, rebuilt from their journal: the newest usable snapshot, then every record behind
// it through the same engine (JournalReplay), which checks that each command follows.
//   auto before = recover("var/underround/journal").value();
//   if (before.replay) engine->take_over(*before.replay->engine()); else say(before.problem);
// A damaged snapshot, or one of another build, gives way to the one before it, and that to the journal itself, from the
// last session on that began without one before it. What cannot be replayed leaves `problem` and the names of orders
// that may still be open at the venue. Damage is told apart from the rest: what another build wrote is whole, and a
// person knows of it; of records that are gone nobody knows what was in them. Nothing is changed on disk. Cold.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/journal_replay.hpp"
#include "core/error.hpp"
#include "journal/name_codec.hpp"

namespace underround {

struct Recovered {
  std::unique_ptr<JournalReplay> replay;  // null: nothing to go on from
  std::uint64_t snapshot = 0;             // the record it was made after; 0 = none was used
  std::uint64_t records = 0;              // replayed behind it
  std::string problem;                    // why there is no engine although there were sessions; "" = there were none
  bool damaged = false;                   // the problem is that something on the disk is damaged or missing
  std::vector<std::string> notes;         // snapshots that were passed over, and why
  // The last orders that were named by sessions that the engine knows nothing of, finished or not: with a problem all
  // of them, else those before the last session that began anew.
  std::vector<journal::OrderName> names;
};

// At most so many names: orders do not outlive their session for long.
inline constexpr std::size_t kNamesLookedBack = 65'536;

// kNotFound: there is no such folder.
[[nodiscard]] Result<Recovered> recover(const std::filesystem::path& folder);
// Only up to record `up_to`, or as far behind it as a command is owed, so that a snapshot may be made of it; the writer
// may be at work meanwhile. Neither an engine nor a problem: it did not come to such a point, or `stop` became true.
[[nodiscard]] Result<Recovered> recover_settled(const std::filesystem::path& folder, std::uint64_t up_to,
                                                const std::atomic<bool>* stop = nullptr);

// Every record that is there through the same engine, strictly: nothing is passed over. From the first record; when the
// oldest segments have been deleted, from behind the oldest snapshot that what is left follows.
struct Verified {
  std::unique_ptr<JournalReplay> replay;  // its engine is null when there is no session
  std::uint64_t from_snapshot = 0;        // the record that was made after; 0 = from the beginning
  std::uint64_t torn_bytes = 0;
};
// kRefused: what follows does not follow, damage, or nothing to begin from; the words say where.
[[nodiscard]] Result<Verified> verify_journal(const std::filesystem::path& folder);

}  // namespace underround
