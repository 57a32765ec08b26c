// underround backtest: the engine on recorded or simulated markets, in the time they were recorded in.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "app/config_command_line.hpp"
#include "app/duration.hpp"
#include "app/simulated_run.hpp"

namespace underround::cli {
namespace {

class BacktestCommand final : public Command {
 public:
  std::string_view name() const override { return "backtest"; }
  std::string_view summary() const override { return "the engine on recorded or simulated markets"; }
  bool runs_alone() const override { return true; }
  void declare(CLI::App& app) override {
    app.add_option("--config", config_, "configuration file: strategies, limits");
    app.add_flag("--simulate", simulate_, "on the seeded venue in a box, in virtual time, instead of recordings");
    app.add_option("--seed", seed_, "with --simulate: of the venue")->capture_default_str();
    app.add_option("--markets", markets_, "with --simulate: how many")->check(CLI::Range(30, 20'000));
    app.add_option("--virtual-duration", duration_, "with --simulate: how long (default 15m)");
    app.add_option("--journal", journal_, "with --simulate: write every event and command into this new folder");
  }
  Outcome run(const Context& context) override;

 private:
  Outcome simulate(const Context& context);
  std::string config_, duration_, journal_;
  bool simulate_ = false;
  std::uint64_t seed_ = 1;
  std::uint32_t markets_ = 300;
};

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

Outcome BacktestCommand::run(const Context& context) {
  if (simulate_) return simulate(context);
  return wrong_usage("say --simulate");
}

}  // namespace

std::unique_ptr<Command> make_backtest_command() { return std::make_unique<BacktestCommand>(); }

}  // namespace underround::cli
