// The folder that a person named for a journal. People name state.dir where state.dir/journal was meant, and a folder
// without a segment would read as a journal in which all is well.
//   auto reader = open_journal(folder);   if (!reader) return std::unexpected(reader.error());
#pragma once

#include <filesystem>

#include "core/error.hpp"
#include "journal/journal_reader.hpp"

namespace underround {

// kNotFound: no such folder, or no segment in it; the words name the folder that was probably meant.
[[nodiscard]] Result<journal::JournalReader> open_journal(const std::filesystem::path& folder);
[[nodiscard]] Error no_journal_in(const std::filesystem::path& folder);

}  // namespace underround
