// API credentials: who may say what is theirs (protocol pages 5.1 to 5.3). Whether a request proves them is
// request_auth.hpp's business.
//   const Credentials* made = keys.create(address, "0");   keys.issue(*made, KeyKind::kReadOnly)
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "crypto/address.hpp"
#include "crypto/hash.hpp"
#include "simulator/venue.hpp"

namespace underround::simulator {

enum class KeyKind : std::uint8_t { kTrading, kReadOnly, kBuilder };
// What a request asks of its key: to look, or to trade and to manage keys.
enum class Permission : std::uint8_t { kRead, kTrade };

struct Credentials {
  std::string key, secret, passphrase;  // uuid, base64 url-safe, hex
  std::string address;                  // lower case; the EOA that signs
  crypto::Address signer{};             // the same
  KeyKind kind = KeyKind::kTrading;
  std::unique_ptr<crypto::HmacSha256> mac;  // keyed with `secret`
  std::vector<AccountId> accounts;          // wallets this address has traded for: its own first
  [[nodiscard]] bool holds(AccountId account) const noexcept;
  [[nodiscard]] bool may(Permission permission) const noexcept {
    return kind == KeyKind::kTrading || (kind == KeyKind::kReadOnly && permission == Permission::kRead);
  }
};

class ApiKeys {
 public:
  ApiKeys(Venue& venue, std::uint64_t seed) : venue_(venue), seed_(seed) {}

  // Trading credentials of (address, nonce); nullptr when there are some already. `address`: 0x and 40 hex digits.
  // Addresses of Credentials are stable.
  const Credentials* create(std::string_view address, std::string_view nonce);
  // The same credentials again; nullptr when there are none.
  [[nodiscard]] const Credentials* derive(std::string_view address, std::string_view nonce) const;
  // One more key of another kind for the same address.
  const Credentials& issue(const Credentials& owner, KeyKind kind);
  [[nodiscard]] const Credentials* find(std::string_view key) const noexcept;
  // The address has shown to trade for a proxy, Safe or deposit wallet: all its keys see that wallet.
  void associate(const Credentials& credentials, AccountId account);
  void remove(std::string_view key);
  // API key of an account's owner; an invented one for accounts nobody connected to.
  [[nodiscard]] std::string owner_of(AccountId account) const;
  [[nodiscard]] std::vector<std::string_view> keys_of(std::string_view address, KeyKind kind = KeyKind::kTrading) const;

 private:
  const Credentials& store(const std::string& name, std::string_view address, KeyKind kind);

  Venue& venue_;
  std::uint64_t seed_;
  std::deque<Credentials> credentials_;
  std::unordered_map<std::string, std::size_t> by_key_, by_address_nonce_;
  std::unordered_map<std::uint32_t, std::size_t> by_account_;
};

}  // namespace underround::simulator
