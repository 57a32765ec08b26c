#include "app/account.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <filesystem>
#include <string>

#include "chain/wallets.hpp"
#include "crypto/key_source.hpp"
#include "crypto/keystore.hpp"
#include "crypto/secret_file.hpp"
#include "net/http_client.hpp"
#include "venue/polymarket/api_credentials.hpp"

namespace underround {
namespace {

void wipe(std::string& secret) noexcept {
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

Result<crypto::SecretKey> load_key(const config::Config& config, const config::Secrets& secrets) {
  if (config.account.key_file.empty()) {
    if (secrets.private_key.empty()) {
      return fail(ErrorCode::kInvalidInput,
                  "no signing key: set UNDERROUND_PRIVATE_KEY in the environment or in .env, or account.key_file to a "
                  "file (chmod 600) or keystore");
    }
    auto key = crypto::SecretKey::from_hex(secrets.private_key);
    if (!key) return fail(ErrorCode::kInvalidInput, "UNDERROUND_PRIVATE_KEY: " + key.error().message);
    return key;
  }
  auto text = crypto::read_secret_file(config.account.key_file);
  if (!text) return std::unexpected(text.error());
  const std::string_view content = text->text();
  const auto first = content.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || content[first] != '{') {
    return crypto::load_secret_key({.key = {.file = config.account.key_file}});
  }
  if (secrets.keystore_password.empty()) {
    return fail(ErrorCode::kInvalidInput,
                config.account.key_file + " is a keystore: its password goes into UNDERROUND_KEYSTORE_PASSWORD");
  }
  auto key = crypto::open_keystore(content, secrets.keystore_password);
  if (!key) return fail(ErrorCode::kInvalidInput, config.account.key_file + ": " + key.error().message);
  return key;
}

polymarket::SignatureType type_of(const std::string& name) {
  using polymarket::SignatureType;
  return name == "eoa"     ? SignatureType::kEoa
         : name == "proxy" ? SignatureType::kProxy
         : name == "safe"  ? SignatureType::kSafe
                           : SignatureType::kDepositWallet;
}

// The wallet that belongs to the key, or the one that is named if the key controls it.
Result<crypto::Address> wallet_of(const config::Config& config, const crypto::Address& owner) {
  const auto type = static_cast<chain::AccountType>(type_of(config.account.type));
  const auto contracts = chain::contracts_of(static_cast<std::uint64_t>(config.chain.id));
  if (!contracts) {
    if (type == chain::AccountType::kEoa) return owner;
    return std::unexpected(contracts.error());
  }
  const auto derived = chain::wallet_of(type, owner, *contracts);
  if (config.account.wallet.empty()) return derived;
  const auto named = crypto::parse_address(config.account.wallet);
  if (!named) return fail(ErrorCode::kInvalidInput, "account.wallet: not an address");
  if (chain::owns(owner, type, *named, *contracts)) return *named;
  return fail(ErrorCode::kInvalidInput,
              fmt::format("account.wallet {} is not the {} wallet of the key {} (that would be {}): check account.type "
                          "and the key",
                          config.account.wallet, config.account.type, crypto::checksum(owner),
                          derived ? crypto::checksum(*derived) : "unknown on this chain"));
}

}  // namespace

Result<TradingAccount> load_account(const config::Config& config, config::Secrets& secrets) {
  auto key = load_key(config, secrets);
  wipe(secrets.private_key);
  wipe(secrets.keystore_password);
  if (!key) return std::unexpected(key.error());
  const auto wallet = wallet_of(config, key->address());
  if (!wallet) return std::unexpected(wallet.error());
  return TradingAccount{.key = std::move(*key),
                        .type = type_of(config.account.type),
                        .wallet = *wallet,
                        .chain_id = static_cast<std::uint64_t>(config.chain.id),
                        .credentials = {}};
}

Result<TradingAccount> open_account(net::EventLoop& loop, config::Loaded& loaded) {
  auto account = load_account(loaded.config, loaded.secrets);
  if (!account) return account;
  const std::filesystem::path cache(loaded.config.account.credentials_file);
  std::error_code error;
  if (cache.has_parent_path()) std::filesystem::create_directories(cache.parent_path(), error);
  net::HttpClient clob(
      loop, {.base_url = loaded.config.venue.clob_url, .proxy_url = loaded.secrets.proxy_url, .connections = 1});
  auto credentials = polymarket::obtain_credentials(loop, clob, account->key,
                                                    {.cache_file = cache.string(), .chain_id = account->chain_id});
  if (!credentials) return std::unexpected(credentials.error());
  account->credentials = std::move(*credentials);
  return account;
}

}  // namespace underround
