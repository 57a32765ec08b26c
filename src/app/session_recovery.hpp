// What a session that goes on makes of what the one before it left behind: which orders are to be asked about, what
// certainly never left, since when nobody has listened. Pure functions of the recovered engine and the journalled
// names.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "core/event.hpp"
#include "engine/engine.hpp"
#include "venue/polymarket/gateway.hpp"

namespace underround {

using OrderDigests = std::map<std::uint64_t, Digest>;  // by OrderId

// An engine that has never seen the account has nothing to hand over. Nor has one whose catalogue has grown beyond
// reason while the account is flat: a new one starts small, and every figure can be read at the venue.
[[nodiscard]] bool worth_going_on(const Engine& before);
inline constexpr std::size_t kMostConditionsTakenOver = 20'000;

// Every order of the table that got a name, ended ones too: their fills may still be on their way.
[[nodiscard]] std::vector<polymarket::RecoveredOrder> recovered_orders(const Engine& before, const OrderDigests& names);

// The crash as events: orders without a name never left (law 5) and are rejected; of set operations on their way nobody
// knows what became of them.
[[nodiscard]] std::vector<Event> left_by_the_crash(const Engine& before, const OrderDigests& names, Nanos now);

// Trades from then on are read again: ten minutes before the last thing that was written down, or as far back as orders
// and fills reach that have not come to their end, but at most a day.
[[nodiscard]] Nanos blind_since(const Engine& before);

}  // namespace underround
