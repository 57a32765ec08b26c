#include "venue/polymarket/clob_auth.hpp"

#include <fmt/format.h>

#include <charconv>

#include "crypto/eip712.hpp"
#include "crypto/encoding.hpp"

namespace underround::polymarket {

L2Signer::L2Signer(crypto::HmacSha256 mac, const ApiCredentials& credentials, const crypto::Address& address)
    : mac_(std::move(mac)),
      address_(crypto::checksum(address)),
      key_(credentials.key),
      passphrase_(credentials.passphrase) {}

Result<L2Signer> L2Signer::make(const ApiCredentials& credentials, const crypto::Address& address) {
  const auto secret = crypto::decode_base64(credentials.secret);
  if (credentials.key.empty()) return fail(ErrorCode::kInvalidInput, "API key: empty");
  if (!secret || secret->empty()) return fail(ErrorCode::kInvalidInput, "API secret: not base64");
  return L2Signer(crypto::HmacSha256(*secret), credentials, address);
}

L2Signer::SignatureText L2Signer::sign(std::int64_t timestamp_s, std::string_view method, std::string_view path,
                                       std::string_view body) const noexcept {
  char digits[24];
  const char* const end = std::to_chars(digits, digits + sizeof digits, timestamp_s).ptr;
  const crypto::Sha256Digest mac = mac_.sign({std::string_view(digits, end), method, path, body});
  SignatureText text;
  crypto::encode_base64(mac, crypto::Base64Alphabet::kUrlSafe, text.data());
  return text;
}

Digest clob_auth_digest(const crypto::Address& address, std::int64_t timestamp_s, std::uint64_t nonce,
                        std::uint64_t chain_id) {
  crypto::Words<5> words;
  words.add(crypto::keccak256("ClobAuth(address address,string timestamp,uint256 nonce,string message)"));
  words.add(address);
  words.add(crypto::keccak256(fmt::format("{}", timestamp_s)));
  words.add(nonce);
  words.add(crypto::keccak256("This message attests that I control the given wallet"));
  return crypto::typed_digest(crypto::domain_separator("ClobAuthDomain", "1", chain_id, std::nullopt), words.hash());
}

L1Headers sign_clob_auth(const crypto::SecretKey& key, std::int64_t timestamp_s, std::uint64_t nonce,
                         std::uint64_t chain_id) {
  return {.address = crypto::checksum(key.address()),
          .signature = crypto::hex_0x(key.sign(clob_auth_digest(key.address(), timestamp_s, nonce, chain_id))),
          .timestamp = fmt::format("{}", timestamp_s),
          .nonce = fmt::format("{}", nonce)};
}

}  // namespace underround::polymarket
