// A damaged journal put aside by a person, so that an account can trade again without it.
//   auto done = set_journal_aside("var/underround/journal", "disk failed, orders checked: ana", now).value();
// The folder is renamed (journal.aside-20260429T021043Z) with the reason in it, as `set-aside.txt`, and a new journal
// takes its place: its first record is a note with the reason, and behind it are the names of the newest orders that
// can still be read. So the next session says why it starts from what the venue shows, and cancels what is still open
// of those orders (recovery.hpp). Halts are not in the journal: they stay. Cold.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/units.hpp"

namespace underround {

struct JournalAside {
  std::filesystem::path folder;  // where the old journal is now
  std::string problem;           // what is wrong with it; "" = every record can be read
  std::uint64_t names = 0;       // carried over
};

// kRefused: a process writes there, or it is a recording. kNotFound: no journal. kInvalidInput: no reason.
[[nodiscard]] Result<JournalAside> set_journal_aside(const std::filesystem::path& folder, std::string_view reason,
                                                     Nanos now);

}  // namespace underround
