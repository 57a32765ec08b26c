// Who we are to the venue: L1 (wallet signature, only to create or derive API keys) and L2 (HMAC, everything else that
// is private). Protocol page 5.
//   L2Signer l2(credentials, key.address());
//   l2.sign(timestamp_s, "POST", "/order", body)   -> the POLY_SIGNATURE header, 44 characters
// POLY_ADDRESS, POLY_API_KEY and POLY_PASSPHRASE never change; POLY_TIMESTAMP is the same second for many requests.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/ids.hpp"
#include "crypto/address.hpp"
#include "crypto/hash.hpp"
#include "crypto/secp256k1.hpp"

namespace underround::polymarket {

// As the venue gives them. Secrets: never logged, never printed.
struct ApiCredentials {
  std::string key;     // UUID; also the `owner` of orders
  std::string secret;  // base64, either alphabet
  std::string passphrase;
};

class L2Signer {
 public:
  using SignatureText = std::array<char, 44>;  // url-safe base64, padding kept

  // kInvalidInput when the secret is not base64 or the key is empty.
  [[nodiscard]] static Result<L2Signer> make(const ApiCredentials& credentials, const crypto::Address& address);

  // prehash = timestamp + METHOD + path + body, path without query string. Does not allocate.
  [[nodiscard]] SignatureText sign(std::int64_t timestamp_s, std::string_view method, std::string_view path,
                                   std::string_view body) const noexcept;

  [[nodiscard]] std::string_view address() const noexcept { return address_; }  // EIP-55
  [[nodiscard]] std::string_view api_key() const noexcept { return key_; }
  [[nodiscard]] std::string_view passphrase() const noexcept { return passphrase_; }

 private:
  L2Signer(crypto::HmacSha256 mac, const ApiCredentials& credentials, const crypto::Address& address);
  crypto::HmacSha256 mac_;
  std::string address_, key_, passphrase_;
};

// L1: the digest a wallet signs to get API keys, and the headers that go with it.
struct L1Headers {
  std::string address, signature, timestamp, nonce;  // POLY_ADDRESS, POLY_SIGNATURE, POLY_TIMESTAMP, POLY_NONCE
};
[[nodiscard]] Digest clob_auth_digest(const crypto::Address& address, std::int64_t timestamp_s, std::uint64_t nonce,
                                      std::uint64_t chain_id);
[[nodiscard]] L1Headers sign_clob_auth(const crypto::SecretKey& key, std::int64_t timestamp_s, std::uint64_t nonce,
                                       std::uint64_t chain_id);

}  // namespace underround::polymarket
