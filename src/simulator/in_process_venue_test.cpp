// The adapter's events, fed to the client's own book, must rebuild the venue's book; orders and operations must come
// back as the events that core/event.hpp promises.
#include "simulator/in_process_venue.hpp"

#include <gtest/gtest.h>

#include <map>
#include <utility>

#include "book/book_store.hpp"
#include "book/ladder.hpp"
#include "portfolio/ledger.hpp"
#include "risk/risk_gate.hpp"

namespace underround::simulator {
namespace {

class Client {
 public:
  explicit Client(Simulation& box, InProcessSettings settings = {})
      : simulation(box), venue(box, catalogue, std::move(settings), [this](const Event& e) { hear(e); }) {
    venue.start();
  }
  Simulation& simulation;
  Catalogue catalogue;
  BookStore books;
  std::vector<Event> private_events;
  std::uint64_t timers = 0, quotes = 0, scores = 0;
  Nanos last{};
  std::map<EventKind, int> kinds;

  InProcessVenue venue;

  void hear(const Event& e) {
    EXPECT_GE(e.header.time, last);
    EXPECT_EQ(e.header.time, simulation.now());
    last = e.header.time;
    ++kinds[e.header.kind];
    switch (e.header.kind) {
      case EventKind::kConditionAdded: books.add(e.condition(), catalogue[e.condition()].spec.tick); break;
      case EventKind::kSnapshotBegin: return book(e).begin_snapshot(e);
      case EventKind::kSnapshotLevel: return book(e).snapshot_level(e);
      case EventKind::kSnapshotEnd: return book(e).end_snapshot(e);
      case EventKind::kLevel: return book(e).apply_level(e);
      case EventKind::kTickChange: return book(e).change_tick(e);
      case EventKind::kMarketStatus:
        catalogue.set_phase(e.condition(), e.market.phase, e.market.winning_outcome);
        break;
      case EventKind::kTimer: ++timers; break;
      case EventKind::kReferenceQuote: ++quotes; break;
      case EventKind::kScore:
        ++scores;
        EXPECT_LT(e.header.subject, catalogue.event_count());
        break;
      case EventKind::kOrderAccepted:
      case EventKind::kOrderRejected:
      case EventKind::kOrderDone:
      case EventKind::kCancelRejected:
      case EventKind::kFill:
      case EventKind::kSettlement:
      case EventKind::kOperationDone: private_events.push_back(e); break;
      default: break;
    }
  }
  ConditionBook& book(const Event& e) {
    const ConditionId condition = underround::condition_of(e.instrument());
    EXPECT_TRUE(books.contains(condition));
    return books[condition];
  }
  void run(Nanos length) { simulation.advance_to(simulation.now() + length); }
  [[nodiscard]] ConditionId find(std::string_view slug) const { return *catalogue.find_slug(slug); }
  [[nodiscard]] std::vector<Event> take() { return std::exchange(private_events, {}); }

  // Approved by the real risk room, with limits out of the way.
  ApprovedOrder approve(std::uint64_t id, const OrderTerms& terms) {
    RiskLimits limits;
    limits.max_order = limits.max_position = limits.max_event = limits.max_total = limits.max_pending =
        Usd::whole(100'000);
    limits.collar = Price{10'000};
    RiskGate gate(limits);
    underround::Ledger ledger(Usd::whole(10'000));
    gate.user_stream(true, simulation.now());
    auto approved =
        gate.approve(OrderId{id}, PlanId{1}, StrategyId{1}, terms, {simulation.now(), catalogue, books, ledger});
    EXPECT_TRUE(approved.has_value()) << (approved ? "" : to_string(approved.error()));
    return approved.value();
  }
  void place(std::uint64_t id, const OrderTerms& terms) { execute(PlaceOrder{approve(id, terms)}); }
  void execute(const Command& command) { venue.execute({&command, 1}); }
};

constexpr const char* kLeg = "presidential-election-winner-2027-amara-lindqvist";

TEST(InProcessVenue, ItsEventsRebuildTheVenuesBooks) {
  Simulation simulation({.seed = 21, .markets = 150});
  Client client(simulation);
  client.run(Nanos::from_seconds(1200));
  // Let the last frames arrive: stop the world by looking at books whose last change is old enough.
  std::size_t compared = 0;
  BookCounters total;
  for (std::uint32_t m = 0; m < simulation.venue().market_count(); ++m) {
    const Market& market = simulation.venue().market(MarketId{m});
    const ConditionId condition = client.venue.condition_of(market.id);
    if (!condition.valid()) continue;
    const BookCounters& c = client.books[condition].counters();
    total.bbo_checked += c.bbo_checked;
    total.bbo_agree += c.bbo_agree;
    total.mirror_checked += c.mirror_checked;
    total.mirror_agree += c.mirror_agree;
    total.crossed_batches += c.crossed_batches;
    total.off_grid += c.off_grid;
    total.before_snapshot += c.before_snapshot;
    if (market.spec.phase != MarketPhase::kOpen || simulation.now() - market.last_change < Nanos::from_millis(100))
      continue;
    EXPECT_TRUE(client.books[condition].consistent());
    for (unsigned outcome = 0; outcome < 2; ++outcome) {
      std::vector<BookLevel> levels;
      simulation.venue().book_levels(market.id, outcome, Side::kSell, levels);
      std::size_t i = 0;
      for (LadderCursor c2(Ladder::to_buy(client.books[condition].book(), outcome)); c2.valid(); c2.advance(), ++i) {
        ASSERT_LT(i, levels.size()) << market.spec.slug;
        EXPECT_EQ(c2.price(), levels[i].price);
        EXPECT_EQ(c2.size(), levels[i].size);
      }
      EXPECT_EQ(i, levels.size()) << market.spec.slug;
    }
    ++compared;
  }
  EXPECT_GT(compared, 80U);
  EXPECT_GT(total.bbo_checked, 100'000U);
  EXPECT_EQ(total.bbo_agree, total.bbo_checked);
  EXPECT_EQ(total.mirror_agree, total.mirror_checked);
  EXPECT_GT(total.mirror_checked, 100U);
  EXPECT_EQ(total.crossed_batches, 0U);
  EXPECT_EQ(total.off_grid, 0U);
  EXPECT_EQ(total.before_snapshot, 0U);
  EXPECT_EQ(client.timers, 12'000U);
  EXPECT_GT(client.quotes, 10'000U);
  EXPECT_GT(client.scores, 0U);
  EXPECT_GT(client.kinds[EventKind::kMarketStatus], 0);
  EXPECT_EQ(client.kinds[EventKind::kUserStream], 1);
}

TEST(InProcessVenue, OrdersFillSettleAndFinish) {
  Simulation simulation({.seed = 22, .markets = 90});
  Client client(simulation);
  client.run(Nanos::from_seconds(10));
  const ConditionId condition = client.find(kLeg);
  const Price ask = client.books[condition].book().best_ask();
  client.place(
      7,
      {.instrument = instrument_of(condition, 0), .tif = TimeInForce::kFak, .limit = ask, .size = Shares::whole(20)});
  const Nanos sent = simulation.now();
  client.run(Nanos::from_millis(100));
  std::vector<Event> events = client.take();
  ASSERT_GE(events.size(), 3U);
  EXPECT_EQ(events[0].header.kind, EventKind::kOrderAccepted);
  EXPECT_EQ(events[0].header.time, sent + Nanos::from_millis(30));
  EXPECT_EQ(events[1].header.kind, EventKind::kFill);
  EXPECT_EQ(events[1].fill.order, OrderId{7});
  EXPECT_EQ(events[1].instrument(), instrument_of(condition, 0));
  EXPECT_EQ(events[1].fill.liquidity, Liquidity::kTaker);
  EXPECT_LE(events[1].fill.price, ask);
  EXPECT_EQ(events.back().header.kind, EventKind::kOrderDone);
  client.run(Nanos::from_seconds(60));
  events = client.take();
  ASSERT_GE(events.size(), 2U);
  EXPECT_EQ(events.back().header.kind, EventKind::kSettlement);
  EXPECT_EQ(events.back().settlement.status, SettlementStatus::kConfirmed);

  // Not crossing: rests, then is cancelled; the second cancel is told it came too late.
  client.place(8, {.instrument = instrument_of(condition, 1),
                   .tif = TimeInForce::kGtc,
                   .post_only = true,
                   .limit = Price{100},
                   .size = Shares::whole(100)});
  client.run(Nanos::from_millis(100));
  events = client.take();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].order.status, OrderStatus::kLive);
  client.execute(CancelOrder{OrderId{8}});
  client.execute(CancelOrder{OrderId{8}});
  client.run(Nanos::from_millis(100));
  events = client.take();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].order.status, OrderStatus::kCancelled);
  EXPECT_EQ(events[1].header.kind, EventKind::kCancelRejected);

  // A miss is a rejection with the venue's reason.
  client.place(9, {.instrument = instrument_of(condition, 0),
                   .tif = TimeInForce::kFak,
                   .limit = Price{10},
                   .size = Shares::whole(2000)});
  client.run(Nanos::from_millis(100));
  events = client.take();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].header.kind, EventKind::kOrderRejected);
  EXPECT_EQ(events[0].order.reason, RejectReason::kFakNoMatch);
}

TEST(InProcessVenue, OperationsConfirmOrFail) {
  Simulation simulation({.seed = 23, .markets = 90, .with_population = false});
  Client client(simulation);
  client.run(Nanos::from_millis(100));
  const ConditionId condition = client.find(kLeg);
  const EventId event = client.catalogue[condition].event;
  client.execute(RunOperation{OperationId{1}, SetOperation::kSplit, condition, {}, 0, Shares::whole(10)});
  client.execute(RunOperation{OperationId{2}, SetOperation::kConvert, {}, event, 1, Shares::whole(4)});
  client.execute(RunOperation{OperationId{3}, SetOperation::kMerge, condition, {}, 0, Shares::whole(100)});
  client.execute(RunOperation{OperationId{4}, SetOperation::kRedeem, condition, {}, 0, Shares::whole(6)});
  client.run(Nanos::from_seconds(3));
  const std::vector<Event> events = client.take();
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[0].operation.succeeded, 1);
  EXPECT_EQ(events[0].condition(), condition);
  EXPECT_EQ(events[1].operation.succeeded, 1);
  EXPECT_EQ(events[1].header.subject, event.value);
  EXPECT_EQ(events[2].operation.succeeded, 0);
  EXPECT_EQ(events[3].operation.succeeded, 0);
  const auto& ledger = simulation.venue().ledger();
  const AccountId me = client.venue.account();
  EXPECT_EQ(ledger.position(me, client.venue.market_of(condition), 1), Shares::whole(6));
  EXPECT_EQ(
      ledger.position(me, client.venue.market_of(client.find("presidential-election-winner-2027-hugo-laurent")), 0),
      Shares::whole(4));
}

TEST(InProcessVenue, StreamsOfDifferentAgeDisagreeForAWhile) {
  Simulation simulation({.seed = 24, .markets = 90});
  InProcessSettings settings;
  settings.data_latency = {Nanos::from_millis(5), Nanos::from_millis(80)};
  std::uint64_t phantoms = 0;
  Catalogue catalogue;
  // Only what each stream claims: the sum of both best asks, as a naive scanner adds them up.
  std::map<std::uint32_t, std::array<Price, 2>> asks;
  InProcessVenue naive(simulation, catalogue, settings, [&](const Event& e) {
    if (e.header.kind != EventKind::kLevel) return;
    auto& pair = asks[e.header.subject / 2];
    pair[outcome_of(e.instrument())] = e.level.best_ask;
    if (pair[0] > Price{0} && pair[1] > Price{0} && pair[0] + pair[1] < kOneUsd) ++phantoms;
  });
  naive.start();
  simulation.advance_to(simulation.now() + Nanos::from_seconds(120));
  EXPECT_GT(phantoms, 10U);
}

TEST(InProcessVenue, ResyncSendsAFreshSnapshot) {
  Simulation simulation({.seed = 25, .markets = 90});
  Client client(simulation);
  client.run(Nanos::from_seconds(5));
  const ConditionId condition = client.find(kLeg);
  client.books[condition].end_epoch();
  client.execute(Resync{condition});
  client.run(Nanos::from_millis(50));
  EXPECT_EQ(client.books[condition].state(), BookState::kLive);
}

}  // namespace
}  // namespace underround::simulator
