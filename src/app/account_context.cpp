#include "app/account_context.hpp"

#include "app/config_command_line.hpp"
#include "app/embedded_venue.hpp"
#include "app/live_gates.hpp"

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

}  // namespace underround::cli
