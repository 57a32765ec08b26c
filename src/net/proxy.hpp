// Getting through a proxy: HTTP CONNECT and SOCKS5 (RFC 1928, user and password by RFC 1929), without a socket.
//   Proxy proxy = parse_proxy("socks5h://user:pass@10.0.0.1:1080").value().value();
//   ProxyHandshake handshake(proxy, "venue.example", 443);
//   send(handshake.take_output());   while (handshake.feed(received) == Progress::kNeedMore) send(take_output()); ...
// Internal to net/, but for parse_proxy(), with which a program checks its settings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/error.hpp"

namespace underround::net {

struct Proxy {
  enum class Kind : std::uint8_t {
    kHttp,
    kSocks5,   // names are resolved here
    kSocks5h,  // names are resolved by the proxy
  } kind = Kind::kHttp;
  std::string host{};
  std::uint16_t port = 0;                   // when the text has none: 80 for http, 1080 for socks
  std::string userinfo{};                   // "user:password", percent-decoded; secret
  [[nodiscard]] std::string place() const;  // "socks5://host:port", fit for logs
};

// "" = no proxy. kUnsupported for other schemes, kInvalidInput for nonsense; the password is never in the message.
[[nodiscard]] Result<std::optional<Proxy>> parse_proxy(std::string_view url);

class ProxyHandshake {
 public:
  enum class Progress : std::uint8_t { kNeedMore, kDone, kFailed };

  // `host` is a name or a numeric address, IPv6 without brackets. The first bytes to send wait in take_output().
  ProxyHandshake(const Proxy& proxy, std::string_view host, std::uint16_t port);

  // Bytes from the proxy, in pieces of any size. After kDone the connection belongs to the target; bytes that came too
  // early are a failure, as no venue speaks first.
  [[nodiscard]] Progress feed(std::string_view bytes);
  [[nodiscard]] std::string take_output() { return std::exchange(output_, {}); }
  [[nodiscard]] const std::string& error() const noexcept { return error_; }

 private:
  enum class Step : std::uint8_t { kHttpAnswer, kSocksMethod, kSocksLogin, kSocksAnswer };
  [[nodiscard]] Progress fail_with(std::string why);
  [[nodiscard]] Progress read_http();
  [[nodiscard]] Progress read_method();
  [[nodiscard]] Progress read_login();
  [[nodiscard]] Progress read_answer();
  void ask_socks();

  std::string user_, password_;
  std::string host_, target_, input_, output_, error_;
  std::uint16_t port_;
  Step step_;
};

}  // namespace underround::net
