#include "strategy/registry.hpp"

namespace underround {
namespace {

TEST(Registry, MakesWhatIsNamedInThatOrder) {
  const std::vector<std::string> names{"multi_outcome", "sum_to_100", "clipper"};
  const auto made = make_strategies(names, {});
  ASSERT_TRUE(made.has_value());
  ASSERT_EQ(made->size(), 3U);
  for (std::size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ((*made)[i]->name(), names[i]);
    EXPECT_EQ((*made)[i]->id().value, i);
  }
  EXPECT_TRUE(make_strategies({}, {})->empty());
}

TEST(Registry, EveryKnownNameIsTheStrategysOwn) {
  for (const StrategyInfo& info : known_strategies()) {
    EXPECT_EQ(info.make(StrategyId{3}, {})->name(), info.name);
    EXPECT_FALSE(info.summary.empty());
    EXPECT_EQ(info.on_by_default, info.name != "clipper");
  }
}

TEST(Registry, UnknownNamesAreExplained) {
  const std::vector<std::string> typo{"sum_to_100", "multi_outcom"};
  const auto made = make_strategies(typo, {});
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(made.error().message,
            "no strategy is called 'multi_outcom', did you mean 'multi_outcome'? (known: sum_to_100, multi_outcome, "
            "clipper)");
  const std::vector<std::string> far{"zzzzzzzzzzzz"};
  EXPECT_EQ(make_strategies(far, {}).error().message.find("did you mean"), std::string::npos);
}

TEST(Registry, RepeatedNamesAreRefused) {
  const std::vector<std::string> twice{"clipper", "clipper"};
  EXPECT_EQ(make_strategies(twice, {}).error().code, ErrorCode::kInvalidInput);
}

}  // namespace
}  // namespace underround
