// The account's API key (protocol page 5.1 to 5.3): from the environment, from a file of ours, or from the venue.
//   auto credentials = obtain_credentials(loop, clob, key, {.cache_file = "polymarket_api_key.json"});
// Order: POLY_API_KEY, POLY_API_SECRET and POLY_API_PASSPHRASE when they are set; else the file; else derived by a
// wallet signature (GET /auth/derive-api-key), or created when there is none yet (POST /auth/api-key), and kept in the
// file. What was kept is tried before it is used: a key from the file that the venue answers 401 to is derived anew,
// once; one from the environment is the user's to change. The file is JSON of mode 0600, written atomically, and
// belongs to one address on one chain. Nothing of it is logged or quoted. Session keys have credentials of their own:
// pass the session key. Start-up code: waits for answers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/units.hpp"
#include "crypto/secp256k1.hpp"
#include "net/event_loop.hpp"
#include "net/http_client.hpp"
#include "venue/polymarket/clob_auth.hpp"
#include "venue/polymarket/signing.hpp"

namespace underround::polymarket {

struct CredentialSettings {
  std::string cache_file{};  // "" = asked for at every start, kept nowhere
  std::uint64_t chain_id = kPolygon;
  std::uint64_t nonce = 0;  // another nonce, another key
  Nanos timeout = Nanos::from_seconds(10);
};

// {"apiKey":..,"secret":..,"passphrase":..}. kInvalidInput, without a word of it, unless all three are there and fit
// into a header.
[[nodiscard]] Result<ApiCredentials> parse_credentials(std::string_view json);

// Nothing when none of the three variables is set; kInvalidInput when only some are.
[[nodiscard]] Result<std::optional<ApiCredentials>> credentials_from_environment();

// kNotFound when there is no such file. kInvalidInput: others may read it (crypto/secret_file.hpp), it is damaged, or
// it belongs to another address or chain.
[[nodiscard]] Result<ApiCredentials> read_credentials(const std::string& path, const crypto::Address& address,
                                                      std::uint64_t chain_id);
[[nodiscard]] Result<void> write_credentials(const std::string& path, const ApiCredentials& credentials,
                                             const crypto::Address& address, std::uint64_t chain_id);

// `clob` is a client for the CLOB's host. kRefused carries the venue's words, kNetwork and kTimeout may be tried again.
[[nodiscard]] Result<ApiCredentials> obtain_credentials(net::EventLoop& loop, net::HttpClient& clob,
                                                        const crypto::SecretKey& key,
                                                        const CredentialSettings& settings);

}  // namespace underround::polymarket
