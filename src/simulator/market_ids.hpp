// Names that look like the chain's: condition ids, question ids, token ids. Seeded, unique, not derived from anything.
#pragma once

#include <string>

#include "base/random.hpp"

namespace underround::simulator {

[[nodiscard]] std::string random_hash_text(Random& rng);   // 0x + 64 lower hex
[[nodiscard]] std::string random_token_text(Random& rng);  // decimal uint256 of 77 or 78 digits

}  // namespace underround::simulator
