// underround sim: the venue alone, for any client.
#include <CLI/CLI.hpp>
#include <cstdio>

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
    app.add_flag("!--no-rate-limits", settings_.rate_limits, "no 429: neither per address nor per signer");
    app.add_option("--duration", duration_, "stop after this long (default: until Ctrl-C)");
  }
  Outcome run(const Context&) override {
    const auto duration = duration_option("--duration", duration_, Nanos{});
    if (!duration) return std::unexpected(duration.error());
    net::EventLoop loop;
    loop.on_stop_signal([&](int) { loop.stop(); });
    auto server = simulator::SimulatorServer::start(settings_);
    if (!server) return std::unexpected(Failure(server.error()));
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
  simulator::ServerSettings settings_;
  std::string duration_;
};

}  // namespace

std::unique_ptr<Command> make_sim_command() { return std::make_unique<SimCommand>(); }

}  // namespace underround::cli
