// State = snapshot + tail, whatever is missing or damaged; and what is said when it cannot be had.
#include "app/recovery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <thread>

#include "app/engine_journal.hpp"
#include "app/simulated_run.hpp"
#include "app/snapshotter.hpp"
#include "base/temporary_folder.hpp"
#include "journal/journal_reader.hpp"
#include "journal/snapshot.hpp"

namespace underround {
namespace {

using journal::RecordKind;
using ::testing::HasSubstr;

class RecoveryTest : public ::testing::Test {
 protected:
  RecoveryTest() {
    folder_ = root_ / "journal";
    auto run = simulated_run(
        {.config = {}, .seed = 7, .markets = 120, .duration = Nanos::from_seconds(300), .journal = folder_});
    EXPECT_TRUE(run) << run.error().message;
    run_ = *run;
  }

  // A snapshot of the state after about that record.
  std::uint64_t snapshot_at(std::uint64_t sequence) {
    auto before = recover_settled(folder_, sequence);
    EXPECT_TRUE(before && before->replay);
    const std::uint64_t at = before->replay->last_sequence();
    EXPECT_TRUE(journal::write_snapshot(folder_, Engine::layout(), at, before->replay->save()));
    return at;
  }
  void damage(const std::filesystem::path& file, std::streamoff at = 200) {
    std::fstream change(file, std::ios::in | std::ios::out | std::ios::binary);
    change.seekp(at);
    change.put('!');
  }
  // The journal again, without the first records or with others.
  template <class F>
  void rewrite(F&& keep) {
    const std::filesystem::path to = root_ / "other";
    {
      auto out = journal::Journal::open({.folder = to}).value();
      auto in = journal::JournalReader::open(folder_).value();
      while (const auto r = in.next()) {
        std::vector<std::uint8_t> payload(r->payload.begin(), r->payload.end());
        if (keep(*r, payload)) {
          ASSERT_TRUE(out->append(r->kind, payload));
        }
      }
    }
    std::filesystem::remove_all(folder_);
    std::filesystem::rename(to, folder_);
  }
  std::uint64_t hash() {
    const auto found = recover(folder_);
    EXPECT_TRUE(found && found->replay) << (found ? found->problem : found.error().message);
    return found && found->replay ? found->replay->engine()->state_hash() : 0;
  }

  TemporaryFolder root_;
  std::filesystem::path folder_;
  SimulatedRun run_;
};

TEST_F(RecoveryTest, WithoutASnapshotFromTheBeginning) {
  const auto found = recover(folder_);
  ASSERT_TRUE(found && found->replay) << found->problem;
  EXPECT_EQ(found->snapshot, 0U);
  EXPECT_EQ(found->records, run_.journal_records);
  EXPECT_EQ(found->replay->engine()->state_hash(), run_.state_hash);
}

TEST_F(RecoveryTest, TheNewestSnapshotAndItsTail) {
  snapshot_at(run_.journal_records / 3);
  const std::uint64_t at = snapshot_at(run_.journal_records / 2);
  const auto found = recover(folder_);
  ASSERT_TRUE(found && found->replay);
  EXPECT_EQ(found->snapshot, at);
  EXPECT_EQ(found->records, run_.journal_records - at);
  EXPECT_EQ(found->replay->engine()->state_hash(), run_.state_hash);
}

TEST_F(RecoveryTest, ADamagedSnapshotGivesWayToTheOneBeforeIt) {
  const std::uint64_t older = snapshot_at(run_.journal_records / 3);
  snapshot_at(run_.journal_records / 2);
  damage(journal::snapshot_files(folder_)[0].path);
  auto found = recover(folder_);
  ASSERT_TRUE(found && found->replay);
  EXPECT_EQ(found->snapshot, older);
  EXPECT_EQ(found->notes.size(), 1U);
  EXPECT_EQ(found->replay->engine()->state_hash(), run_.state_hash);
  damage(journal::snapshot_files(folder_)[1].path);
  EXPECT_EQ(hash(), run_.state_hash) << "from the beginning";
}

TEST_F(RecoveryTest, ASnapshotOfAnotherBuildIsPassedOver) {
  auto before = recover_settled(folder_, run_.journal_records / 2);
  ASSERT_TRUE(
      journal::write_snapshot(folder_, Engine::layout() + 1, before->replay->last_sequence(), before->replay->save()));
  const auto found = recover(folder_);
  ASSERT_TRUE(found && found->replay);
  EXPECT_EQ(found->snapshot, 0U);
  EXPECT_THAT(found->notes.at(0), HasSubstr("another build"));
}

TEST_F(RecoveryTest, ASnapshotCanBeMadeWhereverACommandIsOwed) {
  std::vector<std::uint64_t> before_commands;
  auto in = journal::JournalReader::open(folder_).value();
  while (const auto r = in.next()) {
    if (r->kind == RecordKind::kCommand && before_commands.size() < 5) before_commands.push_back(r->sequence - 1);
  }
  ASSERT_FALSE(before_commands.empty());
  for (const std::uint64_t at : before_commands) {
    EXPECT_GT(snapshot_at(at), at) << "moved behind the command";
    EXPECT_EQ(hash(), run_.state_hash);
  }
}

TEST_F(RecoveryTest, WhatDoesNotFollowIsSaidAndLeavesTheNames) {
  bool changed = false;
  rewrite([&](const journal::Record& r, std::vector<std::uint8_t>& payload) {
    if (r.kind == RecordKind::kCommand && !changed) payload[9] ^= 1, changed = true;
    return true;
  });
  {
    auto journal = EngineJournal::open({.folder = folder_}).value();
    ASSERT_TRUE(journal->name(OrderId{99'999}, Digest{1, 2, 3}));
  }
  const auto found = recover(folder_);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->replay, nullptr);
  EXPECT_THAT(found->problem, HasSubstr("(command)"));
  ASSERT_FALSE(found->names.empty());
  EXPECT_EQ(found->names.back().digest, (Digest{1, 2, 3}));
}

TEST_F(RecoveryTest, AMissingBeginningIsSaid) {
  rewrite([](const journal::Record& r, std::vector<std::uint8_t>&) { return r.kind != RecordKind::kStart; });
  const auto found = recover(folder_);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->replay, nullptr);
  EXPECT_THAT(found->problem, HasSubstr("beginning"));
}

// After a session that cannot be replayed comes one that began anew: it is all that a restart needs.
TEST_F(RecoveryTest, ASessionThatBeganAnewNeedsNothingBeforeIt) {
  bool changed = false;
  rewrite([&](const journal::Record& r, std::vector<std::uint8_t>& payload) {
    if (r.kind == RecordKind::kCommand && !changed) payload[9] ^= 1, changed = true;
    return true;
  });
  EngineStart start;
  start.mode = "live";
  Catalogue catalogue;
  auto engine = make_engine(start, catalogue).value();
  {
    auto journal = EngineJournal::open({.folder = folder_}).value();
    ASSERT_TRUE(journal->start(start, *engine));
    CommandBuffer commands;
    const Event timer = Event::make(EventKind::kTimer, Nanos::from_seconds(5));
    engine->step(timer, commands);
    ASSERT_TRUE(journal->step(timer, commands));
    ASSERT_TRUE(journal->finish());
  }
  EXPECT_EQ(hash(), engine->state_hash());
}

TEST_F(RecoveryTest, AnEmptyFolderIsNoProblemAndNoEngine) {
  std::filesystem::create_directories(root_ / "empty");
  const auto found = recover(root_ / "empty");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->replay, nullptr);
  EXPECT_EQ(found->problem, "");
  EXPECT_FALSE(recover(root_ / "none"));
}

// Nobody knows what was in records that are gone: that is not the same as a build that reads them otherwise.
TEST_F(RecoveryTest, DamageIsToldApartFromWhatDoesNotFollow) {
  damage(folder_ / "00000001.segment", 1'000'000);
  const auto found = recover(folder_);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->replay, nullptr);
  EXPECT_TRUE(found->damaged);
  EXPECT_THAT(found->problem, HasSubstr("damaged at offset"));
}

TEST_F(RecoveryTest, ADamagedSnapshotWithoutAJournalBeforeItIsDamage) {
  rewrite([](const journal::Record& r, std::vector<std::uint8_t>&) { return r.kind != RecordKind::kStart; });
  EXPECT_FALSE(recover(folder_)->damaged);
  ASSERT_TRUE(journal::write_snapshot(folder_, Engine::layout() + 1, 100, std::vector<std::uint8_t>(300)));
  EXPECT_FALSE(recover(folder_)->damaged) << "another build";
  damage(journal::snapshot_files(folder_)[0].path);
  const auto found = recover(folder_);
  EXPECT_TRUE(found->damaged);
  EXPECT_THAT(found->problem, HasSubstr("wrong checksum"));
}

// After a power failure the disk may have a snapshot and not the records before it.
TEST_F(RecoveryTest, ASnapshotOfMoreThanTheJournalHasIsDamage) {
  auto before = recover(folder_);
  const std::uint64_t last = before->replay->last_sequence();
  ASSERT_TRUE(journal::write_snapshot(folder_, Engine::layout(), last, before->replay->save()));
  EXPECT_EQ(hash(), run_.state_hash);
  const std::filesystem::path kept = root_ / "kept.bin";
  const auto snapshot = journal::snapshot_files(folder_)[0].path;
  std::filesystem::copy_file(snapshot, kept);
  rewrite([&](const journal::Record& r, std::vector<std::uint8_t>&) { return r.sequence <= last / 2; });
  std::filesystem::copy_file(kept, snapshot);
  const auto found = recover(folder_);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->replay, nullptr) << "the records that come next would be taken for ones it has seen";
  EXPECT_TRUE(found->damaged);
}

TEST_F(RecoveryTest, VerifyingBeginsAtTheOldestSnapshotWhenTheBeginningIsGone) {
  const auto whole = verify_journal(folder_);
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_EQ(whole->from_snapshot, 0U);
  EXPECT_EQ(whole->replay->engine()->state_hash(), run_.state_hash);
  // In small segments, so that the first ones can be deleted.
  const std::filesystem::path small = root_ / "small";
  std::uint64_t last = 0;
  {
    auto out = journal::Journal::open({.folder = small, .segment_bytes = 1 << 18}).value();
    auto in = journal::JournalReader::open(folder_).value();
    while (const auto r = in.next()) {
      while (!out->room_ahead()) std::this_thread::yield();
      ASSERT_TRUE(out->append(r->kind, r->payload));
    }
    last = out->last_sequence();
  }
  folder_ = small;
  const std::uint64_t older = snapshot_at(last / 3);
  snapshot_at(last / 2);
  auto files = journal::segment_files(folder_).value();
  ASSERT_GT(files.size(), 6U);
  for (std::size_t i = 0; i + 1 < files.size() && *journal::first_sequence(files[i + 1]) <= older + 1; ++i) {
    std::filesystem::remove(files[i]);
  }
  auto found = verify_journal(folder_);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->from_snapshot, older);
  EXPECT_EQ(found->replay->engine()->state_hash(), run_.state_hash);
  const auto snapshots = journal::snapshot_files(folder_);
  for (const auto& snapshot : snapshots) std::filesystem::remove(snapshot.path);
  const auto nothing = verify_journal(folder_);
  ASSERT_FALSE(nothing);
  EXPECT_THAT(nothing.error().message, HasSubstr("does not begin with the start of a session"));
}

TEST_F(RecoveryTest, AnOrderNamedTwiceIsRefused) {
  auto journal = EngineJournal::open({.folder = folder_}).value();
  ASSERT_TRUE(journal->name(OrderId{99'999}, Digest{1}));
  ASSERT_TRUE(journal->name(OrderId{99'999}, Digest{2}));
  const auto found = recover(folder_);
  ASSERT_TRUE(found);
  EXPECT_THAT(found->problem, HasSubstr("named twice"));
}

}  // namespace
}  // namespace underround
