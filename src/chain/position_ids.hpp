// Names of conditions and positions on chain, computed and never looked up (protocol pages 4 and 15.1).
//   U256 yes = position_id_v1(contracts.usdc_e, condition, 0);
//   ConditionV2 c = parse_condition_v2("0x01...").value();   U256 no = position_id_v2(c, 1);
// v1: Gnosis conditional tokens; the collateral inside the id is USDC.e for standard markets and WrappedCollateral for
// neg-risk ones, never pUSD. v2: PositionManager; the id is 31 bytes of condition and one byte of outcome.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/error.hpp"
#include "core/ids.hpp"
#include "crypto/address.hpp"
#include "crypto/u256.hpp"

namespace underround::chain {

using crypto::Address;
using crypto::U256;

// --- v1 ---
[[nodiscard]] Digest condition_id_v1(const Address& oracle, const Digest& question_id, std::uint64_t outcomes = 2);
// Parent collection zero. index_set: bit i = outcome i; 1 and 2 for the two sides of a binary condition.
[[nodiscard]] Digest collection_id(const Digest& condition_id, const U256& index_set);
[[nodiscard]] U256 position_id(const Address& collateral, const Digest& collection_id);
[[nodiscard]] U256 position_id_v1(const Address& collateral, const Digest& condition_id, unsigned outcome);

// --- v1 neg-risk: question id = market id + index, the last byte of a market id is zero ---
// The bit set convertPositions wants. kInvalidInput when a question is not one of this market, or is named twice.
[[nodiscard]] Result<U256> neg_risk_index_set(const Digest& market_id, std::span<const Digest> question_ids);

// --- v2 ---
using ConditionV2 = std::array<std::uint8_t, 31>;
enum class ModuleV2 : std::uint8_t { kBinary = 1, kNegRisk = 2, kCombinatorial = 3 };
struct PositionV2 {
  ConditionV2 condition{};
  unsigned outcome = 0;
  ModuleV2 module = ModuleV2::kBinary;
};

// "0x" and 62 hex digits, or 64 with a zero last byte (the padded form of CLOB, WebSocket and Data API). Module byte
// and reserved bits must be right: a v1 id is refused.
[[nodiscard]] Result<ConditionV2> parse_condition_v2(std::string_view text);
// outcome 0 or 1.
[[nodiscard]] U256 position_id_v2(const ConditionV2& condition, unsigned outcome);
[[nodiscard]] Result<PositionV2> parse_position_v2(const U256& id);

}  // namespace underround::chain
