// What is known about a market as bytes, in a layout of its own (a version, then the members): recordings outlive
// builds.
//   journal.append(RecordKind::kCondition, encode_condition(id, spec, buffer));
// Bytes of a version that this build does not know are refused.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/ids.hpp"
#include "journal/record.hpp"
#include "market/catalogue.hpp"

namespace underround::journal {

struct JournalledCondition {
  ConditionId id;  // given by the catalogue at that time
  ConditionSpec spec;
  std::uint8_t winning_outcome = Event::kNoWinner;
};

// Into `buffer`, which is reused; good until its next use.
[[nodiscard]] Bytes encode_condition(const JournalledCondition& condition, std::vector<std::uint8_t>& buffer);
[[nodiscard]] std::optional<JournalledCondition> decode_condition(Bytes payload);

}  // namespace underround::journal
