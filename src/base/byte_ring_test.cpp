#include "base/byte_ring.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <deque>
#include <string>
#include <thread>

namespace underround {
namespace {

TEST(ByteRing, AgreesWithAQueueUntilFull) {
  EXPECT_TRUE(rc::check([](const std::vector<std::uint16_t>& steps) {
    ByteRing ring(1024);
    std::deque<std::string> oracle;
    std::uint32_t n = 0;
    for (const auto step : steps) {
      if (step % 3 == 0) {
        const auto message = ring.front();
        RC_ASSERT(message.has_value() == !oracle.empty());
        if (!message) continue;
        RC_ASSERT(message->bytes == oracle.front());
        ring.pop();
        oracle.pop_front();
      } else {
        const std::string text(step % 400, static_cast<char>('a' + n % 26));
        if (ring.push(n++, step, text)) oracle.push_back(text);
      }
    }
    for (; !oracle.empty(); oracle.pop_front()) {
      RC_ASSERT(ring.front()->bytes == oracle.front());
      ring.pop();
    }
    RC_ASSERT(!ring.front());
    RC_ASSERT(ring.push(1, 2, "again"));
  }));
}

TEST(ByteRing, RefusesWhatCanNeverFit) {
  ByteRing ring(256);
  EXPECT_FALSE(ring.push(0, 0, std::string(257, 'x')));
  EXPECT_TRUE(ring.push(7, 9, ""));
  EXPECT_EQ(ring.front()->tag, 7U);
  EXPECT_EQ(ring.front()->stamp, 9);
  EXPECT_TRUE(ring.front()->bytes.empty());
}

TEST(ByteRing, LosesNothingBetweenThreads) {
  constexpr std::uint32_t kCount = 50'000;
  ByteRing ring(4096);
  std::thread producer([&] {
    for (std::uint32_t i = 0; i < kCount;) {
      if (ring.push(i, i, std::string(i % 300, static_cast<char>(i)))) {
        ++i;
      } else {
        std::this_thread::yield();
      }
    }
  });
  for (std::uint32_t i = 0; i < kCount;) {
    const auto message = ring.front();
    if (!message) {
      std::this_thread::yield();
      continue;
    }
    ASSERT_EQ(message->tag, i);
    ASSERT_EQ(message->bytes, std::string(i % 300, static_cast<char>(i)));
    ring.pop();
    ++i;
  }
  producer.join();
}

}  // namespace
}  // namespace underround
