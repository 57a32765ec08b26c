// What the venue refuses before it looks at the book, and the words it uses (protocol 6.6, 6.7 and 9).
#pragma once

#include <optional>
#include <string>

#include "simulator/venue.hpp"

namespace underround::simulator {

struct Refusal {
  RejectReason reason;
  std::string text;
};

// Checks of the order alone: payload, tick, size, expiration. `id_text` is the order id as the venue would print it.
[[nodiscard]] std::optional<Refusal> refuse_terms(const NewOrder& order, const Market& market,
                                                  const VenueSettings& settings, Nanos now, const Digest& id);
// A BUY that would trade at once must be worth at least `minimum`.
[[nodiscard]] std::optional<Refusal> refuse_small_buy(const NewOrder& order, Usd minimum);
[[nodiscard]] Refusal venue_mode_refusal(VenueMode mode);

}  // namespace underround::simulator
