// The command tree. One file per command: derive from Command, add its factory to commands.hpp and one line to
// main.cpp.
//   class DemoCommand final : public cli::Command {
//     std::string_view name() const override { return "demo"; }
//     std::string_view summary() const override { return "the engine on the embedded venue, with a live page"; }
//     void declare(CLI::App& app) override { app.add_option("--port", port_, "page port")->check(CLI::Range(1, 65535));
//     } cli::Outcome run(const cli::Context& context) override;   // words to stderr, the result to stdout
//   };
// cli::run adds --help and --json to every command, maps outcomes to exit codes (0 done, 1 failed, 2 wrong usage), and
// prints failures: words on stderr and, with --json, one {"error":{...}} object on stdout.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace CLI {
class App;
}

namespace underround::cli {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;

struct Context {
  bool json = false;  // the result on stdout must be JSON
};

struct Failure {
  Error error;
  int exit_code = kExitFailed;
  std::string json_details;  // further members of the JSON error object: "\"problems\":[...]"; may be empty
  Failure(Error e) : error(std::move(e)) {}  // NOLINT(google-explicit-constructor): an Error is a failure
  Failure(Error e, int code, std::string details = {})
      : error(std::move(e)), exit_code(code), json_details(std::move(details)) {}
};
using Outcome = std::expected<void, Failure>;

[[nodiscard]] inline std::unexpected<Failure> failed(ErrorCode code, std::string message) {
  return std::unexpected(Failure(Error{code, std::move(message)}));
}
// Options that CLI11 cannot judge alone (a combination, a file that must exist).
[[nodiscard]] inline std::unexpected<Failure> wrong_usage(std::string message) {
  return std::unexpected(Failure(Error{ErrorCode::kInvalidInput, std::move(message)}, kExitUsage));
}

class Command {
 public:
  Command() = default;
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  virtual ~Command() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  [[nodiscard]] virtual std::string_view summary() const = 0;  // one line in `underround --help`
  virtual void declare(CLI::App& app) = 0;                     // options and positional arguments
  [[nodiscard]] virtual Outcome run(const Context& context) = 0;
  // Commands below this one (`config check`); a command that has some is run itself only when it says so.
  [[nodiscard]] virtual std::vector<std::unique_ptr<Command>> subcommands() { return {}; }
  [[nodiscard]] virtual bool runs_alone() const { return false; }
};

// Parses, runs the chosen command, returns the process's exit code. Exceptions of start-up become failures.
[[nodiscard]] int run(int argc, const char* const* argv, std::vector<std::unique_ptr<Command>> commands);

[[nodiscard]] const char* to_string(ErrorCode code) noexcept;

}  // namespace underround::cli
