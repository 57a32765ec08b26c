// Where an owner's smart wallet is, before and after it is deployed (CREATE2; protocol page 6.3).
//   Address wallet = wallet_of(AccountType::kDepositWallet, owner, contracts).value();
#pragma once

#include <cstdint>
#include <string_view>

#include "chain/abi.hpp"
#include "chain/contracts.hpp"
#include "core/error.hpp"

namespace underround::chain {

// Numbered as the signature types of orders.
enum class AccountType : std::uint8_t { kEoa = 0, kProxy = 1, kSafe = 2, kDepositWallet = 3 };
[[nodiscard]] const char* to_string(AccountType type) noexcept;

[[nodiscard]] Address create2_address(const Address& factory, const Digest& salt, const Digest& init_code_hash);

// kUnsupported where the chain has no such factory. kEoa gives the owner itself, kDepositWallet the beacon form that
// new wallets get (the older UUPS form: legacy_deposit_wallet; which of the two an account has, only the chain knows:
// the venue's clients prefer the older one when it has code).
[[nodiscard]] Result<Address> wallet_of(AccountType type, const Address& owner, const Contracts& contracts);
[[nodiscard]] Result<Address> legacy_deposit_wallet(const Address& owner, const Contracts& contracts);

// Is `wallet` one that `owner` controls as `type`? Both forms of deposit wallets count.
[[nodiscard]] bool owns(const Address& owner, AccountType type, const Address& wallet, const Contracts& contracts);

}  // namespace underround::chain
