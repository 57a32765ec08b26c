// The strategy of docs/ADDING_A_STRATEGY.md: it compiles, it runs, and the page shows exactly this code.
#include <fstream>
#include <sstream>

#include "base/test_paths.hpp"
#include "strategy/set_plan.hpp"
#include "strategy/test_world.hpp"

// [example]
namespace underround {

// Buys a longshot that is offered at two cents or less: one leg, the market's smallest order, once per cooldown.
class PennyLongshot final : public Strategy {
 public:
  PennyLongshot(StrategyId id, const StrategySettings& settings) : Strategy(id), settings_(settings) {}
  std::string_view name() const noexcept override { return "penny_longshot"; }

  void on_condition_added(const StrategyContext&, ConditionId condition) override {  // cold: allocate here
    if (blocked_until_.size() <= condition.value) blocked_until_.resize(condition.value + 1);
  }

  void on_book(const StrategyContext& context, ConditionId condition, IntentBuffer& out) override {  // hot: never
    const InstrumentId yes = instrument_of(condition, 0);
    const SetLeg leg = set_leg(context, yes, Side::kBuy);
    const OpportunityLog::Key key{id(), IntentKind::kDirectional, condition.value, false};
    if (leg.ladder.empty() || leg.ladder.best() > kPenny) return context.opportunities.gone(key, context.now);

    const Price edge = kPenny - leg.ladder.best();
    const auto seen = context.opportunities.seen(key, edge, leg.ladder.best_size(), Usd{}, context.now);
    const Fate fate = leg_fitness(context, settings_, condition);  // law 4: unknown means stop
    if (fate != Fate::kSeen) return context.opportunities.mark(seen, fate);
    const Shares size = std::max(leg.min_size, Shares::whole(Price::kPipsPerUsd / leg.ladder.best().pips));
    if (leg.ladder.best_size() < size) return context.opportunities.mark(seen, Fate::kTooSmall);
    if (context.now < blocked_until_[condition.value]) return context.opportunities.mark(seen, Fate::kCooldown);

    Intent& intent = out.emplace_back();  // a wish: risk and execution decide what becomes of it
    intent.strategy = id();
    intent.opportunity = seen;
    intent.size = size;
    intent.orphan = OrphanPolicy::kHold;
    intent.decided_at = context.now;
    intent.deadline = context.now + settings_.leg_deadline;
    intent.add_leg({yes, Side::kBuy, leg.ladder.best(), leg.ladder.best(), leg.ladder.best_size()});
    blocked_until_[condition.value] = context.now + settings_.cooldown;
  }

 private:
  static constexpr Price kPenny{200};
  StrategySettings settings_;
  std::vector<Nanos> blocked_until_;
};

}  // namespace underround
// [/example]

namespace underround {
namespace {

std::string between(const std::string& path, const std::string& from, const std::string& to) {
  std::ifstream file(source_folder() + path);
  std::stringstream text;
  text << file.rdbuf();
  const std::string all = text.str();
  const std::size_t begin = all.find(from);
  if (begin == std::string::npos) return "no '" + from + "' in " + path;
  const std::size_t end = all.find(to, begin + from.size());
  return all.substr(begin + from.size(), end - begin - from.size());
}

TEST(ExampleStrategy, ThePageShowsThisCode) {
  const std::string page = between("/docs/ADDING_A_STRATEGY.md", "```cpp\n", "```");
  const std::string code = between("/src/strategy/strategy_example_test.cpp", "// [example]\n", "// [/example]");
  EXPECT_EQ(page, code);
  // The issue promises forty lines; the class is counted without blank lines and comments-only lines.
  std::istringstream lines(code);
  int counted = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find_first_not_of(' ');
    if (first != std::string::npos && line.compare(first, 2, "//") != 0) ++counted;
  }
  EXPECT_LE(counted, 44);
}

TEST(ExampleStrategy, BuysALongshotOnce) {
  TestWorld w;
  const ConditionId c = w.add_binary("comet");
  w.attach<PennyLongshot>({});
  w.book(c, {{100, 50}}, {{300, 500}});
  EXPECT_TRUE(w.intents.empty());
  w.book(c, {{100, 50}}, {{200, 500}});
  w.book(c, {{100, 50}}, {{200, 400}});
  ASSERT_EQ(w.intents.size(), 1U);
  EXPECT_EQ(w.intents[0].size, Shares::whole(50));  // the venue's dollar
  EXPECT_EQ(w.intents[0].legs()[0].limit, Price{200});
  EXPECT_EQ(w.log.totals().seen, 1U);
}

}  // namespace
}  // namespace underround
