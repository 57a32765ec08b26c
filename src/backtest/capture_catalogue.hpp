// Which tokens belong together, learned from frames: both asset ids of a price_change, books with the same market id.
//   PairLearner pairs;   while (reader.next(f)) pairs.observe(f.text);   pairs.add_to(catalogue)
// A market of which only one token ever spoke gets a placeholder for the other. The tick is the coarsest that holds
// all prices seen. Learned conditions have no fees: nothing trades on them (law 4). Outcome order is the order of first
// appearance.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "market/catalogue.hpp"

namespace underround::backtest {

class PairLearner {
 public:
  PairLearner();
  ~PairLearner();
  // `padded_frame` as for MarketCodec::decode. Text that does not parse teaches nothing.
  void observe(std::string_view padded_frame);
  // Adds every learned condition whose tokens the catalogue does not know yet; returns how many.
  std::size_t add_to(Catalogue& catalogue) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Adds market lists; a later description of the same condition replaces the earlier. Returns how many were refused.
std::size_t add_markets(std::span<const ConditionSpec> markets, Catalogue& catalogue);

}  // namespace underround::backtest
