// A small market world for this room's tests and benchmarks: an event of n conditions with live books, and the events
// that move them.
#pragma once

#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "strategy/registry.hpp"

namespace underround::fixture {

// The arbitrage strategies, as a session would make them.
inline std::vector<std::unique_ptr<Strategy>> strategies(const StrategySettings& settings = {}) {
  const std::vector<std::string> names{"sum_to_100", "multi_outcome"};
  return make_strategies(names, settings).value();
}

inline ConditionSpec spec(const std::string& event, int index, int of, FeeSchedule fees, Tick tick = kTick001) {
  ConditionSpec s;
  const std::string n = std::to_string(1000 + index);
  s.condition_id = "0x" + std::string(60 - event.size() % 8, 'e') + std::string(event.size() % 8, 'f') + n;
  const std::string token = "7000000000000000000000000" + std::to_string(stable_hash(event) % 1'000'000) + n;
  s.tokens = {token + "1", token + "2"};
  s.outcomes = {"Yes", "No"};
  s.slug = event + "-" + n;
  s.question = "Will " + n + " win " + event + "?";
  s.version = MarketVersion::kV1;
  s.tick = tick;
  s.fees = fees;
  s.accepting_orders = true;
  s.phase = MarketPhase::kOpen;
  s.neg_risk = s.group.neg_risk = of > 1;
  if (of > 1) {
    s.group.slug = s.group.id = s.group.title = event;
    s.group.neg_risk_market_id = event;
    s.group.declared_conditions = of;
  }
  return s;
}

inline void snapshot(std::vector<Event>& out, ConditionId condition, Nanos at, Price bid, Price ask, int levels,
                     Tick tick = kTick001) {
  const auto subject = instrument_of(condition, 0).value;
  Event head = Event::make(EventKind::kSnapshotBegin, at, VenueId::kPolymarket, subject);
  head.book_head = {at, tick, static_cast<std::uint32_t>(2 * levels)};
  out.push_back(head);
  for (int i = 0; i < levels; ++i) {
    Event e = Event::make(EventKind::kSnapshotLevel, at, VenueId::kPolymarket, subject);
    e.level.side = Side::kBuy;
    e.level.price = Price{bid.pips - i * tick.pips};
    e.level.size = Shares::whole(50 + i);
    out.push_back(e);
    e.level.side = Side::kSell;
    e.level.price = Price{ask.pips + i * tick.pips};
    out.push_back(e);
  }
  head.header.kind = EventKind::kSnapshotEnd;
  out.push_back(head);
  out.push_back(Event::make(EventKind::kFrameEnd, at, VenueId::kPolymarket));
}

// One price_change frame: the entry of one token and the frame's end.
inline void change(std::vector<Event>& out, ConditionId condition, unsigned outcome, Nanos at, Side side, Price price,
                   Shares size, Price best_bid = kNoPrice, Price best_ask = kNoPrice) {
  Event e = Event::make(EventKind::kLevel, at, VenueId::kPolymarket, instrument_of(condition, outcome).value);
  e.level = {at, size, price, best_bid, best_ask, side};
  out.push_back(e);
  out.push_back(Event::make(EventKind::kFrameEnd, at, VenueId::kPolymarket));
}

}  // namespace underround::fixture
