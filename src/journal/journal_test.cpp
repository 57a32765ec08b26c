// The journal on a real disk: reopened, torn, damaged, locked, killed, out of room.
#include "journal/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <string>
#include <vector>

#include "base/temporary_folder.hpp"
#include "journal/journal_reader.hpp"

namespace underround::journal {
namespace {

namespace fs = std::filesystem;

Bytes bytes(const std::string& text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

class JournalTest : public ::testing::Test {
 protected:
  std::unique_ptr<Journal> open(std::size_t segment_bytes = 65'536) {
    auto made = Journal::open({.folder = folder_, .segment_bytes = segment_bytes});
    EXPECT_TRUE(made) << made.error().message;
    return made ? std::move(*made) : nullptr;
  }
  // The thread makes segments as fast as the disk allows, a test fills them faster.
  static void wait_for_room(const Journal& journal) {
    while (!journal.room_ahead()) continue;
  }
  static void append(Journal& journal, const std::string& text) {
    ASSERT_TRUE(journal.append(RecordKind::kNote, bytes(text)));
  }
  std::vector<std::string> all(std::string* problem = nullptr) const {
    auto reader = JournalReader::open(folder_);
    std::vector<std::string> out;
    if (!reader) return out;
    while (const auto r = reader->next()) out.emplace_back(r->payload.begin(), r->payload.end());
    if (problem != nullptr) *problem = reader->problem();
    return out;
  }
  // Four segments of four records and what was prepared behind them.
  std::vector<fs::path> four_segments() {
    auto journal = open(4096);
    for (int i = 0; i < 16; ++i) {
      wait_for_room(*journal);
      append(*journal, std::string(900, 'x'));
    }
    journal.reset();
    return segment_files(folder_).value();
  }
  // What writer and reader say of a journal that is damaged there; and that neither has changed a file.
  std::string refusal() {
    const auto sizes = [&] {
      std::vector<std::pair<fs::path, std::uintmax_t>> found;
      const auto files = segment_files(folder_).value();
      for (const fs::path& file : files) found.emplace_back(file, fs::file_size(file));
      return found;
    };
    const auto before = sizes();
    for (const bool verify_all : {true, false}) {
      const auto refused = Journal::open({.folder = folder_, .segment_bytes = 4096, .verify_all = verify_all});
      EXPECT_TRUE(!refused && refused.error().code == ErrorCode::kRefused) << verify_all;
    }
    EXPECT_EQ(sizes(), before);
    std::string problem;
    all(&problem);
    return problem;
  }
  fs::path first_segment() const { return segment_files(folder_).value().front(); }
  void patch(const fs::path& file, std::uint64_t offset, const std::string& with) const {
    std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(static_cast<std::streamoff>(offset));
    out << with;
  }
  TemporaryFolder folder_;
};

TEST_F(JournalTest, GoesOnWhereItEnded) {
  {
    auto journal = open();
    append(*journal, "one");
    append(*journal, "two");
  }
  auto journal = open();
  EXPECT_EQ(journal->recovered().records, 2U);
  EXPECT_EQ(journal->recovered().torn_bytes, 0U);
  append(*journal, "three");
  EXPECT_EQ(journal->last_sequence(), 3U);
  EXPECT_EQ(all(), (std::vector<std::string>{"one", "two", "three"})) << "while the writer is at work";
}

TEST_F(JournalTest, FillsSegmentAfterSegment) {
  const std::string payload(100, 'x');
  constexpr std::size_t kRecords = 500;
  {
    auto journal = open(4096);
    for (std::size_t i = 0; i < kRecords; ++i) {
      wait_for_room(*journal);
      append(*journal, payload + std::to_string(i));
    }
  }
  std::string problem;
  const auto records = all(&problem);
  EXPECT_EQ(problem, "");
  EXPECT_GT(segment_files(folder_)->size(), 10U);
  ASSERT_EQ(records.size(), kRecords);
  for (std::size_t i = 0; i < records.size(); ++i) EXPECT_EQ(records[i], payload + std::to_string(i));
}

TEST_F(JournalTest, OneWriterAFolder) {
  auto journal = open();
  const auto second = Journal::open({.folder = folder_});
  ASSERT_FALSE(second.has_value());
  EXPECT_NE(second.error().message.find("process " + std::to_string(::getpid())), std::string::npos);
  journal.reset();
  EXPECT_NE(open(), nullptr);
}

TEST_F(JournalTest, ATornTailIsCutAndSaid) {
  {
    auto journal = open();
    append(*journal, "good");
    append(*journal, "torn");
  }
  patch(first_segment(), kSegmentHead + size_on_disk(4) + kRecordHead, "TORN");
  {
    auto journal = open();
    EXPECT_EQ(journal->recovered().records, 1U);
    EXPECT_GT(journal->recovered().torn_bytes, 0U);
    append(*journal, "again");
  }
  EXPECT_EQ(all(), (std::vector<std::string>{"good", "again"}));
}

TEST_F(JournalTest, ADamagedMiddleIsRefusedWithItsOffset) {
  {
    auto journal = open();
    for (const char* text : {"first", "second", "third"}) append(*journal, text);
  }
  patch(first_segment(), kSegmentHead + size_on_disk(5) + kRecordHead, "S");
  const auto refused = Journal::open({.folder = folder_});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kRefused);
  EXPECT_NE(refused.error().message.find("offset " + std::to_string(kSegmentHead + size_on_disk(5))), std::string::npos)
      << refused.error().message;
  EXPECT_NE(refused.error().message.find("record 2"), std::string::npos);
  std::string problem;
  EXPECT_EQ(all(&problem), (std::vector<std::string>{"first"}));
  EXPECT_NE(problem, "");
}

TEST_F(JournalTest, AMissingSegmentIsNoticed) {
  {
    auto journal = open(4096);
    for (int i = 0; i < 9; ++i) {
      wait_for_room(*journal);
      append(*journal, std::string(1000, 'x'));
    }
  }
  auto files = segment_files(folder_).value();
  ASSERT_GE(files.size(), 3U);
  fs::remove(files[1]);
  const auto refused = Journal::open({.folder = folder_});
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("a segment is missing"), std::string::npos) << refused.error().message;
}

// What a power failure leaves where nothing had reached the disk.
TEST_F(JournalTest, AZeroedMiddleSegmentIsRefusedAndNothingBehindItGoes) {
  const auto files = four_segments();
  ASSERT_EQ(files.size(), 4U);
  std::ofstream(files[2], std::ios::binary | std::ios::trunc) << std::string(4096, '\0');
  const std::string problem = refusal();
  EXPECT_NE(problem.find("00000003.segment: damaged at offset 0"), std::string::npos) << problem;
  EXPECT_NE(problem.find("restore it from a copy"), std::string::npos) << problem;
  EXPECT_EQ(all().size(), 8U);
}

TEST_F(JournalTest, AMiddleSegmentOfNoBytesIsRefusedAndNothingBehindItGoes) {
  const auto files = four_segments();
  fs::resize_file(files[2], 0);
  const std::string problem = refusal();
  EXPECT_NE(problem.find("00000003.segment: damaged at offset 0"), std::string::npos) << problem;
}

TEST_F(JournalTest, WhatWasPreparedAndNeverUsedGoes) {
  const auto files = four_segments();
  for (const char* name : {"00000005.segment", "00000006.segment"}) {
    std::ofstream(folder_ / name, std::ios::binary) << std::string(4096, '\0');
  }
  std::ofstream(folder_ / "00000007.segment", std::ios::binary) << "";
  {
    auto journal = open(4096);
    EXPECT_EQ(journal->recovered().records, 16U);
    EXPECT_EQ(journal->segment(), 4U);
    append(*journal, "more");
  }
  EXPECT_EQ(segment_files(folder_).value().size(), 4U);
  EXPECT_EQ(all().size(), 17U);
}

// The end of a segment that is not the last one is no tail of the journal.
TEST_F(JournalTest, ADamagedLastRecordOfAMiddleSegmentIsNamedWithItsOffset) {
  const auto files = four_segments();
  const std::uint64_t offset = kSegmentHead + 3 * size_on_disk(900);
  patch(files[2], offset + kRecordHead, "DAMAGE");
  const std::string problem = refusal();
  EXPECT_NE(problem.find(fmt::format("00000003.segment: damaged at offset {} (record 12)", offset)), std::string::npos)
      << problem;
  EXPECT_NE(problem.find("00000004.segment goes on with record 13"), std::string::npos) << problem;
  EXPECT_NE(problem.find("restore it from a copy"), std::string::npos) << problem;
}

TEST_F(JournalTest, AMiddleSegmentCutBetweenRecordsIsNamedWithItsOffset) {
  const auto files = four_segments();
  const std::uint64_t offset = kSegmentHead + 3 * size_on_disk(900);
  fs::resize_file(files[2], offset);
  const std::string problem = refusal();
  EXPECT_NE(problem.find(fmt::format("or the end of 00000003.segment (offset {})", offset)), std::string::npos)
      << problem;
  EXPECT_NE(problem.find("restore it from a copy"), std::string::npos) << problem;
}

// A process killed at any moment has lost nothing that append() had said yes to.
TEST_F(JournalTest, NothingIsLostWhenTheProcessIsKilled) {
  for (int round = 0; round < 5; ++round) {
    int pipe_fds[2];
    ASSERT_EQ(::pipe(pipe_fds), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      auto journal = Journal::open({.folder = folder_, .segment_bytes = std::size_t{1} << 20});
      if (!journal) ::_exit(1);
      for (;;) {
        const std::uint64_t next = (*journal)->last_sequence() + 1;
        if (!(*journal)->append(RecordKind::kNote, bytes("record " + std::to_string(next)))) ::_exit(2);
        if (::write(pipe_fds[1], &next, sizeof next) != sizeof next) ::_exit(3);
      }
    }
    ::close(pipe_fds[1]);
    std::uint64_t told = 0;
    for (int i = 0; i < 200 * (round + 1); ++i)
      ASSERT_EQ(::read(pipe_fds[0], &told, sizeof told), ssize_t{sizeof told});
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (::read(pipe_fds[0], &told, sizeof told) == ssize_t{sizeof told}) continue;
    ::close(pipe_fds[0]);
    auto journal = open(std::size_t{1} << 20);
    ASSERT_NE(journal, nullptr);
    EXPECT_GE(journal->recovered().records, told);
    EXPECT_LE(journal->recovered().records, told + 1);
    const auto records = all();
    for (std::size_t i = 0; i < records.size(); ++i) EXPECT_EQ(records[i], "record " + std::to_string(i + 1));
  }
}

// No new segment can be made: said before the one in use is full, and then every append() is refused.
TEST_F(JournalTest, WithoutRoomItSaysNoAndStaysReadable) {
  auto journal = open(4096);
  wait_for_room(*journal);
  fs::rename(folder_, folder_.path().string() + ".away");  // as good as a full disk
  std::uint64_t written = 0;
  const std::string payload(400, 'x');
  while (journal->append(RecordKind::kNote, bytes(payload))) ++written;
  EXPECT_GE(written, 16U);  // both segments
  EXPECT_FALSE(journal->append(RecordKind::kNote, bytes("x")));
  EXPECT_NE(journal->failure().find("nothing more is written"), std::string::npos) << journal->failure();
  while (journal->failure().find("No such file") == std::string::npos) continue;  // as soon as the thread knows
  fs::rename(folder_.path().string() + ".away", folder_);
  EXPECT_EQ(all().size(), written);
}

// Before a record is lost there is a moment at which it is known, and room for what a halt has to say.
TEST_F(JournalTest, ShortOfRoomIsKnownWhileAnEighthIsLeft) {
  auto journal = open(4096);
  wait_for_room(*journal);
  fs::rename(folder_, folder_.path().string() + ".away");
  const std::string payload(104, 'x');  // 128 bytes each: 31 in a segment
  for (int i = 0; i < 31; ++i) {
    EXPECT_FALSE(journal->room_is_short()) << "the next one is there: " << i;
    append(*journal, payload);
  }
  int written = 0, short_after = 0;
  for (; journal->append(RecordKind::kNote, bytes(payload)); ++written) {
    if (!journal->room_is_short() && short_after == 0) continue;
    if (short_after == 0) short_after = written + 1;
    EXPECT_TRUE(journal->room_is_short());
  }
  EXPECT_EQ(written, 31);
  EXPECT_EQ(short_after, 28) << "the last eighth is 512 bytes";
  fs::rename(folder_.path().string() + ".away", folder_);
}

// However fast records come: no segment in time is known before the first one is refused.
TEST_F(JournalTest, ATooSlowDiskIsKnownBeforeARecordIsLost) {
  auto journal = open(4096);
  bool known = false;
  while (journal->append(RecordKind::kNote, bytes("x"))) known = journal->room_is_short();
  EXPECT_TRUE(known);
  EXPECT_NE(journal->failure().find("too slow"), std::string::npos) << journal->failure();
}

TEST_F(JournalTest, AJournalIsNotShortOfRoomBecauseItWasJustOpened) {
  for (int i = 0; i < 40; ++i) {
    auto journal = open(4096);
    ASSERT_FALSE(journal->room_is_short()) << i;
    append(*journal, std::string(500, 'x'));
  }
}

TEST_F(JournalTest, ARecordLongerThanASegmentEndsItAndIsSaid) {
  auto journal = open(4096);
  append(*journal, std::string(journal->largest_payload(), 'x'));
  EXPECT_EQ(journal->failure(), "");
  EXPECT_FALSE(journal->append(RecordKind::kNote, bytes(std::string(journal->largest_payload() + 1, 'x'))));
  EXPECT_NE(journal->failure().find("longer than a segment"), std::string::npos) << journal->failure();
  EXPECT_FALSE(journal->append(RecordKind::kNote, bytes("x")));
}

TEST_F(JournalTest, APayloadInTwoPartsIsOneRecord) {
  {
    auto journal = open();
    ASSERT_TRUE(journal->append(RecordKind::kNote, bytes("head and "), bytes("rest")));
    ASSERT_TRUE(journal->append(RecordKind::kNote, {}, bytes("rest alone")));
  }
  EXPECT_EQ(all(), (std::vector<std::string>{"head and rest", "rest alone"}));
}

TEST_F(JournalTest, ReadingMayBeginInTheMiddle) {
  auto journal = open(4096);
  for (int i = 1; i <= 40; ++i) {
    wait_for_room(*journal);
    append(*journal, std::to_string(i) + std::string(900, ' '));
  }
  for (const std::uint64_t from : {1U, 4U, 5U, 23U, 40U, 41U}) {
    auto reader = JournalReader::open(folder_, from);
    ASSERT_TRUE(reader);
    std::uint64_t expected = from;
    while (const auto r = reader->next()) EXPECT_EQ(r->sequence, expected++);
    EXPECT_EQ(expected, 41U);
    EXPECT_EQ(reader->problem(), "");
    EXPECT_EQ(reader->next_sequence(), 41U);
    EXPECT_LE(reader->segments(), (40 - from) / 4 + 3) << "earlier segments are not read";
  }
}

TEST_F(JournalTest, WithoutVerifyingAllOnlyTheEndIsRead) {
  {
    auto journal = open(4096);
    for (int i = 0; i < 40; ++i) {
      wait_for_room(*journal);
      append(*journal, std::string(900, 'x'));
    }
  }
  patch(first_segment(), kSegmentHead + kRecordHead, "damage");
  EXPECT_FALSE(Journal::open({.folder = folder_, .segment_bytes = 4096}));
  auto journal = Journal::open({.folder = folder_, .segment_bytes = 4096, .verify_all = false});
  ASSERT_TRUE(journal) << journal.error().message;
  EXPECT_EQ((*journal)->last_sequence(), 40U);
  EXPECT_LE((*journal)->recovered().records, 8U);
}

// The head of the first segment is there, its first record is not: the numbers go on.
TEST_F(JournalTest, AnEmptySegmentKeepsTheSequence) {
  { auto journal = open(4096); }
  std::vector<std::uint8_t> head(kSegmentHead);
  write_segment_head(head.data(), 77);
  patch(first_segment(), 0, std::string(head.begin(), head.end()));
  auto journal = open(4096);
  append(*journal, "x");
  EXPECT_EQ(journal->last_sequence(), 77U);
}

}  // namespace
}  // namespace underround::journal
