// underround sim: the venue alone, for any client.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>

#include "app/commands.hpp"
#include "app/duration.hpp"
#include "net/event_loop.hpp"
#include "simulator/server/simulator_server.hpp"

namespace underround::cli {
namespace {

class SimCommand final : public Command {
 public:
  std::string_view name() const override { return "sim"; }
  std::string_view summary() const override { return "serve the embedded venue on local ports, for any client"; }
  void declare(CLI::App& app) override {
    app.add_option("--seed", settings_.seed, "the same seed gives the same world")->capture_default_str();
    app.add_option("--markets", settings_.markets, "size of the world")
        ->check(CLI::Range(1, 20000))
        ->capture_default_str();
    app.add_option("--port", settings_.base_port, "first port; the services take this one and the next (0 = any free)")
        ->capture_default_str();
    app.add_option("--host", settings_.host, "address to bind")->capture_default_str();
    app.add_option("--speed", settings_.speed, "simulated seconds a second")
        ->check(CLI::Range(0.01, 1000.0))
        ->capture_default_str();
    app.add_flag("--paused", settings_.paused, "time stands still until POST {control}/time moves it");
    app.add_option("--write-config", config_file_, "write a configuration with this venue's addresses to this file");
    app.add_flag_callback(
        "--no-rate-limits", [this] { settings_.rate_limits = false; }, "no 429: neither per address nor per signer");
    app.add_option_function<std::string>(
           "--chain", [this](const std::string& name) { settings_.local_evm = name == "anvil"; },
           "box: made here; anvil: a real Ethereum virtual machine with the Conditional Tokens contract "
           "(tools/setup_evm)")
        ->check(CLI::IsMember({"box", "anvil"}));
    app.add_flag_callback(
        "--nothing-approved", [this] { settings_.unlimited_allowances = false; },
        "wallets start without approvals, as new ones do; see `wallet approve`");
    app.add_option("--duration", duration_, "stop after this long (default: until Ctrl-C)");
  }
  Outcome run(const Context&) override {
    const auto duration = duration_option("--duration", duration_, Nanos{});
    if (!duration) return std::unexpected(duration.error());
    net::EventLoop loop;
    loop.on_stop_signal([&](int) { loop.stop(); });
    auto server = simulator::SimulatorServer::start(settings_);
    if (!server) return std::unexpected(Failure(server.error()));
    if (!config_file_.empty()) {
      if (auto written = write_config((*server)->urls()); !written) return std::unexpected(Failure(written.error()));
    }
    // One JSON line, with --json or without: scripts wait for it.
    std::printf("%s\n", (*server)->ready_json().c_str());
    std::fflush(stdout);
    net::Timer stop(loop);
    if (duration->ns > 0) stop.after(*duration, [&] { loop.stop(); });
    loop.run();
    (*server)->stop();
    const simulator::ServerCounters c = (*server)->counters();
    std::fprintf(stderr, "served %llu requests, %llu orders, %llu frames\n",
                 static_cast<unsigned long long>(c.requests), static_cast<unsigned long long>(c.orders),
                 static_cast<unsigned long long>(c.frames_out));
    return {};
  }

 private:
  // A file that makes `run` and the commands by hand talk to this venue as to the real one.
  [[nodiscard]] Result<void> write_config(const simulator::ServiceUrls& urls) const {
    std::ofstream out(config_file_, std::ios::trunc);
    out << "# The simulator started by `underround sim`: seed " << settings_.seed << ", simulated money.\n"
        << "# POST {\"address\",\"usd\"} to " << urls.control << "/faucet fills an account.\n"
        << "venue.kind = \"polymarket\"\n"
        << "venue.gamma_url = \"" << urls.gamma << "\"\nvenue.clob_url = \"" << urls.clob << "\"\n"
        << "venue.data_url = \"" << urls.data << "\"\nvenue.market_ws_url = \"" << urls.ws_market << "\"\n"
        << "venue.user_ws_url = \"" << urls.ws_user << "\"\n"
        << "chain.rpc_url = \"" << urls.rpc << "\"\nchain.relayer_url = \"" << urls.relayer << "\"\n"
        << "binance.ws_url = \"" << urls.binance_public.substr(0, urls.binance_public.rfind('/')) << "\"\n"
        << "markets.min_volume_usd = 0\nmarkets.min_liquidity_usd = 0\nmarkets.max_days_to_end = 3650\n"
        << "account.credentials_file = \"" << config_file_ << ".credentials.json\"\n"
        << "state.dir = \"" << config_file_ << ".state\"\n";
    out.flush();
    if (!out) return fail(ErrorCode::kIo, "cannot write " + config_file_);
    return {};
  }

  simulator::ServerSettings settings_;
  std::string duration_, config_file_;
};

}  // namespace

std::unique_ptr<Command> make_sim_command() { return std::make_unique<SimCommand>(); }

}  // namespace underround::cli
