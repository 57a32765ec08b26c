// A record of the journal in words.
#pragma once

#include <string>
#include <vector>

#include "journal/journal.hpp"
#include "journal/record.hpp"

namespace underround {

// One line each: an event, or whatever the record holds. "unreadable" and the bytes when this build does not know it.
[[nodiscard]] std::vector<std::string> describe(const journal::Record& record);

// "the end of 00000003.segment was torn by a crash; 88 bytes cut, everything before it is good"
[[nodiscard]] std::string torn_words(const journal::Recovered& recovered);

}  // namespace underround
