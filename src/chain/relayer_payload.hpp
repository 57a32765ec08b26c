// What the relayer is asked to do, signed: bodies of POST /submit (protocol page 15.5).
//   RelayerPayload p = safe_payload(contracts, key, calls, nonce, "merge");   journal p.name, then send p.body
// Pure. Several calls become one transaction: MultiSend for a Safe, proxy(...) for a proxy wallet, a batch for a
// deposit wallet. The wallet's nonce is inside the signature, so the same body can act at most once, however often it
// is sent. Member order as in the venue's own clients; the bytes that are sent are the bytes the HMAC covers.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "chain/contracts.hpp"
#include "chain/set_calls.hpp"
#include "crypto/secp256k1.hpp"

namespace underround::chain {

struct RelayerPayload {
  Digest name{};  // the hash that is signed: SafeTx, relay hash, Batch
  std::string body{};
};

// `wallet` is given, not derived, because an account may have either of two deposit wallets (wallets.hpp).
// `contracts` says chain id, factories, MultiSend and relay hub. calls must not be empty.
[[nodiscard]] RelayerPayload safe_payload(const Contracts& contracts, const crypto::SecretKey& key,
                                          const Address& wallet, std::span<const Call> calls, const U256& nonce,
                                          std::string_view metadata);
// `relay`: the address the relayer gave with the nonce.
[[nodiscard]] RelayerPayload proxy_payload(const Contracts& contracts, const crypto::SecretKey& key,
                                           const Address& wallet, const Bytes& proxy_calldata, const U256& nonce,
                                           const Address& relay, std::uint64_t gas_limit, std::string_view metadata);
[[nodiscard]] Bytes proxy_calldata(std::span<const Call> calls);
// deadline: seconds since the epoch; afterwards the batch cannot act. No metadata member when it is empty.
[[nodiscard]] RelayerPayload wallet_payload(const Contracts& contracts, const crypto::SecretKey& key,
                                            const Address& wallet, std::span<const Call> calls, const U256& nonce,
                                            std::int64_t deadline_s, std::string_view metadata);
// Deployment of the owner's Safe or deposit wallet.
[[nodiscard]] RelayerPayload safe_create_payload(const Contracts& contracts, const crypto::SecretKey& key,
                                                 const Address& wallet);
[[nodiscard]] RelayerPayload wallet_create_payload(const Contracts& contracts, const Address& owner);

}  // namespace underround::chain
