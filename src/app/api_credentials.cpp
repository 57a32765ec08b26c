#include "app/api_credentials.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <simdjson.h>

#include <filesystem>

#include "app/json_text.hpp"
#include "crypto/secret_file.hpp"
#include "net/http_client.hpp"

namespace underround {
namespace {

constexpr Nanos kTimeout = Nanos::from_seconds(10);

Result<polymarket::ApiCredentials> parse(std::string_view body, const char* key_name) {
  simdjson::dom::parser parser;
  simdjson::dom::element json;
  std::string_view key, secret, passphrase;
  if (parser.parse(simdjson::padded_string(body)).get(json) != simdjson::SUCCESS ||
      json[key_name].get(key) != simdjson::SUCCESS || json["secret"].get(secret) != simdjson::SUCCESS ||
      json["passphrase"].get(passphrase) != simdjson::SUCCESS || key.empty()) {
    return fail(ErrorCode::kInvalidInput, "not API credentials");
  }
  return polymarket::ApiCredentials{std::string(key), std::string(secret), std::string(passphrase)};
}

// kNotFound when there is no cache, or it belongs to another key.
Result<polymarket::ApiCredentials> read_cache(const std::string& file, const std::string& address) {
  if (file.empty() || !std::filesystem::exists(file)) return fail(ErrorCode::kNotFound, "no cached API credentials");
  const auto text = crypto::read_secret_file(file);
  if (!text) return std::unexpected(text.error());
  simdjson::dom::parser parser;
  simdjson::dom::element json;
  std::string_view owner;
  if (parser.parse(simdjson::padded_string(text->text())).get(json) != simdjson::SUCCESS ||
      json["address"].get(owner) != simdjson::SUCCESS) {
    return fail(ErrorCode::kInvalidInput, file + ": not a credentials file; remove it to have it made anew");
  }
  if (owner != address) return fail(ErrorCode::kNotFound, "cached for another key");
  auto credentials = parse(text->text(), "key");
  if (!credentials) return fail(ErrorCode::kInvalidInput, file + ": " + credentials.error().message);
  return credentials;
}

Result<void> write_cache(const std::string& file, const std::string& address, const polymarket::ApiCredentials& c) {
  std::error_code error;
  const std::filesystem::path path(file);
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  std::string text =
      fmt::format("{{\"address\":{},\"key\":{},\"secret\":{},\"passphrase\":{}}}\n", json_string(address),
                  json_string(c.key), json_string(c.secret), json_string(c.passphrase));
  const auto written = crypto::write_secret_file(file, text);
  OPENSSL_cleanse(text.data(), text.size());
  return written;
}

Result<net::HttpResponse> ask(net::EventLoop& loop, net::HttpClient& client, const char* method, const char* target,
                              const crypto::SecretKey& key, std::uint64_t chain_id) {
  const polymarket::L1Headers l1 = polymarket::sign_clob_auth(key, loop.now().seconds(), 0, chain_id);
  net::HttpRequest request;
  request.method = method;
  request.target = target;
  request.headers = {{"POLY_ADDRESS", l1.address},
                     {"POLY_SIGNATURE", l1.signature},
                     {"POLY_TIMESTAMP", l1.timestamp},
                     {"POLY_NONCE", l1.nonce}};
  auto answer = client.fetch(std::move(request), kTimeout);
  if (!answer) return std::unexpected(answer.error().error);
  return std::move(*answer);
}

}  // namespace

Result<polymarket::ApiCredentials> open_api_credentials(net::EventLoop& loop, const ApiCredentialsSource& source,
                                                        const crypto::SecretKey& key) {
  const std::string address = crypto::checksum(key.address());
  if (!source.renew) {
    auto cached = read_cache(source.cache_file, address);
    if (cached || cached.error().code != ErrorCode::kNotFound) return cached;
  }
  net::HttpClient client(loop, {.base_url = source.clob_url, .proxy_url = source.proxy_url, .connections = 1});
  auto answer = ask(loop, client, "GET", "/auth/derive-api-key", key, source.chain_id);
  if (answer && answer->status / 100 != 2) {
    answer = ask(loop, client, "POST", "/auth/api-key", key, source.chain_id);
  }
  if (!answer) return std::unexpected(answer.error());
  if (answer->status / 100 != 2) {
    return fail(ErrorCode::kRefused,
                fmt::format("the venue gives {} no API credentials ({}: {}); is the clock right, and may this wallet "
                            "trade?",
                            address, answer->status, answer->body.substr(0, 200)));
  }
  auto credentials = parse(answer->body, "apiKey");
  if (!credentials) return fail(ErrorCode::kInternal, "the venue's API credentials could not be read");
  if (!source.cache_file.empty()) {
    if (auto kept = write_cache(source.cache_file, address, *credentials); !kept) return std::unexpected(kept.error());
  }
  return credentials;
}

}  // namespace underround
