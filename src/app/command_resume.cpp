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
    const std::vector<std::string> markets = store.halted_markets();
    if (auto lifted = store.lift(reason_, net::EventLoop::wall_now()); !lifted) {
      return std::unexpected(Failure(lifted.error()));
    }
    if (context.json) {
      std::string list;
      for (const std::string& market : markets) list += (list.empty() ? "" : ",") + json_string(market);
      fmt::print("{{\"lifted\":{},\"note\":{},\"markets\":[{}]}}\n",
                 json_string(halt ? to_string(halt->reason) : "none"), json_string(halt ? halt->note : ""), list);
    } else {
      if (halt) fmt::print("lifted {} ({})\n", to_string(halt->reason), halt->note);
      for (const std::string& market : markets) fmt::print("lifted market {}\n", market);
      fmt::print("The next `underround run` trades again, from the figures the venue shows then.\n");
    }
    return {};
  }

 private:
  std::string config_, reason_;
};

}  // namespace

std::unique_ptr<Command> make_resume_command() { return std::make_unique<ResumeCommand>(); }

}  // namespace underround::cli
