#include "app/live_gates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace underround {
namespace {

config::Loaded loaded(bool enabled, std::string word) {
  config::Loaded l;
  l.config.live.enabled = enabled;
  l.secrets.live = std::move(word);
  return l;
}

TEST(LiveGates, AllThreeOpenTheDoor) { EXPECT_TRUE(check_live_gates(true, loaded(true, "i-understand"))); }

TEST(LiveGates, AnyOneMissingKeepsItShutAndIsNamed) {
  for (int given = 0; given < 7; ++given) {
    const bool mode = (given & 1) != 0, enabled = (given & 2) != 0, word = (given & 4) != 0;
    const auto ok = check_live_gates(mode, loaded(enabled, word ? "i-understand" : ""));
    ASSERT_FALSE(ok) << given;
    EXPECT_EQ(ok.error().message.find("--mode live") == std::string::npos, mode) << given;
    EXPECT_EQ(ok.error().message.find("live.enabled = true") == std::string::npos, enabled) << given;
    EXPECT_EQ(ok.error().message.find("UNDERROUND_LIVE=i-understand") == std::string::npos, word) << given;
  }
}

TEST(LiveGates, AlmostTheRightWordIsNotIt) {
  for (const char* word : {"yes", "1", "true", "I-UNDERSTAND", "i-understand ", "i understand"}) {
    EXPECT_FALSE(check_live_gates(true, loaded(true, word))) << word;
  }
}

}  // namespace
}  // namespace underround
