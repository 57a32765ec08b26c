// The members of a condition, in order, for snapshots and recordings (base/archive.hpp). Recordings outlive builds:
// whoever changes this list raises the version in journal/condition_codec.cpp.
#pragma once

#include "market/catalogue.hpp"

namespace underround {

template <class A>
void archive(A& a, ConditionSpec::Group& g) {
  a(g.id, g.slug, g.title, g.series_slug, g.neg_risk_market_id, g.neg_risk, g.augmented, g.declared_conditions);
}

template <class A>
void archive(A& a, ConditionSpec& s) {
  std::int32_t rate_ppm = s.fees.rate_ppm(), exponent = s.fees.exponent();
  a(s.venue, s.condition_id, s.tokens, s.outcomes, s.question, s.slug, s.group_title, s.question_id, s.tags);
  a(s.sports_market_type, s.resolution_source, s.version, s.tick.pips, s.min_order_size.micros, rate_ppm, exponent);
  a(s.neg_risk, s.neg_risk_other, s.accepting_orders, s.taker_delay, s.seconds_delay, s.clear_book_on_start, s.phase);
  a(s.start_at.ns, s.end_at.ns, s.game_start_at.ns, s.volume_24h.micros, s.liquidity.micros, s.group);
  if constexpr (A::kReads) {
    if (exponent < 0 || exponent > 4 || s.tick.pips < 0) return a.fail();
    s.fees = exponent == 0 ? FeeSchedule() : FeeSchedule::taker(rate_ppm, exponent);
  }
}

template <class A>
void archive(A& a, Condition& c) {
  a(c.id, c.event, c.spec, c.winning_outcome);
}

template <class A>
void archive(A& a, EventGroup& g) {
  a(g.id, g.spec, g.conditions, g.completeness);
}

}  // namespace underround
