#include "simulator/server/api_keys.hpp"

#include <algorithm>

#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {

bool Credentials::holds(AccountId account) const noexcept {
  return std::ranges::find(accounts, account) != accounts.end();
}

const Credentials& ApiKeys::store(const std::string& name, std::string_view address, KeyKind kind) {
  const std::string material = name + ":" + std::to_string(seed_);
  const crypto::Sha256Digest secret = crypto::sha256("secret:" + material);
  const crypto::Sha256Digest passphrase = crypto::sha256("passphrase:" + material);
  Credentials made;
  made.key = uuid_text(stable_hash(material), venue_.salt());
  made.secret = crypto::base64(secret, crypto::Base64Alphabet::kUrlSafe);
  made.passphrase = crypto::hex(passphrase);
  made.address = lower(address);
  (void)crypto::decode_hex(made.address, made.signer);
  made.kind = kind;
  made.mac = std::make_unique<crypto::HmacSha256>(secret);
  by_key_.emplace(made.key, credentials_.size());
  return credentials_.emplace_back(std::move(made));
}

const Credentials* ApiKeys::create(std::string_view address, std::string_view nonce) {
  const std::string name = lower(address) + ":" + std::string(nonce);
  if (!by_address_nonce_.try_emplace(name, credentials_.size()).second) return nullptr;
  const Credentials& stored = store(name, address, KeyKind::kTrading);
  associate(stored, venue_.open_account(stored.address));
  return &stored;
}

const Credentials* ApiKeys::derive(std::string_view address, std::string_view nonce) const {
  const auto it = by_address_nonce_.find(lower(address) + ":" + std::string(nonce));
  return it == by_address_nonce_.end() ? nullptr : &credentials_[it->second];
}

const Credentials& ApiKeys::issue(const Credentials& owner, KeyKind kind) {
  const std::string name = owner.address + "/" + std::to_string(credentials_.size());
  const Credentials& made = store(name, owner.address, kind);
  credentials_.back().accounts = owner.accounts;
  return made;
}

const Credentials* ApiKeys::find(std::string_view key) const noexcept {
  const auto it = by_key_.find(std::string(key));
  return it == by_key_.end() ? nullptr : &credentials_[it->second];
}

void ApiKeys::associate(const Credentials& credentials, AccountId account) {
  if (credentials.holds(account)) return;
  for (Credentials& c : credentials_) {
    if (c.address == credentials.address && !c.holds(account)) c.accounts.push_back(account);
  }
  by_account_.emplace(account.value, by_key_.at(credentials.key));
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

std::vector<std::string_view> ApiKeys::keys_of(std::string_view address, KeyKind kind) const {
  std::vector<std::string_view> keys;
  for (const Credentials& c : credentials_) {
    if (c.address == address && c.kind == kind && find(c.key) == &c) keys.push_back(c.key);
  }
  return keys;
}

}  // namespace underround::simulator
