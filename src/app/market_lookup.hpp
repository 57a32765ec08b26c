// One market by what a person calls it: slug, condition id or outcome token.
//   auto market = find_market(loop, urls, "will-it-rain");   market->tokens[0]
// Blocking. Gamma says what it is, the order book service how it trades (protocol pages 7 and 14).
#pragma once

#include <string>
#include <string_view>

#include "app/session.hpp"
#include "core/error.hpp"
#include "market/catalogue.hpp"
#include "net/event_loop.hpp"

namespace underround {

// kNotFound with what was looked for; a market whose version the venue does not state keeps kUnknown (and does not
// trade).
[[nodiscard]] Result<ConditionSpec> find_market(net::EventLoop& loop, const VenueUrls& urls, std::string_view name,
                                                const std::string& proxy);
// "yes", "no", "up", the outcome's own name, "0", "1" or a token id; kInvalidInput otherwise, naming the choices.
[[nodiscard]] Result<unsigned> find_outcome(const ConditionSpec& market, std::string_view name);

}  // namespace underround
