// underround replay: recorded files through the same decode -> book -> strategy path, with every check the venue's own
// fields allow.
#include <CLI/CLI.hpp>
#include <cstdio>

#include <filesystem>

#include <fmt/format.h>

#include "app/commands.hpp"
#include "app/config_command_line.hpp"
#include "app/journal_folder.hpp"
#include "app/json_text.hpp"
#include "app/recovery.hpp"
#include "app/replay_run.hpp"

namespace underround::cli {
namespace {

class ReplayCommand final : public Command {
 public:
  std::string_view name() const override { return "replay"; }
  std::string_view summary() const override {
    return "recorded market data through decode, books and strategies, checked";
  }
  void declare(CLI::App& app) override {
    app.add_option("FILE", files_,
                   "recordings (folders that `underround record` or `import` made; files plain, .gz, .zst, .tar.zst, "
                   "the format is "
                   "detected) and their market lists");
    app.add_option("--verify", journal_,
                   "instead: the journal in this folder through the same engine; the same commands, byte for byte, and "
                   "the same state, or where they part; from the oldest snapshot if its beginning has been deleted");
    app.add_option("--config", config_, "configuration file: strategies and their thresholds");
    app.add_flag("--opportunities", list_, "list every opportunity found");
  }
  Outcome run(const Context& context) override;

 private:
  Outcome verify(const Context& context);
  std::vector<std::filesystem::path> files_;
  std::string config_, journal_;
  bool list_ = false;
};

Outcome ReplayCommand::verify(const Context& context) {
  if (const auto there = open_journal(journal_); !there) return std::unexpected(Failure(there.error()));
  const auto verified = verify_journal(journal_);
  if (!verified) return std::unexpected(Failure(verified.error()));
  const JournalReplay& replay = *verified->replay;
  if (replay.engine() == nullptr) return failed(ErrorCode::kNotFound, journal_ + " holds no session");
  const JournalReplayCounters& n = replay.counters();
  if (context.json) {
    fmt::print(
        R"({{"ok":true,"records":{},"sessions":{},"conditions":{},"events":{},"commands":{},"states_checked":{},)"
        R"("from_snapshot":{},"torn_bytes":{},"state_hash":"{:016x}"}})"
        "\n",
        n.records, n.sessions, n.conditions, n.events, n.commands, n.states_checked, verified->from_snapshot,
        verified->torn_bytes, replay.engine()->state_hash());
  } else {
    if (verified->from_snapshot > 0) {
      fmt::print("the beginning of the journal has been deleted: from the snapshot made after record {}\n",
                 verified->from_snapshot);
    }
    fmt::print("{} events give the same {} commands, byte for byte; the state agreed {} times\nstate {:016x}\n",
               n.events, n.commands, n.states_checked, replay.engine()->state_hash());
  }
  return {};
}

Outcome ReplayCommand::run(const Context& context) {
  if (files_.empty() == journal_.empty()) return wrong_usage("name recordings, or --verify and a journal's folder");
  if (!journal_.empty()) return verify(context);
  for (const auto& file : files_) {
    std::error_code error;
    if (!std::filesystem::exists(file, error)) {
      return wrong_usage(fmt::format("{}: no such file", file.string()));
    }
  }
  auto loaded = load_config(config_);
  if (!loaded) return std::unexpected(loaded.error());
  auto result = replay_run(files_, loaded->config);
  if (!result) return std::unexpected(Failure(result.error()));
  for (const auto& bad : result->report.bad_lines) {
    std::fprintf(stderr, "%s:%llu: %s\n", bad.file.c_str(), static_cast<unsigned long long>(bad.line),
                 bad.reason.c_str());
  }
  std::printf("%s", context.json ? (replay_json(*result) + "\n").c_str() : replay_text(*result, list_).c_str());
  return {};
}

}  // namespace

std::unique_ptr<Command> make_replay_command() { return std::make_unique<ReplayCommand>(); }

}  // namespace underround::cli
