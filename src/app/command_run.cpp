// underround run: the engine with a configuration, in one of the modes.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <optional>

#include "app/commands.hpp"
#include "app/config_command_line.hpp"
#include "app/duration.hpp"
#include "app/embedded_venue.hpp"
#include "app/live_gates.hpp"
#include "app/session.hpp"
#include "app/summary.hpp"
#include "app/text_file.hpp"
#include "backtest/report_html.hpp"

namespace underround::cli {
namespace {

class RunCommand final : public Command {
 public:
  std::string_view name() const override { return "run"; }
  std::string_view summary() const override { return "run the engine: --mode dry-run, paper or live"; }
  void declare(CLI::App& app) override {
    app.add_option("--config", config_, "configuration file (see config/underround.example.toml)")->required();
    app.add_option("--mode", mode_, "dry-run: orders are built, signed and not sent; paper: filled by a model; live")
        ->required()
        ->check(CLI::IsMember({"dry-run", "paper", "live"}));
    app.add_option("--duration", duration_, "stop after this long (default: until Ctrl-C)");
    app.add_flag("--headless", headless_, "no page");
    app.add_option("--report", report_, "when it stops, write a report like a backtest's to this HTML file");
    app.add_option("--out", out_, "and the same as JSON, for `backtest compare`");
  }
  Outcome run(const Context& context) override;

 private:
  Outcome report(Session& session) const;
  std::string config_, mode_, duration_, report_, out_;
  bool headless_ = false;
};

Outcome RunCommand::report(Session& session) const {
  const auto log = session.take_run_log();
  if (!log) return {};
  backtest::Report report{
      .title = mode_ + " trading", .main = results_of(*log), .ladder = {}, .latency = {}, .settings = {}, .notes = {}};
  report.settings["mode"] = mode_;
  report.settings["configuration"] = config_;
  if (mode_ == "paper") report.notes.emplace_back("fills are a model's (docs/BACKTEST.md), not the venue's");
  for (const auto& [path, text] :
       {std::pair{report_, report_html(report)}, std::pair{out_, report_json(report) + "\n"}}) {
    if (path.empty()) continue;
    if (auto ok = write_text(path, text); !ok) return std::unexpected(Failure(ok.error()));
    std::fprintf(stderr, "written: %s\n", path.c_str());
  }
  return {};
}

Outcome RunCommand::run(const Context& context) {
  const auto duration = duration_option("--duration", duration_, Nanos{});
  if (!duration) return std::unexpected(duration.error());
  auto loaded = load_config(config_);
  if (!loaded) return std::unexpected(loaded.error());
  const bool live = mode_ == "live";
  if (live) {
    if (auto ok = check_live_gates(true, *loaded); !ok) return std::unexpected(Failure(ok.error()));
    if (loaded->config.venue.kind == config::VenueKind::kEmbedded) {
      return wrong_usage(
          "--mode live needs venue.kind = \"polymarket\"; `underround demo` trades on the embedded venue");
    }
  }
  config::Config& config = loaded->config;
  net::EventLoop loop;
  loop.on_stop_signal([&](int) { loop.stop(); });

  SessionSettings settings;
  auto venue = choose_venue(config);
  if (!venue) return std::unexpected(Failure(venue.error()));
  settings.urls = venue->urls;
  settings.route = live ? OrderRoute::kLive : mode_ == "paper" ? OrderRoute::kPaper : OrderRoute::kDryRun;
  std::optional<TradingAccount> account;
  const bool has_key = !loaded->secrets.private_key.empty() || !config.account.key_file.empty();
  if (live || (mode_ == "dry-run" && !venue->embedded && has_key)) {
    auto opened = open_account(loop, *loaded);
    if (!opened) return std::unexpected(Failure(opened.error()));
    account = std::move(*opened);
    settings.account = &*account;
    settings.loaded = std::make_shared<config::Loaded>(*loaded);
  }
  if (!venue->embedded) settings.proxy_url = loaded->secrets.proxy_url;
  settings.config = config;
  settings.dashboard_token = loaded->secrets.dashboard_token;
  settings.state_dir = config.state.dir;
  settings.serve_page = !headless_;
  settings.keep_run_log = !report_.empty() || !out_.empty();
  auto session = Session::start(loop, settings);
  if (!session) return std::unexpected(Failure(session.error()));
  std::fprintf(stderr, "%s on the %s venue, %llu markets\n", mode_.c_str(), venue->embedded ? "embedded" : "real",
               static_cast<unsigned long long>((*session)->summary().markets));
  if (!headless_) std::fprintf(stderr, "open %s\n", (*session)->page_url().c_str());

  net::Timer stop(loop);
  if (duration->ns > 0) stop.after(*duration, [&] { loop.stop(); });
  config.feed.busy_poll ? loop.run_busy() : loop.run();
  (*session)->stop();
  if (auto ok = report(**session); !ok) return ok;
  const SessionSummary result = (*session)->summary();
  std::printf("%s%s", context.json ? summary_json(result).c_str() : summary_text(result).c_str(),
              context.json ? "\n" : "");
  return {};
}

}  // namespace

std::unique_ptr<Command> make_run_command() { return std::make_unique<RunCommand>(); }

}  // namespace underround::cli
