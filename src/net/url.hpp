// Absolute URLs of the schemes this program speaks.
//   parse_url("wss://host:8443/ws?x=1") -> {kWss, "host", 8443, "/ws?x=1"}
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace underround::net {

enum class Scheme : std::uint8_t { kHttp, kHttps, kWs, kWss };
[[nodiscard]] const char* to_string(Scheme scheme) noexcept;

struct Url {
  Scheme scheme = Scheme::kHttp;
  std::string host{};      // no brackets around IPv6
  std::uint16_t port = 0;  // the scheme's default when the text had none
  std::string target{};    // path and query, at least "/"; the fragment is dropped
  std::string userinfo{};  // "user:password", percent-decoded; proxies only

  [[nodiscard]] bool tls() const noexcept { return scheme == Scheme::kHttps || scheme == Scheme::kWss; }
  // Value of the Host header: port left out when it is the default, IPv6 in brackets.
  [[nodiscard]] std::string authority() const;
  [[nodiscard]] std::string to_string() const;  // without userinfo: fit for logs
};

[[nodiscard]] Result<Url> parse_url(std::string_view text);

[[nodiscard]] std::string percent_encode(std::string_view text);  // everything but RFC 3986 "unreserved"
[[nodiscard]] std::string percent_decode(std::string_view text);  // a broken escape stays as it is

}  // namespace underround::net
