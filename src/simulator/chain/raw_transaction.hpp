// A signed EIP-1559 transaction, taken apart: what eth_sendRawTransaction was given. Strict: canonical RLP, type 2, a
// signature that recovers.
#pragma once

#include <cstdint>
#include <optional>

#include "base/int128.hpp"
#include "core/error.hpp"
#include "simulator/chain/calldata.hpp"

namespace underround::simulator {

struct RawTransaction {
  std::uint64_t chain_id = 0, nonce = 0, gas_limit = 0;
  UInt128 priority_fee_wei = 0, max_fee_wei = 0, value_wei = 0;
  std::optional<Address> to;  // none = contract creation
  Bytes data;
  Address from{};
  Digest hash{};
};

// Errors in a node's words.
[[nodiscard]] Result<RawTransaction> parse_raw_transaction(ByteView raw);

}  // namespace underround::simulator
