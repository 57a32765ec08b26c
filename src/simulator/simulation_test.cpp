// The whole box: the same seed gives the same stream, another seed another; the world lives, ends and pays.
#include "simulator/simulation.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "simulator/event_hasher.hpp"

namespace underround::simulator {
namespace {

std::uint64_t stream_hash(std::uint64_t seed, Nanos step) {
  Simulation simulation({.seed = seed, .markets = 110});
  EventHasher hasher;
  simulation.venue().add_listener(hasher);
  simulation.world().add_listener(hasher);
  const Nanos end = simulation.now() + Nanos::from_seconds(600);
  while (simulation.now() < end) simulation.advance_to(std::min(end, simulation.now() + step));
  EXPECT_GT(hasher.events(), 10'000U);
  return hasher.value();
}

TEST(Simulation, SameSeedSameStreamHoweverItIsStepped) {
  const std::uint64_t whole = stream_hash(5, Nanos::from_seconds(600));
  EXPECT_EQ(stream_hash(5, Nanos::from_seconds(600)), whole);
  EXPECT_EQ(stream_hash(5, Nanos::from_millis(777)), whole);
  EXPECT_NE(stream_hash(6, Nanos::from_seconds(600)), whole);
}

class Historian final : public Listener {
 public:
  explicit Historian(const World& world) : world_(world) {}
  std::map<std::string, double> open_price, close_price;
  std::map<std::string, unsigned> winner;
  std::set<std::string> listed;
  std::map<std::uint32_t, std::pair<int, int>> final_scores;
  int goals = 0, quotes = 0, trades = 0;

  void on_market_created(const Market& m, Nanos now) override {
    listed.insert(m.spec.slug);
    if (m.spec.taker_delay) {
      EXPECT_LT(now, m.spec.start_at);
    }
  }
  void on_market_phase(const Market& m, Nanos now) override {
    if (m.spec.taker_delay && m.spec.phase == MarketPhase::kClosed) {
      EXPECT_EQ(now, m.spec.end_at);
      close_price[m.spec.slug] = world_.reference_price(symbol(m));
    }
  }
  void on_market_resolved(const Market& m, Nanos /*now*/) override { winner[m.spec.slug] = m.winner; }
  void on_score(const ScoreUpdate& s) override {
    ++goals;
    if (s.ended) final_scores[s.group.value] = {s.home, s.away};
  }
  void on_reference_quote(const ReferenceQuote& q) override {
    ++quotes;
    EXPECT_LT(q.bid_e8, q.ask_e8);
  }
  void on_reference_trade(const ReferenceTrade& /*trade*/) override { ++trades; }
  static std::string symbol(const Market& m) {
    std::string asset = m.spec.slug.substr(0, m.spec.slug.find('-'));
    for (char& c : asset) c = static_cast<char>(c - 'a' + 'A');
    return asset + "USDT";
  }

 private:
  const World& world_;
};

TEST(Simulation, TheWorldListsEndsResolvesAndPays) {
  Simulation simulation({.seed = 11, .markets = 100, .with_population = false});
  Historian history(simulation.world());
  simulation.venue().add_listener(history);
  simulation.world().add_listener(history);
  const std::int64_t t0 = simulation.now().seconds();
  simulation.advance_to(simulation.now() + Nanos::from_seconds(3 * 3600));
  EXPECT_GT(history.quotes, 100'000);
  EXPECT_GT(history.trades, 50'000);
  EXPECT_TRUE(history.listed.contains("btc-updown-5m-" + std::to_string(t0 + 900)));
  EXPECT_TRUE(history.listed.contains("xrp-updown-15m-" + std::to_string(t0 + 2700)));
  // A window opens at the price at which the one before closed.
  int windows = 0;
  for (const auto& [slug, close] : history.close_price) {
    const auto dash = slug.rfind('-');
    const std::int64_t epoch = std::stoll(slug.substr(dash + 1));
    const std::int64_t length = slug.find("-15m-") != std::string::npos ? 900 : 300;
    const auto before = history.close_price.find(slug.substr(0, dash + 1) + std::to_string(epoch - length));
    if (before == history.close_price.end() || !history.winner.contains(slug)) continue;
    EXPECT_EQ(history.winner.at(slug), close >= before->second ? 0U : 1U) << slug;
    ++windows;
  }
  EXPECT_GT(windows, 150);
  // Exactly one leg of a finished match wins, and it is the one the score says.
  EXPECT_GE(history.final_scores.size(), 2U);
  for (const auto& [id, score] : history.final_scores) {
    const Group& group = simulation.venue().group(GroupId{id});
    const unsigned right = score.first > score.second ? 0 : score.first == score.second ? 1 : 2;
    for (unsigned leg = 0; leg < 3; ++leg) {
      EXPECT_EQ(simulation.venue().market(group.markets[leg]).winner, leg == right ? 0 : 1);
    }
  }
}

TEST(Simulation, TheCastIsAsListed) {
  Simulation simulation({.seed = 3, .markets = 400, .with_population = false});
  const Venue& venue = simulation.venue();
  EXPECT_EQ(venue.market_count(), 400U);
  const Group& election = venue.group(*venue.find_group("presidential-election-winner-2027"));
  EXPECT_EQ(election.markets.size(), 12U);
  EXPECT_TRUE(election.spec.neg_risk);
  EXPECT_FALSE(election.spec.augmented);
  const Group& trap = venue.group(*venue.find_group("next-prime-minister"));
  EXPECT_TRUE(trap.spec.augmented);
  EXPECT_TRUE(venue.market(trap.markets.back()).spec.neg_risk_other);
  double sum = 0;
  for (const MarketId leg : election.markets) sum += simulation.world().fair(leg);
  EXPECT_NEAR(sum, 1.0, 1e-9);
  std::set<std::string> tokens;
  int crypto = 0, soccer = 0;
  Catalogue catalogue;
  for (std::uint32_t i = 0; i < venue.market_count(); ++i) {
    const ConditionSpec& spec = venue.market(MarketId{i}).spec;
    tokens.insert(spec.tokens[0]);
    tokens.insert(spec.tokens[1]);
    crypto += spec.taker_delay && spec.fees == FeeSchedule::taker(70'000, 1);
    soccer += spec.seconds_delay == 3 && spec.clear_book_on_start && spec.neg_risk;
    EXPECT_TRUE(catalogue.add(spec).has_value());
  }
  EXPECT_EQ(tokens.size(), 800U);
  EXPECT_EQ(crypto, 4 * 2 * 3);
  EXPECT_EQ(soccer, 24);
}

TEST(Simulation, FiveThousandMarketsQuoted) {
  Simulation simulation({.seed = 4, .markets = 5000});
  simulation.advance_to(simulation.now() + Nanos::from_seconds(20));
  std::size_t quoted = 0, open = 0;
  for (std::uint32_t i = 0; i < simulation.venue().market_count(); ++i) {
    const MarketId id{i};
    if (simulation.venue().market(id).spec.phase != MarketPhase::kOpen) continue;
    ++open;
    quoted += simulation.venue().best_bid(id) > Price{0} && simulation.venue().best_ask(id) < kOneUsd;
  }
  EXPECT_GE(open, 4990U);
  EXPECT_GT(quoted * 100, open * 97);
}

TEST(Simulation, FaucetAddsUpAndTimeNeverGoesBack) {
  Simulation simulation({.seed = 1, .markets = 1, .with_population = false});
  const AccountId me = simulation.make_account("0xAb", Usd::whole(10));
  EXPECT_EQ(simulation.make_account("0xaB", Usd::whole(5)), me);
  EXPECT_EQ(simulation.venue().ledger().balance(me), Usd::whole(15));
  const Nanos now = simulation.now();
  simulation.advance_to(now - Nanos::from_seconds(5));
  EXPECT_EQ(simulation.now(), now);
}

TEST(Simulation, FaultsOfTheVenueItself) {
  Simulation simulation({.seed = 8, .markets = 90});
  Venue& venue = simulation.venue();
  const MarketId football = venue.group(*venue.find_group("presidential-election-winner-2027")).markets[0];
  const MarketId window = *venue.find_slug("btc-updown-5m-" + std::to_string(simulation.now().seconds()));
  simulation.advance_to(simulation.now() + Nanos::from_seconds(10));
  EXPECT_EQ(venue.market(window).spec.tick, kTick001);
  simulation.inject(
      {.kind = FaultKind::kTickChange, .from = simulation.now() + Nanos::from_seconds(1), .market = window});
  simulation.inject({.kind = FaultKind::kResolutionFlip, .times = 1});
  simulation.advance_to(simulation.now() + Nanos::from_seconds(2));
  EXPECT_EQ(venue.market(window).spec.tick, kTick0001);

  // A ghost fill: matched, told, then taken back.
  const AccountId me = simulation.make_account("0x1", Usd::whole(1000));
  simulation.inject({.kind = FaultKind::kGhostFill, .from = simulation.now(), .times = 1});
  simulation.advance_to(simulation.now());
  const OrderResult r = venue.submit({.account = me,
                                      .market = football,
                                      .tif = TimeInForce::kFak,
                                      .limit = venue.best_ask(football),
                                      .size = Shares::whole(20),
                                      .id = {1}});
  ASSERT_TRUE(r.accepted) << r.error;
  simulation.advance_to(simulation.now() + Nanos::from_seconds(60));
  EXPECT_EQ(venue.find_trade(r.trades[0])->status, SettlementStatus::kFailed);
  EXPECT_EQ(venue.ledger().balance(me), Usd::whole(1000));

  class Flips final : public Listener {
   public:
    std::map<std::uint32_t, std::set<unsigned>> winners;
    void on_market_resolved(const Market& m, Nanos /*now*/) override { winners[m.id.value].insert(m.winner); }
  } flips;
  venue.add_listener(flips);
  simulation.advance_to(simulation.now() + Nanos::from_seconds(400));
  int flipped = 0;
  for (const auto& [id, winners] : flips.winners) flipped += winners.size() == 2;
  EXPECT_EQ(flipped, 1);
  EXPECT_EQ(venue.ledger().check_conservation(), std::nullopt);
}

TEST(FaultMenu, StrikesInItsWindowAsOftenAsAsked) {
  FaultMenu menu{Random(1)};
  menu.add({.kind = FaultKind::kHttpStatus, .from = Nanos{100}, .until = Nanos{200}, .times = 2, .http_status = 425});
  EXPECT_FALSE(menu.fires(FaultKind::kHttpStatus, Nanos{99}));
  EXPECT_FALSE(menu.fires(FaultKind::kDropFrame, Nanos{150}));
  EXPECT_EQ(menu.fires(FaultKind::kHttpStatus, Nanos{100})->http_status, 425);
  EXPECT_TRUE(menu.fires(FaultKind::kHttpStatus, Nanos{199}));
  EXPECT_FALSE(menu.fires(FaultKind::kHttpStatus, Nanos{199}));
  menu.add({.kind = FaultKind::kDropFrame, .probability = 0.25});
  int dropped = 0;
  for (int i = 0; i < 4000; ++i) dropped += menu.fires(FaultKind::kDropFrame, Nanos{i}).has_value();
  EXPECT_NEAR(dropped, 1000, 120);
  EXPECT_EQ(parse_fault_kind(to_string(FaultKind::kLostResponse)), FaultKind::kLostResponse);
  EXPECT_EQ(parse_fault_kind("nonsense"), std::nullopt);
}

}  // namespace
}  // namespace underround::simulator
