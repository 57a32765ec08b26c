// Markets as the CLOB describes them: the compact /clob-markets object and the classic one (protocol page 7).
#pragma once

#include <string>

#include "simulator/venue.hpp"

namespace underround::simulator {

void append_clob_market(std::string& out, const Market& market);
void append_classic_market(std::string& out, const Venue& venue, const Market& market);
void append_simplified_market(std::string& out, const Venue& venue, const Market& market);
// Mid of the book, the winner's 1 or 0 once resolved, the only side when one is empty.
[[nodiscard]] std::string outcome_price_text(const Venue& venue, const Market& market, unsigned outcome);
[[nodiscard]] bool is_closed(const Market& market) noexcept;  // no longer traded

}  // namespace underround::simulator
