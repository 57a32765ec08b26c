// What to do with legs that filled unevenly: buy what is missing, sell what is extra, or keep it.
//   OrphanChoice c = choose_repair(plan, books, catalogue, slippage);
// Pure: prices come from the books as they are now, fees included. The choice is the action that leaves more dollars.
#pragma once

#include "book/book_store.hpp"
#include "execution/plan.hpp"
#include "market/catalogue.hpp"

namespace underround {

enum class Repair : std::uint8_t { kNothing, kComplete, kUnwind };

struct RepairChoice {
  Repair repair = Repair::kNothing;
  Shares even;         // sets after the repair: the most any leg holds (complete) or the least (unwind)
  Usd value_complete;  // payoff of the sets gained minus what the missing legs cost now; very negative = impossible
  Usd value_unwind;    // what the extra shares raise now
};

[[nodiscard]] RepairChoice choose_repair(const Plan& plan, const BookStore& books, const Catalogue& catalogue,
                                         Price unwind_slippage);

}  // namespace underround
