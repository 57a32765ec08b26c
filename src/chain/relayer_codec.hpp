// The relayer's answers as values (protocol page 15.5), new and legacy member names. Pure; fuzzed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/address.hpp"
#include "crypto/u256.hpp"

namespace underround::chain {

enum class RelayerState : std::uint8_t { kUnknown, kNew, kExecuted, kMined, kConfirmed, kInvalid, kFailed };
[[nodiscard]] constexpr bool is_dead(RelayerState state) noexcept {
  return state == RelayerState::kInvalid || state == RelayerState::kFailed;
}

// GET .../params: the wallet's next nonce, and for proxies the relay's address.
struct RelayerParams {
  crypto::U256 nonce{};
  crypto::Address address{};
};

struct RelayerTransaction {
  std::string id{};
  RelayerState state = RelayerState::kUnknown;
  std::string hash{};                   // empty until it is on chain
  std::string error{};                  // the relayer's words, printable
  std::optional<crypto::U256> nonce{};  // lists only
  std::string type{};                   // lists only
};

// Nothing when the text is not what was asked for.
[[nodiscard]] std::optional<RelayerParams> parse_relayer_params(std::string_view body);
[[nodiscard]] std::optional<RelayerTransaction> parse_relayer_transaction(std::string_view body);
[[nodiscard]] std::optional<std::vector<RelayerTransaction>> parse_relayer_list(std::string_view body);
[[nodiscard]] std::optional<bool> parse_deployed(std::string_view body);

// What a refused submission means.
enum class RelayerRefusal : std::uint8_t {
  kFinal,      // it will not be taken
  kBusy,       // rate limit, or the wallet has something under way: the same body again, later
  kNonceUsed,  // the nonce in the body has been used on chain
};
[[nodiscard]] RelayerRefusal classify_refusal(int status, std::string_view body);
// {"error":"..."} or the beginning of whatever was sent; printable.
[[nodiscard]] std::string relayer_error_text(std::string_view body);

}  // namespace underround::chain
