// Signed requests to the order book service, one at a time, for commands by hand.
//   ClobClient clob(loop, url, account, proxy);   auto body = clob.get("/data/orders");
// Blocking. An answer outside 2xx is an error that quotes the venue's words.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/account.hpp"
#include "core/error.hpp"
#include "net/http_client.hpp"
#include "venue/polymarket/clob_session.hpp"

namespace underround {

class ClobClient {
 public:
  // kInvalidInput when the credentials cannot be used. `account` must outlive the client.
  [[nodiscard]] static Result<std::unique_ptr<ClobClient>> make(net::EventLoop& loop, const std::string& url,
                                                                const TradingAccount& account,
                                                                const std::string& proxy);

  [[nodiscard]] Result<std::string> get(std::string_view target) { return send("GET", target, {}); }
  [[nodiscard]] Result<std::string> send(std::string_view method, std::string_view target, std::string_view body);
  // As the last answer that named it did (protocol page 10.2); "" before.
  [[nodiscard]] const std::string& rate_tier() const noexcept { return rate_tier_; }
  // Rows of a cursor-paged list, as JSON texts.
  [[nodiscard]] Result<std::vector<std::string>> pages(std::string_view target);

 private:
  ClobClient(net::EventLoop& loop, const std::string& url, polymarket::L2Signer signer, const std::string& proxy);
  net::EventLoop& loop_;
  polymarket::L2Signer signer_;
  polymarket::ClobSession session_;
  net::HttpClient http_;
  std::string rate_tier_;
};

// {"canceled":[...],"not_canceled":{id:reason}}
struct CancelAnswer {
  std::vector<std::string> gone;
  std::vector<std::pair<std::string, std::string>> kept;
};
[[nodiscard]] Result<CancelAnswer> read_cancel_answer(const std::string& body);

}  // namespace underround
