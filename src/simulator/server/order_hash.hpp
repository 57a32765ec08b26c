// The id of an order: its EIP-712 digest over the 11 signed fields, under the domain of the market it trades on
// (protocol pages 6.1, 6.2). Written here from the page; only keccak and big-endian words come from crypto/.
#pragma once

#include <optional>
#include <string>

#include "core/ids.hpp"
#include "market/catalogue.hpp"

namespace underround::simulator {

// As they stood in the POST body.
struct SignedOrder {
  std::string salt, maker, signer, token_id, maker_amount, taker_amount;
  unsigned side = 0;  // 0 BUY, 1 SELL
  unsigned signature_type = 0;
  std::string timestamp, metadata, builder;
};

// Nothing when a field is not what its type says (an address, a uint256, bytes32).
[[nodiscard]] std::optional<Digest> order_digest(const SignedOrder& order, MarketVersion version, bool neg_risk);

}  // namespace underround::simulator
