#include "simulator/server/api_keys.hpp"

#include <algorithm>

#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {

bool Credentials::holds(AccountId account) const noexcept {
  return std::ranges::find(accounts, account) != accounts.end();
}

const Credentials* ApiKeys::create(std::string_view address, std::string_view nonce) {
  const std::string name = lower(address) + ":" + std::string(nonce);
  if (by_address_nonce_.contains(name)) return nullptr;
  const std::string material = name + ":" + std::to_string(seed_);
  const crypto::Sha256Digest secret = crypto::sha256("secret:" + material);
  const crypto::Sha256Digest passphrase = crypto::sha256("passphrase:" + material);
  Credentials made;
  made.key = uuid_text(stable_hash(material), venue_.salt());
  made.secret = crypto::base64(secret, crypto::Base64Alphabet::kUrlSafe);
  made.passphrase = crypto::hex(passphrase);
  made.address = lower(address);
  const std::size_t index = credentials_.size();
  const Credentials& stored = credentials_.emplace_back(std::move(made));
  by_address_nonce_.emplace(name, index);
  by_key_.emplace(stored.key, index);
  associate(stored, venue_.open_account(stored.address));
  return &stored;
}

const Credentials& ApiKeys::derive(std::string_view address, std::string_view nonce) {
  if (const Credentials* made = create(address, nonce)) return *made;
  return credentials_[by_address_nonce_.at(lower(address) + ":" + std::string(nonce))];
}

const Credentials* ApiKeys::find(std::string_view key) const noexcept {
  const auto it = by_key_.find(std::string(key));
  return it == by_key_.end() ? nullptr : &credentials_[it->second];
}

void ApiKeys::associate(const Credentials& credentials, AccountId account) {
  const std::size_t index = by_key_.at(credentials.key);
  if (!credentials.holds(account)) credentials_[index].accounts.push_back(account);
  by_account_.emplace(account.value, index);
}

void ApiKeys::remove(std::string_view key) {
  const auto it = by_key_.find(std::string(key));
  if (it == by_key_.end()) return;
  std::erase_if(by_address_nonce_, [&](const auto& entry) { return entry.second == it->second; });
  std::erase_if(by_account_, [&](const auto& entry) { return entry.second == it->second; });
  by_key_.erase(it);
}

std::string ApiKeys::owner_of(AccountId account) const {
  const auto it = by_account_.find(account.value);
  return it != by_account_.end() ? credentials_[it->second].key : uuid_text(account.value, ~venue_.salt());
}

std::vector<std::string_view> ApiKeys::keys_of(std::string_view address) const {
  std::vector<std::string_view> keys;
  for (const Credentials& c : credentials_) {
    if (c.address == address && by_key_.contains(c.key)) keys.push_back(c.key);
  }
  return keys;
}

}  // namespace underround::simulator
