// The account that a configuration names: its key, its wallet, its API credentials.
//   auto account = open_account(loop, loaded);   account->wallet
// Start-up and commands by hand: blocking. The secrets used are wiped from `secrets` afterwards.
#pragma once

#include "app/config.hpp"
#include "core/error.hpp"
#include "crypto/secp256k1.hpp"
#include "net/event_loop.hpp"
#include "venue/polymarket/clob_auth.hpp"
#include "venue/polymarket/signing.hpp"

namespace underround {

struct TradingAccount {
  crypto::SecretKey key;
  polymarket::SignatureType type = polymarket::SignatureType::kEoa;
  crypto::Address wallet{};  // who holds the funds
  std::uint64_t chain_id = polymarket::kPolygon;
  polymarket::ApiCredentials credentials{};
};

// Key and wallet only; no network. kInvalidInput when no key is configured, or the wallet is not one of the key's.
[[nodiscard]] Result<TradingAccount> load_account(const config::Config& config, config::Secrets& secrets);
// With API credentials: from the environment, the cache, or the venue (derived or created, then cached 0600).
[[nodiscard]] Result<TradingAccount> open_account(net::EventLoop& loop, config::Loaded& loaded);

}  // namespace underround
