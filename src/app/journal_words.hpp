// A record of the journal in words.
#pragma once

#include <string>
#include <vector>

#include "journal/record.hpp"

namespace underround {

// One line each: an event, or whatever the record holds. "unreadable" and the bytes when this build does not know it.
[[nodiscard]] std::vector<std::string> describe(const journal::Record& record);

}  // namespace underround
