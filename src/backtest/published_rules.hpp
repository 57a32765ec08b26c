// What the venue published of itself, by date: for recordings that do not say.
//   if (!spec.fees.known()) spec.fees = published_fees(spec, first_event);
// A rate belongs to a category, and a market's categories are what its tags say. Where they say several, or a change is
// known only to the month, the dearer counts: a backtest may be too careful here, never too hopeful.
#pragma once

#include "core/units.hpp"
#include "market/catalogue.hpp"

namespace underround::backtest {

// Unknown: not this venue, no tag to go by (since there are fees), a time whose rates were not published for all, or
// one before the venue.
[[nodiscard]] FeeSchedule published_fees(const ConditionSpec& spec, Nanos date);
// Up/down markets, and those that say so themselves. Not sports: there the market has a number for it
// (ConditionSpec::seconds_delay).
[[nodiscard]] bool holds_takers(const ConditionSpec& spec);
// For how long; 0 also at a time when there was no such delay.
[[nodiscard]] Nanos published_taker_delay(const ConditionSpec& spec, Nanos date);

}  // namespace underround::backtest
