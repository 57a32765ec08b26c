#include "backtest/native_recording.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <thread>
#include <unordered_map>

#include "base/check.hpp"
#include "core/event_bytes.hpp"
#include "core/event_fields.hpp"
#include "journal/journal.hpp"
#include "journal/journal_reader.hpp"

namespace underround::backtest {
namespace {

namespace fs = std::filesystem;
using journal::Bytes;
using journal::Record;
using journal::RecordKind;

// The last note of a closed recording: where everything is that is not an event, so that a reader need not touch
// gigabytes to learn what a recording holds. Text, like every note:
//   "underround native index 1\n" "<events> <first ns> <last ns>\n" then "<segment number> <offset> <sequence>\n" each
constexpr std::string_view kIndexHead = "underround native index 1\n";

struct Place {
  std::uint64_t segment = 0, offset = 0, sequence = 0;
};

Bytes bytes_of(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }
std::string_view text_of(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

std::uint64_t number_of(const fs::path& segment) {
  const std::string stem = segment.stem().string();
  std::uint64_t number = 0;
  std::from_chars(stem.data(), stem.data() + stem.size(), number);
  return number;
}

// A segment as the file has it, for looking at single records.
class MappedSegment {
 public:
  explicit MappedSegment(const fs::path& file) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat info {};
    if (fd < 0) return;
    if (::fstat(fd, &info) == 0 && info.st_size > 0) {
      void* at = ::mmap(nullptr, static_cast<std::size_t>(info.st_size), PROT_READ, MAP_SHARED, fd, 0);
      if (at != MAP_FAILED) bytes_ = {static_cast<const std::uint8_t*>(at), static_cast<std::size_t>(info.st_size)};
    }
    ::close(fd);
  }
  ~MappedSegment() {
    if (!bytes_.empty()) ::munmap(const_cast<std::uint8_t*>(bytes_.data()), bytes_.size());
  }
  MappedSegment(const MappedSegment&) = delete;
  MappedSegment& operator=(const MappedSegment&) = delete;
  [[nodiscard]] Bytes bytes() const noexcept { return bytes_; }

  // The record at `place`, checked. A segment reader takes what it is given for a segment with a head.
  [[nodiscard]] std::optional<Record> at(const Place& place) const {
    if (place.offset < journal::kSegmentHead || place.offset > bytes_.size()) return std::nullopt;
    journal::SegmentReader reader(bytes_.subspan(place.offset - journal::kSegmentHead), place.sequence);
    return reader.next();
  }
  struct Tail {
    std::optional<Record> last;
    std::uint64_t end = 0;  // behind the last good record
  };
  [[nodiscard]] Tail tail() const {
    Tail tail;
    const auto first = journal::read_segment_head(bytes_);
    if (!first) return tail;
    journal::SegmentReader reader(bytes_, *first);
    while (auto record = reader.next()) tail.last = *record;
    tail.end = reader.offset();
    return tail;
  }

 private:
  Bytes bytes_;
};

struct Index {
  std::uint64_t events = 0;
  std::int64_t first = 0, last = 0;
  std::vector<Place> places;
};

std::string text_of(const Index& index) {
  std::string text(kIndexHead);
  fmt::format_to(std::back_inserter(text), "{} {} {}\n", index.events, index.first, index.last);
  for (const Place& p : index.places) {
    fmt::format_to(std::back_inserter(text), "{} {} {}\n", p.segment, p.offset, p.sequence);
  }
  return text;
}

std::optional<Index> parse_index(std::string_view text) {
  if (!text.starts_with(kIndexHead)) return std::nullopt;
  text.remove_prefix(kIndexHead.size());
  const auto number = [&text](auto& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc{} || end == text.data() + text.size() || (*end != ' ' && *end != '\n')) return false;
    text.remove_prefix(static_cast<std::size_t>(end + 1 - text.data()));
    return true;
  };
  Index index;
  if (!number(index.events) || !number(index.first) || !number(index.last)) return std::nullopt;
  while (!text.empty()) {
    Place& p = index.places.emplace_back();
    if (!number(p.segment) || !number(p.offset) || !number(p.sequence)) return std::nullopt;
  }
  return index;
}

// Takes one record that is not events into the contents. What is wrong with it, or nothing.
std::string take(const Record& record, NativeContents& contents) {
  switch (record.kind) {
    case RecordKind::kCondition: {
      auto condition = journal::decode_condition(record.payload);
      if (!condition) return "a condition of another layout";
      const std::size_t id = condition->id.value;
      if (id > contents.conditions.size()) return "a condition out of order";
      if (id == contents.conditions.size()) contents.conditions.emplace_back();
      contents.conditions[id] = std::move(*condition);
      return {};
    }
    case RecordKind::kSymbol: {
      std::uint16_t id = 0;
      if (record.payload.size() < sizeof id) return "a symbol without an id";
      std::memcpy(&id, record.payload.data(), sizeof id);
      if (id != contents.symbols.size()) return "a symbol out of order";
      contents.symbols.emplace_back(text_of(record.payload.subspan(sizeof id)));
      return {};
    }
    case RecordKind::kNote:
      if (!text_of(record.payload).starts_with(kIndexHead)) contents.notes.emplace_back(text_of(record.payload));
      return {};
    case RecordKind::kFrame:
      return "raw frames: a recording as it came from the venue, not a native one; convert it with 'underround import'";
    default: return {};
  }
}

// The contents through the index; nothing when there is none, it is not the last record, or it does not fit.
std::optional<NativeContents> contents_by_index(const std::vector<fs::path>& files, std::vector<Place>& places) {
  const MappedSegment last(files.back());
  const auto tail = last.tail();
  if (!tail.last || tail.last->kind != RecordKind::kNote) return std::nullopt;
  auto index = parse_index(text_of(tail.last->payload));
  if (!index) return std::nullopt;
  std::unordered_map<std::uint64_t, const fs::path*> by_number;
  for (const fs::path& file : files) by_number.emplace(number_of(file), &file);
  NativeContents contents;
  std::unique_ptr<MappedSegment> segment;
  std::uint64_t mapped = 0;
  for (const Place& place : index->places) {
    if (!segment || mapped != place.segment) {
      const auto file = by_number.find(place.segment);
      if (file == by_number.end()) return std::nullopt;
      segment = std::make_unique<MappedSegment>(*file->second);
      mapped = place.segment;
    }
    const auto record = segment->at(place);
    if (!record || !take(*record, contents).empty()) return std::nullopt;
  }
  contents.indexed = true;
  contents.events = index->events;
  contents.first = Nanos{index->first};
  contents.last = Nanos{index->last};
  places = std::move(index->places);
  return contents;
}

// Every record once: recordings whose writer did not come to its end.
Result<NativeContents> contents_by_reading(const fs::path& folder, std::vector<Place>& places) {
  auto reader = journal::JournalReader::open(folder);
  if (!reader) return std::unexpected(reader.error());
  NativeContents contents;
  while (const auto record = reader->next()) {
    if (record->kind == RecordKind::kEvents) {
      if (record->payload.size() < sizeof(Event)) continue;
      Event e;
      std::memcpy(static_cast<void*>(&e), record->payload.data(), sizeof e);
      if (contents.events == 0) contents.first = e.header.time;
      contents.last = e.header.time;
      contents.events += record->payload.size() / sizeof(Event);
      continue;
    }
    if (const std::string wrong = take(*record, contents); !wrong.empty()) {
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("{}: record {}: {}", reader->segment().string(), record->sequence, wrong));
    }
    if (record->kind == RecordKind::kCondition || record->kind == RecordKind::kSymbol ||
        record->kind == RecordKind::kNote) {
      places.push_back({number_of(reader->segment()), record->offset, record->sequence});
    }
  }
  if (!reader->problem().empty()) return fail(ErrorCode::kInvalidInput, reader->problem());
  return contents;
}

Result<NativeContents> read_contents(const fs::path& folder, std::vector<Place>& places) {
  const auto files = journal::segment_files(folder);
  if (!files) return std::unexpected(files.error());
  if (files->empty()) return fail(ErrorCode::kNotFound, folder.string() + ": no recording in this folder");
  if (auto contents = contents_by_index(*files, places)) return std::move(*contents);
  places.clear();
  return contents_by_reading(folder, places);
}

// Market data and references; what the account did is in a journal.
constexpr bool is_recorded(EventKind kind) noexcept {
  return (kind >= EventKind::kSnapshotBegin && kind <= EventKind::kScore) || kind == EventKind::kFeed;
}

// One comparison an event: the first subject that is out of bounds, by kind.
class Bounds {
 public:
  explicit Bounds(const NativeContents& contents) {
    for (std::size_t kind = 0; kind < limit_.size(); ++kind) {
      const auto conditions = static_cast<std::uint64_t>(contents.conditions.size());
      if (!is_recorded(static_cast<EventKind>(kind))) continue;  // 0: never
      switch (subject_of(static_cast<EventKind>(kind))) {
        case Subject::kInstrument: limit_[kind] = conditions * 2; break;
        case Subject::kCondition: limit_[kind] = conditions; break;
        case Subject::kSymbol: limit_[kind] = contents.symbols.size(); break;
        case Subject::kEvent:
        case Subject::kNone: limit_[kind] = std::uint64_t{Event::kNoSubject} + 1; break;
      }
    }
  }
  [[nodiscard]] bool hold(const Event& e) const noexcept {
    return e.header.subject < limit_[static_cast<std::uint8_t>(e.header.kind)];
  }

 private:
  std::array<std::uint64_t, 256> limit_{};
};

}  // namespace

bool has_tag(const ConditionSpec& spec, std::string_view tag) noexcept {
  return std::ranges::find(spec.tags, tag) != spec.tags.end();
}

bool is_recording(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) return false;
  const auto files = journal::segment_files(folder);
  return files && !files->empty();
}

// --- reading

struct NativeReader::State {
  State(journal::JournalReader r, NativeContents c) : reader(std::move(r)), contents(std::move(c)), bounds(contents) {}
  journal::JournalReader reader;
  NativeContents contents;
  Bounds bounds;
  Nanos latest{};
  std::uint64_t done = 0, total = 0;
  std::string problem;

  bool wrong(const Record& record, std::string_view what) {
    problem = fmt::format("{}: record {}: {}", reader.segment().string(), record.sequence, what);
    return false;
  }
  bool check(const Record& record, std::span<const Event> events) {
    for (const Event& e : events) {
      if (!bounds.hold(e)) {
        return wrong(record,
                     "an event of something that the recording does not describe; it was not written by import");
      }
      if (e.header.time < latest) return wrong(record, "time goes back");
      latest = e.header.time;
    }
    return true;
  }
};

NativeReader::NativeReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
NativeReader::NativeReader(NativeReader&&) noexcept = default;
NativeReader& NativeReader::operator=(NativeReader&&) noexcept = default;
NativeReader::~NativeReader() = default;

Result<NativeReader> NativeReader::open(const fs::path& folder) {
  std::vector<Place> places;
  auto contents = read_contents(folder, places);
  if (!contents) return std::unexpected(contents.error());
  auto reader = journal::JournalReader::open(folder);
  if (!reader) return std::unexpected(reader.error());
  auto state = std::make_unique<State>(std::move(*reader), std::move(*contents));
  const auto files = journal::segment_files(folder);
  std::error_code error;
  for (const fs::path& file : *files) state->total += fs::file_size(file, error);
  return NativeReader(std::move(state));
}

std::optional<NativeReader::Frame> NativeReader::next() {
  State& s = *state_;
  while (s.problem.empty()) {
    const auto record = s.reader.next();
    if (!record) {
      s.problem = s.reader.problem();
      s.done = s.total;
      break;
    }
    s.done += journal::size_on_disk(record->payload.size());
    if (record->kind == RecordKind::kEvents) {
      if (record->payload.empty() || record->payload.size() % sizeof(Event) != 0) {
        s.wrong(*record, "not a whole number of events");
        break;
      }
      // Payloads begin at multiples of 8 in a mapped file; an Event is plain bytes (core/event.hpp).
      const std::span events(reinterpret_cast<const Event*>(record->payload.data()),
                             record->payload.size() / sizeof(Event));
      if (!s.check(*record, events)) break;
      return Frame{events, {}};
    }
    if (record->kind == RecordKind::kGap) {
      const auto gap = journal::decode_frame(record->payload);
      return Frame{{}, gap ? gap->text : std::string_view("?")};
    }
  }
  return std::nullopt;
}

const NativeContents& NativeReader::contents() const noexcept { return state_->contents; }
const std::string& NativeReader::problem() const noexcept { return state_->problem; }
std::uint64_t NativeReader::bytes_done() const noexcept { return state_->done; }
std::uint64_t NativeReader::bytes_total() const noexcept { return state_->total; }

// --- writing

struct NativeWriter::State {
  Settings settings;
  std::unique_ptr<journal::Journal> journal;
  NativeContents existing;
  Index index;
  std::size_t conditions = 0;
  std::unordered_map<std::string, SymbolId> symbols;
  std::vector<std::uint8_t> buffer;
  std::uint64_t written = 0;
  // Where the next record goes: the journal says only its sequence. An index with a wrong place is not believed.
  std::uint64_t segment = 1, offset = journal::kSegmentHead, segment_size = 0;

  Result<void> append(RecordKind kind, Bytes payload) {
    const std::size_t need = journal::size_on_disk(payload.size());
    if (need + journal::kSegmentHead > settings.segment_bytes) {
      return fail(ErrorCode::kUnsupported, fmt::format("{}: a record of {} bytes does not fit a segment",
                                                       settings.folder.string(), payload.size()));
    }
    // The journal makes the next segment ahead of time, for a writer that must not wait. This one may.
    while (offset + need > segment_size && !journal->room_ahead()) {
      if (auto failure = journal->failure(); !failure.empty()) return fail(ErrorCode::kIo, std::move(failure));
      std::this_thread::yield();
    }
    if (!journal->append(kind, payload))
      return fail(ErrorCode::kIo, settings.folder.string() + ": the journal is full");
    if (offset + need > segment_size) {
      ++segment;
      offset = journal::kSegmentHead;
      segment_size = settings.segment_bytes;
    }
    const std::uint64_t at = offset;
    offset += need;
    written += need;
    if (kind == RecordKind::kCondition || kind == RecordKind::kSymbol || kind == RecordKind::kNote) {
      index.places.push_back({segment, at, journal->last_sequence()});
    }
    return {};
  }
};

NativeWriter::NativeWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
NativeWriter::~NativeWriter() {
  if (state_->journal) static_cast<void>(close());
}

Result<std::unique_ptr<NativeWriter>> NativeWriter::create(Settings settings) {
  auto state = std::make_unique<State>();
  state->segment_size = settings.segment_bytes;
  if (is_recording(settings.folder)) {
    if (!settings.append) {
      return fail(ErrorCode::kRefused, settings.folder.string() + ": there is a recording already");
    }
    auto contents = read_contents(settings.folder, state->index.places);
    if (!contents) return std::unexpected(contents.error());
    state->existing = std::move(*contents);
    state->index.events = state->existing.events;
    state->index.first = state->existing.first.ns;
    state->index.last = state->existing.last.ns;
    state->conditions = state->existing.conditions.size();
    for (std::size_t i = 0; i < state->existing.symbols.size(); ++i) {
      state->symbols.emplace(state->existing.symbols[i], SymbolId{static_cast<std::uint16_t>(i)});
    }
  }
  auto journal = journal::Journal::open(
      {.folder = settings.folder, .segment_bytes = settings.segment_bytes, .sync_written = false});
  if (!journal) return std::unexpected(journal.error());
  if ((*journal)->recovered().records > 0) {
    const fs::path last = settings.folder / (*journal)->recovered().segment;
    const MappedSegment mapped(last);
    state->segment = number_of(last);
    state->offset = mapped.tail().end;
    state->segment_size = mapped.bytes().size();
  }
  state->journal = std::move(*journal);
  state->settings = std::move(settings);
  return std::unique_ptr<NativeWriter>(new NativeWriter(std::move(state)));
}

const NativeContents& NativeWriter::existing() const noexcept { return state_->existing; }
Nanos NativeWriter::last_time() const noexcept { return Nanos{state_->index.last}; }
std::uint64_t NativeWriter::bytes() const noexcept { return state_->written; }
std::size_t NativeWriter::symbols() const noexcept { return state_->symbols.size(); }

Result<void> NativeWriter::condition(const journal::JournalledCondition& condition) {
  State& s = *state_;
  if (condition.id.value > s.conditions) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("condition {} before condition {}", condition.id.value, s.conditions));
  }
  if (auto done = s.append(RecordKind::kCondition, journal::encode_condition(condition, s.buffer)); !done) return done;
  s.conditions = std::max<std::size_t>(s.conditions, condition.id.value + 1);
  return {};
}

Result<SymbolId> NativeWriter::symbol(std::string_view name) {
  State& s = *state_;
  const auto [place, fresh] =
      s.symbols.try_emplace(std::string(name), SymbolId{static_cast<std::uint16_t>(s.symbols.size())});
  if (!fresh) return place->second;
  UR_CHECK(s.symbols.size() < SymbolId::kNoneValue);
  s.buffer.resize(sizeof(std::uint16_t) + name.size());
  std::memcpy(s.buffer.data(), &place->second.value, sizeof(std::uint16_t));
  std::memcpy(s.buffer.data() + sizeof(std::uint16_t), name.data(), name.size());
  if (auto done = s.append(RecordKind::kSymbol, s.buffer); !done) return std::unexpected(done.error());
  return place->second;
}

Result<void> NativeWriter::note(std::string_view text) { return state_->append(RecordKind::kNote, bytes_of(text)); }

Result<void> NativeWriter::gap(Nanos at, VenueId venue, std::string_view why) {
  const journal::Frame frame{at, venue, journal::Stream::kMarket, 0, why};
  std::array<std::uint8_t, journal::kFrameHead> head;
  const journal::Bytes first = journal::encode_frame_head(frame, head), second = journal::text_bytes(frame);
  state_->buffer.assign(first.begin(), first.end());
  state_->buffer.insert(state_->buffer.end(), second.begin(), second.end());
  return state_->append(RecordKind::kGap, state_->buffer);
}

Result<void> NativeWriter::frame(std::span<const Event> events) {
  State& s = *state_;
  UR_CHECK(!events.empty());
  const Nanos from = events.front().header.time, to = events.back().header.time;
  if (from.ns < s.index.last || to < from) {
    return fail(ErrorCode::kInvalidInput, fmt::format("time goes back from {} ns to {} ns", s.index.last, from.ns));
  }
  s.buffer.resize(events.size_bytes());
  for (std::size_t i = 0; i < events.size(); ++i) {
    const Event clean = without_padding(events[i]);
    std::memcpy(s.buffer.data() + i * sizeof clean, &clean, sizeof clean);
  }
  if (auto done = s.append(RecordKind::kEvents, s.buffer); !done) return done;
  if (s.index.events == 0) s.index.first = from.ns;
  s.index.last = to.ns;
  s.index.events += events.size();
  return {};
}

Result<void> NativeWriter::close() {
  State& s = *state_;
  UR_CHECK(s.journal != nullptr);
  Result<void> done;
  // Without an index a reader looks at every record: slower, not wrong. So one that does not fit is left out.
  const std::string index = text_of(s.index);
  if (journal::size_on_disk(index.size()) + journal::kSegmentHead <= s.settings.segment_bytes) {
    done = s.append(RecordKind::kNote, bytes_of(index));
  }
  s.journal.reset();
  const auto files = journal::segment_files(s.settings.folder);
  if (!files) return std::unexpected(files.error());
  const MappedSegment last(files->back());
  const bool known = !s.index.places.empty() && last.at(s.index.places.back()) &&
                     s.index.places.back().segment == number_of(files->back());
  const std::uint64_t end = known ? s.offset : last.tail().end;
  std::error_code error;
  fs::resize_file(files->back(), end, error);
  if (done && error) return fail(ErrorCode::kIo, files->back().string() + ": " + error.message());
  return done;
}

}  // namespace underround::backtest
