// The engine of the sessions before, rebuilt from their journal: the newest usable snapshot, then every record behind
// it through the same engine (JournalReplay), which checks that each command follows.
//   auto before = recover("var/underround/journal").value();
//   if (before.replay) engine->take_over(*before.replay->engine()); else say(before.problem);
// A damaged snapshot, or one of another build, gives way to the one before it, and that to the journal itself, from the
// last session on that began without one before it. What cannot be replayed leaves `problem` and the names of orders
// that may still be open at the venue. Nothing is changed on disk. Cold.
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
  std::vector<std::string> notes;         // snapshots that were passed over, and why
  std::vector<journal::OrderName> names;  // with a problem: the last orders that were named, finished or not
};

// At most so many names: orders do not outlive their session for long.
inline constexpr std::size_t kNamesLookedBack = 65'536;

// kNotFound: there is no such folder.
[[nodiscard]] Result<Recovered> recover(const std::filesystem::path& folder);
// Only up to record `up_to`, or as far behind it as a command is owed, so that a snapshot may be made of it; the writer
// may be at work meanwhile. Neither an engine nor a problem: it did not come to such a point, or `stop` became true.
[[nodiscard]] Result<Recovered> recover_settled(const std::filesystem::path& folder, std::uint64_t up_to,
                                                const std::atomic<bool>* stop = nullptr);

}  // namespace underround
