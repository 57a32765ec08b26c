// What a relayer request says and proves: the calls in it, the wallet they come out of, and whether its owner signed
// them (protocol page 15.5). Digests written from the page; the engine's chain/relayer_payload.hpp is the other end.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "simulator/chain/chain.hpp"
#include "simulator/server/json_value.hpp"

namespace underround::simulator {

enum class WalletKind : std::uint8_t { kProxy = 1, kSafe = 2, kDeposit = 3 };      // as signature types
[[nodiscard]] std::optional<WalletKind> parse_wallet_kind(std::string_view type);  // PROXY, SAFE, WALLET

inline constexpr std::string_view kRelayAddress = "0x0000000000000000000000000000000000000001";  // of PROXY requests

struct RelayerAction {
  WalletKind kind = WalletKind::kDeposit;
  Address owner{}, wallet{};
  U256 nonce{};
  bool create = false;  // WALLET-CREATE, SAFE-CREATE: no calls
  std::vector<ChainCall> calls;
};

// `now_s`: a deposit wallet's deadline must not be over. Errors are the relayer's 400.
[[nodiscard]] Result<RelayerAction> read_relayer_action(const JsonValue& body, std::int64_t now_s);

}  // namespace underround::simulator
