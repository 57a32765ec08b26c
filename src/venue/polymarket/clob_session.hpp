// Private CLOB requests: L2 headers on top of a kept-alive HTTP lane (protocol pages 2 and 5.2).
//   ClobSession session(loop, l2);   session.send(lane, "DELETE", "/order", body, timeout, [](net::HttpResult r)
//   {...});
// Owner: the loop's thread. The signer must outlive the session.
#pragma once

#include <string>
#include <string_view>

#include "net/http_client.hpp"
#include "venue/polymarket/clob_auth.hpp"

namespace underround::polymarket {

class ClobSession {
 public:
  ClobSession(net::EventLoop& loop, const L2Signer& signer) noexcept : loop_(loop), signer_(signer) {}

  // Headers that are the same for every request of the account; goes into HttpClientSettings::headers.
  [[nodiscard]] net::HttpHeaders constant_headers() const;

  // Signed and complete but for the constant headers; valid until the next call. Allocates nothing once its buffers
  // have grown. Benchmarks; send() is this and the lane.
  [[nodiscard]] const net::HttpRequest& prepare(std::string_view method, std::string_view target,
                                                std::string_view body);
  // The exact bytes of `body` are signed and sent. The query string of `target` is never signed.
  void send(net::HttpClient& lane, std::string_view method, std::string_view target, std::string_view body,
            Nanos timeout, net::HttpClient::Callback done);

 private:
  net::EventLoop& loop_;
  const L2Signer& signer_;
  net::HttpRequest request_;  // reused
};

// Seconds in a Retry-After header; 0 when absent or a date.
[[nodiscard]] Nanos retry_after(const net::HttpResponse& response) noexcept;

}  // namespace underround::polymarket
