#include "journal/event_batch.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace underround::journal {
namespace {

TEST(EventBatch, EveryEventInOrder) {
  std::array<Event, 3> events{Event::make(EventKind::kLevel, Nanos{1}), Event::make(EventKind::kTrade, Nanos{2}),
                              Event::make(EventKind::kFrameEnd, Nanos{3})};
  const Bytes bytes(reinterpret_cast<const std::uint8_t*>(events.data()), sizeof events);
  std::vector<std::int64_t> times;
  const auto use = [&](const Event& e) { times.push_back(e.header.time.ns); };
  EXPECT_TRUE(for_each_event({.sequence = 1, .kind = RecordKind::kEvents, .payload = bytes}, use));
  EXPECT_EQ(times, (std::vector<std::int64_t>{1, 2, 3}));
  EXPECT_EQ(event_count({.sequence = 1, .kind = RecordKind::kEvents, .payload = bytes}), 3U);
}

TEST(EventBatch, HalfAnEventIsNone) {
  const std::vector<std::uint8_t> bytes(100);
  const auto use = [](const Event&) { FAIL(); };
  EXPECT_FALSE(for_each_event({.kind = RecordKind::kEvents, .payload = bytes}, use));
  EXPECT_FALSE(for_each_event({.kind = RecordKind::kEvents}, use));
  EXPECT_FALSE(for_each_event({.kind = RecordKind::kNote, .payload = Bytes(bytes).first(64)}, use));
}

}  // namespace
}  // namespace underround::journal
