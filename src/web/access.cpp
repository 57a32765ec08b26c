#include "web/access.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/check.hpp"
#include "net/url.hpp"

namespace underround::web {
namespace {

constexpr std::string_view kCookieName = "underround_session";
constexpr std::string_view kBearer = "Bearer ";

std::string derive_session(std::string_view token) {
  constexpr std::string_view kPurpose = "underround dashboard session 1";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  UR_CHECK(HMAC(EVP_sha256(), token.data(), static_cast<int>(token.size()),
                reinterpret_cast<const unsigned char*>(kPurpose.data()), kPurpose.size(), digest.data(),
                &length) != nullptr);
  std::string text;
  for (unsigned i = 0; i < length; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

// Takes the same time wherever the texts differ.
bool equal_secrets(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

// "127.0.0.1:3000" -> "127.0.0.1", "[::1]:3000" -> "::1".
std::string_view host_name(std::string_view authority) noexcept {
  if (authority.starts_with('[')) return authority.substr(1, authority.find(']') - 1);
  return authority.substr(0, authority.find(':'));
}

std::optional<std::string_view> cookie(std::string_view header, std::string_view name) noexcept {
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(';'), header.size());
    std::string_view pair = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) return pair.substr(name.size() + 1);
  }
  return std::nullopt;
}

std::string form_field(std::string_view body, std::string_view name) {
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('&'), body.size());
    const std::string_view pair = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    if (!pair.starts_with(name) || !pair.substr(name.size()).starts_with('=')) continue;
    std::string value(pair.substr(name.size() + 1));
    std::ranges::replace(value, '+', ' ');
    return net::percent_decode(value);
  }
  return {};
}

}  // namespace

bool is_loopback(std::string_view host) noexcept {
  if (host == "localhost" || host == "::1") return true;
  // Digits and dots only, so that a name such as 127.0.0.1.example.com is not taken for an address.
  return host.starts_with("127.") && std::ranges::count(host, '.') == 3 &&
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

Access::Access(std::string token)
    : token_(std::move(token)), session_(token_.empty() ? std::string() : derive_session(token_)) {}

bool Access::same_site(const net::HttpRequest& request) const noexcept {
  const std::string_view host = request.headers.get("Host");
  if (host.empty()) return false;
  if (token_.empty() && !is_loopback(host_name(host))) return false;
  const std::string_view origin = request.headers.get("Origin");
  if (origin.empty()) return true;
  const std::size_t scheme_end = origin.find("://");
  return scheme_end != std::string_view::npos && origin.substr(scheme_end + 3) == host;
}

bool Access::logged_in(const net::HttpRequest& request) const noexcept {
  if (token_.empty()) return true;
  const std::string_view authorization = request.headers.get("Authorization");
  if (authorization.starts_with(kBearer) && equal_secrets(authorization.substr(kBearer.size()), token_)) return true;
  const auto session = cookie(request.headers.get("Cookie"), kCookieName);
  return session.has_value() && equal_secrets(*session, session_);
}

bool Access::token_matches(std::string_view body) const {
  return !token_.empty() && equal_secrets(form_field(body, "token"), token_);
}

std::string Access::session_cookie() const {
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000", kCookieName, session_);
}

}  // namespace underround::web
