#include "venue/polymarket/clob_session.hpp"

#include <charconv>
#include <utility>

#include "base/decimal.hpp"

namespace underround::polymarket {

net::HttpHeaders ClobSession::constant_headers() const {
  return {{"Accept", "*/*"},
          {"Content-Type", "application/json"},
          {"User-Agent", "underround"},
          {"POLY_ADDRESS", signer_.address()},
          {"POLY_API_KEY", signer_.api_key()},
          {"POLY_PASSPHRASE", signer_.passphrase()}};
}

const net::HttpRequest& ClobSession::prepare(std::string_view method, std::string_view target, std::string_view body) {
  const std::int64_t timestamp_s = loop_.now().seconds();
  const L2Signer::SignatureText signature = signer_.sign(timestamp_s, method, target.substr(0, target.find('?')), body);
  char digits[24];
  const char* const end = std::to_chars(digits, digits + sizeof digits, timestamp_s).ptr;
  request_.method = method;
  request_.target = target;
  request_.body = body;
  request_.headers.clear();
  request_.headers.add("POLY_SIGNATURE", {signature.data(), signature.size()});
  request_.headers.add("POLY_TIMESTAMP", {digits, static_cast<std::size_t>(end - digits)});
  return request_;
}

void ClobSession::send(net::HttpClient& lane, std::string_view method, std::string_view target, std::string_view body,
                       Nanos timeout, net::HttpClient::Callback done) {
  lane.send(prepare(method, target, body), timeout, std::move(done));
}

Nanos retry_after(const net::HttpResponse& response) noexcept {
  constexpr std::int64_t kMaxSeconds = 3600;
  const auto seconds = parse_decimal_truncating(response.headers.get("Retry-After"), 0);
  return seconds && *seconds > 0 && *seconds <= kMaxSeconds ? Nanos::from_seconds(*seconds) : Nanos{};
}

}  // namespace underround::polymarket
