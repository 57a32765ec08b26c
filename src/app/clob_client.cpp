#include "app/clob_client.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <optional>

#include "net/url.hpp"

namespace underround {
namespace {

constexpr Nanos kTimeout = Nanos::from_seconds(10);
constexpr int kMaxPages = 200;

}  // namespace

Result<std::unique_ptr<ClobClient>> ClobClient::make(net::EventLoop& loop, const std::string& url,
                                                     const TradingAccount& account, const std::string& proxy) {
  auto signer = polymarket::L2Signer::make(account.credentials, account.key.address());
  if (!signer) return std::unexpected(signer.error());
  return std::unique_ptr<ClobClient>(new ClobClient(loop, url, std::move(*signer), proxy));
}

ClobClient::ClobClient(net::EventLoop& loop, const std::string& url, polymarket::L2Signer signer,
                       const std::string& proxy)
    : loop_(loop),
      signer_(std::move(signer)),
      session_(loop, signer_),
      http_(loop, {.base_url = url, .proxy_url = proxy, .headers = session_.constant_headers(), .connections = 1}) {}

Result<std::string> ClobClient::send(std::string_view method, std::string_view target, std::string_view body) {
  std::optional<net::HttpResult> answer;
  session_.send(http_, method, target, body, kTimeout, [&](net::HttpResult result) { answer = std::move(result); });
  (void)loop_.run_until([&] { return answer.has_value(); }, kTimeout + Nanos::from_seconds(1));
  if (!answer) return fail(ErrorCode::kTimeout, fmt::format("{} {}: no answer", method, target));
  if (!*answer) return std::unexpected((*answer).error().error);
  const net::HttpResponse& response = **answer;
  if (response.headers.has("Poly-RateLimit-Tier")) rate_tier_ = response.headers.get("Poly-RateLimit-Tier");
  if (response.status / 100 == 2) return response.body;
  return fail(ErrorCode::kRefused, fmt::format("the venue answered {} to {} {}: {}", response.status, method, target,
                                               std::string_view(response.body).substr(0, 300)));
}

Result<std::vector<std::string>> ClobClient::pages(std::string_view target) {
  std::vector<std::string> rows;
  simdjson::dom::parser parser;
  std::string cursor;
  for (int page = 0; page < kMaxPages; ++page) {
    std::string url(target);
    if (!cursor.empty()) {
      url += url.find('?') == std::string::npos ? '?' : '&';
      url += "next_cursor=" + net::percent_encode(cursor);
    }
    auto body = get(url);
    if (!body) return std::unexpected(body.error());
    simdjson::dom::element root;
    simdjson::dom::array data;
    if (parser.parse(*body).get(root) != simdjson::SUCCESS || root["data"].get(data) != simdjson::SUCCESS) {
      return fail(ErrorCode::kInternal, fmt::format("the answer to GET {} is not a page of rows", target));
    }
    for (const simdjson::dom::element row : data) rows.push_back(simdjson::minify(row));
    std::string_view next;
    if (root["next_cursor"].get(next) != simdjson::SUCCESS || next.empty() || next == "LTE=") return rows;
    cursor = next;
  }
  return fail(ErrorCode::kInternal, fmt::format("GET {} never comes to an end", target));
}

Result<CancelAnswer> read_cancel_answer(const std::string& body) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  simdjson::dom::array gone;
  simdjson::dom::object kept;
  if (parser.parse(body).get(root) != simdjson::SUCCESS || root["canceled"].get(gone) != simdjson::SUCCESS) {
    return fail(ErrorCode::kInternal, "the venue's answer to the cancel could not be read: " + body.substr(0, 200));
  }
  CancelAnswer answer;
  for (const simdjson::dom::element id : gone) answer.gone.emplace_back(std::string_view(id));
  if (root["not_canceled"].get(kept) == simdjson::SUCCESS) {
    for (const auto field : kept) {
      std::string_view why;
      if (field.value.get(why) != simdjson::SUCCESS) why = "no reason given";
      answer.kept.emplace_back(field.key, why);
    }
  }
  return answer;
}

}  // namespace underround
