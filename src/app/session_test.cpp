// The whole program on the embedded venue, over real sockets: what each command promises to print.
#include "app/session.hpp"

#include "app/cli.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>

#include "app/run_binary.hpp"
#include "base/test_paths.hpp"

namespace underround::cli {
namespace {

using ::testing::HasSubstr;

class Program : public RunBinary {
 protected:
  std::int64_t number(const std::string& json, const char* pointer) {
    simdjson::dom::element root;
    std::int64_t value = 0;
    EXPECT_EQ(parser_.parse(json).get(root), simdjson::SUCCESS) << json;
    EXPECT_EQ(root.at_pointer(pointer).get(value), simdjson::SUCCESS) << pointer << " in " << json;
    return value;
  }
  simdjson::dom::parser parser_;
};

TEST_F(Program, DemoTradesHeadlessAndEndsWithOneJsonObject) {
  const Ran ran = run("demo --duration 4s --headless --json --markets 150 --seed 3");
  ASSERT_EQ(ran.exit_code, kExitOk) << ran.err;
  EXPECT_EQ(std::count(ran.out.begin(), ran.out.end(), '\n'), 1) << ran.out;
  EXPECT_GE(number(ran.out, "/markets"), 100);
  EXPECT_GT(number(ran.out, "/messages"), 0);
  EXPECT_EQ(number(ran.out, "/invariant_violations"), 0);
  EXPECT_EQ(number(ran.out, "/decode_errors"), 0);
  EXPECT_GT(number(ran.out, "/latency_ns/decision/count"), 0);
  for (const char* key : {"/opportunities_seen", "/opportunities_taken", "/phantoms_refused", "/orders", "/fills",
                          "/fees_usd_micros", "/latency_ns/decision/p99"}) {
    EXPECT_GE(number(ran.out, key), 0) << key;
  }
  (void)number(ran.out, "/pnl_usd_micros");
}

TEST_F(Program, SimPrintsOneLineWithTheUrlOfEveryService) {
  const Ran ran = run("sim --seed 9 --markets 100 --duration 200ms");
  ASSERT_EQ(ran.exit_code, kExitOk) << ran.err;
  for (const char* service :
       {"clob", "gamma", "data", "ws_market", "ws_user", "rtds", "binance_public", "binance_market", "control"}) {
    EXPECT_THAT(ran.out, HasSubstr("\"" + std::string(service) + "\":\""));
  }
  EXPECT_EQ(number(ran.out, "/seed"), 9);
}

TEST_F(Program, ScanOnceListsWhatItSawAndOrdersNothing) {
  const Ran ran = run("scan --once --json --for 3s");
  ASSERT_EQ(ran.exit_code, kExitOk) << ran.err;
  EXPECT_GT(number(ran.out, "/messages"), 0);
  EXPECT_GT(number(ran.out, "/live_books"), 0);
  EXPECT_THAT(ran.out, HasSubstr("\"opportunities\":["));
}

TEST_F(Program, PaperAndDryRunWorkAndLiveIsRefused) {
  write("c.toml", "[simulator]\nmarkets = 100\n");
  for (const char* mode : {"paper", "dry-run"}) {
    const Ran ran = run("run --config c.toml --headless --json --duration 3s --mode " + std::string(mode));
    ASSERT_EQ(ran.exit_code, kExitOk) << mode << ": " << ran.err;
    EXPECT_GT(number(ran.out, "/messages"), 0) << mode;
    EXPECT_EQ(number(ran.out, "/invariant_violations"), 0) << mode;
  }
  const Ran live = run("run --config c.toml --mode live --json");
  EXPECT_EQ(live.exit_code, kExitFailed);
  EXPECT_THAT(live.err, HasSubstr("needs three yeses"));
}

TEST_F(Program, AHaltSurvivesARestartUntilAPersonLiftsIt) {
  write("c.toml", "[simulator]\nmarkets = 100\n[state]\ndir = \"state\"\n");
  std::filesystem::create_directories(folder_ / "state");
  write("state/halt", "kill_switch\npulled by hand\n");
  const std::string command = "run --config c.toml --mode paper --headless --json --duration 1s";
  EXPECT_THAT(run(command).err, HasSubstr("HALTED (kill_switch: pulled by hand)"));
  EXPECT_EQ(run("resume --config c.toml").exit_code, kExitUsage) << "no reason, no resume";
  EXPECT_EQ(run("resume --config c.toml --reason 'checked: ana'").exit_code, kExitOk);
  EXPECT_THAT(run(command).err, ::testing::Not(HasSubstr("HALTED")));
}

TEST_F(Program, ReplayChecksARealCapture) {
  const std::filesystem::path capture = std::filesystem::path(source_folder()) / "../shared/data/polymarket_raw" /
                                        "jonahgrigoryan.m9-rtds-natural-20260429T021025Z-fresh.raw_messages.jsonl.zst";
  if (!std::filesystem::exists(capture)) GTEST_SKIP() << "no capture at " << capture;
  const Ran a = run("replay --json '" + capture.string() + "'");
  ASSERT_EQ(a.exit_code, kExitOk) << a.err;
  EXPECT_EQ(number(a.out, "/decode_errors"), 0);
  EXPECT_GT(number(a.out, "/bbo_checked"), 0);
  EXPECT_EQ(number(a.out, "/bbo_agree"), number(a.out, "/bbo_checked"));
  EXPECT_EQ(number(a.out, "/hash_agree"), number(a.out, "/hash_checked"));
  const auto hash = [](const std::string& json) { return json.substr(json.find("\"state_hash\"")); };
  EXPECT_EQ(hash(a.out), hash(run("replay --json '" + capture.string() + "'").out)) << "law 1";
}

TEST_F(Program, BadInputIsRefusedWithWhatToDo) {
  EXPECT_EQ(run("demo --duration soon --headless").exit_code, kExitUsage);
  EXPECT_EQ(run("run --mode paper").exit_code, kExitUsage);
  EXPECT_EQ(run("run --config missing.toml --mode paper").exit_code, kExitFailed);
  const Ran replay = run("replay nothing.jsonl --json");
  EXPECT_EQ(replay.exit_code, kExitUsage);
  EXPECT_THAT(replay.err, HasSubstr("nothing.jsonl"));
}

}  // namespace
}  // namespace underround::cli
