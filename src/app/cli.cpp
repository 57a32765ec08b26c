#include "app/cli.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "app/json_text.hpp"
#include "app/version.hpp"

namespace underround::cli {
namespace {

// One command with its place in the parse tree.
struct Node {
  std::unique_ptr<Command> command;
  CLI::App* app = nullptr;
  std::vector<Node> below;
};

Node attach(std::unique_ptr<Command> command, CLI::App& parent, bool& json) {
  Node node;
  node.app = parent.add_subcommand(std::string(command->name()), std::string(command->summary()));
  command->declare(*node.app);
  for (auto& sub : command->subcommands()) node.below.push_back(attach(std::move(sub), *node.app, json));
  if (!node.below.empty() && !command->runs_alone()) node.app->require_subcommand(1);
  node.app->add_flag("--json", json, "the result as one JSON object on stdout");
  node.command = std::move(command);
  return node;
}

// The command that was named on the command line, deepest first.
const Node* chosen(const std::vector<Node>& nodes) {
  for (const Node& node : nodes) {
    if (!node.app->parsed()) continue;
    const Node* below = chosen(node.below);
    return below != nullptr ? below : &node;
  }
  return nullptr;
}

// "underround config check"
std::string full_name(const CLI::App& app) {
  const CLI::App* parent = app.get_parent();
  return parent == nullptr ? app.get_name() : full_name(*parent) + " " + app.get_name();
}

int report(const Failure& failure, std::string_view where, bool json) {
  fmt::print(stderr, "{}: {}\n", where, failure.error.message);
  if (json) {
    fmt::print("{{\"error\":{{\"code\":\"{}\",\"message\":{}{}{}}}}}\n", to_string(failure.error.code),
               json_string(failure.error.message), failure.json_details.empty() ? "" : ",", failure.json_details);
  }
  return failure.exit_code;
}

// Which command the arguments got to before they went wrong, for "see ... --help".
const CLI::App* deepest_parsed(const CLI::App* app) {
  const auto parsed = app->get_subcommands();
  return parsed.empty() ? app : deepest_parsed(parsed.front());
}

int report_usage(const CLI::App& app, const CLI::ParseError& error, bool json) {
  const std::string where = full_name(*deepest_parsed(&app));
  return report({Error{ErrorCode::kInvalidInput, fmt::format("{} (see `{} --help`)", error.what(), where)}, kExitUsage},
                where, json);
}

bool asks_for_json(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--json") return true;
  }
  return false;
}

}  // namespace

const char* to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kInvalidInput: return "invalid_input";
    case ErrorCode::kNotFound: return "not_found";
    case ErrorCode::kUnsupported: return "unsupported";
    case ErrorCode::kIo: return "io";
    case ErrorCode::kNetwork: return "network";
    case ErrorCode::kTimeout: return "timeout";
    case ErrorCode::kRefused: return "refused";
    case ErrorCode::kInternal: return "internal";
  }
  return "internal";
}

int run(int argc, const char* const* argv, std::vector<std::unique_ptr<Command>> commands) {
  CLI::App app("Prediction-market trading engine: finds books that add up to less than 100 % and trades them.",
               "underround");
  bool json = false;
  app.set_version_flag("--version", std::string(version()));
  app.require_subcommand(1);
  std::vector<Node> nodes;
  nodes.reserve(commands.size());
  for (auto& command : commands) nodes.push_back(attach(std::move(command), app, json));

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {  // --help, --version
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    return report_usage(app, error, asks_for_json(argc, argv));
  }

  const Node* node = chosen(nodes);
  const std::string where = full_name(*node->app);
  try {
    const Outcome outcome = node->command->run({.json = json});
    return outcome ? kExitOk : report(outcome.error(), where, json);
  } catch (const std::exception& error) {
    return report(Error{ErrorCode::kInternal, fmt::format("unexpected: {}", error.what())}, where, json);
  }
}

}  // namespace underround::cli
