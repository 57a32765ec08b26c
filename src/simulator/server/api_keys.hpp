// API credentials: who may say what is theirs. Creation wants the L1 headers, but signatures are not verified yet, so
// anybody can be anybody: a simulator's ledger holds no secrets (README.md).
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "simulator/venue.hpp"

namespace underround::simulator {

struct Credentials {
  std::string key, secret, passphrase;  // uuid, base64 url-safe, hex
  std::string address;                  // lower case; the EOA that signs
  std::vector<AccountId> accounts;      // wallets this key has traded for: its own address first
  [[nodiscard]] bool holds(AccountId account) const noexcept;
};

class ApiKeys {
 public:
  ApiKeys(Venue& venue, std::uint64_t seed) : venue_(venue), seed_(seed) {}

  // nullptr when (address, nonce) has one already. Addresses of stable storage.
  const Credentials* create(std::string_view address, std::string_view nonce);
  // The same credentials again; made when they do not exist yet.
  const Credentials& derive(std::string_view address, std::string_view nonce);
  [[nodiscard]] const Credentials* find(std::string_view key) const noexcept;
  // The key has shown to trade for a proxy, Safe or deposit wallet.
  void associate(const Credentials& credentials, AccountId account);
  void remove(std::string_view key);
  // API key of an account's owner; an invented one for accounts nobody connected to.
  [[nodiscard]] std::string owner_of(AccountId account) const;
  [[nodiscard]] std::vector<std::string_view> keys_of(std::string_view address) const;

 private:
  Venue& venue_;
  std::uint64_t seed_;
  std::deque<Credentials> credentials_;
  std::unordered_map<std::string, std::size_t> by_key_, by_address_nonce_;
  std::unordered_map<std::uint32_t, std::size_t> by_account_;
};

}  // namespace underround::simulator
