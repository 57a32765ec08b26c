// API credentials of an account: from the cache file, or from the venue through one wallet signature (protocol page
// 5.1), then cached.
//   auto credentials = open_api_credentials(loop, {.clob_url = url, .cache_file = "var/underround/api.json"}, key);
// The cache is a 0600 JSON file with the key's address in it: credentials of another key are not used. Blocking.
#pragma once

#include <cstdint>
#include <string>

#include "core/error.hpp"
#include "crypto/secp256k1.hpp"
#include "net/event_loop.hpp"
#include "venue/polymarket/clob_auth.hpp"

namespace underround {

struct ApiCredentialsSource {
  std::string clob_url, proxy_url{};
  std::string cache_file{};  // empty = not cached
  std::uint64_t chain_id = 137;
  bool renew = false;  // ask the venue even when the cache has some
};

// Derives what exists for (address, nonce 0), creates it when there is none.
[[nodiscard]] Result<polymarket::ApiCredentials> open_api_credentials(net::EventLoop& loop,
                                                                      const ApiCredentialsSource& source,
                                                                      const crypto::SecretKey& key);

}  // namespace underround
