// `underround config check FILE`, `config show [--config FILE]`, `config example`
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "app/config.hpp"
#include "app/config_command_line.hpp"
#include "app/json_text.hpp"
#include "app/terminal.hpp"

namespace underround::cli {
namespace {

class CheckCommand final : public Command {
 public:
  [[nodiscard]] std::string_view name() const override { return "check"; }
  [[nodiscard]] std::string_view summary() const override { return "say everything that is wrong in a file"; }
  void declare(CLI::App& app) override {
    app.add_option("FILE", file_, "TOML file; the environment and .env are checked with it")->required();
  }
  [[nodiscard]] Outcome run(const Context& context) override {
    const auto loaded = load_config(file_);
    if (!loaded) return std::unexpected(loaded.error());
    if (context.json)
      fmt::print("{{\"ok\":true,\"file\":{}}}\n", json_string(file_));
    else
      fmt::print("{}: ok\n", file_);
    return {};
  }

 private:
  std::string file_;
};

class ShowCommand final : public Command {
 public:
  [[nodiscard]] std::string_view name() const override { return "show"; }
  [[nodiscard]] std::string_view summary() const override {
    return "the configuration in force, after file, .env and environment";
  }
  void declare(CLI::App& app) override { app.add_option("--config", file_, "TOML file; without it, the defaults"); }
  [[nodiscard]] Outcome run(const Context& context) override {
    const auto loaded = load_config(file_);
    if (!loaded) return std::unexpected(loaded.error());
    if (context.json)
      fmt::print("{}\n", config::to_json(loaded->config));
    else
      fmt::print("{}", config::to_toml(loaded->config));
    return {};
  }

 private:
  std::string file_;
};

class ExampleCommand final : public Command {
 public:
  [[nodiscard]] std::string_view name() const override { return "example"; }
  [[nodiscard]] std::string_view summary() const override { return "a documented file with every key at its default"; }
  void declare(CLI::App&) override {}
  [[nodiscard]] Outcome run(const Context& context) override {
    if (context.json)
      fmt::print("{}\n", config::to_json(config::Config{}));
    else
      fmt::print("{}", config::example_toml());
    return {};
  }
};

class ConfigCommand final : public Command {
 public:
  [[nodiscard]] std::string_view name() const override { return "config"; }
  [[nodiscard]] std::string_view summary() const override { return "check, show or write a configuration"; }
  void declare(CLI::App&) override {}
  [[nodiscard]] Outcome run(const Context&) override { return wrong_usage("choose check, show or example"); }
  [[nodiscard]] std::vector<std::unique_ptr<Command>> subcommands() override {
    std::vector<std::unique_ptr<Command>> below;
    below.push_back(std::make_unique<CheckCommand>());
    below.push_back(std::make_unique<ShowCommand>());
    below.push_back(std::make_unique<ExampleCommand>());
    return below;
  }
};

}  // namespace

std::unique_ptr<Command> make_config_command() { return std::make_unique<ConfigCommand>(); }

}  // namespace underround::cli
