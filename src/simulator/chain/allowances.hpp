// What wallets let the venue's contracts do with their money (protocol page 3.3): ERC-20 allowances of collateral, an
// amount, and ERC-1155 approvals of outcome tokens, yes or no. One place for the chain and for the venue's order entry.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/units.hpp"
#include "simulator/chain/calldata.hpp"
#include "simulator/types.hpp"

namespace underround::simulator {

// The exchanges in the order of ExchangeDomain, then the contracts that split, merge, redeem and convert.
inline constexpr std::size_t kExchangeSpenders = 3, kSpenders = 7;
enum class Spender : std::uint8_t {
  kExchangeV2,
  kNegRiskExchangeV2,
  kExchangeV3,
  kCollateralAdapter,
  kNegRiskCollateralAdapter,
  kRouter,
  kNegRiskAdapter,
};
inline constexpr std::array<std::string_view, kSpenders> kSpenderAddresses{
    "0xE111180000d2663C0091e4f400237545B87B996B", "0xe2222d279d744050d28e00520010520000310F59",
    "0xe3333700cA9d93003F00f0F71f8515005F6c00Aa", "0xAdA100Db00Ca00073811820692005400218FcE1f",
    "0xadA2005600Dec949baf300f4C6120000bDB6eAab", "0x12121212006e4CD160D18e3f00711DA5c3372600",
    "0xd91E80cF2E7be2e162c6513ceD06f1dD0dA35296"};

// The place of one of these contracts; nothing for any other address.
[[nodiscard]] std::optional<std::size_t> find_spender(const Address& address) noexcept;

struct Allowances {
  static constexpr Usd kUnlimited{INT64_MAX};
  Usd collateral[kSpenders];
  bool tokens[kSpenders];
};

// As the chain has them. References are good until the next call.
class AllowanceBook {
 public:
  virtual Allowances& on_chain(AccountId account) = 0;
  [[nodiscard]] virtual Allowances look_on_chain(AccountId account) const = 0;

 protected:
  ~AllowanceBook() = default;
};

}  // namespace underround::simulator
