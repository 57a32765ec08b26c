#include "app/snapshotter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "app/recovery.hpp"
#include "app/simulated_run.hpp"
#include "base/temporary_folder.hpp"
#include "journal/journal.hpp"
#include "journal/journal_reader.hpp"
#include "journal/snapshot.hpp"

namespace underround {
namespace {

class SnapshotterTest : public ::testing::Test {
 protected:
  SnapshotterTest() {
    folder_ = root_ / "journal";
    auto run = simulated_run(
        {.config = {}, .seed = 7, .markets = 60, .duration = Nanos::from_seconds(120), .journal = root_ / "run"});
    EXPECT_TRUE(run) << run.error().message;
    state_hash_ = run->state_hash;
  }
  // The run's records in small segments; with `break_at`, one of them is another's.
  void fill(journal::Journal& out, std::size_t break_at = 0) {
    auto in = journal::JournalReader::open(root_ / "run").value();
    for (std::size_t n = 1;; ++n) {
      const auto r = in.next();
      if (!r) return;
      std::vector<std::uint8_t> payload(r->payload.begin(), r->payload.end());
      if (break_at != 0 && n >= break_at && r->kind == journal::RecordKind::kCommand) payload[9] ^= 1, break_at = 0;
      while (!out.room_ahead()) std::this_thread::yield();
      ASSERT_TRUE(out.append(r->kind, payload));
    }
  }
  SnapshotterSettings settings(journal::Journal& journal) {
    return {.folder = folder_,
            .keep_from = [this, &journal](std::uint64_t s) { kept_from_.push_back(s), journal.keep_from(s); },
            .alert = [this](const std::string& words) { alerts_ += words; }};
  }

  TemporaryFolder root_;
  std::filesystem::path folder_;
  std::uint64_t state_hash_ = 0;
  std::vector<std::uint64_t> kept_from_;
  std::string alerts_;
};

TEST_F(SnapshotterTest, WhatHasBeenClosedBecomesASnapshotAndRecoveryGoesOnFromIt) {
  auto journal = journal::Journal::open({.folder = folder_, .segment_bytes = 1 << 20, .keep_from = 0}).value();
  fill(*journal);
  ASSERT_GT(journal->segment(), 2U);
  Snapshotter snapshots(settings(*journal));
  EXPECT_TRUE(snapshots.make());
  EXPECT_EQ(kept_from_.back(), 0U) << "one snapshot is not enough to delete anything";
  EXPECT_FALSE(snapshots.make()) << "nothing new is closed";
  const std::uint64_t first = journal::snapshot_files(folder_)[0].sequence;
  EXPECT_LT(first, journal->last_sequence());
  EXPECT_TRUE(snapshots.make(journal->last_sequence()));
  EXPECT_EQ(kept_from_.back(), first + 1) << "the older one's tail stays";
  const auto found = recover(folder_);
  ASSERT_TRUE(found && found->replay) << found->problem;
  EXPECT_EQ(found->records, 0U);
  EXPECT_EQ(found->replay->engine()->state_hash(), state_hash_);
  EXPECT_EQ(alerts_, "");
}

TEST_F(SnapshotterTest, RetentionNeverTakesWhatRecoveryNeeds) {
  {
    // 2 MB is less than is written: everything could go, and nothing may before there are snapshots.
    auto journal =
        journal::Journal::open({.folder = folder_, .segment_bytes = 1 << 20, .keep_bytes = 2 << 20, .keep_from = 0})
            .value();
    fill(*journal);
    EXPECT_EQ(journal->disk().deleted_segments, 0U);
    Snapshotter snapshots(settings(*journal));
    ASSERT_TRUE(snapshots.make());
    ASSERT_TRUE(snapshots.make(journal->last_sequence()));
    while (journal->disk().deleted_segments == 0) std::this_thread::yield();
  }
  const auto found = recover(folder_);
  ASSERT_TRUE(found && found->replay) << found->problem;
  EXPECT_EQ(found->replay->engine()->state_hash(), state_hash_);
  std::filesystem::remove(journal::snapshot_files(folder_)[0].path);
  const auto older = recover(folder_);
  ASSERT_TRUE(older && older->replay) << older->problem;
  EXPECT_EQ(older->replay->engine()->state_hash(), state_hash_);
}

TEST_F(SnapshotterTest, WhatDoesNotFollowIsAnAlertAndNoSnapshot) {
  auto journal = journal::Journal::open({.folder = folder_, .segment_bytes = 1 << 20, .keep_from = 0}).value();
  fill(*journal, 10);
  Snapshotter snapshots(settings(*journal));
  EXPECT_FALSE(snapshots.make());
  EXPECT_THAT(alerts_, ::testing::HasSubstr("does not give the engine's state again"));
  EXPECT_TRUE(journal::snapshot_files(folder_).empty());
}

TEST_F(SnapshotterTest, TheThreadDoesItByItself) {
  auto journal = journal::Journal::open({.folder = folder_, .segment_bytes = 1 << 20, .keep_from = 0}).value();
  fill(*journal);
  Snapshotter snapshots(settings(*journal));
  snapshots.start();
  while (journal::snapshot_files(folder_).empty()) std::this_thread::yield();
  snapshots.stop();
  EXPECT_EQ(alerts_, "");
}

}  // namespace
}  // namespace underround
