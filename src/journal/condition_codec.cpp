#include "journal/condition_codec.hpp"

#include "base/archive.hpp"
#include "market/condition_archive.hpp"

namespace underround::journal {
namespace {

constexpr std::uint16_t kVersion = 1;

template <class A>
void members(A& a, JournalledCondition& c) {
  a(c.id.value, c.winning_outcome, c.spec);
}

}  // namespace

Bytes encode_condition(const JournalledCondition& condition, std::vector<std::uint8_t>& buffer) {
  buffer.clear();
  ArchiveWriter writer(buffer);
  writer(kVersion);
  members(writer, const_cast<JournalledCondition&>(condition));  // one list of members for both directions
  return buffer;
}

std::optional<JournalledCondition> decode_condition(Bytes payload) {
  ArchiveReader reader(payload);
  std::uint16_t version = 0;
  reader(version);
  if (!reader.good() || version != kVersion) return std::nullopt;
  JournalledCondition condition;
  members(reader, condition);
  if (!reader.good() || !reader.at_end()) return std::nullopt;
  return condition;
}

}  // namespace underround::journal
