// The names of a market as the chain makes them (protocol pages 4 and 15.1): question, condition and token ids. Seeded
// where the chain's are hashes of unknown things, derived where the chain's are derived. Written from the page, without
// the engine's chain/.
//   name_market(spec, group_market_id, index, rng);   // fills in what is empty
#pragma once

#include <string>

#include "base/random.hpp"
#include "market/catalogue.hpp"

namespace underround::simulator {

[[nodiscard]] std::string random_hash_text(Random& rng);             // 0x + 64 lower hex
[[nodiscard]] std::string random_neg_risk_market_text(Random& rng);  // the same with a last byte of zero

// `neg_risk_market`: of the group, "" when it has none; `index` the place of this market in it.
// v1: condition = hash of oracle and question, tokens = hashes of collateral and collection. v2: module 1, tokens are
// the condition and one byte of outcome.
void name_market(ConditionSpec& spec, const std::string& neg_risk_market, unsigned index, Random& rng);

}  // namespace underround::simulator
