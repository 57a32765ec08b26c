// The wallets an EOA trades through, by CREATE2 (protocol page 6.3): proxy, Safe and deposit wallet. Polygon's
// factories.
//   owns_wallet(signer, 2, maker)   whether `maker` is the Safe of `signer`
// Constants and formulae from the page and its vectors; pure functions, no allocation.
#pragma once

#include "crypto/address.hpp"

namespace underround::simulator {

[[nodiscard]] crypto::Address proxy_wallet(const crypto::Address& owner) noexcept;
[[nodiscard]] crypto::Address safe_wallet(const crypto::Address& owner) noexcept;
[[nodiscard]] crypto::Address deposit_wallet(const crypto::Address& owner) noexcept;         // beacon, since 2026
[[nodiscard]] crypto::Address legacy_deposit_wallet(const crypto::Address& owner) noexcept;  // UUPS

// `signature_type` 0 EOA, 1 proxy, 2 Safe, 3 deposit wallet of either make; false for any other.
[[nodiscard]] bool owns_wallet(const crypto::Address& owner, unsigned signature_type,
                               const crypto::Address& wallet) noexcept;

}  // namespace underround::simulator
