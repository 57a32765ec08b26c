// Where the venue's contracts live, per chain (protocol page 3).
//   const Contracts polygon = contracts_of(137).value();   polygon.router
// An address that is not known for a chain is all zero; `known()` tells, and set_calls.hpp refuses to call it.
// venue/polymarket/signing.cpp keeps its own table of the three exchanges it signs for; contracts_test.cpp holds the
// values both must have.
#pragma once

#include <cstdint>

#include "core/error.hpp"
#include "crypto/address.hpp"

namespace underround::chain {

using crypto::Address;

inline constexpr std::uint64_t kPolygon = 137;
inline constexpr std::uint64_t kAmoy = 80002;

struct Contracts {
  std::uint64_t chain_id = 0;
  // tokens
  Address collateral{};          // pUSD, 6 decimals: what is paid and received
  Address usdc_e{};              // 6 decimals: the collateral inside v1 position ids (15.1)
  Address wrapped_collateral{};  // the collateral inside v1 neg-risk position ids
  Address conditional_tokens{};  // v1 ERC-1155
  Address position_manager{};    // v2 ERC-1155
  // exchanges
  Address exchange_v2{}, neg_risk_exchange_v2{}, exchange_v3{};
  // split, merge, redeem
  Address collateral_adapter{}, neg_risk_collateral_adapter{}, router{};
  Address neg_risk_adapter{};  // the old one: oracle of old conditions, convertPositions
  Address combinatorial_module{}, auto_redeem_operator{};
  // wallets and the relayer
  Address deposit_wallet_factory{}, deposit_wallet_beacon{}, deposit_wallet_implementation{};
  Address proxy_factory{}, proxy_implementation{}, safe_factory{}, safe_multisend{}, relay_hub{};
};

[[nodiscard]] constexpr bool known(const Address& address) noexcept { return address != Address{}; }

// kUnsupported for any chain but 137 and 80002.
[[nodiscard]] Result<Contracts> contracts_of(std::uint64_t chain_id);

}  // namespace underround::chain
