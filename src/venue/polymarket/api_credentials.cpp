#include "venue/polymarket/api_credentials.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "crypto/encoding.hpp"
#include "crypto/secret_file.hpp"
#include "venue/polymarket/clob_json.hpp"

namespace underround::polymarket {
namespace {

constexpr std::string_view kDerive = "/auth/derive-api-key", kCreate = "/auth/api-key", kKeys = "/auth/api-keys";
constexpr std::size_t kWordsChars = 200;

// They travel as header values and stand in our JSON: no quotes, escapes, blanks or line ends.
bool fits_a_header(std::string_view text) {
  return !text.empty() && text.size() <= 256 &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\'; });
}

bool fit(const ApiCredentials& credentials) {
  return fits_a_header(credentials.key) && fits_a_header(credentials.secret) && fits_a_header(credentials.passphrase) &&
         crypto::decode_base64(credentials.secret).has_value();
}

ApiCredentials credentials_in(clob_json::dom::element json) {
  return {std::string(clob_json::text(json, "apiKey")), std::string(clob_json::text(json, "secret")),
          std::string(clob_json::text(json, "passphrase"))};
}

// Asks the venue on behalf of one key.
class KeyDesk {
 public:
  KeyDesk(net::EventLoop& loop, net::HttpClient& clob, const crypto::SecretKey& key, const CredentialSettings& settings)
      : loop_(loop), clob_(clob), key_(key), settings_(settings) {}

  // False: the venue says 401. Errors: it could not be asked, or answered something else.
  [[nodiscard]] Result<bool> accepted(const ApiCredentials& credentials) {
    const auto signer = L2Signer::make(credentials, key_.address());
    if (!signer) return std::unexpected(signer.error());
    const std::int64_t now_s = loop_.now().seconds();
    const L2Signer::SignatureText signature = signer->sign(now_s, "GET", kKeys, "");
    net::HttpRequest request;
    request.target = kKeys;
    request.headers = {{"POLY_ADDRESS", signer->address()},
                       {"POLY_SIGNATURE", {signature.data(), signature.size()}},
                       {"POLY_TIMESTAMP", fmt::format("{}", now_s)},
                       {"POLY_API_KEY", signer->api_key()},
                       {"POLY_PASSPHRASE", signer->passphrase()}};
    const net::HttpResult answer = clob_.fetch(request, settings_.timeout);
    if (!answer) return std::unexpected(answer.error().error);
    if (answer->status == 401) return false;
    if (answer->status / 100 != 2) return refused(request, *answer);
    return true;
  }

  [[nodiscard]] Result<ApiCredentials> derive_or_create() {
    const net::HttpRequest derive = wallet_signed("GET", kDerive);
    const net::HttpResult derived = clob_.fetch(derive, settings_.timeout);
    if (!derived) return std::unexpected(derived.error().error);
    if (derived->status / 100 == 2) return parse_credentials(derived->body);
    // "There is none" comes as a 4xx of some kind; a throttled or broken venue has not said so.
    if (derived->status >= 500 || derived->status == 429) return refused(derive, *derived);
    const net::HttpRequest create = wallet_signed("POST", kCreate);
    const net::HttpResult created = clob_.fetch(create, settings_.timeout);
    if (!created) return std::unexpected(created.error().error);
    if (created->status / 100 != 2) return refused(create, *created);
    return parse_credentials(created->body);
  }

 private:
  [[nodiscard]] net::HttpRequest wallet_signed(std::string_view method, std::string_view target) {
    const L1Headers l1 = sign_clob_auth(key_, loop_.now().seconds(), settings_.nonce, settings_.chain_id);
    net::HttpRequest request;
    request.method = method;
    request.target = target;
    request.headers = {{"POLY_ADDRESS", l1.address},
                       {"POLY_SIGNATURE", l1.signature},
                       {"POLY_TIMESTAMP", l1.timestamp},
                       {"POLY_NONCE", l1.nonce}};
    return request;
  }
  static std::unexpected<Error> refused(const net::HttpRequest& request, const net::HttpResponse& answer) {
    return fail(ErrorCode::kRefused, fmt::format("API key: the venue answered {} to {} {}: {}", answer.status,
                                                 request.method, request.target, answer.body.substr(0, kWordsChars)));
  }

  net::EventLoop& loop_;
  net::HttpClient& clob_;
  const crypto::SecretKey& key_;
  const CredentialSettings& settings_;
};

}  // namespace

Result<ApiCredentials> parse_credentials(std::string_view json) {
  clob_json::Parser parser;
  const auto root = parser.parse(json);
  ApiCredentials credentials = root ? credentials_in(*root) : ApiCredentials{};
  if (!fit(credentials)) {
    return fail(ErrorCode::kInvalidInput, "API key: expected JSON with apiKey, secret (base64) and passphrase");
  }
  return credentials;
}

Result<std::optional<ApiCredentials>> credentials_from_environment() {
  static constexpr std::array kNames{"POLY_API_KEY", "POLY_API_SECRET", "POLY_API_PASSPHRASE"};
  std::array<std::string, 3> values;
  std::string missing;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (const char* const value = std::getenv(kNames[i])) values[i] = value;
    if (values[i].empty()) missing += std::string(missing.empty() ? "" : ", ") + kNames[i];
  }
  if (std::ranges::all_of(values, [](const std::string& value) { return value.empty(); })) {
    return std::optional<ApiCredentials>{};
  }
  if (!missing.empty()) {
    return fail(ErrorCode::kInvalidInput, "API key: " + missing + " is not set; set all three variables or none");
  }
  ApiCredentials credentials{values[0], values[1], values[2]};
  if (!fit(credentials)) {
    return fail(ErrorCode::kInvalidInput,
                "API key: POLY_API_KEY, POLY_API_SECRET (base64) or POLY_API_PASSPHRASE is malformed");
  }
  return std::optional(std::move(credentials));
}

Result<ApiCredentials> read_credentials(const std::string& path, const crypto::Address& address,
                                        std::uint64_t chain_id) {
  const auto text = crypto::read_secret_file(path);
  if (!text) return std::unexpected(text.error());
  clob_json::Parser parser;
  const auto root = parser.parse(text->text());
  std::uint64_t chain = 0;
  if (!root || (*root)["chain_id"].get(chain) != simdjson::SUCCESS || !fit(credentials_in(*root))) {
    return fail(ErrorCode::kInvalidInput, "API key file " + path + ": damaged; remove it and it is made anew");
  }
  const std::string_view owner = clob_json::text(*root, "address");
  if (crypto::parse_address(owner) != address || chain != chain_id) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("API key file {}: belongs to another address or chain than {} on {}; name another file",
                            path, crypto::checksum(address), chain_id));
  }
  return credentials_in(*root);
}

Result<void> write_credentials(const std::string& path, const ApiCredentials& credentials,
                               const crypto::Address& address, std::uint64_t chain_id) {
  if (!fit(credentials)) return fail(ErrorCode::kInvalidInput, "API key: malformed, not written");
  const std::string text =
      fmt::format(R"({{"address":"{}","chain_id":{},"apiKey":"{}","secret":"{}","passphrase":"{}"}})"
                  "\n",
                  crypto::checksum(address), chain_id, credentials.key, credentials.secret, credentials.passphrase);
  return crypto::write_secret_file(path, text);
}

Result<ApiCredentials> obtain_credentials(net::EventLoop& loop, net::HttpClient& clob, const crypto::SecretKey& key,
                                          const CredentialSettings& settings) {
  KeyDesk desk(loop, clob, key, settings);
  auto given = credentials_from_environment();
  if (!given) return std::unexpected(given.error());
  if (*given) {
    const auto accepted = desk.accepted(**given);
    if (!accepted) return std::unexpected(accepted.error());
    if (!*accepted) {
      return fail(ErrorCode::kRefused, "API key: the venue answers 401 to the one in POLY_API_KEY for " +
                                           crypto::checksum(key.address()) + "; correct or unset the three variables");
    }
    return std::move(**given);
  }
  if (!settings.cache_file.empty()) {
    auto kept = read_credentials(settings.cache_file, key.address(), settings.chain_id);
    if (!kept && kept.error().code != ErrorCode::kNotFound) return kept;
    if (kept) {
      const auto accepted = desk.accepted(*kept);
      if (!accepted) return std::unexpected(accepted.error());
      if (*accepted) return kept;
    }
  }
  auto fresh = desk.derive_or_create();
  if (!fresh || settings.cache_file.empty()) return fresh;
  if (auto written = write_credentials(settings.cache_file, *fresh, key.address(), settings.chain_id); !written) {
    return std::unexpected(written.error());
  }
  return fresh;
}

}  // namespace underround::polymarket
