// underround resume: a person lifts a halt, with a reason that is kept.
#include <CLI/CLI.hpp>
#include <cstdio>

#include <fmt/format.h>

#include "app/commands.hpp"
#include "app/config_command_line.hpp"
#include "app/halt_store.hpp"
#include "app/json_text.hpp"
#include "net/event_loop.hpp"

namespace underround::cli {
namespace {

class ResumeCommand final : public Command {
 public:
  std::string_view name() const override { return "resume"; }
  std::string_view summary() const override { return "lift a halt, with the reason why it is safe"; }
  void declare(CLI::App& app) override {
    app.add_option("--config", config_, "configuration file of the halted engine");
    app.add_option("--reason", reason_, "who checked what; kept in halts.log")->required();
  }
  Outcome run(const Context& context) override {
    auto loaded = load_config(config_);
    if (!loaded) return std::unexpected(loaded.error());
    const HaltStore store(loaded->config.state.dir);
    const auto halt = store.active();
    if (auto lifted = store.lift(reason_, net::EventLoop::wall_now()); !lifted) {
      return std::unexpected(Failure(lifted.error()));
    }
    if (context.json) {
      fmt::print("{{\"lifted\":{},\"note\":{}}}\n", json_string(to_string(halt->reason)), json_string(halt->note));
    } else {
      fmt::print("lifted {} ({}). The next `underround run` trades again.\n", to_string(halt->reason), halt->note);
    }
    return {};
  }

 private:
  std::string config_, reason_;
};

}  // namespace

std::unique_ptr<Command> make_resume_command() { return std::make_unique<ResumeCommand>(); }

}  // namespace underround::cli
