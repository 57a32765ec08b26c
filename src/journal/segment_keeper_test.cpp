// Segments that are full: packed, deleted, and whatever a crash leaves between two steps.
#include "journal/segment_keeper.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <string>
#include <vector>

#include "base/temporary_folder.hpp"
#include "journal/journal.hpp"
#include "journal/journal_reader.hpp"
#include "journal/segment_pack.hpp"

namespace underround::journal {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSegment = 8192;

Bytes bytes(const std::string& text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

class SegmentKeeperTest : public ::testing::Test {
 protected:
  std::unique_ptr<Journal> open(JournalSettings settings) const {
    settings.folder = folder_;
    settings.segment_bytes = kSegment;
    auto made = Journal::open(std::move(settings));
    EXPECT_TRUE(made) << made.error().message;
    return made ? std::move(*made) : nullptr;
  }
  // Record n says n. A thousand are some hundred kilobytes: many segments.
  static void write(Journal& journal, std::size_t records) {
    for (std::size_t i = 0; i < records; ++i) {
      while (!journal.room_ahead()) continue;
      ASSERT_TRUE(journal.append(RecordKind::kNote, bytes(text_of(journal.last_sequence() + 1)))) << journal.failure();
    }
  }
  // The thread has seen every segment that is full, and has done with them what it does.
  static void settle(const Journal& journal) {
    while (journal.disk().segments + journal.disk().deleted_segments <= journal.segment()) continue;
  }
  static std::string text_of(std::uint64_t sequence) { return std::to_string(sequence) + std::string(300, '.'); }
  // Every record from `first` on, with its own number in it.
  void expect_whole(std::uint64_t first, std::uint64_t last) const {
    auto reader = JournalReader::open(folder_);
    ASSERT_TRUE(reader);
    std::uint64_t expected = first;
    while (const auto r = reader->next()) {
      EXPECT_EQ(r->sequence, expected);
      EXPECT_EQ(std::string(r->payload.begin(), r->payload.end()), text_of(expected));
      ++expected;
    }
    EXPECT_EQ(reader->problem(), "");
    EXPECT_EQ(expected, last + 1);
  }
  std::uint64_t first_record() const {
    auto reader = JournalReader::open(folder_);
    const auto r = reader->next();
    return r ? r->sequence : 0;
  }
  std::vector<fs::path> files() const { return segment_files(folder_).value(); }
  std::size_t files_in_folder() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator{}));
  }
  TemporaryFolder folder_;
};

TEST_F(SegmentKeeperTest, FullSegmentsArePackedAndReadLikeAnyOther) {
  {
    auto journal = open({.compress = true});
    write(*journal, 1000);
    while (journal->disk().packed + 2 < journal->disk().segments || journal->disk().packed < 30) continue;
    EXPECT_LT(journal->disk().bytes, 1000 * 300 / 2U);
    expect_whole(1, 1000);
  }
  EXPECT_TRUE(is_packed(files().front()));
  EXPECT_FALSE(is_packed(files().back()));
  auto journal = open({.compress = true});
  EXPECT_EQ(journal->recovered().records, 1000U);
  write(*journal, 100);
  expect_whole(1, 1100);
}

TEST_F(SegmentKeeperTest, WhatWasLeftPlainIsPackedLater) {
  {
    auto journal = open({});
    write(*journal, 200);
  }
  EXPECT_FALSE(is_packed(files().front()));
  auto journal = open({.compress = true});
  while (journal->disk().packed + 2 < journal->disk().segments) continue;
  EXPECT_TRUE(is_packed(files().front()));
  expect_whole(1, 200);
}

// A crash can leave: a part of the packed file; or the whole of it, with the plain one still there.
TEST_F(SegmentKeeperTest, WhatACrashLeavesIsOneSegmentAgain) {
  {
    auto journal = open({});
    write(*journal, 200);
  }
  const auto plain = files();
  ASSERT_GE(plain.size(), 4U);
  std::ofstream(packed_path(plain[0]).string() + ".part") << "half of it";
  const fs::path copy = folder_ / "copy";
  fs::copy_file(plain[1], copy);
  ASSERT_TRUE(pack_segment(plain[1], std::atomic<bool>(false)).value());
  fs::rename(copy, plain[1]);
  EXPECT_EQ(files().size(), plain.size()) << "a segment that is there twice counts once";
  expect_whole(1, 200);
  auto journal = open({});
  EXPECT_EQ(journal->recovered().records, 200U);
  EXPECT_TRUE(fs::exists(plain[1]));
  EXPECT_FALSE(fs::exists(packed_path(plain[1])));
  EXPECT_FALSE(fs::exists(packed_path(plain[0]).string() + ".part"));
  expect_whole(1, 200);
}

TEST_F(SegmentKeeperTest, KilledWhilePackingItHasEveryRecordOnce) {
  for (int round = 0; round < 6; ++round) {
    int pipe_fds[2];
    ASSERT_EQ(::pipe(pipe_fds), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      auto journal = Journal::open({.folder = folder_, .segment_bytes = kSegment, .compress = true});
      if (!journal) ::_exit(1);
      for (;;) {
        while (!(*journal)->room_ahead()) continue;
        const std::uint64_t next = (*journal)->last_sequence() + 1;
        if (!(*journal)->append(RecordKind::kNote, bytes(text_of(next)))) ::_exit(2);
        if (::write(pipe_fds[1], &next, sizeof next) != sizeof next) ::_exit(3);
      }
    }
    ::close(pipe_fds[1]);
    std::uint64_t told = 0;
    for (int i = 0; i < 700 + 311 * round; ++i)
      ASSERT_EQ(::read(pipe_fds[0], &told, sizeof told), ssize_t{sizeof told});
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (::read(pipe_fds[0], &told, sizeof told) == ssize_t{sizeof told}) continue;
    ::close(pipe_fds[0]);
    auto journal = open({});
    ASSERT_NE(journal, nullptr);
    EXPECT_GE(journal->last_sequence(), told);
    expect_whole(1, journal->last_sequence());
    journal.reset();
    EXPECT_EQ(files_in_folder(), files().size() + 1) << "segments and the lock, nothing else";
  }
}

TEST_F(SegmentKeeperTest, PackingStopsAtOnceWhenTold) {
  {
    auto journal = open({});
    write(*journal, 100);
  }
  const fs::path file = files().front();
  const auto packed = pack_segment(file, std::atomic<bool>(true));
  ASSERT_TRUE(packed);
  EXPECT_FALSE(*packed);
  EXPECT_TRUE(fs::exists(file));
  EXPECT_FALSE(fs::exists(packed_path(file).string() + ".part"));
}

TEST_F(SegmentKeeperTest, ADamagedPackedSegmentIsNamed) {
  {
    auto journal = open({});
    write(*journal, 100);
  }
  const auto plain = files();
  const std::uint64_t second_begins = first_sequence(plain[1]).value();
  ASSERT_TRUE(pack_segment(plain[1], std::atomic<bool>(false)).value());
  std::fstream(packed_path(plain[1]), std::ios::in | std::ios::out | std::ios::binary).seekp(60) << "damage";
  auto reader = JournalReader::open(folder_);
  std::uint64_t last = 0;
  while (const auto r = reader->next()) last = r->sequence;
  EXPECT_EQ(last + 1, second_begins);
  EXPECT_NE(reader->problem().find("00000002.segment.zst: cannot be unpacked"), std::string::npos) << reader->problem();
  const auto refused = Journal::open({.folder = folder_});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kRefused);
}

TEST_F(SegmentKeeperTest, OldSegmentsMakeRoom) {
  constexpr std::uint64_t kBudget = 10 * kSegment;
  {
    auto journal = open({.keep_bytes = kBudget});
    write(*journal, 1000);
    settle(*journal);
    const JournalDisk disk = journal->disk();
    EXPECT_GE(disk.segments, 9U);
    EXPECT_LE(disk.bytes, kBudget);
    EXPECT_EQ(disk.deleted_bytes, disk.deleted_segments * kSegment);
    EXPECT_GT(first_record(), 500U);
    expect_whole(first_record(), 1000);
  }
  auto journal = open({.keep_bytes = kBudget});
  EXPECT_EQ(journal->last_sequence(), 1000U) << "goes on although the beginning is gone";
  write(*journal, 10);
  expect_whole(first_record(), 1010);
}

TEST_F(SegmentKeeperTest, TheLastTwoAreNeverDeleted) {
  {
    auto journal = open({.keep_bytes = 1});
    write(*journal, 200);
    settle(*journal);
    EXPECT_GT(journal->disk().deleted_segments, 3U);
  }
  EXPECT_EQ(files().size(), 2U);
}

TEST_F(SegmentKeeperTest, WhatRecoveryNeedsIsNotDeleted) {
  auto journal = open({.keep_bytes = 1});
  journal->keep_from(100);
  write(*journal, 500);
  settle(*journal);
  EXPECT_LE(first_record(), 100U);
  EXPECT_GT(first_record(), 60U);
  expect_whole(first_record(), 500);
  journal->keep_from(500);
  while (journal->disk().segments > 3) continue;
  EXPECT_GT(first_record(), 100U);
  expect_whole(first_record(), 500);
}

TEST_F(SegmentKeeperTest, TooOldIsByTheClockItIsGiven) {
  const auto disk_time = [] {
    return Nanos{fs::file_time_type::clock::to_sys(fs::file_time_type::clock::now()).time_since_epoch().count()};
  };
  std::atomic<std::int64_t> ahead{0};
  auto journal = open({.keep_for = Nanos::from_seconds(3600),
                       .wall_clock = [&] { return disk_time() + Nanos::from_seconds(ahead.load()); }});
  write(*journal, 300);
  settle(*journal);
  EXPECT_EQ(journal->disk().deleted_segments, 0U);
  ahead = 4000;
  while (journal->disk().segments > 3) continue;
  expect_whole(first_record(), 300);
  EXPECT_FALSE(Journal::open({.folder = folder_, .keep_for = Nanos{1}})) << "age needs a clock";
}

}  // namespace
}  // namespace underround::journal
