// A recorder on a venue over sockets: what it keeps is enough to replay, and what it missed is marked.
#include "app/recorder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "app/session_settings.hpp"
#include "backtest/replay.hpp"
#include "base/temporary_folder.hpp"
#include "journal/frame_codec.hpp"
#include "journal/journal_reader.hpp"
#include "simulator/server/simulator_server.hpp"

namespace underround {
namespace {

namespace fs = std::filesystem;

constexpr Nanos kPatience = Nanos::from_seconds(30);
constexpr std::size_t kSegment = 1 << 20;

class RecorderTest : public ::testing::Test {
 protected:
  void SetUp() override { start_venue(20); }
  void start_venue(double speed) {
    auto server = simulator::SimulatorServer::start(
        {.seed = 7, .markets = 120, .speed = speed, .warm_up = Nanos::from_seconds(120)});
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
    const simulator::ServiceUrls& u = server_->urls();
    settings_.urls = {.gamma = u.gamma,
                      .clob = u.clob,
                      .data = u.data,
                      .ws_market = u.ws_market,
                      .ws_user = u.ws_user,
                      .binance_public = u.binance_public,
                      .binance_market = u.binance_market,
                      .control = u.control};
    open_to_everything(settings_.config);
    settings_.folder = folder_;
    settings_.segment_bytes = kSegment;
  }
  std::unique_ptr<Recorder> record() {
    auto recorder = Recorder::start(loop_, settings_, [this](std::string why, bool failed) {
      why_ = std::move(why);
      failed_ = failed;
    });
    EXPECT_TRUE(recorder) << recorder.error().message;
    return recorder ? std::move(*recorder) : nullptr;
  }
  template <class Condition>
  bool until(Condition condition) {
    return loop_.run_until(condition, kPatience);
  }
  backtest::ReplayReport replay() const {
    const std::array<fs::path, 1> paths{folder_};
    auto report = backtest::replay_files(paths, {}, {});
    EXPECT_TRUE(report) << report.error().message;
    return report ? *report : backtest::ReplayReport{};
  }
  // A recording may end between two frames of one batch: then the claims of that batch are about a book that was still
  // to come. Lost continuity would show in every batch that follows.
  static void expect_books_agree(const backtest::ReplayReport& report) {
    constexpr std::uint64_t kOneBatch = 32;
    EXPECT_LE(report.bbo_checked - report.bbo_agree, kOneBatch);
    EXPECT_GT(report.bbo_agree, 5 * kOneBatch);
  }
  std::vector<std::string> gaps() const {
    std::vector<std::string> texts;
    auto reader = journal::JournalReader::open(folder_);
    while (const auto r = reader->next()) {
      if (r->kind == journal::RecordKind::kGap) texts.emplace_back(journal::decode_frame(r->payload)->text);
    }
    EXPECT_EQ(reader->problem(), "");
    return texts;
  }

  TemporaryFolder folder_;
  net::EventLoop loop_;
  std::unique_ptr<simulator::SimulatorServer> server_;
  RecorderSettings settings_;
  std::string why_;
  bool failed_ = false;
};

TEST_F(RecorderTest, WhatItKeepsIsEnoughForAReplay) {
  auto recorder = record();
  ASSERT_NE(recorder, nullptr);
  ASSERT_TRUE(until([&] { return recorder->health().frames > 3000; }));
  recorder->stop();
  const RecorderHealth health = recorder->health();
  EXPECT_EQ(health.gaps, 0U);
  EXPECT_EQ(health.decode_errors, 0U);
  EXPECT_EQ(health.connections_up, health.connections);
  EXPECT_GE(health.connections, 3U) << "the market channel, and two of Binance";
  EXPECT_EQ(server_ != nullptr && health.markets >= 100, true) << health.markets;
  const backtest::ReplayReport report = replay();
  EXPECT_EQ(report.frames, health.frames + 2) << "and two marks of its own start";
  EXPECT_EQ(report.decode_errors, 0U);
  EXPECT_EQ(report.unknown_tokens, 0U);
  EXPECT_EQ(report.conditions, health.markets);
  EXPECT_EQ(report.conditions_learned, 0U) << "the catalogue is in the recording";
  EXPECT_EQ(report.books, health.markets);
  EXPECT_GT(report.bbo_checked, 100U);
  expect_books_agree(report);
  EXPECT_GT(report.by_type.at("other feed: binance"), 0U);
}

// The address of a chain node is often its key.
TEST_F(RecorderTest, WhatItWasStartedWithHasNoAddresses) {
  settings_.config.chain.rpc_url = "https://node.example/a-secret";
  record()->stop();
  auto reader = journal::JournalReader::open(folder_);
  const auto first = reader->next();
  ASSERT_TRUE(first && first->kind == journal::RecordKind::kStart);
  const std::string words(first->payload.begin(), first->payload.end());
  EXPECT_THAT(words, ::testing::HasSubstr("\"markets\""));
  EXPECT_THAT(words, ::testing::Not(::testing::HasSubstr("a-secret")));
}

TEST_F(RecorderTest, ALostConnectionIsAMarkForEveryMarketOfIt) {
  auto recorder = record();
  ASSERT_NE(recorder, nullptr);
  ASSERT_TRUE(until([&] { return recorder->health().frames > 300; }));
  const std::uint64_t markets = recorder->health().markets;
  server_.reset();
  ASSERT_TRUE(until([&] { return recorder->health().connections_up == 0; }));
  EXPECT_GE(recorder->health().gaps, markets + 3);
  recorder->stop();
  const auto texts = gaps();
  EXPECT_THAT(texts, ::testing::Contains(" the connection is down").Times(::testing::Ge(3)));
  EXPECT_THAT(texts, ::testing::Contains(::testing::EndsWith(" continuity lost")).Times(static_cast<int>(markets)));
  EXPECT_EQ(replay().gaps, markets);
}

TEST_F(RecorderTest, WithABudgetWhatIsLeftCanBeReadAlone) {
  settings_.budget_bytes = 4 * kSegment;
  server_.reset();
  start_venue(200);
  auto recorder = record();
  ASSERT_NE(recorder, nullptr);
  ASSERT_TRUE(until([&] { return recorder->health().disk.deleted_segments >= 6; }));
  recorder->stop();
  const RecorderHealth health = recorder->health();
  EXPECT_LE(health.disk.bytes, settings_.budget_bytes);
  EXPECT_EQ(why_, "");
  auto reader = journal::JournalReader::open(folder_);
  const auto first = reader->next();
  ASSERT_TRUE(first);
  EXPECT_GT(first->sequence, 1U);
  const backtest::ReplayReport report = replay();
  EXPECT_EQ(report.conditions_learned, 0U) << "every market that speaks is described";
  EXPECT_EQ(report.unknown_tokens, 0U);
  EXPECT_GE(report.conditions, 100U);
}

TEST_F(RecorderTest, ItStopsWhenTheBudgetIsFullIfThatIsWished) {
  settings_.budget_bytes = 4 * kSegment;
  settings_.stop_when_full = true;
  auto recorder = record();
  ASSERT_NE(recorder, nullptr);
  ASSERT_TRUE(until([&] { return !why_.empty(); }));
  EXPECT_FALSE(failed_);
  const std::uint64_t frames = recorder->health().frames;
  recorder->stop();
  EXPECT_EQ(recorder->health().disk.deleted_segments, 0U);
  std::uint64_t bytes = 0;
  const auto files = journal::segment_files(folder_).value();
  for (const auto& file : files) bytes += fs::file_size(file);
  // What is on the disk is looked at some ten times a second: a segment may have been begun in between.
  EXPECT_LE(bytes, settings_.budget_bytes + 2 * kSegment);
  EXPECT_GE(replay().frames, frames);
}

TEST_F(RecorderTest, AnotherRecordingGoesOnInTheSameFolder) {
  for (int session = 0; session < 2; ++session) {
    auto recorder = record();
    ASSERT_NE(recorder, nullptr);
    ASSERT_TRUE(until([&] { return recorder->health().frames > 300; }));
    EXPECT_FALSE(Recorder::start(loop_, settings_, {})) << "one writer a folder";
    recorder->stop();
  }
  const auto texts = gaps();
  EXPECT_THAT(texts, ::testing::Contains(" a recording begins").Times(4));
  const backtest::ReplayReport report = replay();
  EXPECT_EQ(report.gaps, report.conditions) << "between the two every book was lost";
  expect_books_agree(report);
}

TEST_F(RecorderTest, ATornEndOfTheRecordingBeforeIsSaidAndMarked) {
  record()->stop();
  const fs::path file = journal::segment_files(folder_).value().front();
  auto reader = journal::JournalReader::open(folder_);
  std::uint64_t last = 0;
  while (const auto r = reader->next()) last = r->offset;
  std::fstream(file, std::ios::in | std::ios::out | std::ios::binary)
      .seekp(static_cast<std::streamoff>(last + journal::kRecordHead))
      .write("torn", 4);
  ::testing::internal::CaptureStderr();
  record()->stop();
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), ::testing::HasSubstr("00000001.segment was torn by a crash"));
  EXPECT_THAT(
      gaps(),
      ::testing::Contains(::testing::HasSubstr(" a recording begins; the end of 00000001.segment was torn")).Times(2));
}

}  // namespace
}  // namespace underround
