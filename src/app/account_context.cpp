#include "app/account_context.hpp"

#include <fmt/format.h>

#include "app/config_command_line.hpp"
#include "app/embedded_venue.hpp"
#include "app/live_gates.hpp"
#include "net/http_client.hpp"

namespace underround::cli {

std::expected<std::unique_ptr<AccountContext>, Failure> open_account_context(const std::string& config, bool live) {
  auto loaded = load_config(config);
  if (!loaded) return std::unexpected(loaded.error());
  if (live) {
    if (auto ok = check_live_gates(true, *loaded); !ok) return std::unexpected(Failure(ok.error()));
  }
  const auto urls = real_venue_urls(loaded->config);
  if (!urls) return std::unexpected(Failure(urls.error()));
  net::EventLoop opening;
  auto account = open_account(opening, *loaded);
  if (!account) return std::unexpected(Failure(account.error()));
  auto context = std::make_unique<AccountContext>(std::move(*account));
  context->loaded = std::move(*loaded);
  context->urls = *urls;
  auto clob = ClobClient::make(context->loop, urls->clob, context->account, context->proxy());
  if (!clob) return std::unexpected(Failure(clob.error()));
  context->clob = std::move(*clob);
  return context;
}

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

}  // namespace underround::cli
