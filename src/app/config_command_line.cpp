#include "app/config_command_line.hpp"

#include <fmt/format.h>

#include "app/env.hpp"
#include "app/json_text.hpp"
#include "app/terminal.hpp"

namespace underround::cli {
namespace {

Failure failure_of(const std::vector<config::Problem>& problems) {
  std::string words =
      fmt::format("{} problem{} in the configuration", problems.size(), problems.size() == 1 ? "" : "s");
  std::string details;
  for (const config::Problem& p : problems) {
    words += "\n  " + p.text();
    details += fmt::format(R"({}{{"source":{},"line":{},"column":{},"key":{},"what":{},"suggestion":{}}})",
                           details.empty() ? "" : ",", json_string(p.source), p.line, p.column, json_string(p.key),
                           json_string(p.what), json_string(p.suggestion));
  }
  return {Error{ErrorCode::kInvalidInput, std::move(words)}, kExitFailed, fmt::format("\"problems\":[{}]", details)};
}

}  // namespace

std::expected<config::Loaded, Failure> load_config(const std::string& file) {
  auto loaded = config::load({.file = file, .env_file = ".env", .environment = config::own_environment()});
  if (!loaded) return std::unexpected(failure_of(loaded.error()));
  for (const std::string& warning : loaded->warnings) terminal::say("warning: " + warning);
  return std::move(*loaded);
}

}  // namespace underround::cli
