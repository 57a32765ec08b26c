// The matching core against a naive oracle that keeps every order in one list and sorts it.
#include "simulator/matching.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <vector>

namespace underround::simulator {
namespace {

struct NaiveOrder {
  std::uint32_t slot;
  Side side;
  int price;
  std::int64_t micros;
  int arrival;
};

struct NaiveBook {
  std::vector<NaiveOrder> orders;
  int arrivals = 0;

  std::vector<NaiveOrder*> ranked(Side side) {
    std::vector<NaiveOrder*> out;
    for (NaiveOrder& o : orders) {
      if (o.side == side) out.push_back(&o);
    }
    std::sort(out.begin(), out.end(), [&](const NaiveOrder* a, const NaiveOrder* b) {
      if (a->price != b->price) return side == Side::kBuy ? a->price > b->price : a->price < b->price;
      return a->arrival < b->arrival;
    });
    return out;
  }
  std::vector<PlannedFill> match(Side taker, int limit, std::int64_t micros) {
    std::vector<PlannedFill> fills;
    for (NaiveOrder* maker : ranked(opposite(taker))) {
      if (micros == 0 || (taker == Side::kBuy ? maker->price > limit : maker->price < limit)) break;
      const std::int64_t take = std::min(micros, maker->micros);
      fills.push_back({maker->slot, Price{maker->price}, Shares{take}});
      maker->micros -= take;
      micros -= take;
    }
    std::erase_if(orders, [](const NaiveOrder& o) { return o.micros == 0; });
    return fills;
  }
};

TEST(Matching, PriceTimePriorityAgreesWithANaiveMatcher) {
  EXPECT_TRUE(rc::check("random orders, cancels and tick changes", [] {
    RestingPool pool;
    MatchingBook book(pool, kTick001);
    NaiveBook naive;
    const int steps = *rc::gen::inRange(1, 120);
    for (int i = 0; i < steps; ++i) {
      const int action = *rc::gen::inRange(0, 12);
      const int tick = book.tick().pips;
      if (action == 11) {
        if (book.tick() == kTick001) book.refine(kTick0001);
        continue;
      }
      if (action >= 8 && !naive.orders.empty()) {
        const auto victim = *rc::gen::inRange<std::size_t>(0, naive.orders.size());
        book.cancel(naive.orders[victim].slot);
        naive.orders.erase(naive.orders.begin() + static_cast<std::ptrdiff_t>(victim));
        continue;
      }
      const Side side = *rc::gen::element(Side::kBuy, Side::kSell);
      // Around the middle, so that things meet.
      const int price = 5000 + tick * *rc::gen::inRange(-6, 7);
      const std::int64_t micros = *rc::gen::inRange<std::int64_t>(1, 50) * Shares::kMicrosPerLot;
      std::vector<PlannedFill> fills;
      const Plan plan = book.plan({side, Price{price}, Shares{micros}, false, false, {}}, fills);
      RC_ASSERT(fills == naive.match(side, price, micros));
      for (const PlannedFill& fill : fills) {
        if (book.fill(fill.slot, fill.size)) pool.release(fill.slot);
      }
      RC_ASSERT(plan.complete == (plan.filled.micros == micros));
      const std::int64_t rest = micros - plan.filled.micros;
      if (rest > 0) {
        const std::uint32_t slot = book.add(side, Price{price}, Shares{rest}, AccountId{1}, 0);
        naive.orders.push_back({slot, side, price, rest, naive.arrivals++});
      }
      RC_ASSERT(book.best_bid() < book.best_ask());
    }
    for (const Side side : {Side::kBuy, Side::kSell}) {
      std::vector<std::uint32_t> slots, expected;
      book.orders(side, slots);
      for (const NaiveOrder* order : naive.ranked(side)) expected.push_back(order->slot);
      RC_ASSERT(slots == expected);
      std::vector<BookLevel> levels;
      book.levels(side, levels);
      for (const BookLevel& level : levels) {
        std::int64_t total = 0;
        for (const NaiveOrder& o : naive.orders) total += o.side == side && o.price == level.price.pips ? o.micros : 0;
        RC_ASSERT(total == level.size.micros);
      }
    }
  }));
}

TEST(Matching, PlanChangesNothing) {
  RestingPool pool;
  MatchingBook book(pool, kTick001);
  (void)book.add(Side::kSell, Price{5200}, Shares::whole(10), AccountId{1}, 0);
  std::vector<PlannedFill> fills;
  EXPECT_TRUE(book.plan({Side::kBuy, Price{5200}, Shares::whole(10), false, false, {}}, fills).complete);
  EXPECT_EQ(book.size_at(Side::kSell, Price{5200}), Shares::whole(10));
}

TEST(Matching, CollateralTargetBuysMoreAtABetterPrice) {
  RestingPool pool;
  MatchingBook book(pool, kTick001);
  (void)book.add(Side::kSell, Price{4000}, Shares::whole(10), AccountId{1}, 0);
  (void)book.add(Side::kSell, Price{5000}, Shares::whole(100), AccountId{1}, 0);
  std::vector<PlannedFill> fills;
  // 10 USD: 4 for ten shares at 0.40, the other 6 buy twelve at 0.50.
  const Plan plan = book.plan({Side::kBuy, Price{5500}, {}, true, false, Usd::whole(10)}, fills);
  EXPECT_TRUE(plan.complete);
  EXPECT_EQ(plan.filled, Shares::whole(22));
  // The same dollars for NO, whose price is what is missing to one.
  (void)book.add(Side::kBuy, Price{3000}, Shares::whole(100), AccountId{1}, 0);
  const Plan no = book.plan({Side::kSell, Price{2000}, {}, true, true, Usd::whole(7)}, fills);
  EXPECT_EQ(no.filled, Shares::whole(10));
}

TEST(Matching, CollateralTargetIsIncompleteWhenTheBookEnds) {
  RestingPool pool;
  MatchingBook book(pool, kTick001);
  (void)book.add(Side::kSell, Price{4000}, Shares::whole(10), AccountId{1}, 0);
  std::vector<PlannedFill> fills;
  EXPECT_FALSE(book.plan({Side::kBuy, Price{5000}, {}, true, false, Usd::whole(5)}, fills).complete);
}

TEST(Matching, SlotsAreReused) {
  RestingPool pool;
  MatchingBook book(pool, kTick001);
  for (int i = 0; i < 1000; ++i) book.cancel(book.add(Side::kBuy, Price{3000}, Shares::whole(5), AccountId{1}, 0));
  EXPECT_EQ(pool.size(), 1U);
  EXPECT_EQ(book.best_bid(), Price{0});
  EXPECT_EQ(book.best_ask(), kOneUsd);
}

}  // namespace
}  // namespace underround::simulator
