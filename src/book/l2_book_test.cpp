#include "book/l2_book.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>

namespace underround {
namespace {

const auto kTicks = {kTick01, kTick001, kTick0005, kTick00025, kTick0001, kTick00001};

TEST(L2Book, AgreesWithSortedMapsOnEveryTick) {
  EXPECT_TRUE(rc::check([] {
    const Tick tick = *rc::gen::elementOf(std::vector<Tick>(kTicks));
    L2Book book(tick);
    std::map<std::int32_t, std::int64_t> bids, asks;
    const int steps = *rc::gen::inRange(0, 120);
    for (int i = 0; i < steps; ++i) {
      const Side side = *rc::gen::element(Side::kBuy, Side::kSell);
      const std::int32_t pips = *rc::gen::inRange(1, 10000 / tick.pips) * tick.pips;
      const std::int64_t size = *rc::gen::element<std::int64_t>(0, 0, 5, 1'000'000, 123'456'789);
      book.set(side, Price{pips}, Shares{size});
      auto& oracle = side == Side::kBuy ? bids : asks;
      if (size == 0) {
        oracle.erase(pips);
      } else {
        oracle[pips] = size;
      }
      RC_ASSERT(book.best_bid().pips == (bids.empty() ? 0 : bids.rbegin()->first));
      RC_ASSERT(book.best_ask().pips == (asks.empty() ? 10000 : asks.begin()->first));
    }
    RC_ASSERT(book.depth(Side::kBuy) == static_cast<int>(bids.size()));
    RC_ASSERT(book.empty(Side::kSell) == asks.empty());
    Price p = book.best_bid();
    for (auto it = bids.rbegin(); it != bids.rend(); ++it) {
      RC_ASSERT(p.pips == it->first);
      RC_ASSERT(book.size_at(Side::kBuy, p).micros == it->second);
      RC_ASSERT(book.next_worse(Side::kBuy, p) == (std::next(it) != bids.rend()));
    }
  }));
}

TEST(L2Book, ReplaceInPlaceEqualsClearAndSet) {
  EXPECT_TRUE(rc::check([] {
    const auto levels = rc::gen::container<std::map<std::int32_t, std::int64_t>>(
        rc::gen::map(rc::gen::inRange(1, 100), [](int i) { return i * 100; }), rc::gen::inRange<std::int64_t>(1, 1000));
    const auto before = *levels;
    const auto after = *levels;
    L2Book replaced(kTick001), fresh(kTick001);
    for (const auto& [p, s] : before) replaced.set(Side::kBuy, Price{p}, Shares{s});
    replaced.begin_replace();
    for (const auto& [p, s] : after) {
      replaced.replace_level(Side::kBuy, Price{p}, Shares{s});
      fresh.set(Side::kBuy, Price{p}, Shares{s});
    }
    RC_ASSERT(replaced.end_replace() == (before != after));
    RC_ASSERT(replaced.same_levels(fresh));
  }));
}

TEST(L2Book, RefiningKeepsLevels) {
  L2Book book(kTick001);
  book.set(Side::kBuy, Price{4900}, Shares::whole(3));
  book.set(Side::kSell, Price{5100}, Shares::whole(4));
  const L2Book before = book;
  book.refine(kTick0001);
  EXPECT_EQ(book.tick(), kTick0001);
  EXPECT_TRUE(book.same_levels(before));
  EXPECT_TRUE(book.on_grid(Price{4910}));
}

}  // namespace
}  // namespace underround
