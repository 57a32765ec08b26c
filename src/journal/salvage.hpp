// What can still be read of a damaged journal: every whole record of every segment, whatever is lost between them.
//   salvage("var/journal", [&](const Record& r) { use(r); });   // in order; numbers are missing
// For what must not be forgotten (names of orders), never for a state: nothing follows from records with holes. Cold.
#pragma once

#include <filesystem>
#include <functional>

#include "journal/record.hpp"

namespace underround::journal {

void salvage(const std::filesystem::path& folder, const std::function<void(const Record&)>& each);

}  // namespace underround::journal
