// Liquidity rewards, rebates and order scoring (protocol pages 7 and 8). This venue runs no reward programme and pays
// no rebates: no market is configured for them, no order scores, nobody has earned anything. The endpoints say exactly
// that, in the venue's shapes, and still refuse what is malformed or unknown.
#pragma once

#include "simulator/server/keyed_handler.hpp"

namespace underround::simulator {

void add_rewards_routes(Router& router, const Venue& venue, const Authorize& authorize);

}  // namespace underround::simulator
