// underround record: market data as it came, on disk.
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/byte_size.hpp"
#include "app/commands.hpp"
#include "app/config_command_line.hpp"
#include "app/duration.hpp"
#include "app/embedded_venue.hpp"
#include "app/json_text.hpp"
#include "app/recorder.hpp"
#include "app/terminal.hpp"

namespace underround::cli {
namespace {

constexpr Nanos kHealthPeriod = Nanos::from_seconds(10);
constexpr std::uint64_t kFewestSegments = 4;  // in a budget: two in use, and two to read
constexpr double kMega = 1e6;

// Of the whole process, the embedded venue included.
Nanos cpu_time() {
  struct rusage usage {};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const struct timeval& t) { return Nanos::from_seconds(t.tv_sec) + Nanos{t.tv_usec * 1000}; };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

class RecordCommand final : public Command {
 public:
  std::string_view name() const override { return "record"; }
  std::string_view summary() const override { return "keep the market data of the venues, as it comes"; }
  void declare(CLI::App& app) override {
    app.add_option("--config", config_, "configuration file: venue, [markets], [feed], [binance] (default: embedded)");
    app.add_option("--out", out_, "folder of the recording; made when needed (default: state.dir/recording)");
    app.add_option("--events", events_, "only these: event slugs, market slugs or condition ids; several: a,b")
        ->delimiter(',');
    app.add_option("--for", for_, "stop after this long (default: until Ctrl-C)");
    app.add_option("--budget", budget_, "most room on the disk: 500MB, 20GB (default: no limit)");
    app.add_option("--when-full", when_full_, "rotate: the oldest segments go; stop: the recording ends")
        ->check(CLI::IsMember({"rotate", "stop"}))
        ->capture_default_str();
    app.add_option("--segment", segment_, "size of a segment, the unit of rotation and compression")
        ->capture_default_str();
    app.add_flag("--compress", compress_, "pack segments that are full with zstd (about a sixth of the room)");
    app.footer(
        "Read it with `underround replay FOLDER`, `underround journal stats|dump|export FOLDER`. A line about health\n"
        "goes to stderr every 10 s; with --json also one JSON object a line to stdout, the last with \"done\":true.");
  }
  Outcome run(const Context& context) override;

 private:
  std::expected<RecorderSettings, Failure> settings(const config::Config& config) const;
  void tell(const Context& context, const RecorderHealth& health, Nanos now, std::string_view done);

  std::string config_, out_, for_, budget_, when_full_ = "rotate", segment_ = "64MB";
  std::vector<std::string> events_;
  bool compress_ = false;
  Nanos started_{}, told_{}, cpu_at_start_{};
  std::uint64_t frames_told_ = 0;
};

std::expected<RecorderSettings, Failure> RecordCommand::settings(const config::Config& config) const {
  RecorderSettings s;
  s.config = config;
  s.folder = out_.empty() ? std::filesystem::path(config.state.dir) / "recording" : std::filesystem::path(out_);
  s.compress = compress_;
  s.stop_when_full = when_full_ == "stop";
  const auto segment = parse_byte_size(segment_);
  if (!segment) return wrong_usage("--segment: " + segment.error().message);
  if (*segment < 1'000'000 || *segment > 1'000'000'000) return wrong_usage("--segment: write 1MB to 1GB");
  s.segment_bytes = *segment / 4096 * 4096;
  if (budget_.empty()) return s;
  const auto budget = parse_byte_size(budget_);
  if (!budget) return wrong_usage("--budget: " + budget.error().message);
  if (*budget < kFewestSegments * *segment) {
    return wrong_usage(fmt::format("--budget: {} is less than {} segments of {}; give more, or a smaller --segment",
                                   budget_, kFewestSegments, segment_));
  }
  s.budget_bytes = *budget;
  return s;
}

void RecordCommand::tell(const Context& context, const RecorderHealth& h, Nanos now, std::string_view done) {
  const double since = static_cast<double>((now - told_).ns) / 1e9,
               all = static_cast<double>((now - started_).ns) / 1e9;
  const double rate = since > 0 ? static_cast<double>(h.frames - frames_told_) / since : 0;
  const double cpu = all > 0 ? static_cast<double>((cpu_time() - cpu_at_start_).ns) / 1e7 / all : 0;
  told_ = now;
  frames_told_ = h.frames;
  std::string line = fmt::format(
      "{} frames ({:.0f}/s), {:.1f} MB written, {} gaps, {}/{} connections up, oldest silence {:.1f} s; {} segments, "
      "{:.1f} MB on disk",
      h.frames, rate, static_cast<double>(h.bytes) / kMega, h.gaps, h.connections_up, h.connections,
      static_cast<double>(h.oldest_silence.ns) / 1e9, h.disk.segments, static_cast<double>(h.disk.bytes) / kMega);
  if (h.disk.deleted_segments > 0) line += fmt::format(", {} deleted", h.disk.deleted_segments);
  if (h.skipped > 0) line += fmt::format("; {} frames too long to keep", h.skipped);
  if (!h.disk.trouble.empty()) line += "; not compressed: " + h.disk.trouble;
  terminal::say(line);
  if (!context.json) return;
  fmt::print(
      R"({{"seconds":{:.3f},"frames":{},"frames_per_s":{:.1f},"written_bytes":{},"markets":{},"gaps":{},"resyncs":{},)"
      R"("decode_errors":{},"skipped":{},"connections":{},"connections_up":{},"oldest_silence_ms":{},"segments":{},)"
      R"("packed_segments":{},"disk_bytes":{},"deleted_segments":{},"deleted_bytes":{},"cpu_percent":{:.1f},"done":{},)"
      R"("why":{}}})"
      "\n",
      all, h.frames, rate, h.bytes, h.markets, h.gaps, h.resyncs, h.decode_errors, h.skipped, h.connections,
      h.connections_up, h.oldest_silence.millis(), h.disk.segments, h.disk.packed, h.disk.bytes,
      h.disk.deleted_segments, h.disk.deleted_bytes, cpu, !done.empty(), json_string(done));
  std::fflush(stdout);
}

Outcome RecordCommand::run(const Context& context) {
  const auto duration = duration_option("--for", for_, Nanos{});
  if (!duration) return std::unexpected(duration.error());
  auto loaded = load_config(config_);
  if (!loaded) return std::unexpected(loaded.error());
  config::Config& config = loaded->config;
  if (!events_.empty()) {
    config.markets.allow = events_;
    config.markets.crypto_series.clear();
  }
  auto chosen = settings(config);  // before the venue is started: wrong usage is said at once
  if (!chosen) return std::unexpected(chosen.error());
  net::EventLoop loop;
  std::string why;
  bool failed_to_write = false;
  const auto end = [&](std::string words, bool failure) {
    why = std::move(words);
    failed_to_write = failure;
    loop.stop();
  };
  loop.on_stop_signal([&](int) { end("told to stop", false); });
  auto venue = choose_venue(config);
  if (!venue) return std::unexpected(Failure(venue.error()));
  chosen->config = config;
  chosen->urls = venue->urls;
  if (!venue->embedded) chosen->proxy_url = loaded->secrets.proxy_url;
  const std::string folder = chosen->folder.string();
  auto recorder = Recorder::start(loop, std::move(*chosen), end);
  if (!recorder) return std::unexpected(Failure(recorder.error()));
  const std::uint64_t markets = (*recorder)->health().markets;
  terminal::say(fmt::format("recording {} markets into {}", markets, folder));
  if (markets == 0) terminal::say("no market passes: look at [markets] in the configuration, or at --events");

  started_ = told_ = loop.now();
  cpu_at_start_ = cpu_time();
  net::Timer stop(loop), health(loop);
  if (duration->ns > 0) stop.after(*duration, [&] { end("the time is over", false); });
  health.every(kHealthPeriod, [&] { tell(context, (*recorder)->health(), loop.now(), ""); });
  loop.run();
  (*recorder)->stop();
  tell(context, (*recorder)->health(), loop.now(), why.empty() ? "stopped" : why);
  if (failed_to_write) return failed(ErrorCode::kIo, why);
  return {};
}

}  // namespace

std::unique_ptr<Command> make_record_command() { return std::make_unique<RecordCommand>(); }

}  // namespace underround::cli
