#include "backtest/capture_reader.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <set>
#include <utility>

#include "backtest/capture_csv.hpp"
#include "backtest/capture_document.hpp"
#include "backtest/capture_input.hpp"
#include "backtest/capture_recording.hpp"
#include "backtest/capture_tar.hpp"
#include "backtest/native_recording.hpp"
#include "venue/polymarket/market_codec.hpp"

namespace underround::backtest {
namespace {

constexpr std::size_t kMaxDocumentBytes = std::size_t{1} << 30;
constexpr std::size_t kMaxFirstLineBytes = std::size_t{4} << 20;
constexpr std::size_t kMaxBadLines = 1'000;
constexpr std::size_t kProgressStepBytes = std::size_t{1} << 20;

// A document or archive member that is already in memory.
class MemoryStream final : public ByteStream {
 public:
  explicit MemoryStream(std::string text) : text_(std::move(text)) {}
  Result<std::size_t> read(char* out, std::size_t size) override {
    const std::size_t n = text_.copy(out, size, at_);
    at_ += n;
    return n;
  }
  std::uint64_t bytes_done() const noexcept override { return 0; }  // the file around it counts

 private:
  std::string text_;
  std::size_t at_ = 0;
};

// "dir/x.raw_messages.jsonl.zst" -> "x.raw_messages"; dots inside the name stay.
std::string stem_of(std::string_view name) {
  name = name.substr(name.find_last_of("/:") + 1);
  for (bool cut = true; cut;) {
    cut = false;
    for (const std::string_view ending : {".zst", ".gz", ".jsonl", ".json", ".csv", ".txt", ".tar"}) {
      if (!name.ends_with(ending)) continue;
      name.remove_suffix(ending.size());
      cut = true;
    }
  }
  return std::string(name);
}

struct Report {
  std::vector<ConditionSpec> markets;
  std::vector<BadLine> bad_lines;
  std::uint64_t bad_count = 0;
  std::uint64_t notes = 0;
  void bad(const std::string& file, std::uint64_t line, std::string reason) {
    ++bad_count;
    if (bad_lines.size() < kMaxBadLines) bad_lines.push_back({file, line, std::move(reason)});
  }
};

// The frames of one file or archive member, in recorded order.
class Source {
 public:
  Source(std::string name, std::unique_ptr<ByteStream> stream, Report& report, DocumentReader& documents)
      : name_(std::move(name)),
        stem_(stem_of(name_)),
        stream_(std::move(stream)),
        lines_(std::make_unique<LineReader>(*stream_)),
        report_(report),
        documents_(documents) {}
  Source(std::string name, RecordingReader recording, Report& report, DocumentReader& documents)
      : Source(std::move(name), std::make_unique<MemoryStream>(std::string()), report, documents) {
    recording_.emplace(std::move(recording));
  }

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] std::uint64_t bytes_done() const noexcept {
    return recording_ ? recording_->bytes_done() : stream_->bytes_done();
  }
  [[nodiscard]] LineReader& lines() noexcept { return *lines_; }

  [[nodiscard]] RecordedFrame& front() noexcept { return pending_.front(); }
  [[nodiscard]] std::uint64_t line() const noexcept { return pending_line_; }
  void pop() { pending_.pop_front(); }

  // Makes front() valid; false when the file has no more frames.
  bool advance() {
    if (recording_) return advance_recording();
    if (!started_) start();
    while (pending_.empty() && read_line()) {
    }
    return !pending_.empty();
  }

 private:
  bool advance_recording() {
    if (!pending_.empty()) return true;
    RecordedFrame frame;
    if (recording_->next(frame, report_.markets)) {
      pending_.push_back(std::move(frame));
      pending_line_ = recording_->sequence();
      return true;
    }
    if (!recording_->problem().empty() && !std::exchange(error_reported_, true)) {
      report_.bad(name_, recording_->sequence() + 1, recording_->problem());
    }
    return false;
  }

  // Lines, or one document over many lines? The first line tells.
  void start() {
    started_ = true;
    bool only_line = false;
    const std::string_view first = lines_->peek_line(kMaxFirstLineBytes, only_line);
    columns_ = L1Columns::from_header(first.ends_with('\r') ? first.substr(0, first.size() - 1) : first);
    if (columns_) {
      std::string_view header;
      static_cast<void>(lines_->next(header));
      report_.markets.push_back(named_token(stem_).spec());
      return;
    }
    const bool opens = first.starts_with('{') || first.starts_with('[');
    strict_ = opens;
    if (!opens || only_line || documents_.complete(first)) return;
    auto whole = lines_->rest(kMaxDocumentBytes);
    if (!whole) {
      report_.bad(name_, 1, whole.error().message);
      return;
    }
    if (take(*whole, 1)) return;
    // Not one document either: lines after all, of which the first is damaged.
    stream_ = std::make_unique<MemoryStream>(std::move(*whole));
    lines_ = std::make_unique<LineReader>(*stream_);
  }

  bool read_line() {
    std::string_view line;
    if (!lines_->next(line)) {
      if (!lines_->error().empty() && !error_reported_) {
        report_.bad(name_, lines_->line_number() + 1, lines_->error());
        error_reported_ = true;
      }
      return false;
    }
    const std::uint64_t number = lines_->line_number();
    if (columns_) {
      auto frame = columns_->frame(line, named_token(stem_));
      if (frame) {
        pending_.push_back(std::move(*frame));
        pending_line_ = number;
      } else if (!line.empty()) {
        report_.bad(name_, number, "row does not match the header");
      }
    } else if (!take(line, number)) {
      report_.bad(name_, number, reason_);
    }
    return true;
  }

  // False when the text is bad; `reason_` says why.
  bool take(std::string_view text, std::uint64_t number) {
    frames_.clear();
    reason_.clear();
    const DocumentKind kind = documents_.read(text, stem_, frames_, report_.markets, reason_);
    if (kind == DocumentKind::kBad || (kind == DocumentKind::kNote && (strict_ || reason_.starts_with("HTML")))) {
      return false;
    }
    if (kind == DocumentKind::kNote) ++report_.notes;
    pending_.insert(pending_.end(), std::make_move_iterator(frames_.begin()), std::make_move_iterator(frames_.end()));
    pending_line_ = number;
    return true;
  }

  std::string name_;
  std::string stem_;
  std::unique_ptr<ByteStream> stream_;
  std::unique_ptr<LineReader> lines_;
  Report& report_;
  DocumentReader& documents_;
  bool started_ = false;
  bool strict_ = false;  // a file of JSON lines: anything else in it is damage, not prose
  bool error_reported_ = false;
  std::optional<L1Columns> columns_;
  std::optional<RecordingReader> recording_;
  std::vector<RecordedFrame> frames_;
  std::string reason_;
  std::deque<RecordedFrame> pending_;
  std::uint64_t pending_line_ = 0;
};

// Market lists that belong to a capture: "x.markets.jsonl" beside "x.raw_messages.jsonl", or "markets.jsonl" beside it.
std::vector<std::filesystem::path> companions_of(const std::filesystem::path& capture) {
  const std::string own = capture.filename().string();
  std::vector<std::filesystem::path> found;
  std::error_code error;
  const auto folder = capture.has_parent_path() ? capture.parent_path() : std::filesystem::path(".");
  for (const auto& sibling : std::filesystem::directory_iterator(folder, error)) {
    const std::string name = sibling.path().filename().string();
    if (name == own || name.find(".json") == std::string::npos) continue;
    const std::size_t at = name.find(".markets.");
    const bool shares_run = at != std::string::npos && at > 0 && own.starts_with(name.substr(0, at + 1));
    if (shares_run || name.starts_with("markets.json")) found.push_back(sibling.path());
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace

struct CaptureReader::State {
  CaptureOptions options;
  Report report;
  DocumentReader documents;
  std::vector<std::unique_ptr<Source>> sources;
  using Turn = std::pair<Nanos, std::size_t>;
  std::optional<Turn> due;  // the earliest next frame of a source, when it is not in `order`
  std::set<Turn> order;     // those of the others
  std::uint64_t bytes_total = 0;
  std::uint64_t bytes_archived = 0;  // files read whole at open()
  std::uint64_t bytes_reported = 0;
  Nanos latest{};
  std::string text;  // of the frame handed out, padded
  std::string feed;
  std::string type;

  Result<void> add(const std::filesystem::path& path) {
    if (is_recording(path)) {
      auto recording = RecordingReader::open(path);
      if (!recording) return std::unexpected(recording.error());
      bytes_total += recording->bytes_total();
      return enqueue(std::make_unique<Source>(path.string(), std::move(*recording), report, documents));
    }
    auto stream = ByteStream::open(path);
    if (!stream) return std::unexpected(stream.error());
    std::error_code error;
    const std::uint64_t size = std::filesystem::file_size(path, error);
    bytes_total += size;
    auto source = std::make_unique<Source>(path.string(), std::move(*stream), report, documents);
    const std::string_view head = source->lines().peek(512);
    if (head.starts_with("PAR1")) {
      return fail(ErrorCode::kUnsupported, path.string() +
                                               ": Parquet is not replayed directly; convert it to JSON lines first "
                                               "(a Parquet importer is planned)");
    }
    if (!is_tar(head)) return enqueue(std::move(source));
    const auto archive = source->lines().rest(kMaxDocumentBytes);
    if (!archive) return fail(archive.error().code, path.string() + ": " + archive.error().message);
    const auto members = read_tar(*archive);
    if (!members) return fail(members.error().code, path.string() + ": " + members.error().message);
    bytes_archived += size;
    for (const TarMember& member : *members) {
      auto added = enqueue(std::make_unique<Source>(path.string() + ":" + member.name,
                                                    std::make_unique<MemoryStream>(std::string(member.content)), report,
                                                    documents));
      if (!added) return added;
    }
    return {};
  }

  Result<void> enqueue(std::unique_ptr<Source> source) {
    sources.push_back(std::move(source));
    schedule(sources.size() - 1);
    return {};
  }

  void schedule(std::size_t index) {
    if (!sources[index]->advance()) return;
    Turn turn{sources[index]->front().received, index};
    // Most recordings are one file, and a file's frames come in runs: no tree for the one whose turn it is anyway.
    if (!due && (order.empty() || turn < *order.begin())) {
      due = turn;
      return;
    }
    if (due && turn < *due) std::swap(turn, *due);
    order.insert(turn);
  }
  // The source whose frame is next; nothing at the end.
  std::optional<std::size_t> next_source() {
    if (!due) {
      if (order.empty()) return std::nullopt;
      due = *order.begin();
      order.erase(order.begin());
    }
    const std::size_t index = due->second;
    due.reset();
    return index;
  }

  void tell_progress(bool always) {
    if (!options.progress) return;
    std::uint64_t done = bytes_archived;
    for (const auto& source : sources) done += source->bytes_done();
    if (!always && done < bytes_reported + kProgressStepBytes) return;
    bytes_reported = done;
    options.progress({std::min(done, bytes_total), bytes_total});
  }
};

CaptureReader::CaptureReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
CaptureReader::~CaptureReader() = default;
CaptureReader::CaptureReader(CaptureReader&&) noexcept = default;
CaptureReader& CaptureReader::operator=(CaptureReader&&) noexcept = default;

Result<CaptureReader> CaptureReader::open(std::span<const std::filesystem::path> paths, const CaptureOptions& options) {
  auto state = std::make_unique<State>();
  state->options = options;
  std::vector<std::filesystem::path> all(paths.begin(), paths.end());
  if (options.find_companions) {
    for (const auto& path : paths) {
      if (!is_recording(path)) std::ranges::move(companions_of(path), std::back_inserter(all));
    }
  }
  std::set<std::filesystem::path> seen;
  for (const auto& path : all) {
    if (!seen.insert(path.lexically_normal()).second) continue;
    if (auto added = state->add(path); !added) return std::unexpected(added.error());
  }
  return CaptureReader(std::move(state));
}

bool CaptureReader::next(CaptureFrame& frame) {
  State& s = *state_;
  const auto index = s.next_source();
  if (!index) {
    s.tell_progress(true);
    return false;
  }
  Source& source = *s.sources[*index];
  RecordedFrame& recorded = source.front();
  s.latest = std::max(s.latest, recorded.received);
  s.text.swap(recorded.text);
  const std::size_t size = s.text.size();
  s.text.append(polymarket::kFramePadding, '\0');
  s.feed.swap(recorded.feed);
  s.type.swap(recorded.type);
  frame = {std::string_view(s.text).substr(0, size), s.latest, source.name(), source.line(), s.feed, s.type};
  source.pop();
  s.schedule(*index);
  s.tell_progress(false);
  return true;
}

const std::vector<ConditionSpec>& CaptureReader::markets() const noexcept { return state_->report.markets; }
const std::vector<BadLine>& CaptureReader::bad_lines() const noexcept { return state_->report.bad_lines; }
std::uint64_t CaptureReader::bad_line_count() const noexcept { return state_->report.bad_count; }
std::uint64_t CaptureReader::note_count() const noexcept { return state_->report.notes; }

}  // namespace underround::backtest
