#include "base/level_bitmap.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>

namespace underround {
namespace {

TEST(LevelBitmap, AgreesWithAnOrderedSet) {
  EXPECT_TRUE(rc::check([] {
    const int slots = *rc::gen::element(11, 64, 65, 101, 1001, 4096, 4097, 10001, LevelBitmap::kMaxSlots);
    LevelBitmap bits(slots);
    std::set<int> oracle;
    const auto steps = *rc::gen::container<std::vector<std::pair<int, bool>>>(
        rc::gen::pair(rc::gen::inRange(0, slots), rc::gen::arbitrary<bool>()));
    for (const auto& [slot, on] : steps) {
      if (on) {
        bits.set(slot);
        oracle.insert(slot);
      } else {
        bits.reset(slot);
        oracle.erase(slot);
      }
    }
    RC_ASSERT(bits.lowest() == (oracle.empty() ? LevelBitmap::kNone : *oracle.begin()));
    RC_ASSERT(bits.highest() == (oracle.empty() ? LevelBitmap::kNone : *oracle.rbegin()));
    const int probe = *rc::gen::inRange(0, slots);
    const auto above = oracle.upper_bound(probe);
    RC_ASSERT(bits.next_above(probe) == (above == oracle.end() ? LevelBitmap::kNone : *above));
    const auto at = oracle.lower_bound(probe);
    RC_ASSERT(bits.next_below(probe) == (at == oracle.begin() ? LevelBitmap::kNone : *std::prev(at)));
    RC_ASSERT(bits.test(probe) == (oracle.count(probe) == 1));
  }));
}

TEST(LevelBitmap, EdgesOfTheGrid) {
  LevelBitmap bits(LevelBitmap::kMaxSlots);
  bits.set(0);
  bits.set(LevelBitmap::kMaxSlots - 1);
  EXPECT_EQ(bits.next_above(0), LevelBitmap::kMaxSlots - 1);
  EXPECT_EQ(bits.next_below(LevelBitmap::kMaxSlots - 1), 0);
  EXPECT_EQ(bits.next_below(0), LevelBitmap::kNone);
  EXPECT_EQ(bits.next_above(LevelBitmap::kMaxSlots - 1), LevelBitmap::kNone);
  bits.clear();
  EXPECT_EQ(bits.lowest(), LevelBitmap::kNone);
}

}  // namespace
}  // namespace underround
