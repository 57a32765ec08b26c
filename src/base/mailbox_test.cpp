#include "base/mailbox.hpp"

#include <array>
#include <cstdint>
#include <thread>

namespace underround {
namespace {

// Large enough that a torn read would show: every word must carry the same number.
struct Picture {
  std::array<std::uint64_t, 64> words{};
};

TEST(Mailbox, StartsEmpty) {
  Mailbox<Picture> box;
  EXPECT_EQ(box.take(), nullptr);
}

TEST(Mailbox, DraftIsInvisibleUntilPublished) {
  Mailbox<int> box;
  box.draft() = 1;
  EXPECT_EQ(box.take(), nullptr);
  box.publish();
  const int* taken = box.take();
  ASSERT_NE(taken, nullptr);
  EXPECT_EQ(*taken, 1);
}

TEST(Mailbox, EachValueIsTakenAtMostOnceAndTheNewestWins) {
  Mailbox<int> box;
  for (int i = 1; i <= 5; ++i) {
    box.draft() = i;
    box.publish();
  }
  const int* taken = box.take();
  ASSERT_NE(taken, nullptr);
  EXPECT_EQ(*taken, 5);
  EXPECT_EQ(box.take(), nullptr);
}

TEST(Mailbox, TakenValueStaysWhileTheWriterGoesOn) {
  Mailbox<int> box;
  box.draft() = 7;
  box.publish();
  const int* taken = box.take();
  ASSERT_NE(taken, nullptr);
  for (int i = 100; i < 110; ++i) {
    box.draft() = i;
    box.publish();
    ASSERT_EQ(*taken, 7);
  }
}

TEST(Mailbox, ThreadsSeeWholeValuesInOrderAndTheLastOne) {
  constexpr std::uint64_t kLast = 200'000;
  Mailbox<Picture> box;
  std::thread writer([&box] {
    for (std::uint64_t i = 1; i <= kLast; ++i) {
      box.draft().words.fill(i);
      box.publish();
    }
  });
  std::uint64_t newest = 0;
  bool whole = true, forward = true;
  while (newest != kLast) {
    const Picture* picture = box.take();
    if (picture == nullptr) continue;
    const std::uint64_t first = picture->words.front();
    for (const std::uint64_t word : picture->words) whole = whole && word == first;
    forward = forward && first > newest;
    newest = first;
  }
  writer.join();
  EXPECT_TRUE(whole);
  EXPECT_TRUE(forward);
  EXPECT_EQ(box.take(), nullptr);
}

}  // namespace
}  // namespace underround
