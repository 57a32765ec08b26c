// Law 1: the same events give the same commands and the same state, byte for byte.
#include "engine/engine.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/random.hpp"
#include "engine/market_fixture.hpp"

namespace underround {
namespace {

std::vector<Event> random_session(std::uint64_t seed, std::uint32_t conditions) {
  Random rng(seed);
  std::vector<Event> events;
  Nanos at = Nanos::from_seconds(1);
  for (std::uint32_t i = 0; i < conditions; ++i) {
    fixture::snapshot(events, ConditionId{i}, at, Price{2900}, Price{3100}, 5);
  }
  for (int i = 0; i < 400; ++i) {
    at += Nanos::from_millis(rng.between(1, 400));
    const ConditionId condition{static_cast<std::uint32_t>(rng.below(conditions))};
    const bool bid = rng.chance(0.5);
    const Price price{static_cast<std::int32_t>((bid ? rng.between(20, 30) : rng.between(30, 38)) * 100)};
    fixture::change(events, condition, 0, at, bid ? Side::kBuy : Side::kSell, price,
                    rng.chance(0.4) ? Shares{} : Shares::whole(rng.between(5, 80)));
    if (i % 20 == 0) events.push_back(Event::make(EventKind::kTimer, at));
  }
  return events;
}

struct Outcome {
  std::vector<std::string> commands;
  std::uint64_t hash = 0;
};

Outcome run(const std::vector<Event>& events, std::uint32_t conditions) {
  Catalogue catalogue;
  for (std::uint32_t i = 0; i < conditions; ++i) {
    const auto id = catalogue.add(
        fixture::spec("race", static_cast<int>(i), static_cast<int>(conditions), FeeSchedule::taker(40'000, 1)));
    EXPECT_TRUE(id) << id.error().message;
  }
  Engine engine(catalogue, EngineSettings{}, fixture::strategies());
  Outcome out;
  CommandBuffer commands;
  for (const Event& e : events) {
    commands.clear();
    engine.step(e, commands);
    for (const Command& c : commands) {
      std::string text = std::to_string(c.index());
      if (const auto* place = std::get_if<PlaceOrder>(&c)) {
        const OrderTerms& t = place->order.terms();
        text += ":" + std::to_string(place->order.id().value) + ":" + std::to_string(t.instrument.value) + ":" +
                std::to_string(t.limit.pips) + ":" + std::to_string(t.size.micros);
      }
      out.commands.push_back(text);
    }
  }
  EXPECT_EQ(engine.counters().invariant_violations, 0U);
  out.hash = engine.state_hash();
  return out;
}

TEST(Engine, SameEventsSameCommandsSameState) {
  bool any_command = false;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto events = random_session(seed, 3);
    const Outcome a = run(events, 3);
    const Outcome b = run(events, 3);
    EXPECT_EQ(a.commands, b.commands);
    EXPECT_EQ(a.hash, b.hash);
    any_command = any_command || !a.commands.empty();
    auto shorter = events;
    shorter.pop_back();
    EXPECT_NE(run(shorter, 3).hash, a.hash) << "the hash must see every event";
  }
  EXPECT_TRUE(any_command) << "the sessions must contain something to trade";
}

TEST(Engine, SurvivesAnyOrderOfAnyEvents) {
  EXPECT_TRUE(
      rc::check([](const std::vector<std::tuple<std::uint8_t, std::uint16_t, std::int32_t, std::int64_t>>& soup) {
        Catalogue catalogue;
        for (int i = 0; i < 3; ++i) (void)catalogue.add(fixture::spec("race", i, 3, FeeSchedule::free()));
        Engine engine(catalogue, EngineSettings{}, fixture::strategies());
        CommandBuffer commands;
        std::int64_t at = 1;
        for (const auto& [kind, subject, price, size] : soup) {
          const auto k = static_cast<EventKind>(kind % 28);
          if (k == EventKind::kConditionAdded) continue;  // the catalogue must really have grown
          Event e = Event::make(k, Nanos{at += 1000}, VenueId::kPolymarket, subject % 9U);
          e.level.price = Price{price % 10'050};
          e.level.size = Shares{size};
          e.level.side = (size & 1) != 0 ? Side::kBuy : Side::kSell;
          e.level.venue_time = Nanos{size % 1000};
          if (k == EventKind::kFill) continue;  // money out of nowhere is a ledger test's business
          engine.step(e, commands);
        }
        RC_ASSERT(engine.counters().invariant_violations == 0U);
      }));
}

}  // namespace
}  // namespace underround
