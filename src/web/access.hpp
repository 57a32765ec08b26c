// Who may see the page and who may act on it. Two threats: another web site open in the same browser (cross-site
// requests, DNS rebinding), and another machine when the server is not on a loopback address.
//   const Access access(options.token);
//   if (!access.same_site(request)) refuse;   if (!access.logged_in(request)) ask for the token;
#pragma once

#include <string>
#include <string_view>

#include "net/http_message.hpp"

namespace underround::web {

// 127.0.0.0/8, ::1 or "localhost".
[[nodiscard]] bool is_loopback(std::string_view host) noexcept;

class Access {
 public:
  static constexpr std::size_t kMinTokenLength = 16;

  // `token` empty = no login; then only requests addressed to a loopback name are served, so that a foreign name that
  // resolves to 127.0.0.1 (DNS rebinding) gets nothing.
  explicit Access(std::string token);

  // The Host header names this server in a way we accept, and Origin, when a browser sent one, is the same place.
  [[nodiscard]] bool same_site(const net::HttpRequest& request) const noexcept;
  // Session cookie, or "Authorization: Bearer <token>". Always true without a token.
  [[nodiscard]] bool logged_in(const net::HttpRequest& request) const noexcept;

  // `body`: application/x-www-form-urlencoded with the field `token`.
  [[nodiscard]] bool token_matches(std::string_view body) const;
  // Set-Cookie value after a good login. The session is derived from the token, so it survives a restart of the engine
  // and ends when the token is changed.
  [[nodiscard]] std::string session_cookie() const;

 private:
  std::string token_;    // secret: never logged
  std::string session_;  // secret
};

}  // namespace underround::web
