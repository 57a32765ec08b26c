#include "book/ladder.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace underround {
namespace {

L2Book sample() {
  L2Book book(kTick001);
  book.set(Side::kBuy, Price{4800}, Shares::whole(100));
  book.set(Side::kBuy, Price{4700}, Shares::whole(50));
  book.set(Side::kSell, Price{5000}, Shares::whole(10));
  book.set(Side::kSell, Price{5200}, Shares::whole(20));
  return book;
}

TEST(Ladder, NoIsTheMirrorOfYes) {
  const L2Book book = sample();
  EXPECT_EQ(Ladder::to_buy(book, 0).best(), Price{5000});
  EXPECT_EQ(Ladder::to_sell(book, 0).best(), Price{4800});
  EXPECT_EQ(Ladder::to_buy(book, 1).best(), Price{5200}) << "NO ask = 1 - YES bid";
  EXPECT_EQ(Ladder::to_buy(book, 1).best_size(), Shares::whole(100));
  EXPECT_EQ(Ladder::to_sell(book, 1).best(), Price{5000}) << "NO bid = 1 - YES ask";
  EXPECT_TRUE(Ladder::to_buy(book, 1).buying());
  EXPECT_FALSE(Ladder::to_sell(book, 1).buying());
}

TEST(Ladder, WalksShares) {
  const L2Book book = sample();
  const Walk w = walk_shares(Ladder::to_buy(book, 0), Shares::whole(15));
  EXPECT_EQ(w.filled, Shares::whole(15));
  EXPECT_EQ(w.value, Usd{5'000'000 + 2'600'000});
  EXPECT_EQ(w.worst, Price{5200});
  EXPECT_EQ(w.levels, 2);
  EXPECT_EQ(walk_shares(Ladder::to_buy(book, 0), Shares::whole(15), Price{5100}).filled, Shares::whole(10));
  EXPECT_EQ(walk_shares(Ladder::to_buy(book, 0), Shares::whole(999)).filled, Shares::whole(30));
  EXPECT_EQ(walk_shares(Ladder::to_sell(book, 1), Shares::whole(12)).worst, Price{4800});
}

TEST(Ladder, WalksDollars) {
  const L2Book book = sample();
  const Walk w = walk_usd(Ladder::to_buy(book, 0), Usd::whole(6));
  EXPECT_EQ(w.filled, Shares{11'920'000}) << "10 at 0.50, then 1 dollar at 0.52, floored to 0.01 share";
  EXPECT_LE(w.value, Usd::whole(6));
  EXPECT_EQ(walk_usd(Ladder::to_sell(book, 0), Usd::whole(48)).filled, Shares::whole(100));
}

TEST(Ladder, EmptySideWalksToNothing) {
  const L2Book book(kTick001);
  EXPECT_TRUE(Ladder::to_buy(book, 1).empty());
  EXPECT_EQ(walk_shares(Ladder::to_buy(book, 1), Shares::whole(5)).filled, Shares{});
  EXPECT_EQ(Ladder::to_buy(book, 0).best(), kOneUsd);
  EXPECT_EQ(Ladder::to_sell(book, 0).best(), Price{0});
}

TEST(Ladder, DollarWalkSpendsAsMuchAsItCanAndNoMore) {
  EXPECT_TRUE(rc::check([] {
    L2Book book(kTick001);
    const int n = *rc::gen::inRange(1, 12);
    for (int i = 0; i < n; ++i) {
      book.set(Side::kSell, Price{*rc::gen::inRange(1, 100) * 100},
               Shares{*rc::gen::inRange<std::int64_t>(1, 5000) * Shares::kMicrosPerLot});
    }
    const Usd budget{*rc::gen::inRange<std::int64_t>(0, 200'000'000)};
    const Walk w = walk_usd(Ladder::to_buy(book, 0), budget);
    RC_ASSERT(w.value <= budget);
    const Walk more = walk_shares(Ladder::to_buy(book, 0), w.filled + Shares{Shares::kMicrosPerLot});
    RC_ASSERT(more.filled == w.filled || more.value > budget);
  }));
}

}  // namespace
}  // namespace underround
