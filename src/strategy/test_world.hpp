// A small market for strategy tests: catalogue, books fed through Events, ledger, opportunity log, one strategy.
//   TestWorld w(Usd::whole(1000));  const auto c = w.add_event("cup", 3);  w.attach<MultiOutcome>(settings);
//   w.book(c[0], {{3000, 50}}, {{3100, 50}});   // YES bids and asks; delivered, then on_book
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "book/book_store.hpp"
#include "core/event.hpp"
#include "market/catalogue.hpp"
#include "portfolio/ledger.hpp"
#include "strategy/opportunity_log.hpp"
#include "strategy/strategy.hpp"

namespace underround {

struct TestLevel {
  std::int32_t pips;
  std::int64_t shares;
};

class TestWorld {
 public:
  struct Terms {
    FeeSchedule fees = FeeSchedule::free();
    Tick tick = kTick001;
    Shares min_size = Shares::whole(5);
    bool neg_risk = true;
    bool augmented = false;
    MarketVersion version = MarketVersion::kV2;
  };

  explicit TestWorld(Usd cash = Usd::whole(1000)) : ledger(cash) { intents.reserve(64); }

  std::vector<ConditionId> add_event(const std::string& slug, int conditions, const Terms& terms) {
    std::vector<ConditionId> ids;
    for (int i = 0; i < conditions; ++i) ids.push_back(add(slug, slug + std::to_string(i), conditions, terms));
    return ids;
  }
  std::vector<ConditionId> add_event(const std::string& slug, int conditions) {
    return add_event(slug, conditions, Terms{});
  }
  ConditionId add_binary(const std::string& slug, const Terms& terms) { return add("", slug, 0, terms); }
  ConditionId add_binary(const std::string& slug) { return add_binary(slug, Terms{}); }

  template <class S>
  S& attach(const StrategySettings& settings) {
    auto made = std::make_unique<S>(StrategyId{0}, settings);
    S& s = *made;
    strategy = std::move(made);
    for (std::uint32_t i = 0; i < catalogue.size(); ++i) strategy->on_condition_added(context(), ConditionId{i});
    return s;
  }

  [[nodiscard]] StrategyContext context() { return {now, books, catalogue, ledger, log}; }

  // Snapshot of one token's stream in that token's prices.
  void snapshot(ConditionId condition, unsigned outcome, const std::vector<TestLevel>& bids,
                const std::vector<TestLevel>& asks, Nanos venue_time) {
    Event head =
        Event::make(EventKind::kSnapshotBegin, now, VenueId::kPolymarket, instrument_of(condition, outcome).value);
    head.book_head = {venue_time, catalogue[condition].spec.tick, 0};
    books[condition].begin_snapshot(head);
    for (const TestLevel& l : bids)
      books[condition].snapshot_level(level_event(condition, outcome, Side::kBuy, l, venue_time));
    for (const TestLevel& l : asks)
      books[condition].snapshot_level(level_event(condition, outcome, Side::kSell, l, venue_time));
    head.header.kind = EventKind::kSnapshotEnd;
    books[condition].end_snapshot(head);
  }
  // One price_change entry; bid and ask are the venue's claim in token prices (-1: not said).
  void change(ConditionId condition, unsigned outcome, Side side, TestLevel level, std::int32_t bid, std::int32_t ask,
              Nanos venue_time) {
    Event e = level_event(condition, outcome, side, level, venue_time);
    e.level.best_bid = Price{bid};
    e.level.best_ask = Price{ask};
    books[condition].apply_level(e);
  }
  void frame_end(ConditionId condition) { strategy->on_book(context(), condition, intents); }
  // Whole YES book, venue time = now, then on_book.
  void book(ConditionId condition, const std::vector<TestLevel>& bids, const std::vector<TestLevel>& asks) {
    snapshot(condition, 0, bids, asks, now);
    frame_end(condition);
  }
  void advance(Nanos by) { now += by; }

  Nanos now = Nanos::from_seconds(1'800'000'000);
  Catalogue catalogue;
  BookStore books;
  Ledger ledger;
  OpportunityLog log{64};
  std::unique_ptr<Strategy> strategy;
  IntentBuffer intents;

 private:
  ConditionId add(const std::string& event, const std::string& name, int declared, const Terms& terms) {
    ConditionSpec spec;
    spec.condition_id = "0x" + name;
    spec.tokens = {"1" + std::to_string(catalogue.size()), "2" + std::to_string(catalogue.size())};
    spec.slug = name;
    spec.version = terms.version;
    spec.tick = terms.tick;
    spec.min_order_size = terms.min_size;
    spec.fees = terms.fees;
    spec.accepting_orders = true;
    spec.phase = MarketPhase::kOpen;
    if (!event.empty()) {
      spec.neg_risk = terms.neg_risk;
      spec.group.slug = event;
      spec.group.neg_risk = terms.neg_risk;
      spec.group.augmented = terms.augmented;
      spec.group.declared_conditions = declared;
    }
    const ConditionId id = catalogue.add(spec).value();
    books.add(id, terms.tick);
    ledger.reserve(catalogue.size() * 2);
    return id;
  }
  [[nodiscard]] Event level_event(ConditionId condition, unsigned outcome, Side side, TestLevel level,
                                  Nanos venue_time) const {
    Event e = Event::make(EventKind::kLevel, now, VenueId::kPolymarket, instrument_of(condition, outcome).value);
    e.level = {venue_time, Shares::whole(level.shares), Price{level.pips}, kNoPrice, kNoPrice, side};
    return e;
  }
};

// No fees in the way of the arithmetic, whole cap at once.
inline StrategySettings test_settings() {
  StrategySettings s;
  s.full_size_edge = Price{1};
  s.max_set_cost = Usd::whole(1000);
  return s;
}

}  // namespace underround
