// Small recordings made for tests: three candidates of one election, priced as the test wants.
//   an_underround(Nanos::from_millis(400));   close();   MarketData::open(folders())
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "backtest/native_recording.hpp"
#include "base/temporary_folder.hpp"

namespace underround::backtest {

inline constexpr Nanos kStart = Nanos::from_seconds(1'777'000'000);

class RecordingFixture : public ::testing::Test {
 protected:
  RecordingFixture() { writer_ = NativeWriter::create({.folder = folder_ / "a"}).value(); }

  static ConditionSpec candidate(int i, FeeSchedule fees = FeeSchedule::free()) {
    ConditionSpec spec;
    spec.condition_id = "0x" + std::string(63, 'a') + std::to_string(i);
    spec.tokens = {std::string(20, '1') + std::to_string(i), std::string(20, '2') + std::to_string(i)};
    spec.outcomes = {"Yes", "No"};
    spec.slug = "candidate-" + std::to_string(i);
    spec.question = "Will candidate " + std::to_string(i) + " win?";
    spec.version = MarketVersion::kV1;
    spec.tick = Tick{100};
    spec.fees = fees;
    spec.neg_risk = true;
    spec.accepting_orders = true;
    spec.phase = MarketPhase::kResolved;  // as it is known at the end; a run must not know it at its beginning
    spec.group.slug = "election";
    spec.group.neg_risk = true;
    spec.group.declared_conditions = 3;
    return spec;
  }
  void markets(FeeSchedule fees = FeeSchedule::free()) {
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(writer_->condition({ConditionId{static_cast<std::uint32_t>(i)}, candidate(i, fees)}));
    }
  }
  // A whole book of outcome 0, one level a side.
  void book(Nanos at, std::uint32_t condition, std::int32_t bid, std::int32_t ask, std::int64_t shares = 100) {
    const std::uint32_t subject = instrument_of(ConditionId{condition}, 0).value;
    std::vector<Event> frame;
    Event head = Event::make(EventKind::kSnapshotBegin, at, VenueId::kPolymarket, subject);
    head.book_head = {at, Tick{100}, 2};
    frame.push_back(head);
    for (const auto& [side, pips] : {std::pair{Side::kBuy, bid}, std::pair{Side::kSell, ask}}) {
      Event level = Event::make(EventKind::kSnapshotLevel, at, VenueId::kPolymarket, subject);
      level.level = {at, Shares::whole(shares), Price{pips}, kNoPrice, kNoPrice, side};
      frame.push_back(level);
    }
    head.header.kind = EventKind::kSnapshotEnd;
    frame.push_back(head);
    frame.push_back(Event::make(EventKind::kFrameEnd, at, VenueId::kPolymarket));
    ASSERT_TRUE(writer_->frame(frame));
  }
  // Three candidates at 30 cents each: a set costs 90. Then they rise to 34.
  void an_underround(Nanos lasts) {
    markets();
    for (std::uint32_t i = 0; i < 3; ++i) book(kStart, i, 3200, 3400);
    for (std::uint32_t i = 0; i < 3; ++i) book(kStart + Nanos::from_seconds(10), i, 2800, 3000);
    for (std::uint32_t i = 0; i < 3; ++i) book(kStart + Nanos::from_seconds(10) + lasts, i, 3200, 3400);
    for (std::uint32_t i = 0; i < 3; ++i) book(kStart + Nanos::from_seconds(30), i, 3200, 3400);
  }

  void close() {
    if (!writer_) return;
    EXPECT_TRUE(writer_->close());
    writer_.reset();
  }
  [[nodiscard]] std::vector<std::filesystem::path> folders() const { return {folder_ / "a"}; }

  TemporaryFolder folder_;
  std::unique_ptr<NativeWriter> writer_;
};

}  // namespace underround::backtest
