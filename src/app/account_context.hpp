// What every command on an account begins with: configuration, venue, account, signed requests.
//   auto context = cli::open_account_context(config_file);   (*context)->clob->get("/data/orders")
#pragma once

#include <memory>
#include <string>

#include "app/account.hpp"
#include "app/cli.hpp"
#include "app/clob_client.hpp"
#include "app/session.hpp"
#include "net/event_loop.hpp"

namespace underround::cli {

struct AccountContext {
  net::EventLoop loop;
  config::Loaded loaded;
  VenueUrls urls;
  TradingAccount account;
  std::unique_ptr<ClobClient> clob;
  [[nodiscard]] const std::string& proxy() const noexcept { return loaded.secrets.proxy_url; }
  [[nodiscard]] std::string wallet_text() const { return crypto::checksum(account.wallet); }
  explicit AccountContext(TradingAccount a) : account(std::move(a)) {}
};

// `live`: the three yeses are asked for, because the command moves money.
[[nodiscard]] std::expected<std::unique_ptr<AccountContext>, Failure> open_account_context(const std::string& config,
                                                                                           bool live = false);

}  // namespace underround::cli
