// What the account is worth now: cash, plus what the positions would pay with certainty, plus the rest at the bid.
//   Valuation v = value(ledger, catalogue, books);   v.equity
// A complete set is worth its payoff, not the sum of its bids: YES + NO pay 1 USD; one YES of every condition of a
// complete event pays 1 USD; one NO of each of n conditions pays n - 1 USD. What is left over is marked at the best
// bid. No bid is not worth nothing: books are cleared at the start of a game and empty before a resolution, makers
// withdraw for a second, and a loss that nobody had must not halt trading. Then the last bid counts, and the cost where
// there was none, but never more than somebody offers it for. Cold: called by timers and reports, O(positions).
#pragma once

#include <vector>

#include "book/book_store.hpp"
#include "market/catalogue.hpp"
#include "portfolio/ledger.hpp"

namespace underround {

struct Valuation {
  Usd cash;
  Usd locked_in;  // payoff of complete sets held
  Usd marked;     // everything else at the bid
  Usd unpriced;   // of that, what nobody bids for now: at the last bid, or at cost
  Usd equity;     // sum of the three
  Usd pnl;        // equity - deposits
};

// The shares held of one condition; of an event whose conditions pay together, those beyond pairs.
struct Worth {
  ConditionId condition;  // or
  EventId event;
  Usd certain;  // payoff of complete sets
  Usd marked;   // the rest
  Usd unpriced;
};
[[nodiscard]] std::vector<Worth> worth_by_market(const Ledger& ledger, const Catalogue& catalogue,
                                                 const BookStore& books);

[[nodiscard]] Valuation value(const Ledger& ledger, const Catalogue& catalogue, const BookStore& books);

[[nodiscard]] bool has_bid(InstrumentId instrument, const BookStore& books);  // in a live book
// Mark of one share, in pips: the best bid, else the last one or the average cost, at most the best offer; else 0.
[[nodiscard]] Price mark_price(InstrumentId instrument, const Ledger& ledger, const BookStore& books);

}  // namespace underround
