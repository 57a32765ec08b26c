// A recorder's folder as input of a replay.
#include "backtest/capture_recording.hpp"
#include "backtest/native_recording.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "backtest/capture_reader.hpp"
#include "backtest/replay.hpp"
#include "base/temporary_folder.hpp"
#include "journal/condition_codec.hpp"
#include "journal/frame_codec.hpp"
#include "journal/journal.hpp"

namespace underround::backtest {
namespace {

namespace fs = std::filesystem;
using journal::RecordKind;
using journal::Stream;

class RecordingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    journal_ = std::move(journal::Journal::open({.folder = folder_, .segment_bytes = 65'536}).value());
  }
  void TearDown() override { journal_.reset(); }
  void add(RecordKind kind, VenueId venue, Stream stream, std::uint16_t connection, std::int64_t at,
           std::string_view text) {
    std::array<std::uint8_t, journal::kFrameHead> head;
    const journal::Frame frame{Nanos{at}, venue, stream, connection, text};
    ASSERT_TRUE(journal_->append(kind, journal::encode_frame_head(frame, head), text_bytes(frame)));
  }
  void frame(std::int64_t at, std::string_view text) {
    add(RecordKind::kFrame, VenueId::kPolymarket, Stream::kMarket, 1, at, text);
  }
  void gap(std::int64_t at, std::uint16_t connection, std::string_view text) {
    add(RecordKind::kGap, VenueId::kPolymarket, Stream::kMarket, connection, at, text);
  }
  void market() {
    journal::JournalledCondition c;
    c.id = ConditionId{41};
    c.spec.condition_id = "0xaa";
    c.spec.slug = "will-it";
    c.spec.tokens = {"11", "22"};
    c.spec.tick = kTick001;
    std::vector<std::uint8_t> buffer;
    ASSERT_TRUE(journal_->append(RecordKind::kCondition, journal::encode_condition(c, buffer)));
  }
  // One level a side, both tokens' views of one book.
  void book(std::int64_t at) {
    const std::string time = std::to_string(at / 1'000'000);
    frame(at, R"([{"market":"0xaa","asset_id":"11","timestamp":")" + time +
                  R"(","hash":"","bids":[{"price":"0.40","size":"5"}],"asks":[{"price":"0.60","size":"5"}],)"
                  R"("event_type":"book"},{"market":"0xaa","asset_id":"22","timestamp":")" +
                  time +
                  R"(","hash":"","bids":[{"price":"0.40","size":"5"}],"asks":[{"price":"0.60","size":"5"}],)"
                  R"("event_type":"book"}])");
  }
  ReplayReport replay() {
    journal_.reset();
    const std::array<fs::path, 1> paths{folder_};
    auto report = replay_files(paths, {}, {});
    EXPECT_TRUE(report) << report.error().message;
    return report ? *report : ReplayReport{};
  }
  TemporaryFolder folder_;
  std::unique_ptr<journal::Journal> journal_;
};

constexpr std::int64_t kStart = 1'777'000'000'000'000'000, kSecond = 1'000'000'000;

TEST_F(RecordingTest, FramesComeWithTheirFeedTimeAndNumber) {
  gap(kStart, 0, " a recording begins");
  market();
  frame(kStart + 1, "{\"a\":1}");
  add(RecordKind::kFrame, VenueId::kBinance, Stream::kReference, 60'000, kStart + 2, "{\"s\":\"BTCUSDT\"}");
  gap(kStart + 3, 1, "0xaa continuity lost");
  gap(kStart + 4, 1, " the connection is down");
  const std::array<fs::path, 1> paths{folder_};
  auto reader = CaptureReader::open(paths, {});
  ASSERT_TRUE(reader);
  std::vector<std::string> seen;
  CaptureFrame f;
  while (reader->next(f)) {
    seen.push_back(std::string(f.feed) + "|" + std::string(f.text) + "|" + std::to_string(f.received.ns - kStart) +
                   "|" + std::to_string(f.line));
    EXPECT_EQ(f.file, folder_.path().string());
  }
  EXPECT_THAT(seen, ::testing::ElementsAre("gap|*|0|1", "|{\"a\":1}|1|3", "binance|{\"s\":\"BTCUSDT\"}|2|4",
                                           "gap|0xaa|3|5", "gap||4|6"));
  ASSERT_EQ(reader->markets().size(), 1U);
  EXPECT_EQ(reader->markets()[0].slug, "will-it");
}

TEST_F(RecordingTest, AReplayUsesItsMarketsAndHeedsItsGaps) {
  market();
  book(kStart);
  gap(kStart + kSecond, 1, "0xaa continuity lost");
  book(kStart + 2 * kSecond);
  gap(kStart + 3 * kSecond, 1, "0xother continuity lost");
  gap(kStart + 3 * kSecond, 1, " the connection is down");
  const ReplayReport report = replay();
  EXPECT_EQ(report.conditions, 1U);
  EXPECT_EQ(report.conditions_learned, 0U);
  EXPECT_EQ(report.books, 1U);
  EXPECT_EQ(report.decode_errors, 0U);
  EXPECT_EQ(report.gaps, 1U) << "only the one that names it";
}

TEST_F(RecordingTest, AnotherRecordingInTheFolderEndsEveryBook) {
  market();
  book(kStart);
  gap(kStart + kSecond, 0, " a recording begins");
  EXPECT_EQ(replay().gaps, 1U);
}

TEST_F(RecordingTest, ATornEndIsTheEnd) {
  market();
  book(kStart);
  book(kStart + kSecond);
  const fs::path file = journal::segment_files(folder_).value().front();
  journal_.reset();
  auto before = journal::JournalReader::open(folder_).value();
  (void)before.next();
  (void)before.next();
  const auto third = before.next();
  ASSERT_TRUE(third);
  std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
  out.seekp(static_cast<std::streamoff>(third->offset + journal::kRecordHead + 30));
  out << "damage";
  out.close();
  const ReplayReport torn = replay();
  EXPECT_EQ(torn.frames, 1U) << "a torn end is no error";
  EXPECT_EQ(torn.decode_errors, 0U);
}

TEST_F(RecordingTest, AFolderWithoutSegmentsIsNoRecording) {
  fs::create_directories(folder_ / "empty");
  EXPECT_FALSE(is_recording(folder_ / "empty"));
  EXPECT_FALSE(is_recording(folder_ / "nowhere"));
  EXPECT_TRUE(is_recording(folder_));
  const std::array<fs::path, 1> paths{folder_ / "empty"};
  EXPECT_FALSE(CaptureReader::open(paths, {}));
}

}  // namespace
}  // namespace underround::backtest
