// underround backtest: the engine on recorded or simulated markets, in the time they were recorded in.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>

#include "app/backtest_sweep.hpp"
#include "app/commands.hpp"
#include "app/config_command_line.hpp"
#include "app/duration.hpp"
#include "app/latency_option.hpp"
#include "app/recorded_data.hpp"
#include "app/recorded_latency.hpp"
#include "app/simulated_run.hpp"
#include "app/terminal.hpp"
#include "app/text_file.hpp"
#include "app/time_text.hpp"
#include "backtest/compare.hpp"
#include "backtest/report_html.hpp"
#include "backtest/report_text.hpp"

namespace underround::cli {
namespace {

constexpr const char* kAbout =
    "The ladder and its switches, from generous to everything on (the default):\n"
    "  spread depth fees latency impact queue rules misses settlement\n"
    "A result is what these assumptions make of this recording: it promises nothing. Settlement failures and misses\n"
    "have no published rates; what is assumed is in the report and can be changed here.\n"
    "Recordings: folders made by `underround import` or `record`, or files that `import` reads (they are converted\n"
    "into a temporary folder first).";

// What every run on recordings is told.
class RecordedCommand : public Command {
 protected:
  void declare_recorded(CLI::App& app) {
    app.add_option("--config", config_, "configuration file: strategies, limits");
    app.add_option("--data", data_, "recordings: folders or files; several are merged by time");
    app.add_option("--from", from_, "trade from this moment on (UTC); books are built from the beginning");
    app.add_option("--to", to_, "until this moment");
    app.add_option("--without", without_, "switch assumptions off, for example fees,latency")->delimiter(',');
    app.add_option("--queue", queue_, "pessimistic, proportional or power")->capture_default_str();
    app.add_option("--order-latency", order_latency_,
                   "orders, and cancels and answers unless said, each way: 15ms, 15ms+5ms (a tail), or with stalls "
                   "15ms+5ms/0.5%:250ms, the default");
    app.add_option("--cancel-latency", cancel_latency_, "cancels, likewise");
    app.add_option("--answer-latency", answer_latency_, "the user stream, likewise");
    app.add_option("--latency-from", latency_from_,
                   "orders, cancels and answers as they were measured: the journal of a live session");
    app.add_option("--data-latency", data_latency_, "venue to us: likewise, or `recorded`")->capture_default_str();
    app.add_option("--taker-delay", taker_delay_, "of up/down markets: a duration, or what the venue had at the `date`")
        ->capture_default_str();
    app.add_option("--settlement-failures", failures_, "share of fills that settlement takes back")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 1.0));
    app.add_option("--misses", misses_, "share of taker orders that find the best level gone")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 1.0));
    app.add_option("--assume-fees", fees_,
                   "taker rate (0.07) for markets whose fee nobody recorded or published; else they rest")
        ->check(CLI::Range(0.0, 1.0));
    app.add_option("--assume-size", size_,
                   "shares at every price of markets whose sizes nobody recorded; else they rest")
        ->check(CLI::Range(1, 1'000'000));
    app.add_flag("--assume-complete", complete_,
                 "exactly one market of every recorded event wins, though nobody said so");
    app.add_option("--seed", seed_, "of everything that chance decides")->capture_default_str();
  }
  std::expected<StudySettings, Failure> study();
  std::expected<void, Failure> latencies(backtest::LatencySettings& legs) const;

  std::string config_, from_, to_, queue_ = "pessimistic", order_latency_, cancel_latency_, answer_latency_,
                                   latency_from_, data_latency_ = "12ms", taker_delay_ = "date";
  std::vector<std::filesystem::path> data_;
  std::vector<std::string> without_;
  double failures_ = 0.002, misses_ = 0.02, fees_ = -1;
  std::uint64_t seed_ = 1;
  std::int64_t size_ = 0;
  bool complete_ = false;
};

class BacktestCommand final : public RecordedCommand {
 public:
  std::string_view name() const override { return "backtest"; }
  std::string_view summary() const override { return "the engine on recorded or simulated markets"; }
  bool runs_alone() const override { return true; }
  std::vector<std::unique_ptr<Command>> subcommands() override;
  void declare(CLI::App& app) override {
    declare_recorded(app);
    app.add_flag("--ladder", ladder_, "also run every rung of the ladder of assumptions");
    app.add_flag("--latency-curve", curve_, "also run at other order latencies");
    app.add_option("--report", report_, "write the whole report to this HTML file (with --ladder and --latency-curve)");
    app.add_option("--out", out_, "write the same as JSON to this file, for `backtest compare`");
    app.add_option("--title", title_, "of the report");
    app.add_option("--journal", journal_, "write every event and command into this new folder");
    app.add_flag("--simulate", simulate_, "on the seeded venue in a box, in virtual time, instead of recordings");
    app.add_option("--markets", markets_, "with --simulate: how many")->check(CLI::Range(30, 20'000));
    app.add_option("--virtual-duration", duration_, "with --simulate: how long (default 15m)");
    app.footer(kAbout);
  }
  Outcome run(const Context& context) override;

 private:
  Outcome simulate(const Context& context);
  Outcome recorded(const Context& context);
  std::string report_, out_, title_, journal_, duration_;
  bool ladder_ = false, curve_ = false, simulate_ = false;
  std::uint32_t markets_ = 300;
};

std::int64_t ppm(double share) { return std::llround(share * 1e6); }

// --- on the simulator

void print(const Context& context, std::uint64_t seed, const SimulatedRun& run) {
  if (context.json) {
    fmt::print(
        R"({{"seed":{},"virtual_seconds":{},"markets":{},"events":{},"commands":{},"orders":{},"fills":{},)"
        R"("opportunities_seen":{},"opportunities_taken":{},"phantoms":{},"pnl_usd_micros":{},"fees_usd_micros":{},)"
        R"("equity_usd_micros":{},"invariant_violations":{},"ledger_equals_venue":{},"journal_records":{},)"
        R"("state_hash":"{:016x}"}})"
        "\n",
        seed, (run.to - run.from).ns / 1'000'000'000, run.markets, run.events, run.commands, run.orders, run.fills,
        run.opportunities_seen, run.opportunities_taken, run.phantoms, run.pnl.micros, run.fees.micros,
        run.equity.micros, run.invariant_violations, run.ledger_equals_venue, run.journal_records, run.state_hash);
    return;
  }
  fmt::print("{} markets, {:.0f} virtual minutes, {} events\n", run.markets,
             static_cast<double>((run.to - run.from).ns) / 60e9, run.events);
  fmt::print("{} of {} opportunities taken ({} phantoms refused), {} orders, {} fills\n", run.opportunities_taken,
             run.opportunities_seen, run.phantoms, run.orders, run.fills);
  fmt::print("P&L {:+.2f} USD after {:.2f} USD of fees; ledger {} the venue's\n", run.pnl.to_double(),
             run.fees.to_double(), run.ledger_equals_venue ? "equals" : "DIFFERS FROM");
  fmt::print("state {:016x}{}\n", run.state_hash,
             run.journal_records > 0 ? fmt::format(", {} records in the journal", run.journal_records) : "");
}

Outcome BacktestCommand::simulate(const Context& context) {
  const auto duration = duration_option("--virtual-duration", duration_, Nanos::from_seconds(900));
  if (!duration) return std::unexpected(duration.error());
  auto loaded = load_config(config_);
  if (!loaded) return std::unexpected(loaded.error());
  const auto run = simulated_run(
      {.config = loaded->config, .seed = seed_, .markets = markets_, .duration = *duration, .journal = journal_});
  if (!run) return std::unexpected(Failure(run.error()));
  print(context, seed_, *run);
  if (run->invariant_violations > 0 || !run->ledger_equals_venue) {
    return failed(ErrorCode::kInternal, "the ledger and the venue disagree: this is a bug, please report the seed");
  }
  return {};
}

// --- on recordings

std::expected<void, Failure> RecordedCommand::latencies(backtest::LatencySettings& legs) const {
  if (!latency_from_.empty()) {
    const auto times = recorded_latencies(latency_from_);
    if (!times) return std::unexpected(Failure(times.error()));
    legs.order.recorded = legs.user.recorded = times->order;
    legs.cancel.recorded = times->cancel;
  }
  legs.recorded = data_latency_ == "recorded";
  const auto read = [](std::string_view name, const std::string& text,
                       std::initializer_list<backtest::LegLatency*> into) -> std::expected<void, Failure> {
    if (text.empty()) return {};
    const auto leg = latency_option(name, text);
    if (!leg) return std::unexpected(leg.error());
    for (backtest::LegLatency* const each : into) *each = *leg;
    return {};
  };
  if (auto ok = read("--order-latency", order_latency_, {&legs.order, &legs.cancel, &legs.user}); !ok) return ok;
  if (auto ok = read("--cancel-latency", cancel_latency_, {&legs.cancel}); !ok) return ok;
  if (auto ok = read("--answer-latency", answer_latency_, {&legs.user}); !ok) return ok;
  return legs.recorded ? std::expected<void, Failure>() : read("--data-latency", data_latency_, {&legs.data});
}

std::expected<StudySettings, Failure> RecordedCommand::study() {
  StudySettings s;
  auto loaded = load_config(config_);
  if (!loaded) return std::unexpected(loaded.error());
  s.config = loaded->config;
  backtest::VenueModelSettings& venue = s.run.venue;
  for (const std::string& name : without_) {
    bool backtest::Realism::*const member = backtest::realism_switch(name);
    if (member == nullptr) {
      return wrong_usage(fmt::format("--without {}: no such switch; there are {}", name,
                                     fmt::join(backtest::realism_switches(), ", ")));
    }
    venue.realism.*member = false;
  }
  const auto queue = backtest::queue_model_of(queue_);
  if (!queue) return wrong_usage("--queue " + queue_ + ": write pessimistic, proportional or power");
  venue.queue = *queue;
  if (auto ok = latencies(venue.latency); !ok) return std::unexpected(ok.error());
  if (taker_delay_ != "date") {
    const auto delay = duration_option("--taker-delay", taker_delay_, Nanos{});
    if (!delay) return std::unexpected(delay.error());
    venue.taker_delay = *delay;
  }
  venue.settlement_failure_ppm = ppm(failures_);
  venue.miss_ppm = ppm(misses_);
  venue.seed = s.results.seed = seed_;
  s.assumptions = {.size = Shares::whole(size_), .fees = {}, .from = {}, .complete_sets = complete_};
  if (fees_ == 0) s.assumptions.fees = FeeSchedule::free();
  if (fees_ > 0) s.assumptions.fees = FeeSchedule::taker(static_cast<std::int32_t>(ppm(fees_)), 1);
  for (const auto& [text, at] : {std::pair{&from_, &s.run.from}, std::pair{&to_, &s.run.to}}) {
    if (text->empty()) continue;
    const auto moment = parse_moment(*text);
    if (!moment) return wrong_usage(moment.error().message);
    *at = *moment;
  }
  s.assumptions.from = s.run.from;
  if (s.run.to.ns != 0 && s.run.to <= s.run.from) return wrong_usage("--to is not after --from");
  s.run.name = "everything on";
  if (!without_.empty()) s.run.name = fmt::format("without {}", fmt::join(without_, ", "));
  return s;
}

Outcome BacktestCommand::recorded(const Context& context) {
  auto settings = study();
  if (!settings) return std::unexpected(settings.error());
  settings->ladder = ladder_ || !report_.empty();
  settings->latency_curve = curve_ || !report_.empty();
  settings->journal = journal_;
  settings->title = !title_.empty() ? title_ : data_.front().filename().string();
  for (const std::string* path : {&report_, &out_}) {
    if (path->empty()) continue;
    const auto parent = std::filesystem::absolute(*path).parent_path();
    if (!std::filesystem::is_directory(parent)) {
      return wrong_usage(*path + ": there is no folder " + parent.string());
    }
  }
  auto data = RecordedData::open(data_);
  if (!data) return std::unexpected(Failure(data.error()));
  settings->folders = data->folders();
  terminal::Progress progress("backtest", static_cast<std::int64_t>(data->bytes()));
  settings->run.progress = [&](std::uint64_t bytes) { progress.update(static_cast<std::int64_t>(bytes)); };
  auto report = run_study(*settings);
  if (!report) return std::unexpected(Failure(report.error()));
  progress.finish(report->main.verdict.text);
  const std::string json = report_json(*report);
  if (!report_.empty()) {
    if (auto ok = write_text(report_, report_html(*report)); !ok) return std::unexpected(Failure(ok.error()));
    terminal::say("report: " + report_);
  }
  if (!out_.empty()) {
    if (auto ok = write_text(out_, json + "\n"); !ok) return std::unexpected(Failure(ok.error()));
  }
  fmt::print("{}", context.json ? json + "\n" : report_text(*report));
  return {};
}

Outcome BacktestCommand::run(const Context& context) {
  if (simulate_ != data_.empty()) return wrong_usage("name recordings with --data, or say --simulate");
  return simulate_ ? simulate(context) : recorded(context);
}

// --- compare, sweep

class CompareCommand final : public Command {
 public:
  std::string_view name() const override { return "compare"; }
  std::string_view summary() const override { return "two runs side by side: what was set, and what that did"; }
  void declare(CLI::App& app) override {
    app.add_option("A", a_, "written by `backtest --out`")->required();
    app.add_option("B", b_, "likewise")->required();
  }
  Outcome run(const Context& context) override {
    const auto a = read_text(a_), b = read_text(b_);
    for (const auto* file : {&a, &b}) {
      if (!*file) return std::unexpected(Failure(file->error()));
    }
    const auto comparison = backtest::compare_reports(*a, *b);
    if (!comparison) return std::unexpected(Failure(comparison.error()));
    fmt::print("{}", context.json ? comparison_json(*comparison) + "\n" : comparison_text(*comparison));
    return {};
  }

 private:
  std::string a_, b_;
};

class SweepCommand final : public RecordedCommand {
 public:
  std::string_view name() const override { return "sweep"; }
  std::string_view summary() const override { return "many settings on one recording, and what the best is worth"; }
  void declare(CLI::App& app) override {
    declare_recorded(app);
    app.get_option("--data")->required();
    app.add_option("--vary", vary_, "a key of the configuration and its values: strategies.min_edge_usd=0.002,0.01")
        ->required();
    app.add_option("--folds", folds_, "pieces of the walk-forward; 0 = none")
        ->capture_default_str()
        ->check(CLI::Range(0, 64));
    app.footer(
        "Every combination is run on all cores. The best of many is partly luck: the deflated Sharpe ratio says how\n"
        "much, and the walk-forward says what choosing on the past would have made on what followed.");
  }
  Outcome run(const Context& context) override {
    auto settings = study();
    if (!settings) return std::unexpected(settings.error());
    SweepSettings sweep{.study = std::move(*settings), .parameters = {}, .folds = folds_};
    for (const std::string& text : vary_) {
      const auto equals = text.find('=');
      if (equals == std::string::npos) return wrong_usage("--vary " + text + ": write key=value,value");
      SweepParameter parameter{text.substr(0, equals), {}};
      for (std::size_t at = equals + 1; at <= text.size();) {
        const std::size_t comma = std::min(text.find(',', at), text.size());
        parameter.values.push_back(text.substr(at, comma - at));
        at = comma + 1;
      }
      sweep.parameters.push_back(std::move(parameter));
    }
    auto data = RecordedData::open(data_);
    if (!data) return std::unexpected(Failure(data.error()));
    sweep.study.folders = data->folders();
    std::unique_ptr<terminal::Progress> progress;
    sweep.study.progress = [&](std::size_t done, std::size_t runs) {
      if (!progress) progress = std::make_unique<terminal::Progress>("sweep", static_cast<std::int64_t>(runs));
      progress->update(static_cast<std::int64_t>(done));
    };
    const auto result = run_sweep(sweep);
    if (!result) return std::unexpected(Failure(result.error()));
    progress.reset();
    fmt::print("{}", context.json ? sweep_json(*result) + "\n" : sweep_text(*result));
    return {};
  }

 private:
  std::vector<std::string> vary_;
  std::size_t folds_ = 4;
};

std::vector<std::unique_ptr<Command>> BacktestCommand::subcommands() {
  std::vector<std::unique_ptr<Command>> all;
  all.push_back(std::make_unique<CompareCommand>());
  all.push_back(std::make_unique<SweepCommand>());
  return all;
}

}  // namespace

std::unique_ptr<Command> make_backtest_command() { return std::make_unique<BacktestCommand>(); }

}  // namespace underround::cli
