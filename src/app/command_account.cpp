// underround auth derive, balance, positions, orders: the account as the venue shows it. Nothing is changed.
#include <CLI/CLI.hpp>

#include <fmt/format.h>
#include <simdjson.h>

#include "app/account_context.hpp"
#include "app/account_readings.hpp"
#include "app/commands.hpp"
#include "app/json_text.hpp"
#include "base/decimal.hpp"

namespace underround::cli {
namespace {

std::string money(std::int64_t micros) { return format_decimal(micros, 6); }

class AccountCommand : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("--config", config_, "configuration file with the venue and the account")->required();
  }
  Outcome run(const Context& context) override {
    auto account = open_account_context(config_);
    if (!account) return std::unexpected(account.error());
    return show(context, **account);
  }

 protected:
  virtual Outcome show(const Context& context, AccountContext& account) = 0;

 private:
  std::string config_;
};

class DeriveCommand final : public AccountCommand {
 public:
  std::string_view name() const override { return "derive"; }
  std::string_view summary() const override { return "API credentials for the key: derived or created, kept (0600)"; }

 private:
  // The secret and the passphrase stay in the file.
  Outcome show(const Context& context, AccountContext& a) override {
    const std::string key = crypto::checksum(a.account.key.address());
    const std::string& file = a.loaded.config.account.credentials_file;
    if (context.json) {
      fmt::print(R"({{"address":{},"wallet":{},"type":{},"api_key":{},"credentials_file":{}}})"
                 "\n",
                 json_string(key), json_string(a.wallet_text()), json_string(a.loaded.config.account.type),
                 json_string(a.account.credentials.key), json_string(file));
    } else {
      fmt::print("key      {}\nwallet   {} ({})\nAPI key  {}\nkept in  {}\n", key, a.wallet_text(),
                 a.loaded.config.account.type, a.account.credentials.key, file);
    }
    return {};
  }
};

class AuthCommand final : public Command {
 public:
  std::string_view name() const override { return "auth"; }
  std::string_view summary() const override { return "API credentials"; }
  void declare(CLI::App&) override {}
  Outcome run(const Context&) override { return {}; }
  std::vector<std::unique_ptr<Command>> subcommands() override {
    std::vector<std::unique_ptr<Command>> list;
    list.push_back(std::make_unique<DeriveCommand>());
    return list;
  }
};

class BalanceCommand final : public AccountCommand {
 public:
  std::string_view name() const override { return "balance"; }
  std::string_view summary() const override { return "dollars of the account, and what the exchanges may take"; }

 private:
  Outcome show(const Context& context, AccountContext& a) override {
    const auto cash = read_cash(a);
    if (!cash) return std::unexpected(Failure(cash.error()));
    std::string list;
    for (const auto& [spender, amount] : cash->allowances) {
      list += (list.empty() ? "" : ",") + json_string(spender) + ":" + json_string(amount);
    }
    if (context.json) {
      fmt::print(R"({{"wallet":{},"usd":{},"allowances":{{{}}}}})"
                 "\n",
                 json_string(a.wallet_text()), json_string(money(cash->usd.micros)), list);
      return {};
    }
    fmt::print("{}: {} USD\n", a.wallet_text(), money(cash->usd.micros));
    for (const auto& [spender, amount] : cash->allowances) {
      fmt::print("  {} may take {}\n", spender, amount.size() > 30 ? "anything" : amount + " (base units)");
    }
    return {};
  }
};

class PositionsCommand final : public AccountCommand {
 public:
  std::string_view name() const override { return "positions"; }
  std::string_view summary() const override { return "outcome shares of the account"; }

 private:
  Outcome show(const Context& context, AccountContext& a) override {
    const auto positions = read_positions(a);
    if (!positions) return std::unexpected(Failure(positions.error()));
    std::string rows;
    for (const HeldPosition& p : *positions) {
      if (!context.json) {
        fmt::print("{:>14} {:<10} {:<50.50} avg {:<8} {}\n", money(p.shares.micros), p.outcome, p.title,
                   p.average_price,
                   p.redeemable  ? "redeemable"
                   : p.mergeable ? "mergeable"
                                 : "");
        continue;
      }
      rows += fmt::format(
          R"({}{{"token":{},"condition_id":{},"market":{},"outcome":{},"shares":{},"average_price":{},"redeemable":{},"mergeable":{}}})",
          rows.empty() ? "" : ",", json_string(p.token), json_string(p.condition_id), json_string(p.slug),
          json_string(p.outcome), json_string(money(p.shares.micros)), json_string(p.average_price), p.redeemable,
          p.mergeable);
    }
    if (context.json) {
      fmt::print("{{\"wallet\":{},\"positions\":[{}]}}\n", json_string(a.wallet_text()), rows);
    } else if (positions->empty()) {
      fmt::print("no positions\n");
    }
    return {};
  }
};

class OrdersCommand final : public AccountCommand {
 public:
  std::string_view name() const override { return "orders"; }
  std::string_view summary() const override { return "open orders of the account"; }

 private:
  Outcome show(const Context& context, AccountContext& a) override {
    const auto rows = a.clob->pages("/data/orders");
    if (!rows) return std::unexpected(Failure(rows.error()));
    if (context.json) {
      fmt::print("{{\"orders\":[{}]}}\n", fmt::join(*rows, ","));
      return {};
    }
    if (rows->empty()) fmt::print("no open orders\n");
    simdjson::dom::parser parser;
    for (const std::string& row : *rows) {
      const simdjson::dom::element o = parser.parse(row);
      const auto text = [&](const char* key) {
        std::string_view value;
        return o[key].get(value) == simdjson::SUCCESS ? value : std::string_view("?");
      };
      fmt::print("{}  {:<4} {:>10} ({} matched) at {:<7} {:<8} {} {}\n", text("id"), text("side"),
                 text("original_size"), text("size_matched"), text("price"), text("outcome"), text("order_type"),
                 text("status"));
    }
    return {};
  }
};

}  // namespace

std::unique_ptr<Command> make_auth_command() { return std::make_unique<AuthCommand>(); }
std::unique_ptr<Command> make_balance_command() { return std::make_unique<BalanceCommand>(); }
std::unique_ptr<Command> make_positions_command() { return std::make_unique<PositionsCommand>(); }
std::unique_ptr<Command> make_orders_command() { return std::make_unique<OrdersCommand>(); }

}  // namespace underround::cli
