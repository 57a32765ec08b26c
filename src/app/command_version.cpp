// `underround version`
#include <fmt/format.h>

#include "app/commands.hpp"
#include "app/json_text.hpp"
#include "app/version.hpp"

namespace underround::cli {
namespace {

class VersionCommand final : public Command {
 public:
  [[nodiscard]] std::string_view name() const override { return "version"; }
  [[nodiscard]] std::string_view summary() const override { return "what this binary is"; }
  void declare(CLI::App&) override {}
  [[nodiscard]] Outcome run(const Context& context) override {
    if (context.json) {
      fmt::print("{{\"name\":\"underround\",\"version\":{},\"build\":{}}}\n", json_string(version()),
                 json_string(build_info()));
    } else {
      fmt::print("underround {} ({})\n", version(), build_info());
    }
    return {};
  }
};

}  // namespace

std::unique_ptr<Command> make_version_command() { return std::make_unique<VersionCommand>(); }

}  // namespace underround::cli
