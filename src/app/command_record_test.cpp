// underround record as a user runs it.
#include "app/commands.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include "app/run_binary.hpp"
#include "journal/journal.hpp"
#include "simulator/server/simulator_server.hpp"

namespace underround::cli {
namespace {

using ::testing::HasSubstr;

class RecordCommandTest : public RunBinary {
 protected:
  void SetUp() override {
    RunBinary::SetUp();
    write("c.toml", "[simulator]\nmarkets = 100\n[state]\ndir = \"state\"\n");
  }
  std::int64_t number(const std::string& json, const char* pointer) {
    simdjson::dom::element root;
    std::int64_t value = 0;
    EXPECT_EQ(parser_.parse(json).get(root), simdjson::SUCCESS) << json;
    EXPECT_EQ(root.at_pointer(pointer).get(value), simdjson::SUCCESS) << pointer << " in " << json;
    return value;
  }
  simdjson::dom::parser parser_;
};

TEST_F(RecordCommandTest, RecordsForAWhileAndSaysWhatItHas) {
  const Ran ran = run("record --config c.toml --for 2s --json");
  ASSERT_EQ(ran.exit_code, kExitOk) << ran.err;
  EXPECT_EQ(std::count(ran.out.begin(), ran.out.end(), '\n'), 1) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("\"done\":true,\"why\":\"the time is over\""));
  EXPECT_GT(number(ran.out, "/frames"), 0);
  EXPECT_GE(number(ran.out, "/markets"), 100);
  EXPECT_THAT(ran.err, HasSubstr("connections up"));
  const Ran stats = run("journal stats state/recording --json");
  EXPECT_EQ(number(stats.out, "/kinds/frame"), number(ran.out, "/frames"));
  EXPECT_EQ(number(stats.out, "/kinds/condition"), number(ran.out, "/markets"));
  EXPECT_EQ(number(stats.out, "/kinds/start"), 1);
  EXPECT_THAT(run("journal dump state/recording").out, HasSubstr("{\"program\":\"record\""));
  const Ran replayed = run("replay state/recording --config c.toml --json");
  EXPECT_EQ(replayed.exit_code, kExitOk) << replayed.err;
  EXPECT_GE(number(replayed.out, "/books"), 100);
  EXPECT_EQ(number(replayed.out, "/decode_errors"), 0);
}

TEST_F(RecordCommandTest, AnInterruptEndsItCleanly) {
  const Ran ran =
      run("record --config c.toml --out rec --compress --segment 1MB --json", "timeout --preserve-status -s INT 3");
  ASSERT_EQ(ran.exit_code, kExitOk) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("\"why\":\"told to stop\""));
  const Ran verified = run("journal verify rec --json");
  EXPECT_EQ(verified.exit_code, kExitOk) << verified.err;
  EXPECT_EQ(number(verified.out, "/torn_bytes"), 0);
}

TEST_F(RecordCommandTest, OnlyTheEventsThatAreWanted) {
  const auto server = simulator::SimulatorServer::start(
      {.seed = 7, .markets = 100, .warm_up = Nanos::from_seconds(120)});  // both runs see the same markets
  ASSERT_TRUE(server) << server.error().message;
  const simulator::ServiceUrls& u = (*server)->urls();
  write("sim.toml", "venue.kind = \"polymarket\"\nvenue.gamma_url = \"" + u.gamma + "\"\nvenue.market_ws_url = \"" +
                        u.ws_market +
                        "\"\nbinance.symbols = []\nmarkets.min_volume_usd = 0\nmarkets.min_liquidity_usd = 0\n");
  const Ran all = run("record --config sim.toml --out all --for 1s --json");
  ASSERT_EQ(all.exit_code, kExitOk) << all.err;
  ASSERT_EQ(run("journal export all --format jsonl --out tables --kind conditions").exit_code, kExitOk);
  const std::string conditions = read(folder_ / "tables/conditions.jsonl");
  simdjson::dom::element first;
  ASSERT_EQ(parser_.parse(conditions.substr(0, conditions.find('\n'))).get(first), simdjson::SUCCESS);
  const std::string_view event = first["event_slug"];
  const Ran one = run("record --config sim.toml --out one --for 1s --json --events " + std::string(event));
  ASSERT_EQ(one.exit_code, kExitOk) << one.err;
  EXPECT_GE(number(one.out, "/markets"), 1);
  EXPECT_LT(number(one.out, "/markets"), number(all.out, "/markets") / 2);
  EXPECT_GT(number(one.out, "/frames"), 0);
  const std::string dump = run("journal dump one").out;
  for (std::size_t at = dump.find(" condition "); at != std::string::npos; at = dump.find(" condition ", at + 1)) {
    EXPECT_THAT(dump.substr(at, dump.find('\n', at) - at), HasSubstr(std::string(event)));
  }
}

TEST_F(RecordCommandTest, OneWriterAFolder) {
  const auto other = journal::Journal::open({.folder = folder_ / "rec", .segment_bytes = 65'536});
  ASSERT_TRUE(other);
  const Ran ran = run("record --config c.toml --out rec --for 1s --json");
  EXPECT_EQ(ran.exit_code, kExitFailed);
  EXPECT_THAT(ran.out, HasSubstr("\"error\":{\"code\":\"refused\""));
  EXPECT_THAT(ran.err, HasSubstr("a folder has one writer"));
}

TEST_F(RecordCommandTest, WhatCannotBeIsSaidBeforeAnythingIsMade) {
  for (const char* wrong : {"--budget 100MB", "--budget lots", "--segment 1KB", "--when-full never", "--for soon"}) {
    const Ran ran = run(std::string("record --config c.toml --out rec ") + wrong);
    EXPECT_EQ(ran.exit_code, kExitUsage) << wrong;
    EXPECT_THAT(ran.err, HasSubstr(std::string(wrong).substr(0, 5))) << wrong;
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "rec"));
}

}  // namespace
}  // namespace underround::cli
