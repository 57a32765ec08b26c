// GET /markets/live-activity/{condition}: a market's public trades, newest first (protocol page 7).
#pragma once

#include "simulator/server/router.hpp"
#include "simulator/venue.hpp"

namespace underround::simulator {

inline constexpr std::size_t kActivityRows = 50;
[[nodiscard]] Reply live_activity(const Venue& venue, const Call& call);

}  // namespace underround::simulator
