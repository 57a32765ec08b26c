#include "simulator/server/request_auth.hpp"

#include <algorithm>
#include <charconv>

#include "crypto/eip712.hpp"
#include "crypto/encoding.hpp"
#include "crypto/secp256k1.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {
namespace {

constexpr std::uint64_t kPolygon = 137;

std::optional<std::int64_t> whole_seconds(std::string_view digits) {
  constexpr std::int64_t kMost = 9'000'000'000;  // Nanos end before the year 2262
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool sound = !digits.empty() && error == std::errc{} && end == digits.data() + digits.size();
  return sound && value >= 0 && value < kMost ? std::optional(value) : std::nullopt;
}

}  // namespace

Digest clob_auth_digest(const crypto::Address& address, std::string_view timestamp, const crypto::U256& nonce,
                        std::uint64_t chain_id) {
  static const Digest type_hash =
      crypto::keccak256("ClobAuth(address address,string timestamp,uint256 nonce,string message)");
  static const Digest message = crypto::keccak256("This message attests that I control the given wallet");
  crypto::Words<5> words;
  words.add(type_hash);
  words.add(address);
  words.add(crypto::keccak256(timestamp));
  words.add(nonce);
  words.add(message);
  return crypto::typed_digest(crypto::domain_separator("ClobAuthDomain", "1", chain_id, std::nullopt), words.hash());
}

std::string l2_signature(const crypto::HmacSha256& mac, std::string_view timestamp, std::string_view method,
                         std::string_view path, std::string_view body) {
  return crypto::base64(mac.sign({timestamp, method, path, body}), crypto::Base64Alphabet::kUrlSafe);
}

bool RequestAuth::timely(std::string_view timestamp) const {
  const auto seconds = whole_seconds(timestamp);
  if (!seconds) return false;
  // Both clocks are cut to whole seconds, as the client did.
  const auto near = [&](Nanos now) {
    const std::int64_t apart = now.seconds() - *seconds;
    return (apart < 0 ? -apart : apart) <= skew_.seconds();
  };
  return near(simulated_()) || near(wall_());
}

std::optional<RequestAuth::Wallet> RequestAuth::wallet(const Call& call) const {
  const std::string_view timestamp = call.header("POLY_TIMESTAMP"), written = call.header("POLY_ADDRESS");
  const std::string_view nonce_text = call.header("POLY_NONCE").empty() ? "0" : call.header("POLY_NONCE");
  crypto::Address address;
  crypto::Signature signature;
  const auto nonce = crypto::U256::parse(nonce_text);
  const bool sound = written.size() == 42 && written.starts_with("0x") && crypto::decode_hex(written, address) &&
                     crypto::decode_hex(call.header("POLY_SIGNATURE"), signature);
  if (!sound || !nonce || !timely(timestamp)) return std::nullopt;
  if (crypto::recover(clob_auth_digest(address, timestamp, *nonce, kPolygon), signature) != address)
    return std::nullopt;
  return Wallet{lower(written), nonce->to_decimal()};
}

// `prefix`: POLY_ or POLY_BUILDER_.
bool RequestAuth::proven(const Credentials& by, const Call& call, std::string_view prefix) const {
  const auto header = [&](std::string_view name) { return call.header(std::string(prefix) + std::string(name)); };
  const std::string_view timestamp = header("TIMESTAMP");
  if (header("PASSPHRASE") != by.passphrase || !timely(timestamp)) return false;
  const net::HttpRequest& request = call.request;
  return l2_signature(*by.mac, timestamp, request.method, request.path(), request.body) == header("SIGNATURE");
}

const Credentials* RequestAuth::key(const Call& call) const {
  const Credentials* who = keys_.find(call.header("POLY_API_KEY"));
  if (who == nullptr || lower(call.header("POLY_ADDRESS")) != who->address) return nullptr;
  return proven(*who, call, "POLY_") ? who : nullptr;
}

const Credentials* RequestAuth::builder(const Call& call) const {
  const Credentials* who = keys_.find(call.header("POLY_BUILDER_API_KEY"));
  return who != nullptr && who->kind == KeyKind::kBuilder && proven(*who, call, "POLY_BUILDER_") ? who : nullptr;
}

}  // namespace underround::simulator
