// The built binary, as a user or a script meets it: exit codes, what goes to stdout and what to stderr.
#include "app/cli.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/run_binary.hpp"

namespace underround::cli {
namespace {

class Cli : public RunBinary {};

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

TEST_F(Cli, VersionSucceeds) {
  const Ran words = run("version");
  EXPECT_EQ(words.exit_code, kExitOk);
  EXPECT_THAT(words.out, StartsWith("underround 0."));
  EXPECT_THAT(words.err, IsEmpty());
  EXPECT_THAT(run("version --json").out, StartsWith("{\"name\":\"underround\",\"version\":\"0."));
  EXPECT_EQ(run("--version").exit_code, kExitOk);
}

TEST_F(Cli, EveryCommandHasHelpAndJson) {
  for (const char* command : {"version", "config check", "config show", "config example"}) {
    const Ran help = run(std::string(command) + " --help");
    EXPECT_EQ(help.exit_code, kExitOk) << command;
    EXPECT_THAT(help.out, HasSubstr("--json")) << command;
  }
}

TEST_F(Cli, WrongUsageIsTwoAndSaysWhatNext) {
  for (const char* arguments : {"", "frobnicate", "config", "config check", "version --frob", "config check a b"}) {
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.exit_code, kExitUsage) << arguments;
    EXPECT_THAT(ran.out, IsEmpty()) << arguments;
    EXPECT_THAT(ran.err, HasSubstr("--help`")) << arguments;
  }
}

TEST_F(Cli, WrongUsageWithJsonIsOneObject) {
  const Ran ran = run("config check --json --frob x");
  EXPECT_EQ(ran.exit_code, kExitUsage);
  EXPECT_THAT(ran.out, StartsWith("{\"error\":{\"code\":\"invalid_input\",\"message\":\""));
  EXPECT_EQ(std::ranges::count(ran.out, '\n'), 1);
}

TEST_F(Cli, ConfigCheckAcceptsTheExample) {
  const Ran example = run("config example");
  EXPECT_EQ(example.exit_code, kExitOk);
  write("my.toml", example.out);
  const Ran check = run("config check my.toml");
  EXPECT_EQ(check.exit_code, kExitOk);
  EXPECT_EQ(check.out, "my.toml: ok\n");
  EXPECT_EQ(run("config check my.toml --json").out, "{\"ok\":true,\"file\":\"my.toml\"}\n");
}

TEST_F(Cli, ConfigCheckFailsWithOneAndTellsAll) {
  write("my.toml", "[risk]\nmax_ordr_usd = 1\n[web]\nport = \"x\"\n");
  const Ran ran = run("config check my.toml");
  EXPECT_EQ(ran.exit_code, kExitFailed);
  EXPECT_THAT(ran.out, IsEmpty());
  EXPECT_THAT(ran.err, HasSubstr("underround config check: 2 problems"));
  EXPECT_THAT(ran.err, HasSubstr("my.toml:2:1: risk.max_ordr_usd: unknown key; did you mean risk.max_order_usd?"));
  EXPECT_THAT(ran.err, HasSubstr("my.toml:4:8: web.port: expected an integer"));
  const Ran json = run("config check my.toml --json");
  EXPECT_EQ(json.exit_code, kExitFailed);
  EXPECT_THAT(json.out,
              HasSubstr(R"({"source":"my.toml","line":2,"column":1,"key":"risk.max_ordr_usd","what":"unknown key",)"));
}

TEST_F(Cli, ConfigShowReadsFileEnvFileAndEnvironment) {
  write("my.toml", "web.port = 4000\nmarkets.max = 7\n");
  write(".env", "UNDERROUND_MARKETS__MAX=8\nUNDERROUND_WEB__PORT=4001\n");
  const Ran ran = run("config show --config my.toml --json", "UNDERROUND_WEB__PORT=4002");
  EXPECT_EQ(ran.exit_code, kExitOk) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("\"port\":4002"));
  EXPECT_THAT(ran.out, HasSubstr("\"max\":8"));
  EXPECT_THAT(ran.err, HasSubstr("chmod 600 .env"));
}

}  // namespace
}  // namespace underround::cli
