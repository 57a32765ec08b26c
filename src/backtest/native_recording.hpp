// A native recording: a folder of journal segments that holds market data already decoded, so that a backtest reads
// events at memory speed. One writer makes it (import, or the conversion of raw frames), any number of readers use it.
//   auto writer = NativeWriter::create({.folder = "rec"}).value();
//   writer->condition({id, spec});  writer->frame(events);  writer->close();
//   auto reader = NativeReader::open("rec").value();
//   for (const auto& c : reader.contents().conditions) catalogue.add(c.spec);
//   while (const auto frame = reader.next()) for (const Event& e : frame->events) engine.step(e);
//
// Records (journal/record.hpp): kCondition (ids dense, in order of appearance; a later record with the same id replaces
// the earlier), kSymbol (the same), kEvents (all events of one venue frame, its kFrameEnd last), kGap (why continuity
// was lost; a kGap event for each condition ends its book), kNote (where the data comes from, "unknown: ..." for what
// it cannot say). Time never goes back, not even between files that were imported together.
//
// What a source cannot know is said by tags of the condition, for programs to act on:
//   depth:N         books hold only the best N levels a side
//   sizes:unknown   sizes are a stand-in of one share: nothing may be bought or sold out of them
//   books:sampled   books are seen at moments (polls, snapshots), not after every change
//   trades:partial  some trades are missing
//   pair:learned    which tokens belong together, and the tick, were learned from the frames; outcomes have no names
//   fees:unknown    nobody said what trading costs
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/event.hpp"
#include "journal/condition_codec.hpp"
#include "journal/frame_codec.hpp"

namespace underround::backtest {

inline constexpr std::string_view kTagDepth = "depth:";  // followed by a number
inline constexpr std::string_view kTagSizesUnknown = "sizes:unknown";
inline constexpr std::string_view kTagSampled = "books:sampled";
inline constexpr std::string_view kTagPartialTrades = "trades:partial";
inline constexpr std::string_view kTagLearned = "pair:learned";
inline constexpr std::string_view kTagFeesUnknown = "fees:unknown";
[[nodiscard]] bool has_tag(const ConditionSpec& spec, std::string_view tag) noexcept;

// Everything that is not an event.
struct NativeContents {
  std::vector<journal::JournalledCondition> conditions;  // by id, each in its last version
  std::vector<std::string> symbols;                      // by SymbolId
  std::vector<std::string> notes;                        // in order
  bool indexed = false;      // found through the index at the end; the three below are known only then
  std::uint64_t events = 0;  // of all records
  Nanos first{}, last{};     // times of the first and the last event
};

// A folder with journal segments in it. What is in them, NativeReader::open says and holds_frames
// (capture_recording.hpp).
[[nodiscard]] bool is_recording(const std::filesystem::path& path);

class NativeReader {
 public:
  // kNotFound: no such folder or nothing in it. kInvalidInput: not a native recording, or damaged; the words say where.
  [[nodiscard]] static Result<NativeReader> open(const std::filesystem::path& folder);
  NativeReader(NativeReader&&) noexcept;
  NativeReader& operator=(NativeReader&&) noexcept;
  ~NativeReader();

  [[nodiscard]] const NativeContents& contents() const noexcept;

  struct Frame {
    std::span<const Event> events;  // in the mapped file: good until the next call
    std::string_view gap;           // set instead of events: the words of a kGap record
  };
  // Checked: checksums, subjects within contents(), time. Nothing at the end and at the first thing that is wrong.
  [[nodiscard]] std::optional<Frame> next();
  [[nodiscard]] const std::string& problem() const noexcept;  // "" or why next() ended early
  [[nodiscard]] std::uint64_t bytes_done() const noexcept;
  [[nodiscard]] std::uint64_t bytes_total() const noexcept;

 private:
  friend class NativeWriter;
  struct State;
  explicit NativeReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class NativeWriter {
 public:
  struct Settings {
    std::filesystem::path folder;
    bool append = false;  // go on behind what is there; else a folder with a recording in it is refused
    std::size_t segment_bytes = std::size_t{64} << 20;
  };
  // kRefused: there is a recording already, or another process writes there. kIo: the disk.
  [[nodiscard]] static Result<std::unique_ptr<NativeWriter>> create(Settings settings);
  ~NativeWriter();  // close(), its result unseen
  NativeWriter(const NativeWriter&) = delete;
  NativeWriter& operator=(const NativeWriter&) = delete;

  // What was there before, when appending.
  [[nodiscard]] const NativeContents& existing() const noexcept;

  // The id is that of an earlier record, or the next one.
  [[nodiscard]] Result<void> condition(const journal::JournalledCondition& condition);
  [[nodiscard]] Result<SymbolId> symbol(std::string_view name);  // known names keep their id
  [[nodiscard]] Result<void> note(std::string_view text);
  // One venue frame, not empty. kInvalidInput when its time is before that of the last one.
  [[nodiscard]] Result<void> frame(std::span<const Event> events);
  // Words beside the kGap events that the caller writes.
  [[nodiscard]] Result<void> gap(Nanos at, VenueId venue, std::string_view why);
  [[nodiscard]] Nanos last_time() const noexcept;
  [[nodiscard]] std::uint64_t bytes() const noexcept;  // written by this object
  [[nodiscard]] std::size_t symbols() const noexcept;  // in the recording

  // Writes the index and cuts the last segment to its size. Nothing may follow.
  [[nodiscard]] Result<void> close();

 private:
  struct State;
  explicit NativeWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace underround::backtest
