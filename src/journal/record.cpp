#include "journal/record.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "journal/crc32c.hpp"

namespace underround::journal {
namespace {

constexpr std::uint64_t kMagic = 0x31304c4e524a5255ULL;  // "URJNRL01"
constexpr std::uint32_t kLayout = 1;

// crc, size, sequence, kind, reserved. The checksum covers everything behind itself but the size, and the payload.
struct Head {
  std::uint32_t crc = 0, size = 0;
  std::uint64_t sequence = 0;
  std::uint16_t kind = 0, reserved = 0;
  std::uint32_t size_again = 0;
};
static_assert(sizeof(Head) == kRecordHead);
constexpr std::size_t kUncovered = 8;

}  // namespace

const char* to_string(RecordKind kind) noexcept {
  switch (kind) {
    case RecordKind::kEvents: return "events";
    case RecordKind::kCommand: return "command";
    case RecordKind::kName: return "name";
    case RecordKind::kNote: return "note";
    case RecordKind::kState: return "state";
    case RecordKind::kCondition: return "condition";
    case RecordKind::kStart: return "start";
    case RecordKind::kFrame: return "frame";
    case RecordKind::kGap: return "gap";
    case RecordKind::kSymbol: return "symbol";
  }
  return "?";
}

void write_segment_head(std::uint8_t* out, std::uint64_t first_sequence) noexcept {
  std::memset(out, 0, kSegmentHead);
  std::memcpy(out, &kMagic, 8);
  std::memcpy(out + 8, &first_sequence, 8);
  std::memcpy(out + 16, &kLayout, 4);
  const std::uint32_t crc = crc32c({out, 24});
  std::memcpy(out + 24, &crc, 4);
}

std::optional<std::uint64_t> read_segment_head(Bytes segment) noexcept {
  if (segment.size() < kSegmentHead) return std::nullopt;
  std::uint64_t magic = 0, first = 0;
  std::uint32_t layout = 0, crc = 0;
  std::memcpy(&magic, segment.data(), 8);
  std::memcpy(&first, segment.data() + 8, 8);
  std::memcpy(&layout, segment.data() + 16, 4);
  std::memcpy(&crc, segment.data() + 24, 4);
  if (magic != kMagic || layout != kLayout || crc != crc32c(segment.first(24))) return std::nullopt;
  return first;
}

void write_record(std::uint8_t* out, std::uint64_t sequence, RecordKind kind, Bytes head, Bytes rest) noexcept {
  const auto size = static_cast<std::uint32_t>(head.size() + rest.size());
  Head record{.sequence = sequence, .kind = static_cast<std::uint16_t>(kind), .size_again = size};
  std::memcpy(out, &record, sizeof record);
  if (!head.empty()) std::memcpy(out + kRecordHead, head.data(), head.size());
  if (!rest.empty()) std::memcpy(out + kRecordHead + head.size(), rest.data(), rest.size());
  record.crc = crc32c({out + kUncovered, kRecordHead - kUncovered + size});
  std::memcpy(out, &record.crc, 4);
  std::atomic_ref(*reinterpret_cast<std::uint32_t*>(out + 4)).store(size + 1, std::memory_order_release);
}

std::optional<Record> read_record(Bytes segment, std::uint64_t at) noexcept {
  if (at + kRecordHead > segment.size()) return std::nullopt;
  Head head;
  std::memcpy(&head, segment.data() + at, sizeof head);
  if (head.size == 0 || head.size_again != head.size - 1) return std::nullopt;
  const std::size_t size = head.size_again;
  if (size > segment.size() || at + size_on_disk(size) > segment.size()) return std::nullopt;
  if (head.crc != crc32c(segment.subspan(at + kUncovered, kRecordHead - kUncovered + size))) return std::nullopt;
  return Record{head.sequence, static_cast<RecordKind>(head.kind), segment.subspan(at + kRecordHead, size), at};
}

std::optional<Record> SegmentReader::next() noexcept {
  if (end_ != SegmentEnd::kMore) return std::nullopt;
  auto record = read_record(segment_, at_);
  if (!record || record->sequence != next_) {
    end_ = examine_rest();
    if (end_ != SegmentEnd::kCorrupt) return std::nullopt;
    // Or the writer went on while that was looked at: then what comes first is whole by now.
    record = read_record(segment_, at_);
    if (!record || record->sequence != next_) return std::nullopt;
    end_ = SegmentEnd::kMore;
  }
  at_ += size_on_disk(record->payload.size());
  ++next_;
  return record;
}

// Records begin at multiples of 8. One good record of a later sequence behind the end makes it a hole, not a tail.
SegmentEnd SegmentReader::examine_rest() const noexcept {
  const Bytes rest = segment_.subspan(std::min<std::uint64_t>(at_, segment_.size()));
  // All zeros: the first is, and each is equal to the one before it (a live segment's rest is megabytes).
  if (rest.empty() || (rest[0] == 0 && std::memcmp(rest.data(), rest.data() + 1, rest.size() - 1) == 0)) {
    return SegmentEnd::kClean;
  }
  for (std::uint64_t at = at_; at + kRecordHead <= segment_.size(); at += 8) {
    const auto record = read_record(segment_, at);
    if (record && record->sequence >= next_) return SegmentEnd::kCorrupt;
  }
  return SegmentEnd::kTorn;
}

}  // namespace underround::journal
