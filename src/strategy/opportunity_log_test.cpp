#include "strategy/opportunity_log.hpp"

#include <set>

namespace underround {
namespace {

constexpr OpportunityLog::Key kKey{StrategyId{1}, IntentKind::kBuySetAndHold, 7, true};

std::uint64_t count(const OpportunityLog& log, Fate fate) {
  return log.totals().by_fate[static_cast<std::size_t>(fate)];
}

TEST(OpportunityLog, AnEpisodeIsOneHoweverOftenItIsSeen) {
  OpportunityLog log(8);
  const auto id = log.seen(kKey, Price{50}, Shares::whole(5), Usd::whole(1), Nanos{100});
  EXPECT_EQ(log.seen(kKey, Price{80}, Shares::whole(3), Usd::whole(2), Nanos{200}), id);
  EXPECT_EQ(log.seen(kKey, Price{20}, Shares::whole(9), Usd::whole(1), Nanos{300}), id);
  log.gone(kKey, Nanos{400});
  const Opportunity* o = log.find(id);
  ASSERT_NE(o, nullptr);
  EXPECT_FALSE(o->open);
  EXPECT_EQ(o->edge, Price{80});  // the best, with the size at the best
  EXPECT_EQ(o->size, Shares::whole(3));
  EXPECT_EQ(o->duration(), Nanos{300});
  EXPECT_NE(log.seen(kKey, Price{10}, Shares{}, Usd{}, Nanos{500}), id);
  EXPECT_EQ(log.totals().seen, 2U);
}

TEST(OpportunityLog, KeysDoNotMix) {
  OpportunityLog log(8);
  const auto a = log.seen(kKey, Price{1}, Shares{}, Usd{}, Nanos{1});
  auto key = kKey;
  key.subject_is_event = false;
  const auto b = log.seen(key, Price{1}, Shares{}, Usd{}, Nanos{1});
  key = kKey;
  key.kind = IntentKind::kBuyNoAndConvert;
  const auto c = log.seen(key, Price{1}, Shares{}, Usd{}, Nanos{1});
  key = kKey;
  key.strategy = StrategyId{2};
  const auto d = log.seen(key, Price{1}, Shares{}, Usd{}, Nanos{1});
  EXPECT_EQ((std::set<std::uint64_t>{a, b, c, d}.size()), 4U);
  log.gone(kKey, Nanos{2});
  EXPECT_FALSE(log.find(a)->open);
  EXPECT_TRUE(log.find(b)->open && log.find(c)->open && log.find(d)->open);
}

TEST(OpportunityLog, TakenStaysTaken) {
  OpportunityLog log(8);
  const auto id = log.seen(kKey, Price{50}, Shares{}, Usd{}, Nanos{1});
  log.mark(id, Fate::kTooSmall);
  log.mark(id, Fate::kTaken);
  log.mark(id, Fate::kTaken);
  log.mark(id, Fate::kCooldown);
  log.mark(99, Fate::kTaken);  // unknown: nothing
  EXPECT_EQ(log.find(id)->fate, Fate::kTaken);
  EXPECT_EQ(log.totals().taken, 1U);
  EXPECT_EQ(count(log, Fate::kTaken), 1U);
  EXPECT_EQ(count(log, Fate::kTooSmall) + count(log, Fate::kCooldown) + count(log, Fate::kSeen), 0U);
  EXPECT_EQ(log.by_strategy()[1].taken, 1U);
}

TEST(OpportunityLog, APhantomIsCountedOncePerEpisode) {
  OpportunityLog log(8);
  for (int i = 0; i < 5; ++i) log.phantom(kKey, Price{30 + i}, Nanos{i});
  EXPECT_EQ(log.totals().phantoms, 1U);
  log.gone(kKey, Nanos{10});
  log.phantom(kKey, Price{30}, Nanos{11});
  EXPECT_EQ(log.totals().phantoms, 2U);
  EXPECT_EQ(log.totals().seen, 0U);
  EXPECT_EQ(count(log, Fate::kPhantom), 2U);
  std::vector<Opportunity> recent;
  log.recent(10, recent);
  ASSERT_EQ(recent.size(), 2U);
  EXPECT_EQ(recent[1].edge, Price{34});
  EXPECT_FALSE(recent[0].open);
}

TEST(OpportunityLog, OldestClosedAreForgottenFirstAndOpenOnesStay) {
  OpportunityLog log(4);
  const auto keep = log.seen(kKey, Price{1}, Shares{}, Usd{}, Nanos{1});
  for (std::uint32_t i = 0; i < 20; ++i) {
    const OpportunityLog::Key key{StrategyId{0}, IntentKind::kDirectional, i, false};
    log.seen(key, Price{1}, Shares{}, Usd{}, Nanos{i});
    log.gone(key, Nanos{i + 1});
  }
  ASSERT_NE(log.find(keep), nullptr);
  EXPECT_TRUE(log.find(keep)->open);
  EXPECT_EQ(log.seen(kKey, Price{1}, Shares{}, Usd{}, Nanos{50}), keep);
  EXPECT_EQ(log.totals().seen, 21U);
  std::vector<Opportunity> recent;
  log.recent(100, recent);
  ASSERT_EQ(recent.size(), 4U);
  EXPECT_EQ(recent[0].subject, 19U);
  EXPECT_EQ(recent[1].subject, 18U);
  EXPECT_EQ(recent[3].id, keep);
}

TEST(OpportunityLog, WithEverySlotOpenTheOldestGivesWay) {
  OpportunityLog log(2);
  std::vector<std::uint32_t> closed;
  log.set_on_closed(
      [](void* c, const Opportunity& o) { static_cast<std::vector<std::uint32_t>*>(c)->push_back(o.subject); },
      &closed);
  for (std::uint32_t i = 0; i < 3; ++i) {
    log.seen({StrategyId{0}, IntentKind::kDirectional, i, false}, Price{1}, Shares{}, Usd{}, Nanos{i});
  }
  EXPECT_EQ(closed, (std::vector<std::uint32_t>{0}));
  EXPECT_EQ(log.totals().seen, 3U);
}

}  // namespace
}  // namespace underround
