#include "core/event_bytes.hpp"

#include <gtest/gtest.h>

namespace underround {
namespace {

// The same event in memory that held something else before.
Event on_top_of(std::uint8_t garbage, EventKind kind) {
  Event e;
  std::memset(static_cast<void*>(&e), garbage, sizeof e);
  e.header = Event::make(kind, Nanos{7}, VenueId::kPolymarket, 3).header;
  return e;
}
bool same_bytes(const Event& a, const Event& b) {
  const Event x = without_padding(a), y = without_padding(b);
  return std::memcmp(&x, &y, sizeof x) == 0;
}

TEST(EventBytes, WhatLiesBetweenTheFieldsDoesNotCount) {
  Event a = on_top_of(0xaa, EventKind::kMarketStatus), b = on_top_of(0x55, EventKind::kMarketStatus);
  for (Event* e : {&a, &b}) {
    e->market.phase = MarketPhase::kResolved;
    e->market.winning_outcome = 1;
    e->market.venue_time = Nanos{9};
  }
  EXPECT_TRUE(same_bytes(a, b));
  b.market.winning_outcome = 0;
  EXPECT_FALSE(same_bytes(a, b)) << "a field does";
  EXPECT_TRUE(same_bytes(on_top_of(0xaa, EventKind::kFrameEnd), on_top_of(0x55, EventKind::kFrameEnd)));
}

TEST(EventBytes, EveryFieldStays) {
  Event e = on_top_of(0xff, EventKind::kLevel);
  e.level = {Nanos{1}, Shares{2}, Price{3}, Price{4}, Price{5}, Side::kSell};
  const Event level = without_padding(e);
  EXPECT_EQ(level.header.time, Nanos{7});
  EXPECT_EQ(level.header.subject, 3U);
  EXPECT_EQ(level.level.venue_time, Nanos{1});
  EXPECT_EQ(level.level.size, Shares{2});
  EXPECT_EQ(level.level.price, Price{3});
  EXPECT_EQ(level.level.best_bid, Price{4});
  EXPECT_EQ(level.level.best_ask, Price{5});
  EXPECT_EQ(level.level.side, Side::kSell);
  // Bytes that fields cover, by kind: what is all ones stays so.
  const auto covered = [](EventKind kind) {
    const Event clean = without_padding(on_top_of(0xff, kind));
    std::size_t n = 0;
    for (const std::uint8_t byte : clean.raw) n += byte == 0xff ? 1 : 0;
    return n;
  };
  EXPECT_EQ(covered(EventKind::kSnapshotBegin), 16U);
  EXPECT_EQ(covered(EventKind::kTrade), 29U);
  EXPECT_EQ(covered(EventKind::kReferenceQuote), 40U);
  EXPECT_EQ(covered(EventKind::kScore), 10U);
  EXPECT_EQ(covered(EventKind::kMarketStatus), 10U);
  EXPECT_EQ(covered(EventKind::kFill), 39U);
  EXPECT_EQ(covered(EventKind::kSettlement), 9U);
  EXPECT_EQ(covered(EventKind::kOperationDone), 26U);
  EXPECT_EQ(covered(EventKind::kOperationTerms), 16U);
  EXPECT_EQ(covered(EventKind::kAccountCash), 37U);
  EXPECT_EQ(covered(EventKind::kUserStream), 1U);
  EXPECT_EQ(covered(EventKind::kKill), 47U);
  EXPECT_EQ(covered(EventKind::kTimer), 0U);
}

}  // namespace
}  // namespace underround
