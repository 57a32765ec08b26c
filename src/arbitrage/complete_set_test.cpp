#include "arbitrage/complete_set.hpp"

#include <deque>
#include <optional>
#include <vector>

namespace underround {
namespace {

using Levels = std::vector<std::pair<Price, Shares>>;  // best first, in the ladder's own prices

// Books as data; ladders point into them.
struct Legs {
  std::deque<L2Book> books;
  std::vector<SetLeg> legs;
  std::vector<Levels> levels;

  void add(bool buying, unsigned outcome, const Levels& side, FeeSchedule fees = FeeSchedule::free(),
           Shares min_size = Shares{}, Tick tick = kTick001) {
    L2Book& book = books.emplace_back(tick);
    const Side canonical = (outcome == 0) == buying ? Side::kSell : Side::kBuy;
    for (const auto& [price, size] : side) book.set(canonical, outcome == 0 ? price : price.complement(), size);
    legs.push_back({buying ? Ladder::to_buy(book, outcome) : Ladder::to_sell(book, outcome), fees, min_size});
    levels.push_back(side);
  }
  [[nodiscard]] SetQuote size(Price payoff, const SetLimits& limits) const {
    SetQuote quote;
    size_set(legs, payoff, limits, quote);
    return quote;
  }
};

constexpr SetLimits kNoLimits{.max_cost = Usd::whole(1'000'000)};

TEST(CompleteSet, BinaryLongStopsAtTheMarginalSet) {
  Legs m;
  m.add(true, 0,
        {{Price{4500}, Shares::whole(10)}, {Price{5000}, Shares::whole(20)}, {Price{5200}, Shares::whole(50)}});
  m.add(true, 1, {{Price{4700}, Shares::whole(15)}, {Price{4900}, Shares::whole(40)}});
  const SetQuote q = m.size(kOneUsd, kNoLimits);
  // 10 at .92, 5 at .97, 15 at .99; the next set costs 1.01.
  ASSERT_EQ(q.verdict, SetVerdict::kTradable);
  EXPECT_EQ(q.sets, Shares::whole(30));
  EXPECT_EQ(q.cost, Usd::from_micros(28'900'000));
  EXPECT_EQ(q.profit, Usd::from_micros(1'100'000));
  EXPECT_EQ(q.best_edge_e8, 800 * kE8PerPip);
  EXPECT_EQ(q.last_edge_e8, 100 * kE8PerPip);
  EXPECT_EQ(q.legs[0].limit, Price{5000});
  EXPECT_EQ(q.legs[0].vwap, Price{4834});  // 4833.33 rounded against the buyer
  EXPECT_EQ(q.legs[0].available, Shares::whole(30));
  EXPECT_EQ(q.legs[1].limit, Price{4900});
  EXPECT_EQ(q.legs[1].available, Shares::whole(55));
  EXPECT_EQ(q.levels, 4);
}

TEST(CompleteSet, ShortSellsBothAgainstASplit) {
  Legs m;
  m.add(false, 0, {{Price{5500}, Shares::whole(10)}, {Price{5100}, Shares::whole(10)}});
  m.add(false, 1, {{Price{4800}, Shares::whole(12)}});
  const SetQuote q = m.size(kOneUsd, kNoLimits);
  ASSERT_EQ(q.verdict, SetVerdict::kTradable);  // 10 at 1.03; then .99 is no edge
  EXPECT_EQ(q.sets, Shares::whole(10));
  EXPECT_EQ(q.cost, Usd::whole(10));
  EXPECT_EQ(q.proceeds, Usd::from_micros(10'300'000));
  EXPECT_EQ(q.legs[0].limit, Price{5500});
}

TEST(CompleteSet, NoOfEveryOutcomePaysAllButOne) {
  Legs m;
  for (int i = 0; i < 3; ++i) m.add(true, 1, {{Price{6500}, Shares::whole(8)}});
  const SetQuote q = m.size(Price{20'000}, kNoLimits);
  ASSERT_EQ(q.verdict, SetVerdict::kTradable);
  EXPECT_EQ(q.profit, Usd::from_micros(400'000));  // 8 * (2 - 1.95)
}

TEST(CompleteSet, FeeEatsTheEdge) {
  Legs free, taxed;
  for (const unsigned outcome : {0U, 1U}) {
    free.add(true, outcome, {{Price{4900}, Shares::whole(100)}});
    taxed.add(true, outcome, {{Price{4900}, Shares::whole(100)}}, FeeSchedule::taker(70'000, 1));
  }
  EXPECT_EQ(free.size(kOneUsd, kNoLimits).profit, Usd::whole(2));
  const SetQuote q = taxed.size(kOneUsd, kNoLimits);  // 2 cents of edge, 3.5 cents of fee
  EXPECT_EQ(q.verdict, SetVerdict::kNoEdge);
  EXPECT_EQ(q.sets, Shares{});
  EXPECT_LT(best_edge_e8(taxed.legs, kOneUsd), 0);
}

TEST(CompleteSet, FeesAreChargedAsTheVenueRoundsThem) {
  Legs m;
  const FeeSchedule fees = FeeSchedule::taker(50'000, 1);
  m.add(true, 0, {{Price{3000}, Shares::from_micros(7'330'000)}, {Price{3100}, Shares::whole(5)}}, fees);
  m.add(true, 1, {{Price{6000}, Shares::whole(100)}}, fees);
  const SetQuote q = m.size(kOneUsd, kNoLimits);
  ASSERT_EQ(q.sets, Shares::from_micros(12'330'000));
  const Usd fee0 =
      fees.charge(Price{3000}, Shares::from_micros(7'330'000)) + fees.charge(Price{3100}, Shares::whole(5));
  EXPECT_EQ(q.legs[0].fee, fee0);
  EXPECT_EQ(q.legs[1].fee, fees.charge(Price{6000}, q.sets));
  EXPECT_EQ(q.cost, q.legs[0].value + q.legs[1].value + q.legs[0].fee + q.legs[1].fee);
}

TEST(CompleteSet, UnknownFeeIsRefused) {
  Legs m;
  m.add(true, 0, {{Price{1000}, Shares::whole(10)}});
  m.add(true, 1, {{Price{1000}, Shares::whole(10)}}, FeeSchedule{});
  EXPECT_EQ(m.size(kOneUsd, kNoLimits).verdict, SetVerdict::kUnknownFee);
}

TEST(CompleteSet, AnEmptyLegIsNoSet) {
  Legs buy, sell;
  buy.add(true, 1, {{Price{1000}, Shares::whole(10)}});
  buy.add(true, 1, {{Price{1000}, Shares::whole(10)}});
  buy.add(true, 1, {});
  EXPECT_EQ(best_edge_e8(buy.legs, Price{20'000}), kNoEdgeE8);  // .10 + .10 + "1.00" < 2 is not an edge
  EXPECT_EQ(buy.size(Price{20'000}, kNoLimits).verdict, SetVerdict::kNoEdge);
  sell.add(false, 0, {{Price{9000}, Shares::whole(10)}});
  sell.add(false, 0, {{Price{9000}, Shares::whole(10)}});
  sell.add(false, 0, {});
  EXPECT_EQ(sell.size(kOneUsd, kNoLimits).verdict, SetVerdict::kNoEdge);
}

TEST(CompleteSet, VenueMinimums) {
  Legs small_size, small_value, sells;
  for (const unsigned outcome : {0U, 1U}) {
    small_size.add(true, outcome, {{Price{4500}, Shares::from_micros(4'990'000)}}, FeeSchedule::free(),
                   Shares::whole(5));
    sells.add(false, outcome, {{Price{outcome == 0 ? 9900 : 300}, Shares::whole(6)}}, FeeSchedule::free(),
              Shares::whole(5));
  }
  small_value.add(true, 0, {{Price{100}, Shares::whole(99)}});
  small_value.add(true, 1, {{Price{9000}, Shares::whole(99)}});
  EXPECT_EQ(small_size.size(kOneUsd, kNoLimits).verdict, SetVerdict::kBelowMinimum);
  EXPECT_EQ(small_value.size(kOneUsd, kNoLimits).verdict, SetVerdict::kBelowMinimum);  // 99 * 1 cent < 1 USD
  EXPECT_EQ(sells.size(kOneUsd, kNoLimits).verdict, SetVerdict::kTradable);            // the dollar rule is for buys
}

TEST(CompleteSet, LimitsAreWorstCaseCostAndSets) {
  Legs m;
  m.add(true, 0, {{Price{3000}, Shares::whole(10)}, {Price{4000}, Shares::whole(90)}});
  m.add(true, 1, {{Price{5000}, Shares::whole(100)}});
  // All at .80 until 10 sets; after that every set counts .90: 18 USD pay for 19.99 (rounding reserve), not 21.1.
  const SetQuote cost = m.size(kOneUsd, {.max_cost = Usd::whole(18)});
  EXPECT_EQ(cost.sets, Shares::from_micros(19'990'000));
  // 8.5 USD pay for 10 sets at .80 and not for 10 at .90: the walk stays on the first level.
  EXPECT_EQ(m.size(kOneUsd, {.max_cost = Usd::from_micros(8'500'000)}).legs[0].limit, Price{3000});
  EXPECT_EQ(m.size(kOneUsd, {.max_cost = Usd::whole(100), .max_sets = Shares::whole(7)}).sets, Shares::whole(7));
  EXPECT_EQ(m.size(kOneUsd, {.max_cost = Usd{}}).verdict, SetVerdict::kLimited);
  EXPECT_EQ(m.size(kOneUsd, {.max_cost = Usd::whole(100), .min_edge_e8 = 1500 * kE8PerPip}).sets, Shares::whole(10));
}

TEST(SizeByEdge, LinearAndCapped) {
  const Usd cap = Usd::whole(100);
  EXPECT_EQ(size_by_edge(0, Price{300}, cap), Usd{});
  EXPECT_EQ(size_by_edge(-5, Price{300}, cap), Usd{});
  EXPECT_EQ(size_by_edge(30 * kE8PerPip, Price{300}, cap), Usd::whole(10));
  EXPECT_EQ(size_by_edge(300 * kE8PerPip, Price{300}, cap), cap);
  EXPECT_EQ(size_by_edge(900 * kE8PerPip, Price{300}, cap), cap);
  EXPECT_EQ(size_by_edge(1, Price{0}, cap), cap);
}

// --- against enumeration

// Everything about taking `sets` of every leg, counted from the lists, not from the books.
struct Outcome {
  Int128 profit_e14 = 0;  // exact, fees at their marginal integers: 1e-8 USD * 1e-6 share
  Int128 worst_e14 = 0;   // all sets at the worst price of each leg
};
std::optional<Outcome> enumerate(const Legs& m, bool buying, Price payoff, std::int64_t sets) {
  const Int128 payoff_e14 = static_cast<Int128>(payoff.pips) * kE8PerPip * sets;
  Int128 money = 0;
  Int128 worst_set_e8 = 0;
  for (std::size_t i = 0; i < m.legs.size(); ++i) {
    std::int64_t left = sets;
    std::int64_t each = 0;
    for (const auto& [price, size] : m.levels[i]) {
      if (left == 0) break;
      const std::int64_t take = std::min(left, size.micros);
      const std::int64_t fee = m.legs[i].fees.per_share_e8(price);
      each = price.pips * kE8PerPip + (buying ? fee : -fee);
      money += static_cast<Int128>(take) * each;
      left -= take;
    }
    if (left > 0) return std::nullopt;
    worst_set_e8 += each;
  }
  return Outcome{buying ? payoff_e14 - money : money - payoff_e14, buying ? worst_set_e8 * sets : payoff_e14};
}

struct Problem {
  Legs m;
  bool buying = true;
  Price payoff = kOneUsd;
  SetLimits limits;
};

// The whole range at once: inRange alone starts with the smallest values, which are all "no edge".
template <class T>
T draw(T low, T high) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<T>(low, high));
}

// `grain`: sizes are multiples of it. Prices are drawn around fair so that edges are common and thin.
Problem draw_problem(std::int64_t grain_micros) {
  Problem p;
  const int legs = draw(1, 5);
  p.buying = *rc::gen::arbitrary<bool>();
  const bool no_set = p.buying && legs > 1 && *rc::gen::arbitrary<bool>();
  p.payoff = no_set ? Price{kOneUsd.pips * (legs - 1)} : kOneUsd;
  const int fair_ticks = p.payoff.pips / legs / 100;
  for (int i = 0; i < legs; ++i) {
    Levels side;
    const int count = draw(1, 6) % 5 == 0 ? 0 : draw(1, 5);
    int ticks = fair_ticks + draw(-6, 4) * (p.buying ? 1 : -1);
    for (int l = 0; l < count && ticks > 0 && ticks < 100; ++l) {
      side.emplace_back(Price{ticks * 100}, Shares{grain_micros * draw(1, 40)});
      ticks += draw(1, 4) * (p.buying ? 1 : -1);
    }
    const FeeSchedule fees =
        *rc::gen::element(FeeSchedule::free(), FeeSchedule::taker(50'000, 1), FeeSchedule::taker(30'000, 2));
    p.m.add(p.buying, *rc::gen::element(0U, 1U), side, fees);
  }
  p.limits.max_cost = Usd{draw<std::int64_t>(0, 3 * grain_micros * 40)};
  p.limits.max_sets = Shares{grain_micros * draw(0, 150)};
  p.limits.min_edge_e8 = draw(1, 300) * kE8PerPip;
  return p;
}

TEST(CompleteSetProperty, NoNumberOfLotsDoesBetter) {
  EXPECT_TRUE(rc::check([] {
    const Problem p = draw_problem(Shares::kMicrosPerLot);
    const SetQuote q = p.m.size(p.payoff, p.limits);
    // The best number of lots, each set charged the minimum edge as its price of risk.
    const Int128 budget_e14 = static_cast<Int128>(std::max<std::int64_t>(
                                  0, p.limits.max_cost.micros - 11 * static_cast<std::int64_t>(p.m.legs.size()))) *
                              100'000'000;
    std::int64_t best_sets = 0;
    Int128 best = 0;
    for (std::int64_t sets = Shares::kMicrosPerLot; sets <= p.limits.max_sets.micros; sets += Shares::kMicrosPerLot) {
      const auto o = enumerate(p.m, p.buying, p.payoff, sets);
      if (!o || o->worst_e14 > budget_e14) break;
      // Ties go to the larger size: a set that earns exactly the minimum is wanted.
      const Int128 score = o->profit_e14 - static_cast<Int128>(p.limits.min_edge_e8) * sets;
      if (score >= best) best = score, best_sets = sets;
    }
    RC_TAG(best_sets > 0 ? "edge" : "none");
    RC_ASSERT(q.sets.micros == best_sets);
  }));
}

TEST(CompleteSetProperty, MoneyAgreesWithExactArithmeticWithinRounding) {
  EXPECT_TRUE(rc::check([] {
    const Problem p = draw_problem(*rc::gen::element(10'000L, 123'457L, 3'333'333L));
    const SetQuote q = p.m.size(p.payoff, p.limits);
    RC_ASSERT(q.sets.micros % Shares::kMicrosPerLot == 0);
    RC_ASSERT(q.sets <= p.limits.max_sets);
    RC_ASSERT(q.profit == q.proceeds - q.cost);
    if (q.sets.micros == 0) return;
    const auto exact = enumerate(p.m, p.buying, p.payoff, q.sets.micros);
    RC_ASSERT(exact.has_value());
    const std::int64_t exact_micros = static_cast<std::int64_t>(exact->profit_e14 / 100'000'000);
    const std::int64_t slack = 7 * q.levels + 2;  // 1 for the notional, 5 for the fee, a little for per-share ceilings
    RC_ASSERT(std::abs(q.profit.micros - exact_micros) <= slack);
    // Limit orders of this quote never reserve more than was allowed.
    if (p.buying) {
      Usd reserved;
      for (std::size_t i = 0; i < p.m.legs.size(); ++i) {
        reserved += notional(q.legs[i].limit, q.sets, Rounding::kUp) + p.m.legs[i].fees.budget(q.legs[i].limit, q.sets);
        RC_ASSERT(q.legs[i].available >= q.sets);
        RC_ASSERT(q.legs[i].vwap <= q.legs[i].limit);
      }
      RC_ASSERT(reserved <= p.limits.max_cost);
    }
  }));
}

TEST(CompleteSetProperty, TheHotCheckIsTheFirstSetsEdge) {
  EXPECT_TRUE(rc::check([] {
    const Problem p = draw_problem(Shares::kMicrosPerLot);
    const auto first = enumerate(p.m, p.buying, p.payoff, 1);
    const std::int64_t edge = best_edge_e8(p.m.legs, p.payoff);
    if (!first) {
      RC_ASSERT(edge == kNoEdgeE8);
    } else if (edge > 0) {
      RC_ASSERT(first->profit_e14 == edge);
    } else {
      RC_ASSERT(first->profit_e14 <= edge);
    }
  }));
}

}  // namespace
}  // namespace underround
