#include "app/halt_store.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace underround {
namespace {

class HaltStoreTest : public ::testing::Test {
 public:
  ~HaltStoreTest() override { std::filesystem::remove_all(directory_); }

 protected:
  HaltStoreTest()
      : directory_(std::filesystem::path(::testing::TempDir()) /
                   ("halts-" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()))) {
    std::filesystem::remove_all(directory_);
  }
  std::string log() const {
    std::ifstream in(directory_ / "halts.log");
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
  std::filesystem::path directory_;
};

TEST_F(HaltStoreTest, SurvivesARestartUntilAPersonLiftsItWithAReason) {
  EXPECT_FALSE(HaltStore(directory_).active());
  ASSERT_TRUE(HaltStore(directory_).raise(HaltReason::kDailyLoss, "lost 50.12\nUSD", Nanos{7}));
  const HaltStore after_restart(directory_);
  ASSERT_TRUE(after_restart.active());
  EXPECT_EQ(after_restart.active()->reason, HaltReason::kDailyLoss);
  EXPECT_EQ(after_restart.active()->note, "lost 50.12 USD");
  EXPECT_EQ(after_restart.lift("  ", Nanos{8}).error().code, ErrorCode::kInvalidInput);
  EXPECT_TRUE(after_restart.active());
  ASSERT_TRUE(after_restart.lift("fills checked: ana", Nanos{9}));
  EXPECT_FALSE(after_restart.active());
  EXPECT_EQ(log(), "7 raised daily_loss: lost 50.12 USD\n9 lifted daily_loss: fills checked: ana\n");
  EXPECT_EQ(after_restart.lift("again", Nanos{10}).error().code, ErrorCode::kNotFound);
}

TEST_F(HaltStoreTest, WhatCannotBeReadIsAHalt) {
  std::filesystem::create_directories(directory_);
  std::ofstream(directory_ / "halt") << "nonsense\n";
  EXPECT_TRUE(HaltStore(directory_).active());
  std::ofstream(directory_ / "halt", std::ios::trunc) << "";
  EXPECT_TRUE(HaltStore(directory_).active());
}

TEST_F(HaltStoreTest, HaltedMarketsSurviveAndAreLiftedWithTheRest) {
  const HaltStore store(directory_);
  EXPECT_TRUE(store.halted_markets().empty());
  ASSERT_TRUE(store.raise_market("0xaa", "the venue holds 5 more", Nanos{1}));
  ASSERT_TRUE(store.raise_market("0xbb", "x", Nanos{2}));
  EXPECT_EQ(HaltStore(directory_).halted_markets(), (std::vector<std::string>{"0xaa", "0xbb"}));
  EXPECT_FALSE(store.active());
  ASSERT_TRUE(store.lift("ana: bought on the web site", Nanos{3}));
  EXPECT_TRUE(store.halted_markets().empty());
  EXPECT_NE(log().find("lifted market 0xaa, market 0xbb: ana: bought on the web site"), std::string::npos) << log();
  EXPECT_FALSE(store.lift("again", Nanos{4}));
}

// An engine that goes on remembers halts; only what a person lifted is lifted for it.
TEST_F(HaltStoreTest, KnowsWhatWasLiftedSinceAnEngineRememberedIt) {
  const HaltStore store(directory_);
  const Nanos died{100};
  EXPECT_FALSE(store.lifted("kill_switch: ana", died)) << "nothing is written down";
  ASSERT_TRUE(store.raise(HaltReason::kKillSwitch, "ana", Nanos{50}));
  EXPECT_FALSE(store.lifted("kill_switch: ana", died));
  ASSERT_TRUE(store.lift("looked: ana", Nanos{60}));
  EXPECT_EQ(store.lifted("kill_switch: ana", died), "kill_switch: looked: ana") << "while that session still ran";
  EXPECT_FALSE(store.lifted("daily_loss: lost 50 USD", died)) << "raised after that lift and not written down";
  ASSERT_TRUE(store.raise_market("0xaa", "x", Nanos{70}));
  EXPECT_FALSE(store.lifted("market 0xaa", died));
  ASSERT_TRUE(store.lift("looked again: ana", Nanos{120}));
  EXPECT_EQ(store.lifted("market 0xaa", died), "market 0xaa: looked again: ana");
  EXPECT_TRUE(store.lifted("daily_loss: lost 50 USD", died)) << "a person looked after it had died";
}

}  // namespace
}  // namespace underround
