#include "backtest/replay.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "backtest/capture_catalogue.hpp"
#include "backtest/capture_recording.hpp"
#include "backtest/message_types.hpp"
#include "backtest/native_recording.hpp"
#include "core/event_fields.hpp"
#include "venue/polymarket/book_hash.hpp"
#include "venue/polymarket/market_codec.hpp"

namespace underround::backtest {
namespace {

constexpr std::size_t kMaxBadLines = 1'000;

// How long each book was crossed, by receive time, and how often a live one lost continuity.
class BookWatch {
 public:
  explicit BookWatch(std::size_t conditions) : crossed_since_(conditions), live_(conditions, false) {}

  void after_event(ConditionId id, const ConditionBook& book, ReplayReport& report) {
    const bool live = book.state() == BookState::kLive;
    if (live_[id.value] && !live) ++report.gaps;
    live_[id.value] = live;
  }
  void after_frame(ConditionId id, const ConditionBook& book, Nanos now, ReplayReport& report) {
    auto& since = crossed_since_[id.value];
    const bool crossed = live_[id.value] && book.book().crossed();
    if (since) report.crossed_ns += (now - *since).ns;
    since = crossed ? std::optional(now) : std::nullopt;
  }

 private:
  std::vector<std::optional<Nanos>> crossed_since_;
  std::vector<bool> live_;
};

class Replay {
 public:
  Replay(const Catalogue& catalogue, const ReplayOptions& options, const ReplayHooks& hooks, ReplayReport& report)
      : catalogue_(catalogue),
        hooks_(hooks),
        report_(report),
        codec_(catalogue),
        integrity_(catalogue),
        watch_(catalogue.size()) {
    for (std::uint32_t i = 0; i < catalogue.size(); ++i) {
      books_.add(ConditionId{i}, catalogue[ConditionId{i}].spec.tick);
    }
    if (options.check_hashes) codec_.set_observer(&integrity_);
  }

  void frame(const CaptureFrame& frame) {
    ++report_.frames;
    if (report_.first_received == Nanos{}) report_.first_received = frame.received;
    report_.last_received = frame.received;
    if (frame.feed == kGapFeed) gap(frame);
    if (!frame.feed.empty()) {
      ++report_.by_type["other feed: " + std::string(frame.feed)];
      return;
    }
    const polymarket::CodecCounters before = codec_.counters();
    events_.clear();
    codec_.decode(frame.text, frame.received, 0, events_);
    report_.messages += count_types(before, codec_.counters(), frame.type, report_.by_type);
    if (codec_.counters().decode_errors != before.decode_errors) bad_frame(frame);
    for (const Event& e : events_) step(e);
  }

  void frame(std::span<const Event> events) {
    ++report_.frames;
    ++report_.messages;
    if (report_.first_received == Nanos{}) report_.first_received = events.front().header.time;
    report_.last_received = events.back().header.time;
    for (const Event& e : events) {
      const EventKind kind = e.header.kind;
      if (kind != EventKind::kSnapshotLevel && kind != EventKind::kSnapshotEnd && kind != EventKind::kFrameEnd) {
        ++kinds_[static_cast<std::size_t>(kind)];
      }
      step(e);
    }
  }

  void finish() {
    for (std::uint32_t i = 0; i < books_.size(); ++i) {
      ConditionBook& book = books_[ConditionId{i}];
      integrity_.finish(ConditionId{i}, book);
      book.finish_batch();
      watch_.after_frame(ConditionId{i}, book, report_.last_received, report_);
      add_counters(book.counters());
    }
    for (std::size_t kind = 0; kind < kinds_.size(); ++kind) {
      if (kinds_[kind] > 0) report_.by_type[to_string(static_cast<EventKind>(kind))] += kinds_[kind];
    }
    const polymarket::CodecCounters& codec = codec_.counters();
    report_.decode_errors += codec.decode_errors;
    report_.unknown_tokens = codec.unknown_tokens;
    report_.refused_entries = codec.refused_entries;
    add_hashes();
  }

 private:
  void bad_frame(const CaptureFrame& frame) {
    if (report_.bad_lines.size() >= kMaxBadLines) return;
    report_.bad_lines.push_back({std::string(frame.file), frame.line, "the frame does not decode"});
  }

  void gap(const CaptureFrame& frame) {
    const auto lose = [&](ConditionId id) {
      step(Event::make(EventKind::kGap, frame.received, VenueId::kPolymarket, id.value));
    };
    if (frame.text == kWholeFeed) {
      for (std::uint32_t i = 0; i < catalogue_.size(); ++i) lose(ConditionId{i});
    } else if (const auto id = catalogue_.find_condition(frame.text)) {
      lose(*id);
    }
  }

  void step(const Event& e) {
    ++report_.events;
    if (e.header.kind == EventKind::kFrameEnd) {
      for (const ConditionId id : touched_) watch_.after_frame(id, books_[id], e.header.time, report_);
      touched_.clear();
      if (hooks_.on_event) hooks_.on_event(e);
      if (hooks_.on_frame_end) hooks_.on_frame_end(e.header.time, books_);
      return;
    }
    if (const auto id = condition_of_event(e)) {
      ConditionBook& book = books_[*id];
      integrity_.before(e, book);
      book.apply(e);
      integrity_.after(e, book);
      watch_.after_event(*id, book, report_);
      if (std::ranges::find(touched_, *id) == touched_.end()) touched_.push_back(*id);
    }
    if (hooks_.on_event) hooks_.on_event(e);
  }

  // Of what changes a book.
  static std::optional<ConditionId> condition_of_event(const Event& e) noexcept {
    if (e.header.kind == EventKind::kGap) return e.condition();
    if (subject_of(e.header.kind) == Subject::kInstrument) return condition_of(e.instrument());
    return std::nullopt;
  }

  void add_counters(const BookCounters& c) {
    if (c.snapshots > 0) ++report_.books;
    report_.snapshots += c.snapshots;
    report_.levels += c.levels;
    report_.stale_dropped += c.stale_dropped;
    report_.before_snapshot += c.before_snapshot;
    report_.bbo_checked += c.bbo_checked;
    report_.bbo_agree += c.bbo_agree;
    report_.mirror_checked += c.mirror_checked;
    report_.mirror_agree += c.mirror_agree;
  }

  void add_hashes() {
    report_.rest_hash_checked = integrity_.rest_books().checked;
    report_.rest_hash_agree = integrity_.rest_books().agree;
    report_.book_hash_checked = integrity_.books().checked;
    report_.book_hash_agree = integrity_.books().agree;
    report_.change_hash_checked = integrity_.price_changes().checked;
    report_.change_hash_agree = integrity_.price_changes().agree;
    report_.hash_checked = report_.rest_hash_checked + report_.book_hash_checked + report_.change_hash_checked;
    report_.hash_agree = report_.rest_hash_agree + report_.book_hash_agree + report_.change_hash_agree;
  }

  const Catalogue& catalogue_;
  const ReplayHooks& hooks_;
  ReplayReport& report_;
  BookStore books_;
  polymarket::MarketCodec codec_;
  polymarket::BookIntegrity integrity_;
  BookWatch watch_;
  std::vector<Event> events_;
  std::array<std::uint64_t, 256> kinds_{};  // of a native recording
  std::vector<ConditionId> touched_;        // in the frame being applied
};

void add_speed(const ReplayOptions& options, Nanos begin, ReplayReport& report) {
  if (!options.clock) return;
  report.elapsed_ns = (options.clock() - begin).ns;
  if (report.elapsed_ns > 0) {
    report.messages_per_s = static_cast<double>(report.messages) * 1e9 / static_cast<double>(report.elapsed_ns);
  }
}

Result<ReplayReport> replay_native(const std::filesystem::path& folder, const ReplayOptions& options,
                                   const ReplayHooks& hooks) {
  auto reader = NativeReader::open(folder);
  if (!reader) return std::unexpected(reader.error());
  Catalogue catalogue;
  ReplayReport report;
  for (const auto& c : reader->contents().conditions) {
    const auto id = catalogue.add(c.spec);
    if (!id || *id != c.id) {
      return fail(ErrorCode::kInvalidInput,
                  folder.string() + ": condition " + c.spec.condition_id + " is described twice");
    }
  }
  report.conditions = catalogue.size();
  for (const std::string& note : reader->contents().notes) {
    constexpr std::string_view kUnknown = "unknown: ";
    if (note.starts_with(kUnknown)) report.unknown.push_back(note.substr(kUnknown.size()));
  }
  if (hooks.on_start) hooks.on_start(catalogue);
  const Nanos begin = options.clock ? options.clock() : Nanos{};
  Replay replay(catalogue, options, hooks, report);
  constexpr std::uint64_t kFramesBetweenProgress = 1 << 16;
  while (const auto frame = reader->next()) {
    if (!frame->events.empty()) replay.frame(frame->events);
    if (options.capture.progress && report.frames % kFramesBetweenProgress == 0) {
      options.capture.progress({reader->bytes_done(), reader->bytes_total()});
    }
  }
  if (!reader->problem().empty()) return fail(ErrorCode::kInvalidInput, reader->problem());
  replay.finish();
  add_speed(options, begin, report);
  return report;
}

}  // namespace

Result<ReplayReport> replay_files(std::span<const std::filesystem::path> paths, const ReplayOptions& options,
                                  const ReplayHooks& hooks) {
  for (const auto& path : paths) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error) || (is_recording(path) && holds_frames(path))) continue;
    if (paths.size() > 1) return fail(ErrorCode::kInvalidInput, path.string() + ": a recording is replayed alone");
    return replay_native(path, options, hooks);
  }
  Catalogue catalogue;
  ReplayReport report;
  {
    auto reader = CaptureReader::open(paths, options.capture);
    if (!reader) return std::unexpected(reader.error());
    PairLearner pairs;
    CaptureFrame frame;
    while (reader->next(frame)) {
      if (frame.feed.empty()) pairs.observe(frame.text);
    }
    add_markets(reader->markets(), catalogue);
    report.conditions_learned = pairs.add_to(catalogue);
    report.conditions = catalogue.size();
    report.bad_lines = reader->bad_lines();
    report.decode_errors = reader->bad_line_count();
    report.notes = reader->note_count();
  }
  if (hooks.on_start) hooks.on_start(catalogue);
  const Nanos begin = options.clock ? options.clock() : Nanos{};
  auto reader = CaptureReader::open(paths, options.capture);
  if (!reader) return std::unexpected(reader.error());
  Replay replay(catalogue, options, hooks, report);
  CaptureFrame frame;
  while (reader->next(frame)) replay.frame(frame);
  replay.finish();
  add_speed(options, begin, report);
  return report;
}

}  // namespace underround::backtest
