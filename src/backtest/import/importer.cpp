#include "backtest/import/importer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <queue>

#include "backtest/capture_input.hpp"
#include "backtest/capture_recording.hpp"
#include "backtest/capture_tar.hpp"
#include "backtest/import/frame_source.hpp"
#include "backtest/import/parquet_rows.hpp"
#include "backtest/import/table_source.hpp"
#include "backtest/import/tick_source.hpp"
#include "backtest/import/zip_archive.hpp"

namespace underround::backtest {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHeadBytes = 64 << 10;
constexpr std::uint64_t kFramesBetweenProgress = 1 << 14;
constexpr Nanos kSeam = Nanos{1};

enum class What : std::uint8_t { kFrames, kTable, kTicks, kOutcomeTable, kOutcomeLines, kMarketNames, kZip };

struct Input {
  fs::path path;
  What what = What::kFrames;
  FileKind kind = FileKind::kPlain;
  bool parquet = false;
};

bool holds(std::span<const std::string_view> header, std::string_view name) {
  return std::ranges::find(header, name) != header.end();
}

// What a table of this first line is; frames when it is none.
What what_of_line(std::string_view line) {
  std::vector<std::string_view> cells;
  std::string scratch;
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (!split_csv(line, cells, scratch)) return What::kFrames;
  bool bare = false;
  if (Outcomes::is_outcome_table(cells)) return What::kOutcomeTable;
  if (table_kind(cells, bare) != TableKind::kNone) return What::kTable;
  if (cells.size() >= 2 && holds(cells, "slug") && holds(cells, "question")) return What::kMarketNames;
  return What::kFrames;
}

class Importer {
 public:
  Importer(const ImportOptions& options, ImportReport& report) : options_(options), report_(report) {}

  Result<void> run(std::span<const fs::path> files) {
    report_.files = files.size() + options_.outcomes.size();
    std::vector<Input> inputs;
    for (const fs::path& path : files) {
      auto input = classify(path);
      if (!input) return std::unexpected(input.error());
      inputs.push_back(std::move(*input));
    }
    for (const fs::path& path : options_.outcomes) {
      auto input = classify(path);
      if (!input) return std::unexpected(input.error());
      if (input->what != What::kOutcomeTable && input->what != What::kOutcomeLines) {
        return fail(ErrorCode::kInvalidInput, path.string() + ":1: no list of outcomes");
      }
      inputs.push_back(std::move(*input));
    }
    // Before anything is written: how markets ended and what they are called.
    for (const Input& input : inputs) {
      if (auto done = take_beforehand(input); !done) return done;
    }
    if (auto done = make_writer(); !done) return done;
    ImportTarget target(*writer_, outcomes_, report_);
    if (auto done = copy(inputs, target); !done) {
      writer_.reset();
      if (report_.frames == 0 && options_.existing != ExistingRecording::kAppend) static_cast<void>(remove_recording());
      return done;
    }
    target.finish();
    if (target.failure()) return std::unexpected(*target.failure());
    report_.symbols = writer_->symbols();
    report_.bytes = writer_->bytes();
    auto closed = writer_->close();
    writer_.reset();
    if (closed && report_.events == 0 && report_.conditions == 0) return nothing_usable();
    return closed;
  }

 private:
  // An empty recording would only be in the way of the next try.
  Result<void> nothing_usable() {
    static_cast<void>(remove_recording());
    std::string what;
    for (const TypeCounts* counts : {&report_.by_type, &report_.skipped}) {
      for (const auto& [name, count] : *counts) what += fmt::format("{}{} {}", what.empty() ? "" : ", ", count, name);
    }
    std::string first;
    if (!report_.bad_lines.empty()) {
      const BadLine& bad = report_.bad_lines.front();
      first = fmt::format("; first of {} bad lines: {}:{}: {}", report_.decode_errors, bad.file, bad.line, bad.reason);
    }
    return fail(
        ErrorCode::kInvalidInput,
        fmt::format("nothing in these files becomes part of a recording (seen: {}{}); outcomes and names need the "
                    "market data they belong to beside them",
                    what.empty() ? "nothing" : what, first));
  }
  Result<void> remove_recording() const {
    std::vector<fs::path> old;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(options_.folder, error)) {
      if (entry.path().extension() == ".segment") old.push_back(entry.path());
    }
    for (const fs::path& segment : old) {
      if (!fs::remove(segment, error)) return fail(ErrorCode::kIo, segment.string() + ": cannot be removed");
    }
    return {};
  }
  Result<Input> classify(const fs::path& path) const {
    // A folder of `underround record`.
    if (is_recording(path) && holds_frames(path)) return Input{path, What::kFrames, FileKind::kPlain, false};
    auto stream = ByteStream::open(path);
    if (!stream) return std::unexpected(stream.error());
    LineReader lines(**stream);
    const std::string head(lines.peek(kHeadBytes));
    if (!lines.error().empty()) return fail(ErrorCode::kInvalidInput, path.string() + ": " + lines.error());
    Input input{path, What::kFrames, FileKind::kPlain, is_parquet(head)};
    if (input.parquet) return parquet(std::move(input));
    if (is_zip(head)) {
      input.what = What::kZip;
    } else if (head.starts_with(kNpyMagic)) {
      input.what = What::kTicks;
    } else {
      const std::string_view first = std::string_view(head).substr(0, head.find('\n'));
      input.what = first.starts_with('{') && first.find("\"outcome_prices\":") != std::string_view::npos
                       ? What::kOutcomeLines
                       : what_of_line(first);
      if (input.what == What::kFrames) input.kind = file_kind(head);
      if (input.what == What::kFrames && !first.starts_with('{') && !first.starts_with('[') &&
          first.find(',') != std::string_view::npos && input.kind == FileKind::kPlain && looks_like_header(first)) {
        return fail(ErrorCode::kUnsupported, path.string() +
                                                 ":1: a table with columns that import does not know; "
                                                 "'underround import --help' lists those it does");
      }
    }
    return input;
  }
  // Names of columns and nothing else: prose and numbers look different.
  static bool looks_like_header(std::string_view line) {
    return line.size() > 3 && std::ranges::count(line, ',') >= 2 && std::ranges::all_of(line, [](unsigned char c) {
             return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                    c == ',' || c == '\r' || c == '"';
           });
  }
  Result<Input> parquet(Input input) const {
    auto rows = ParquetRows::open(options_.python, input.path);
    if (!rows) return std::unexpected(rows.error());
    LineReader lines(**rows);
    bool only = false;
    const std::string first(lines.peek_line(kHeadBytes, only));
    if (!lines.error().empty()) return fail(ErrorCode::kUnsupported, input.path.string() + ": " + lines.error());
    input.what = what_of_line(first);
    if (input.what == What::kFrames) {
      return fail(ErrorCode::kUnsupported,
                  input.path.string() + ": a Parquet table with columns that import does not know: " + first);
    }
    return input;
  }

  Result<std::unique_ptr<ByteStream>> bytes_of(const Input& input) const {
    return input.parquet ? ParquetRows::open(options_.python, input.path) : ByteStream::open(input.path);
  }

  Result<void> take_beforehand(const Input& input) {
    if (input.what == What::kOutcomeLines) return take_outcome_lines(input);
    if (input.what != What::kOutcomeTable && input.what != What::kMarketNames) return {};
    auto stream = bytes_of(input);
    if (!stream) return std::unexpected(stream.error());
    LineReader lines(**stream);
    CsvReader csv(lines);
    if (!csv.next()) return fail(ErrorCode::kInvalidInput, input.path.string() + ": " + csv.problem());
    const std::vector<std::string> names(csv.row().begin(), csv.row().end());
    const std::vector<std::string_view> header(names.begin(), names.end());
    while (csv.next()) {
      const bool good =
          csv.row().size() == header.size() &&
          (input.what == What::kMarketNames ? take_names(header, csv.row()) : outcomes_.take_row(header, csv.row()));
      if (good) {
        report_.message(input.what == What::kMarketNames ? "market name" : "outcome");
      } else {
        report_.bad(input.path.string(), csv.line(), "the row does not fit the table's columns");
      }
    }
    if (!csv.problem().empty()) report_.bad(input.path.string(), csv.line(), csv.problem());
    return {};
  }
  Result<void> take_outcome_lines(const Input& input) {
    auto stream = bytes_of(input);
    if (!stream) return std::unexpected(stream.error());
    LineReader lines(**stream);
    std::string_view line;
    while (lines.next(line)) {
      if (!line.empty() && outcomes_.take_document(line)) report_.message("outcome");
    }
    return {};  // lines that are no outcome are judged when the file is read as a market list
  }
  bool take_names(std::span<const std::string_view> header, std::span<const std::string_view> row) {
    std::string slug;
    MarketWords words;
    for (std::size_t i = 0; i < header.size(); ++i) {
      if (header[i] == "slug") slug = row[i];
      if (header[i] == "question") words.question = row[i];
      if (header[i] == "category") words.category = row[i];
    }
    return !slug.empty() && names_.insert_or_assign(std::move(slug), std::move(words)).second;
  }

  Result<void> make_writer() {
    if (options_.existing == ExistingRecording::kReplace && is_recording(options_.folder)) {
      if (auto removed = remove_recording(); !removed) return removed;
    }
    auto writer =
        NativeWriter::create({.folder = options_.folder, .append = options_.existing == ExistingRecording::kAppend});
    if (!writer && writer.error().code == ErrorCode::kRefused) {
      return fail(ErrorCode::kRefused, writer.error().message + "; --append goes on behind it, --force replaces it");
    }
    if (!writer) return std::unexpected(writer.error());
    writer_ = std::move(*writer);
    return {};
  }

  Result<void> copy(const std::vector<Input>& inputs, ImportTarget& target) {
    std::error_code error;
    for (const Input& input : inputs) {
      const std::uint64_t size = fs::is_directory(input.path, error) ? 0 : fs::file_size(input.path, error);
      total_ += size;
      const bool folder = fs::is_directory(input.path, error);
      target.note("from: " + input.path.filename().string() +
                  (folder ? ", a recorder's folder" : fmt::format(", {} bytes", size)));
    }
    if (outcomes_.guessed() > 0) {
      target.unknown(
          fmt::format("the outcome of {} markets whose label was guessed from prices; left out", outcomes_.guessed()));
    }
    const Nanos begin = options_.clock ? options_.clock() : Nanos{};
    if (auto done = open_sources(inputs, target); !done) return done;
    if (auto done = merge(target); !done) return done;
    if (options_.clock) {
      report_.elapsed_ns = (options_.clock() - begin).ns;
      if (report_.elapsed_ns > 0) {
        report_.messages_per_s = static_cast<double>(report_.messages) * 1e9 / static_cast<double>(report_.elapsed_ns);
      }
    }
    return {};
  }

  Result<void> open_sources(const std::vector<Input>& inputs, ImportTarget& target) {
    // All captures together: a market list among them, or beside one, speaks for all.
    std::vector<FrameSource::File> captures;
    for (const Input& input : inputs) {
      if (input.what == What::kFrames || input.what == What::kOutcomeLines)
        captures.push_back({input.path, input.kind});
    }
    if (!captures.empty()) {
      auto source = FrameSource::open(captures, {.find_companions = options_.find_companions, .progress = {}}, target);
      if (!source) return std::unexpected(source.error());
      sources_.push_back(std::move(*source));
    }
    for (const Input& input : inputs) {
      Result<void> done;
      if (input.what == What::kZip) done = open_zip(input, target);
      if (input.what == What::kTable || input.what == What::kTicks) {
        auto bytes = bytes_of(input);
        if (!bytes) return std::unexpected(bytes.error());
        done = open_stream(input.path.filename().string(), input.what, std::move(*bytes), target);
      }
      if (!done) return done;
    }
    return {};
  }
  Result<void> open_stream(const std::string& name, What what, std::unique_ptr<ByteStream> bytes,
                           ImportTarget& target) {
    if (what == What::kTicks) {
      auto source = TickSource::open(name, std::move(bytes), target);
      if (!source) return std::unexpected(source.error());
      sources_.push_back(std::move(*source));
    } else {
      auto source = TableSource::open(name, std::move(bytes), names_, target);
      if (!source) return std::unexpected(source.error());
      sources_.push_back(std::move(*source));
    }
    return {};
  }
  // Arrays and tables in a zip file: .npz, and the archives of Binance.
  Result<void> open_zip(const Input& input, ImportTarget& target) {
    const auto members = read_zip(input.path);
    if (!members) return std::unexpected(members.error());
    for (const ZipMember& member : *members) {
      const auto open = [&] { return open_zip_member(input.path, member); };
      auto bytes = open();
      if (!bytes) return std::unexpected(bytes.error());
      const bool array = member.name.ends_with(".npy");
      // An array is named after its archive: numpy calls the only one "data".
      const std::string name =
          array ? input.path.filename().string() : input.path.filename().string() + ":" + member.name;
      if (auto done = open_stream(name, array ? What::kTicks : What::kTable, std::move(*bytes), target); !done)
        return done;
    }
    return {};
  }

  // The recording to append to ends here: nobody knows what happened until the first new frame.
  void end_books(ImportTarget& target, Nanos first) {
    const std::size_t known = writer_->existing().conditions.size();
    if (known == 0 || writer_->existing().events == 0) return;
    ImportFrame frame;
    frame.begin(std::min(writer_->last_time() + kSeam, first));
    for (std::uint32_t i = 0; i < known; ++i) {
      frame.append(EventKind::kGap, target.catalogue()[ConditionId{i}].spec.venue, i);
    }
    frame.close();
    target.gap(frame.time, VenueId::kNone, "another import goes on from here");
    target.write(frame);
  }

  Result<void> merge(ImportTarget& target) {
    using Turn = std::pair<Nanos, std::size_t>;
    std::priority_queue<Turn, std::vector<Turn>, std::greater<>> turns;
    std::vector<ImportFrame> frames(sources_.size());
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      if (sources_[i]->next(frames[i])) turns.emplace(frames[i].time, i);
    }
    if (!turns.empty()) {
      const Nanos first = turns.top().first;
      if (first < writer_->last_time()) {
        return fail(
            ErrorCode::kInvalidInput,
            fmt::format("{}: the recording ends at {} ns, these files begin at {} ns: time does not go back. Import "
                        "all files together into a new folder",
                        options_.folder.string(), writer_->last_time().ns, first.ns));
      }
      end_books(target, first);
    }
    while (!turns.empty() && !target.failure()) {
      const std::size_t i = turns.top().second;
      turns.pop();
      // As long as nobody else is due the queue need not be asked.
      do {
        target.write(frames[i]);
        tell_progress();
        if (!sources_[i]->next(frames[i])) break;
        if (!turns.empty() && turns.top() < Turn{frames[i].time, i}) {
          turns.emplace(frames[i].time, i);
          break;
        }
      } while (!target.failure());
    }
    return {};
  }
  void tell_progress() {
    if (!options_.progress || ++written_ % kFramesBetweenProgress != 0) return;
    std::uint64_t done = 0;
    for (const auto& source : sources_) done += source->bytes_done();
    options_.progress(std::min(done, total_), total_);
  }

  const ImportOptions& options_;
  ImportReport& report_;
  Outcomes outcomes_;
  MarketNames names_;
  std::unique_ptr<NativeWriter> writer_;
  std::vector<std::unique_ptr<ImportSource>> sources_;
  std::uint64_t total_ = 0, written_ = 0;
};

}  // namespace

Result<ImportReport> import_files(std::span<const fs::path> files, const ImportOptions& options) {
  ImportReport report;
  if (auto done = Importer(options, report).run(files); !done) return std::unexpected(done.error());
  return report;
}

}  // namespace underround::backtest
