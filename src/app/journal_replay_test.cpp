// Law 1 as a user can check it: same seed, same journal; same journal, same commands and state; and a snapshot anywhere
// in between changes nothing.
#include "app/journal_replay.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

#include "app/engine_journal.hpp"
#include "app/simulated_run.hpp"
#include "base/temporary_folder.hpp"
#include "journal/journal_reader.hpp"

namespace underround {
namespace {

using journal::Record;
using journal::RecordKind;

class JournalReplayTest : public ::testing::Test {
 protected:
  SimulatedRun simulate(std::uint64_t seed, const char* folder) {
    auto run = simulated_run(
        {.config = {}, .seed = seed, .markets = 120, .duration = Nanos::from_seconds(900), .journal = root_ / folder});
    EXPECT_TRUE(run) << run.error().message;
    return *run;
  }
  std::string bytes(const char* folder) {
    std::ifstream in(root_ / folder / "00000001.segment", std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  journal::JournalReader open(const char* folder) {
    return std::move(journal::JournalReader::open(root_ / folder).value());
  }
  // Every record of `from` that `keep` lets through, as it changed it, in a journal of its own.
  void copy(const char* from, const char* to,
            const std::function<bool(RecordKind&, std::vector<std::uint8_t>&)>& keep) {
    auto out = journal::Journal::open({.folder = root_ / to}).value();
    auto in = open(from);
    while (const auto r = in.next()) {
      RecordKind kind = r->kind;
      std::vector<std::uint8_t> payload(r->payload.begin(), r->payload.end());
      if (keep(kind, payload)) {
        ASSERT_TRUE(out->append(kind, payload));
      }
    }
  }
  Result<std::uint64_t> replay(const char* folder) {
    auto in = open(folder);
    JournalReplay replay;
    while (const auto r = in.next()) {
      if (auto ok = replay.step(*r); !ok) return std::unexpected(ok.error());
    }
    return replay.engine()->state_hash();
  }

  TemporaryFolder root_;
};

TEST_F(JournalReplayTest, SameSeedSameJournalSameState) {
  const SimulatedRun a = simulate(7, "a"), b = simulate(7, "b"), c = simulate(8, "c");
  EXPECT_GT(a.fills, 0U);
  EXPECT_TRUE(a.ledger_equals_venue);
  EXPECT_EQ(a.state_hash, b.state_hash);
  EXPECT_NE(a.state_hash, c.state_hash);
  EXPECT_TRUE(bytes("a") == bytes("b"));
  EXPECT_EQ(replay("a").value(), a.state_hash);
}

TEST_F(JournalReplayTest, ARunNeedsAFolderOfItsOwn) {
  simulate(7, "a");
  const auto again = simulated_run({.config = {}, .duration = Nanos::from_seconds(1), .journal = root_ / "a"});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kRefused);
}

TEST_F(JournalReplayTest, ASnapshotAnywhereAndTheTailGiveTheSameState) {
  const SimulatedRun run = simulate(7, "a");
  for (const std::uint64_t at : {run.journal_records / 7, run.journal_records / 2, run.journal_records - 2}) {
    auto in = open("a");
    JournalReplay before, after;
    while (const auto r = in.next()) {
      ASSERT_TRUE(before.step(*r));
      if (r->sequence == at) break;
    }
    ASSERT_TRUE(after.load(before.save())) << at;
    EXPECT_EQ(after.engine()->state_hash(), before.engine()->state_hash());
    while (const auto r = in.next()) {
      const auto ok = after.step(*r);
      ASSERT_TRUE(ok) << ok.error().message;
    }
    EXPECT_EQ(after.engine()->state_hash(), run.state_hash) << at;
    EXPECT_TRUE(after.engine()->ledger().check_deep());
  }
}

TEST_F(JournalReplayTest, ADamagedSnapshotIsRefused) {
  simulate(7, "a");
  auto in = open("a");
  JournalReplay replay;
  for (int i = 0; i < 2000; ++i) ASSERT_TRUE(replay.step(*in.next()));
  const std::vector<std::uint8_t> good = replay.save();
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, good.size() / 2, good.size() - 1}) {
    JournalReplay other;
    EXPECT_FALSE(other.load({good.data(), size})) << size;
  }
  std::vector<std::uint8_t> other_layout = good;
  other_layout[0] ^= 1;
  EXPECT_FALSE(JournalReplay().load(other_layout));
}

TEST_F(JournalReplayTest, WhatDoesNotFollowIsRefusedWithItsRecord) {
  simulate(7, "a");
  bool done = false;
  copy("a", "changed", [&](RecordKind& kind, std::vector<std::uint8_t>& payload) {
    if (kind == RecordKind::kCommand && !done) payload[9] ^= 1, done = true;
    return true;
  });
  const auto changed = replay("changed");
  ASSERT_FALSE(changed);
  EXPECT_NE(changed.error().message.find("(command)"), std::string::npos) << changed.error().message;

  done = false;
  copy("a", "missing", [&](RecordKind& kind, std::vector<std::uint8_t>&) {
    const bool drop = kind == RecordKind::kCommand && !done;
    done = done || drop;
    return !drop;
  });
  EXPECT_FALSE(replay("missing"));

  copy("a", "headless", [](RecordKind& kind, std::vector<std::uint8_t>&) { return kind != RecordKind::kStart; });
  EXPECT_FALSE(replay("headless"));
}

TEST_F(JournalReplayTest, OneEventLessIsAnotherState) {
  simulate(7, "a");
  int events = 0;
  copy("a", "less",
       [&](RecordKind& kind, std::vector<std::uint8_t>&) { return kind != RecordKind::kEvents || ++events != 500; });
  EXPECT_FALSE(replay("less"));
}

// A session that goes on: same account, another configuration, empty books.
TEST_F(JournalReplayTest, ASessionThatGoesOnTakesTheAccountOver) {
  simulate(7, "a");
  auto in = open("a");
  JournalReplay first;
  while (const auto r = in.next()) ASSERT_TRUE(first.step(*r));
  EngineStart start = first.start();
  start.goes_on = true;
  start.config.risk.max_order_usd = Usd::whole(1);
  {
    auto journal = EngineJournal::open({.folder = root_ / "a"}).value();
    Catalogue catalogue;
    auto engine = make_engine(start, catalogue).value();
    ASSERT_TRUE(engine->take_over(*first.engine()));
    ASSERT_TRUE(journal->start(start, *engine));
    CommandBuffer commands;
    const Event timer = Event::make(EventKind::kTimer, first.engine()->now() + Nanos::from_seconds(5));
    engine->step(timer, commands);
    ASSERT_TRUE(journal->step(timer, commands));
    ASSERT_TRUE(journal->finish());
    EXPECT_EQ(engine->ledger().cash(), first.engine()->ledger().cash());
    EXPECT_EQ(engine->books().size(), first.engine()->books().size());
    EXPECT_EQ(engine->risk().limits().max_order, Usd::whole(1));
    EXPECT_EQ(replay("a").value(), engine->state_hash());
  }
}

}  // namespace
}  // namespace underround
