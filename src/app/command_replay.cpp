// underround replay: recorded files through the same decode -> book -> strategy path, with every check the venue's own
// fields allow.
#include <CLI/CLI.hpp>
#include <cstdio>

#include <filesystem>

#include <fmt/format.h>

#include "app/commands.hpp"
#include "app/config_command_line.hpp"
#include "app/json_text.hpp"
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
                   "recordings (plain, .gz, .zst, .tar.zst; the format is detected) and their market lists, or one "
                   "folder that 'underround import' made")
        ->required();
    app.add_option("--config", config_, "configuration file: strategies and their thresholds");
    app.add_flag("--opportunities", list_, "list every opportunity found");
  }
  Outcome run(const Context& context) override;

 private:
  std::vector<std::filesystem::path> files_;
  std::string config_;
  bool list_ = false;
};

Outcome ReplayCommand::run(const Context& context) {
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
