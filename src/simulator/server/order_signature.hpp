// Who signed an order, and whether they may (protocol pages 5.5, 6.2, 6.3).
//   check_signature(order, signature_hex, domain_of(version, neg_risk), by_address)
// Types 0, 1, 2: plain EIP-712, recover == signer, and the maker is the signer's own wallet. Type 3: ERC-7739 nested
// typed data by the owner of a deposit wallet, or the same wrapped as a session key's. Recovery refuses high s.
#pragma once

#include <optional>
#include <string_view>

#include "crypto/address.hpp"
#include "simulator/server/order_hash.hpp"

namespace underround::simulator {

enum class SignatureVerdict : std::uint8_t {
  kGood,
  kBad,           // malformed, somebody else's, or a wallet that is not the signer's
  kOtherVersion,  // right but for the domain: signed for another exchange (order_version_mismatch)
};

struct SignatureCheck {
  SignatureVerdict verdict = SignatureVerdict::kBad;
  crypto::Address signer{};  // the EOA, when not kBad
  bool session = false;      // in a session key's wrapping: the caller asks whether that key is authorised
};

// `contents`: order_struct_hash(order). A session key's signature is checked against the key it names; whether that key
// may sign for the wallet is the caller's question.
[[nodiscard]] SignatureCheck check_signature(const SignedOrder& order, const Digest& contents,
                                             std::string_view signature_hex, ExchangeDomain domain);

}  // namespace underround::simulator
