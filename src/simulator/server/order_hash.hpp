// The id of an order: its EIP-712 digest over the 11 signed fields, under the domain of the market it trades on
// (protocol pages 6.1, 6.2). Written here from the page; only keccak and big-endian words come from crypto/.
#pragma once

#include <optional>
#include <string>
#include <string_view>

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

inline constexpr std::string_view kOrderType =
    "Order(uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,uint256 takerAmount,"
    "uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,bytes32 builder)";

// EIP-712 domains an order may have been signed under. kRetired*: exchange V1, no market trades there any more.
enum class ExchangeDomain : std::uint8_t { kStandardV2, kNegRiskV2, kV3, kRetiredStandard, kRetiredNegRisk };
inline constexpr std::size_t kExchangeDomains = 5;
[[nodiscard]] ExchangeDomain domain_of(MarketVersion version, bool neg_risk) noexcept;
[[nodiscard]] const Digest& domain_separator(ExchangeDomain domain) noexcept;

// Nothing when a field is not what its type says (an address, a uint256, bytes32).
[[nodiscard]] std::optional<Digest> order_struct_hash(const SignedOrder& order);
[[nodiscard]] std::optional<Digest> order_digest(const SignedOrder& order, MarketVersion version, bool neg_risk);

}  // namespace underround::simulator
