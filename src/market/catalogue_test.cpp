#include "market/catalogue.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>

namespace underround {
namespace {

ConditionSpec leg(int i, const std::string& event = "") {
  ConditionSpec spec;
  spec.condition_id = "0xc" + std::to_string(i);
  spec.tokens = {std::to_string(1000 + 2 * i), std::to_string(1001 + 2 * i)};
  spec.outcomes = {"Yes", "No"};
  spec.slug = "leg-" + std::to_string(i);
  spec.version = MarketVersion::kV1;
  spec.tick = kTick001;
  spec.fees = FeeSchedule::taker(40'000, 1);
  spec.phase = MarketPhase::kOpen;
  spec.accepting_orders = true;
  if (!event.empty()) {
    spec.neg_risk = true;
    spec.group.slug = event;
    spec.group.neg_risk = true;
    spec.group.declared_conditions = 3;
  }
  return spec;
}

Completeness completeness_of(const Catalogue& catalogue, const char* slug) {
  return catalogue.event(*catalogue.find_event(slug)).completeness;
}

Catalogue election() {
  Catalogue catalogue;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(catalogue.add(leg(i, "election")));
  return catalogue;
}

TEST(Catalogue, GivesDenseIdsAndFindsByEveryName) {
  Catalogue catalogue;
  const ConditionId a = catalogue.add(leg(0)).value();
  const ConditionId b = catalogue.add(leg(1)).value();
  EXPECT_EQ(a, ConditionId{0});
  EXPECT_EQ(b, ConditionId{1});
  EXPECT_EQ(catalogue.find_token("1003"), instrument_of(b, 1));
  EXPECT_FALSE(catalogue.find_token("77").valid());
  EXPECT_EQ(catalogue.find_condition("0xc1"), b);
  EXPECT_EQ(catalogue.find_slug("leg-0"), a);
  EXPECT_EQ(catalogue.find_slug("nothing"), std::nullopt);
  EXPECT_FALSE(catalogue[a].event.valid());
}

TEST(Catalogue, RefusesMalformedSpecsByField) {
  Catalogue catalogue;
  ASSERT_TRUE(catalogue.add(leg(0)));
  ConditionSpec spec = leg(1);
  spec.condition_id.clear();
  EXPECT_NE(catalogue.add(spec).error().message.find("condition_id"), std::string::npos);
  spec = leg(1);
  spec.tokens[1].clear();
  EXPECT_FALSE(catalogue.add(spec));
  spec = leg(1);
  spec.tokens[1] = spec.tokens[0];
  EXPECT_NE(catalogue.add(spec).error().message.find("equal"), std::string::npos);
  spec = leg(1);
  spec.tokens[0] = leg(0).tokens[1];
  EXPECT_NE(catalogue.add(spec).error().message.find("another condition"), std::string::npos);
  EXPECT_EQ(catalogue.size(), 1U);
  EXPECT_FALSE(catalogue.find_token("1002").valid()) << "a refused spec leaves nothing behind";
}

TEST(Catalogue, AnUpdateKeepsIdTokensAndGroup) {
  Catalogue catalogue = election();
  ConditionSpec update = leg(1, "election");
  update.tick = kTick0001;
  update.group = {};  // the CLOB does not know groups
  EXPECT_EQ(catalogue.add(update), ConditionId{1});
  EXPECT_EQ(catalogue[ConditionId{1}].spec.tick, kTick0001);
  EXPECT_EQ(catalogue[ConditionId{1}].spec.group.slug, "election");
  update.tokens = {"5", "6"};
  EXPECT_FALSE(catalogue.add(update));
  update = leg(1, "elsewhere");
  EXPECT_FALSE(catalogue.add(update));
  std::swap(update.tokens[0], update.tokens[1]);
  EXPECT_FALSE(catalogue.add(update)) << "outcome order is part of the identity";
}

TEST(Catalogue, ALateAnswerDoesNotReopenWhatIsResolved) {
  Catalogue catalogue = election();
  catalogue.set_phase(ConditionId{0}, MarketPhase::kResolved, 1);
  ASSERT_TRUE(catalogue.add(leg(0, "election")));
  EXPECT_EQ(catalogue[ConditionId{0}].spec.phase, MarketPhase::kResolved);
  EXPECT_EQ(catalogue[ConditionId{0}].winning_outcome, 1);
}

TEST(Catalogue, ACompleteNegRiskSetIsExactlyOne) {
  const Catalogue catalogue = election();
  EXPECT_EQ(completeness_of(catalogue, "election"), Completeness::kExactlyOne);
  EXPECT_EQ(catalogue.event(EventId{0}).conditions.size(), 3U);
}

TEST(Catalogue, EveryDoubtEndsCompleteness) {
  const auto with = [](auto&& change) {
    Catalogue catalogue;
    for (int i = 0; i < 3; ++i) {
      ConditionSpec spec = leg(i, "e");
      change(spec, i);
      EXPECT_TRUE(catalogue.add(spec));
    }
    return completeness_of(catalogue, "e");
  };
  using C = Completeness;
  EXPECT_EQ(with([](ConditionSpec&, int) {}), C::kExactlyOne);
  EXPECT_EQ(with([](ConditionSpec& s, int) { s.group.augmented = true; }), C::kAugmented);
  EXPECT_EQ(with([](ConditionSpec& s, int i) { s.neg_risk_other = i == 2; }), C::kAugmented);
  EXPECT_EQ(with([](ConditionSpec& s, int) { s.group.neg_risk = false; }), C::kNotExclusive);
  EXPECT_EQ(with([](ConditionSpec& s, int) { s.group.declared_conditions = 4; }), C::kMissingConditions);
  EXPECT_EQ(with([](ConditionSpec& s, int) { s.group.declared_conditions = 0; }), C::kUnknown);
  EXPECT_EQ(with([](ConditionSpec& s, int) { s.group.declared_conditions = 2; }), C::kUnknown);
  EXPECT_EQ(with([](ConditionSpec& s, int i) { s.neg_risk = i != 1; }), C::kUnknown);
  for (const MarketPhase phase :
       {MarketPhase::kPending, MarketPhase::kPaused, MarketPhase::kClosed, MarketPhase::kResolved}) {
    EXPECT_EQ(with([phase](ConditionSpec& s, int i) {
                if (i == 0) s.phase = phase;
              }),
              C::kClosedConditions);
  }
}

TEST(Catalogue, ClosingOneLegEndsCompletenessAtOnce) {
  Catalogue catalogue = election();
  catalogue.set_phase(ConditionId{2}, MarketPhase::kClosed);
  EXPECT_EQ(completeness_of(catalogue, "election"), Completeness::kClosedConditions);
  catalogue.set_phase(ConditionId{2}, MarketPhase::kOpen);
  EXPECT_EQ(completeness_of(catalogue, "election"), Completeness::kExactlyOne);
}

TEST(Catalogue, TradableNeedsEverythingKnown) {
  const auto tradable = [](auto&& change) {
    ConditionSpec spec = leg(0);
    change(spec);
    Catalogue catalogue;
    return catalogue[catalogue.add(spec).value()].tradable();
  };
  EXPECT_TRUE(tradable([](ConditionSpec&) {}));
  EXPECT_FALSE(tradable([](ConditionSpec& s) { s.tick = Tick{}; }));
  EXPECT_FALSE(tradable([](ConditionSpec& s) { s.fees = FeeSchedule{}; }));
  EXPECT_FALSE(tradable([](ConditionSpec& s) { s.version = MarketVersion::kUnknown; }));
  EXPECT_FALSE(tradable([](ConditionSpec& s) { s.accepting_orders = false; }));
  EXPECT_FALSE(tradable([](ConditionSpec& s) { s.phase = MarketPhase::kPaused; }));
}

TEST(Catalogue, ContentHashSeesOrderAndChanges) {
  Catalogue ab, ba, changed;
  ASSERT_TRUE(ab.add(leg(0)) && ab.add(leg(1)));
  ASSERT_TRUE(ba.add(leg(1)) && ba.add(leg(0)));
  ConditionSpec other = leg(1);
  other.fees = FeeSchedule::free();
  ASSERT_TRUE(changed.add(leg(0)) && changed.add(other));
  Catalogue again;
  ASSERT_TRUE(again.add(leg(0)) && again.add(leg(1)));
  EXPECT_EQ(ab.content_hash(), again.content_hash());
  EXPECT_NE(ab.content_hash(), ba.content_hash());
  EXPECT_NE(ab.content_hash(), changed.content_hash());
}

TEST(Catalogue, ATokenMayGetItsNameLater) {
  Catalogue catalogue;
  ConditionSpec spec = leg(1);
  spec.tokens[1] = "stand-in";
  const ConditionId id = catalogue.add(spec).value();
  ASSERT_TRUE(catalogue.add(leg(2)));
  const std::uint64_t before = catalogue.content_hash();
  ASSERT_TRUE(catalogue.name_token(instrument_of(id, 1), "4711"));
  EXPECT_EQ(catalogue.find_token("4711"), instrument_of(id, 1));
  EXPECT_EQ(catalogue[id].spec.tokens[1], "4711");
  EXPECT_NE(catalogue.content_hash(), before);
  EXPECT_FALSE(catalogue.name_token(instrument_of(id, 1), "1004")) << "a token of the other condition";
  EXPECT_FALSE(catalogue.name_token(instrument_of(id, 1), ""));
  EXPECT_TRUE(catalogue.add(catalogue[id].spec)) << "the new name is the one an update must carry";
}

TEST(TokenIndex, FindsExactlyWhatWasAdded) {
  EXPECT_TRUE(rc::check([](const std::set<std::uint64_t>& numbers) {
    // Shared tails and heads on purpose: the index hashes the last 16 characters.
    const auto token = [](std::uint64_t n) { return std::to_string(n) + std::string(n % 3 * 20, '7'); };
    TokenIndex index;
    std::uint32_t id = 0;
    for (const std::uint64_t n : numbers) index.add(token(n), InstrumentId{id++});
    id = 0;
    for (const std::uint64_t n : numbers) RC_ASSERT(index.find(token(n)) == InstrumentId{id++});
    RC_ASSERT(!index.find("x").valid());
    RC_ASSERT(!index.find("").valid());
  }));
}

TEST(TokenIndex, TokensThatShareTheHashedTailStayApart) {
  TokenIndex index;
  const std::string tail = "1234567890123456";
  index.add("1" + tail, InstrumentId{1});
  index.add("2" + tail, InstrumentId{2});
  EXPECT_EQ(index.find("1" + tail), InstrumentId{1});
  EXPECT_EQ(index.find("2" + tail), InstrumentId{2});
  EXPECT_FALSE(index.find("3" + tail).valid());
}

}  // namespace
}  // namespace underround
