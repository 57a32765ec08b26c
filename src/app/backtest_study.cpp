#include "app/backtest_study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

#include "app/engine_journal.hpp"
#include "app/engine_start.hpp"
#include "app/session_settings.hpp"

namespace underround {
namespace {

using backtest::BacktestSettings;
using backtest::Results;
using backtest::RunLog;

constexpr std::array<std::int64_t, 7> kLatencyPercents{0, 50, 100, 200, 400, 1000, 4000};

EngineStart start_of(const config::Config& config) {
  EngineStart start{.mode = "backtest", .config = config};
  start.starting_cash = engine_settings_of(config, true).starting_cash;
  return start;
}

std::string millis(const backtest::LegLatency& leg) {
  if (leg.recorded != nullptr) return fmt::format("drawn from {} that were recorded", leg.recorded->size());
  std::string text = fmt::format("{} ms", static_cast<double>(leg.base.ns) / 1e6);
  if (leg.jitter.ns > 0) text += fmt::format(" + exponential of {} ms", static_cast<double>(leg.jitter.ns) / 1e6);
  if (leg.spike_ppm > 0) {
    text += fmt::format(", {} % of messages {} ms more", static_cast<double>(leg.spike_ppm) / 1e4, leg.spike.millis());
  }
  return text;
}

std::map<std::string, std::string> settings_text(const StudySettings& s) {
  std::map<std::string, std::string> text;
  const backtest::VenueModelSettings& venue = s.run.venue;
  std::string data, off;
  for (const auto& folder : s.folders) data += (data.empty() ? "" : ", ") + folder.filename().string();
  for (const std::string_view name : backtest::realism_switches()) {
    if (!(venue.realism.*backtest::realism_switch(name))) off += (off.empty() ? "" : ", ") + std::string(name);
  }
  text["data"] = data;
  text["strategies"] = fmt::format("{}", fmt::join(s.config.strategies.enabled, ", "));
  text["realism"] = off.empty() ? "everything on" : "everything on but " + off;
  text["queue model"] = to_string(venue.queue);
  text["data latency"] = venue.latency.recorded ? "as recorded" : millis(venue.latency.data);
  text["order latency"] = millis(venue.latency.order);
  text["cancel latency"] = millis(venue.latency.cancel);
  text["user stream latency"] = millis(venue.latency.user);
  text["taker delay"] = venue.taker_delay ? fmt::format("{} ms in up/down markets", venue.taker_delay->millis())
                                          : "as published for the date, in up/down markets";
  text["settlement"] = fmt::format("{} s, {} % fail (assumed)", venue.settlement_delay.seconds(),
                                   static_cast<double>(venue.settlement_failure_ppm) / 1e4);
  text["misses"] =
      fmt::format("{} % of taker orders find the best level gone (assumed)", static_cast<double>(venue.miss_ppm) / 1e4);
  text["seed"] = fmt::format("{}", venue.seed);
  text["minimum edge"] = fmt::format("{} pips", s.config.strategies.min_edge_usd.pips);
  if (s.assumptions.fees.known()) {
    text["assumed fees"] = fmt::format("{} % where nobody recorded or published them",
                                       static_cast<double>(s.assumptions.fees.rate_ppm()) / 1e4);
  }
  if (s.assumptions.size.micros > 0) {
    text["assumed size"] =
        fmt::format("{} shares at every price where nobody recorded any", s.assumptions.size.to_double());
  }
  if (s.assumptions.complete_sets) text["assumed sets"] = "exactly one market of every event wins";
  return text;
}

// What many files say alike is said once.
std::vector<std::string> condensed(const std::vector<std::string>& notes) {
  std::vector<std::string> texts;
  std::map<std::string, std::size_t> files;
  for (std::string note : notes) {
    if (note.starts_with("from: ")) note = "from: files";
    const auto name = note.find(": "), text = name == std::string::npos ? name : note.find(": ", name + 2);
    if (note.starts_with("unknown: ") && text != std::string::npos) note = "not recorded: " + note.substr(text + 2);
    if (++files[note] == 1) texts.push_back(note);
  }
  for (std::string& text : texts) {
    const std::size_t count = files[text];
    if (text == "from: files")
      text = fmt::format("made from {} file{}", count, count == 1 ? "" : "s");
    else if (count > 1)
      text += fmt::format(" ({} files)", count);
  }
  return texts;
}

}  // namespace

void on_all_cores(std::size_t count, unsigned threads, const std::function<void(std::size_t)>& job) {
  const std::size_t cores = threads > 0 ? threads : std::max(1U, std::thread::hardware_concurrency());
  std::atomic<std::size_t> next{0};
  std::vector<std::thread> workers;
  workers.reserve(std::min(cores, count));
  for (std::size_t i = 0; i < std::min(cores, count); ++i) {
    workers.emplace_back([&] {
      for (std::size_t n = next++; n < count; n = next++) job(n);
    });
  }
  for (std::thread& worker : workers) worker.join();
}

Result<OneRun> run_once(const StudySettings& study, const BacktestSettings& settings, const config::Config& config,
                        EngineJournal* journal) {
  auto data = backtest::MarketData::open(study.folders, study.assumptions);
  if (!data) return std::unexpected(data.error());
  BacktestSettings run = settings;
  bool written = true;
  if (journal != nullptr) {
    run.tap = [&](const Event& e, std::span<const Command> c) {
      written = written && journal->step(e, c);
      journal->wait_for_room();
    };
  }
  auto log = run_backtest(
      *data,
      [&](Catalogue& catalogue) {
        const EngineStart start = start_of(config);
        auto engine = make_engine(start, catalogue);
        if (engine && journal != nullptr) written = journal->start(start, **engine);
        return engine;
      },
      run);
  if (!log) return std::unexpected(log.error());
  if (journal != nullptr && !(journal->flush() && written)) {
    return fail(ErrorCode::kIo, "the journal could not be written: " + journal->failure());
  }
  return OneRun{std::move(*log), data->notes()};
}

Result<backtest::Report> run_study(const StudySettings& s) {
  // The run itself first; a rung or a latency that is the same is not run again.
  std::vector<BacktestSettings> runs{s.run};
  std::vector<std::size_t> rungs, latencies;  // indexes of runs
  const auto index_of = [&](const backtest::VenueModelSettings& venue) {
    if (venue == s.run.venue) return std::size_t{0};
    runs.push_back(s.run);
    runs.back().venue = venue;
    runs.back().progress = nullptr;
    return runs.size() - 1;
  };
  const auto steps = s.ladder ? backtest::ladder() : std::vector<backtest::LadderStep>{};
  for (const auto& step : steps) {
    backtest::VenueModelSettings venue = s.run.venue;
    venue.realism = step.realism;
    rungs.push_back(index_of(venue));
  }
  for (const std::int64_t percent : kLatencyPercents) {
    if (!s.latency_curve) break;
    backtest::VenueModelSettings venue = s.run.venue;
    venue.latency.scale(percent);
    latencies.push_back(index_of(venue));
  }

  std::unique_ptr<EngineJournal> journal;
  if (!s.journal.empty()) {
    auto opened = EngineJournal::open({.folder = s.journal});
    if (!opened) return std::unexpected(opened.error());
    journal = std::move(*opened);
    if (journal->last_sequence() > 0) {
      return fail(ErrorCode::kRefused, s.journal.string() + " holds a journal already: name another folder");
    }
  }

  std::vector<Results> results(runs.size());
  OneRun main;
  std::mutex mutex;
  std::optional<Error> error;
  std::size_t done = 0;
  on_all_cores(runs.size(), s.threads, [&](std::size_t i) {
    auto run = run_once(s, runs[i], s.config, i == 0 ? journal.get() : nullptr);
    if (run) results[i] = results_of(run->log, s.results);
    const std::lock_guard lock(mutex);
    if (!run) {
      error = run.error();
      return;
    }
    if (i == 0) main = std::move(*run);
    if (s.progress) s.progress(++done, runs.size());
  });
  if (error) return std::unexpected(*error);

  backtest::Report report{
      .title = s.title, .main = results[0], .ladder = {}, .latency = {}, .settings = {}, .notes = {}};
  for (std::size_t i = 0; i < steps.size(); ++i) {
    report.ladder.push_back({steps[i].name, steps[i].what, results[rungs[i]]});
  }
  for (const std::size_t i : latencies) report.latency.push_back({runs[i].venue.latency.order.base, results[i]});
  report.settings = settings_text(s);
  report.notes = condensed(main.notes);
  if (const std::string& halt = main.log.halt; !halt.empty()) {
    report.notes.insert(report.notes.begin(),
                        "trading halted before the end (" + halt + "): nobody lifts a halt in a backtest");
  }
  return report;
}

}  // namespace underround
