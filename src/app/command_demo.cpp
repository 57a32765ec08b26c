// underround demo: the whole house on the embedded venue. No account, no key, no network.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/commands.hpp"
#include "app/config_command_line.hpp"
#include "app/duration.hpp"
#include "app/embedded_venue.hpp"
#include "app/session.hpp"
#include "app/summary.hpp"

namespace underround::cli {
namespace {

class DemoCommand final : public Command {
 public:
  std::string_view name() const override { return "demo"; }
  std::string_view summary() const override {
    return "trade on the embedded venue and show it live in the browser; no account, key or network";
  }
  void declare(CLI::App& app) override {
    app.add_option("--port", port_, "port of the live page (default 3000)")->check(CLI::Range(0, 65535));
    app.add_option("--seed", seed_, "the same seed gives the same world");
    app.add_option("--markets", markets_, "size of the world, 60 to 20000")->check(CLI::Range(1, 20000));
    app.add_option("--duration", duration_, "stop after this long: 30s, 5m, 2h (default: until Ctrl-C)");
    app.add_flag("--headless", headless_, "no page");
    app.add_option("--config", config_, "a configuration file; venue settings are ignored");
  }
  Outcome run(const Context& context) override;

 private:
  int port_ = -1;
  std::int64_t seed_ = -1, markets_ = -1;
  std::string duration_, config_;
  bool headless_ = false;
};

Outcome DemoCommand::run(const Context& context) {
  const auto duration = duration_option("--duration", duration_, Nanos{});
  if (!duration) return std::unexpected(duration.error());
  auto loaded = load_config(config_);
  if (!loaded) return std::unexpected(loaded.error());
  config::Config& config = loaded->config;
  if (port_ >= 0) config.web.port = port_;
  if (seed_ >= 0) config.simulator.seed = seed_;
  if (markets_ > 0) config.simulator.markets = markets_;
  config.venue.kind = config::VenueKind::kEmbedded;

  net::EventLoop loop;
  loop.on_stop_signal([&](int) { loop.stop(); });
  auto venue = choose_venue(config);
  if (!venue) return std::unexpected(Failure(venue.error()));

  SessionSettings settings;
  settings.route = OrderRoute::kEmbedded;
  settings.urls = venue->urls;
  settings.config = config;
  settings.dashboard_token = loaded->secrets.dashboard_token;
  settings.serve_page = !headless_;
  auto session = Session::start(loop, settings);
  if (!session) {
    Error error = session.error();
    if (error.message.find("already in use") != std::string::npos) error.message += " with --port";
    return std::unexpected(Failure(std::move(error)));
  }

  std::fprintf(stderr, "embedded venue: %zu markets, seed %lld. Simulated money, simulated counterparties.\n",
               static_cast<std::size_t>((*session)->summary().markets), static_cast<long long>(config.simulator.seed));
  if (!headless_) std::fprintf(stderr, "open %s\n", (*session)->page_url().c_str());
  std::fprintf(stderr, duration->ns > 0 ? "" : "Ctrl-C stops.\n");

  net::Timer stop(loop);
  if (duration->ns > 0) stop.after(*duration, [&] { loop.stop(); });
  loop.run();

  (*session)->stop();
  const SessionSummary result = (*session)->summary();
  session->reset();
  venue->embedded->stop();
  if (context.json) {
    std::printf("%s\n", summary_json(result).c_str());
  } else {
    std::fprintf(stderr, "\n");
    std::printf("%s", summary_text(result).c_str());
  }
  if (result.invariant_violations > 0) return failed(ErrorCode::kInternal, "the ledger's identities were violated");
  return {};
}

}  // namespace

std::unique_ptr<Command> make_demo_command() { return std::make_unique<DemoCommand>(); }

}  // namespace underround::cli
