// A segment of the journal: 32 bytes of head, then records, each 24 bytes of head and a payload padded to 8 bytes, then
// zeros to the end of the file. Little-endian.
//   SegmentReader in(bytes, first_sequence);   while (auto r = in.next()) use(*r);   in.end()
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace underround::journal {

using Bytes = std::span<const std::uint8_t>;

enum class RecordKind : std::uint16_t {
  kEvents = 1,     // core/Event, 64 bytes each: what arrived together, or one
  kCommand = 2,    // command_codec.hpp
  kName = 3,       // an order or a chain operation has got its name; before its bytes
  kNote = 4,       // text for people: who started, halted, resumed, overrode what, and why
  kState = 5,      // the engine's state after the record before: u64 events seen, u64 hash
  kCondition = 6,  // condition_codec.hpp: a condition as it was added to the catalogue, or changed there
  kStart = 7,      // JSON: a session begins, with everything but secrets that decides what it does
  kFrame = 8,      // frame_codec.hpp: raw bytes of a venue's stream
  kGap = 9,        // frame_codec.hpp: continuity of a stream lost, and why
  kSymbol = 10,    // u16 SymbolId, then its name: "BTCUSDT"
};
[[nodiscard]] const char* to_string(RecordKind kind) noexcept;

struct Record {
  std::uint64_t sequence = 0;  // 1, 2, 3 ... over all segments
  RecordKind kind = RecordKind::kNote;
  Bytes payload{};
  std::uint64_t offset = 0;  // in its segment
};

inline constexpr std::size_t kSegmentHead = 32, kRecordHead = 24;
[[nodiscard]] constexpr std::size_t size_on_disk(std::size_t payload) noexcept {
  return kRecordHead + (payload + 7) / 8 * 8;
}

// `out` has kSegmentHead bytes.
void write_segment_head(std::uint8_t* out, std::uint64_t first_sequence) noexcept;
[[nodiscard]] std::optional<std::uint64_t> read_segment_head(Bytes segment) noexcept;  // the first sequence
// The record that begins there, if a whole one does, whatever is around it.
[[nodiscard]] std::optional<Record> read_record(Bytes segment, std::uint64_t at) noexcept;
// `out` has size_on_disk() zero bytes for a payload that is `head` and then `rest`. The size, by which a reader knows
// that there is a record at all, is written last.
void write_record(std::uint8_t* out, std::uint64_t sequence, RecordKind kind, Bytes head, Bytes rest = {}) noexcept;

enum class SegmentEnd : std::uint8_t {
  kMore,     // next() has not come to an end
  kClean,    // nothing but zeros follows
  kTorn,     // something unfinished follows, and behind it nothing
  kCorrupt,  // something damaged, and good records behind it
};

class SegmentReader {
 public:
  // `segment` with its head; the records must count up from `first_sequence`.
  SegmentReader(Bytes segment, std::uint64_t first_sequence) : segment_(segment), next_(first_sequence) {}
  [[nodiscard]] std::optional<Record> next() noexcept;
  [[nodiscard]] SegmentEnd end() const noexcept { return end_; }
  [[nodiscard]] std::uint64_t offset() const noexcept { return at_; }           // behind the last good record
  [[nodiscard]] std::uint64_t next_sequence() const noexcept { return next_; }  // of the record that would follow

 private:
  [[nodiscard]] SegmentEnd examine_rest() const noexcept;

  Bytes segment_;
  std::uint64_t at_ = kSegmentHead, next_;
  SegmentEnd end_ = SegmentEnd::kMore;
};

}  // namespace underround::journal
