// underround import --out DIR FILE...: recordings made elsewhere as a native recording, for backtests and replays.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <ranges>

#include "app/commands.hpp"
#include "app/import_text.hpp"
#include "app/terminal.hpp"
#include "backtest/import/importer.hpp"

namespace underround::cli {
namespace {

constexpr const char* kFormats =
    "Files are known by their content; plain, .gz, .zst, .tar and .zip:\n"
    "  frames    WebSocket JSON lines, bare, behind a time, or in a recorder's envelope: Polymarket market channel "
    "and\n"
    "            REST books, Binance trades and best prices, Chainlink prices of Polymarket's relay\n"
    "  tables    CSV and Parquet: PMXT archive hours, sampled levels (bid_px_up_1 ...), polled quotes (ts, slug, bid, "
    "ask),\n"
    "            Kalshi best prices, one-level event lists, Binance aggTrades and bookTicker, Chainlink prices\n"
    "  ticks     hftbacktest arrays (.npz, .npy)\n"
    "  lists     Gamma market dumps; outcomes (settlement lines, outcome and label tables)\n"
    "Parquet is read by a small Python step with pyarrow, which this command starts itself (--python names the "
    "Python);\n"
    "nothing else needs Python. What a source cannot know (sizes, depth, gaps) is marked in the recording and listed.\n"
    "Exit codes: 0 imported, 1 nothing usable or a file that cannot be imported, 2 wrong usage.";

Nanos monotonic_now() {
  return Nanos{std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1)};
}

class ImportCommand final : public Command {
 public:
  std::string_view name() const override { return "import"; }
  std::string_view summary() const override { return "recordings made elsewhere as a native recording"; }
  void declare(CLI::App& app) override {
    app.add_option("FILE", files_, "recordings, tables, market lists, outcomes")->required();
    app.add_option("--out", folder_, "folder of the native recording; made when it is not there")->required();
    app.add_option("--outcomes", outcomes_, "files that say how markets ended (found among FILE by their content too)");
    auto* append =
        app.add_flag("--append", append_, "go on behind the recording in --out; its books end with a gap first");
    app.add_flag("--force", force_, "replace the recording in --out")->excludes(append);
    app.add_option("--python", python_, "a Python 3 with pyarrow, for Parquet files")->capture_default_str();
    app.footer(kFormats);
  }
  Outcome run(const Context& context) override;

 private:
  std::vector<std::filesystem::path> files_, outcomes_;
  std::string folder_, python_ = "python3";
  bool append_ = false, force_ = false;
};

Outcome ImportCommand::run(const Context& context) {
  for (const auto* list : {&files_, &outcomes_}) {
    for (const auto& file : *list) {
      std::error_code error;
      if (!std::filesystem::exists(file, error)) return wrong_usage(fmt::format("{}: no such file", file.string()));
    }
  }
  std::unique_ptr<terminal::Progress> bar;
  backtest::ImportOptions options;
  options.folder = folder_;
  options.outcomes = outcomes_;
  options.python = python_;
  if (append_) options.existing = backtest::ExistingRecording::kAppend;
  if (force_) options.existing = backtest::ExistingRecording::kReplace;
  options.clock = monotonic_now;
  options.progress = [&bar](std::uint64_t done, std::uint64_t total) {
    if (!bar) bar = std::make_unique<terminal::Progress>("import", static_cast<std::int64_t>(total));
    bar->update(static_cast<std::int64_t>(done));
  };
  const auto report = backtest::import_files(files_, options);
  bar.reset();
  if (!report) return std::unexpected(Failure(report.error()));
  constexpr std::size_t kShown = 20;  // all are in --json
  for (const auto& bad : report->bad_lines | std::views::take(kShown)) {
    terminal::say(fmt::format("{}:{}: {}", bad.file, bad.line, bad.reason));
  }
  if (report->decode_errors > kShown) terminal::say(fmt::format("... and {} more", report->decode_errors - kShown));
  std::printf("%s", context.json ? (import_json(*report) + "\n").c_str() : import_text(*report).c_str());
  return {};
}

}  // namespace

std::unique_ptr<Command> make_import_command() { return std::make_unique<ImportCommand>(); }

}  // namespace underround::cli
