// EIP-1559 transactions: built, named and signed here, sent elsewhere (transactor.hpp).
//   SignedTransaction t = sign({.chain_id = 137, .nonce = 7, ..., .to = router, .data = calldata}, key);
//   t.hash   // the name: known before a byte is sent (law 5)
#pragma once

#include <cstdint>
#include <optional>

#include "chain/abi.hpp"
#include "chain/wei.hpp"
#include "crypto/secp256k1.hpp"

namespace underround::chain {

struct Transaction {
  std::uint64_t chain_id = 0;
  std::uint64_t nonce = 0;
  Wei max_priority_fee_wei{};  // per gas, to the block's producer
  Wei max_fee_wei{};           // per gas, all in all
  std::uint64_t gas_limit = 0;
  std::optional<Address> to{};  // none = create a contract with `data` as init code
  Wei value_wei{};
  Bytes data{};
};

struct SignedTransaction {
  Bytes raw;    // what eth_sendRawTransaction takes
  Digest hash;  // keccak256(raw)
};

[[nodiscard]] Digest signing_digest(const Transaction& transaction);
[[nodiscard]] SignedTransaction sign(const Transaction& transaction, const crypto::SecretKey& key);

// Where a contract created by `sender` with `nonce` will be.
[[nodiscard]] Address created_address(const Address& sender, std::uint64_t nonce);

}  // namespace underround::chain
