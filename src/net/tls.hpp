// Who is trusted, and who we are. A TlsContext is made once at start-up and shared by many connections.
//   auto client = TlsContext::client({});                       // system roots, host name verified
//   auto server = TlsContext::server(make_self_signed_certificate("localhost").value());
#pragma once

#include <memory>
#include <string>

#include "core/error.hpp"

struct ssl_ctx_st;

namespace underround::net {

struct TlsClientOptions {
  std::string ca_pem{};   // trust only these roots (PEM text); empty = the system's
  bool insecure = false;  // no verification at all: loopback tests against a throw-away certificate
};

struct Certificate {
  std::string chain_pem{};
  std::string key_pem{};  // secret: never logged
};

class TlsContext {
 public:
  [[nodiscard]] static Result<std::shared_ptr<TlsContext>> client(const TlsClientOptions& options);
  [[nodiscard]] static Result<std::shared_ptr<TlsContext>> server(const Certificate& certificate);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  [[nodiscard]] ssl_ctx_st* native() const noexcept { return context_; }
  [[nodiscard]] bool verifies() const noexcept { return verifies_; }

 private:
  TlsContext(ssl_ctx_st* context, bool verifies) noexcept : context_(context), verifies_(verifies) {}
  ssl_ctx_st* context_;
  bool verifies_;
};

// A fresh P-256 key and a certificate for `host` (DNS name or IP address), valid for 30 days: simulator and tests.
[[nodiscard]] Result<Certificate> make_self_signed_certificate(const std::string& host);

}  // namespace underround::net
