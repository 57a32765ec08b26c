#include "app/halt_keeper.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include "app/engine_start.hpp"
#include "base/temporary_folder.hpp"

namespace underround {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class HaltKeeperTest : public ::testing::Test {
 protected:
  HaltKeeperTest() { fresh(); }

  // As after a restart that takes nothing over.
  void fresh() {
    catalogue_ = std::make_unique<Catalogue>();
    engine_ = make_engine({.mode = "live", .config = {}}, *catalogue_).value();
    ConditionSpec spec;
    spec.condition_id = "0x" + std::string(64, 'a');
    spec.tokens = {"11111111111111111111", "22222222222222222222"};
    const ConditionId added = catalogue_->add(spec).value();
    step(Event::make(EventKind::kConditionAdded, Nanos{1}, VenueId::kPolymarket, added.value));
    keeper_.emplace(directory_, *engine_,
                    HaltKeeper::Callbacks{.deliver = [this](const Event& e) { step(e); },
                                          .note = [this](std::string_view words) { notes_.emplace_back(words); }});
  }
  void step(const Event& e) {
    commands_.clear();
    engine_->step(e, commands_);
    if (e.header.kind == EventKind::kResume) resumed_.emplace_back(e.halt.note);
  }
  [[nodiscard]] bool halted() const { return engine_->risk().halts().any(); }
  [[nodiscard]] HaltStore store() const { return HaltStore(directory_); }

  TemporaryFolder directory_;
  std::unique_ptr<Catalogue> catalogue_;
  std::unique_ptr<Engine> engine_;
  std::optional<HaltKeeper> keeper_;
  CommandBuffer commands_;
  std::vector<std::string> notes_, resumed_;
};

TEST_F(HaltKeeperTest, AHaltSurvivesARestart) {
  step(halt_event(HaltReason::kKillSwitch, "ana", Nanos{10}));
  keeper_->keep(Nanos{11});
  keeper_->keep(Nanos{12});
  EXPECT_THAT(notes_, ElementsAre("halted: kill_switch: ana")) << "said once";
  fresh();
  EXPECT_FALSE(halted());
  keeper_->restore(Nanos{}, Nanos{20}, true);
  EXPECT_TRUE(halted());
  EXPECT_STREQ(engine_->risk().halts().note(), "ana");
}

// The engine remembers (it was taken over); a person has lifted the halt meanwhile.
TEST_F(HaltKeeperTest, WhatAPersonLiftedIsLiftedAndTheReasonIsWrittenDown) {
  step(halt_event(HaltReason::kKillSwitch, "ana", Nanos{10}));
  keeper_->keep(Nanos{10});
  ASSERT_TRUE(store().lift("checked the fills: ben", Nanos{15}));
  notes_.clear();
  keeper_->restore(Nanos{12}, Nanos{20}, true);
  EXPECT_FALSE(halted());
  EXPECT_THAT(notes_, ElementsAre("resumed by a person: kill_switch: checked the fills: ben"));
  EXPECT_THAT(resumed_, ElementsAre("kill_switch: checked the fills: ben")) << "the event carries it too";
}

TEST_F(HaltKeeperTest, WhatNobodyLiftedStays) {
  step(halt_event(HaltReason::kDailyLoss, "lost 50 USD", Nanos{10}));
  keeper_->restore(Nanos{12}, Nanos{20}, true);
  EXPECT_TRUE(halted());
  EXPECT_THAT(resumed_, IsEmpty());
  ASSERT_TRUE(store().active()) << "that session died before it wrote it down";
  EXPECT_EQ(store().active()->reason, HaltReason::kDailyLoss);
}

TEST_F(HaltKeeperTest, AMarketIsLiftedWithoutTheOthers) {
  step(halt_event(HaltReason::kKillSwitch, "ana", Nanos{10}));
  step(Event::make(EventKind::kKill, Nanos{10}, VenueId::kPolymarket, 0));
  ASSERT_EQ(engine_->risk().halted_markets().size(), 1U);
  keeper_->keep(Nanos{10});
  ASSERT_TRUE(store().lift("bought on the web site: ana", Nanos{15}));
  ASSERT_TRUE(store().raise(HaltReason::kKillSwitch, "ana", Nanos{16})) << "and again";
  keeper_->restore(Nanos{12}, Nanos{20}, true);
  EXPECT_TRUE(halted());
  EXPECT_THAT(engine_->risk().halted_markets(), IsEmpty());
}

TEST_F(HaltKeeperTest, WithoutADirectoryNothingIsKept) {
  HaltKeeper keeper({}, *engine_, {.deliver = [](const Event&) { FAIL(); }, .note = [](std::string_view) { FAIL(); }});
  step(halt_event(HaltReason::kKillSwitch, "ana", Nanos{10}));
  keeper.restore(Nanos{}, Nanos{20}, true);
  keeper.keep(Nanos{21});
}

}  // namespace
}  // namespace underround
