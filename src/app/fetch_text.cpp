#include "app/fetch_text.hpp"

#include <fmt/format.h>

#include "net/http_client.hpp"

namespace underround {

Result<std::string> fetch_text(net::EventLoop& loop, const std::string& base_url, std::string target,
                               const std::string& proxy) {
  net::HttpClient client(loop, {.base_url = base_url, .proxy_url = proxy, .connections = 1});
  net::HttpRequest request;
  request.target = std::move(target);
  const std::string what = base_url + request.target;
  const auto answer = client.fetch(request, Nanos::from_seconds(10));
  if (!answer) return std::unexpected(answer.error().error);
  if (answer->status / 100 == 2) return answer->body;
  return fail(answer->status == 404 ? ErrorCode::kNotFound : ErrorCode::kRefused,
              fmt::format("{} answered {}: {}", what, answer->status, answer->body.substr(0, 200)));
}

}  // namespace underround
