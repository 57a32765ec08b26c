// underround wallet status, wallet approve: which addresses belong to the key, and what the contracts may take.
#include <CLI/CLI.hpp>
#include <optional>

#include <fmt/format.h>

#include "app/account_context.hpp"
#include "app/chain_operations.hpp"
#include "app/commands.hpp"
#include "app/config_command_line.hpp"
#include "app/json_text.hpp"
#include "app/live_gates.hpp"
#include "chain/wallets.hpp"

namespace underround::cli {
namespace {

constexpr Nanos kPatience = Nanos::from_seconds(30), kApprovalPatience = Nanos::from_seconds(600);

// Key, chain settings and the facade; no venue is asked.
struct Wallet {
  net::EventLoop loop;
  config::Loaded loaded;
  TradingAccount account;
  chain::SetOperationSettings settings;
  std::unique_ptr<chain::SetOperations> operations;
  Error unavailable{};  // why there is no `operations`
  explicit Wallet(TradingAccount a) : account(std::move(a)) {}
};

std::expected<std::unique_ptr<Wallet>, Failure> open_wallet(const std::string& config) {
  auto loaded = load_config(config);
  if (!loaded) return std::unexpected(loaded.error());
  auto account = load_account(loaded->config, loaded->secrets);
  if (!account) return std::unexpected(Failure(account.error()));
  auto wallet = std::make_unique<Wallet>(std::move(*account));
  wallet->loaded = std::move(*loaded);
  auto settings = chain_settings(wallet->loaded, wallet->account);
  if (!settings) return std::unexpected(Failure(settings.error()));
  wallet->settings = std::move(*settings);
  auto operations = chain::SetOperations::make(
      wallet->loop, wallet->settings, wallet->account.key,
      {.on_named = [](const chain::OperationName&) { return true; },
       .on_stuck = [](OperationId, const std::string& words) { fmt::print(stderr, "still waiting: {}\n", words); }});
  if (operations) {
    wallet->operations = std::move(*operations);
  } else {
    wallet->unavailable = operations.error();
  }
  return wallet;
}

Result<std::vector<chain::Approval>> missing(Wallet& w) {
  if (!w.operations) return std::unexpected(w.unavailable);
  std::optional<Result<std::vector<chain::Approval>>> answer;
  w.operations->missing_approvals(chain::trading_approvals(w.settings.contracts), chain::SetOperations::kPlenty,
                                  [&](Result<std::vector<chain::Approval>> r) { answer = std::move(r); });
  (void)w.loop.run_until([&] { return answer.has_value(); }, kPatience);
  if (!answer) return fail(ErrorCode::kTimeout, "the node did not answer: " + w.loaded.config.chain.rpc_url);
  return *answer;
}

class StatusCommand final : public Command {
 public:
  std::string_view name() const override { return "status"; }
  std::string_view summary() const override { return "addresses of the key, and approvals that are missing"; }
  void declare(CLI::App& app) override {
    app.add_option("--config", config_, "configuration file with the account")->required();
  }
  Outcome run(const Context& context) override {
    auto opened = open_wallet(config_);
    if (!opened) return std::unexpected(opened.error());
    Wallet& w = **opened;
    const crypto::Address& owner = w.account.key.address();
    std::string addresses;
    for (const auto type : {chain::AccountType::kEoa, chain::AccountType::kProxy, chain::AccountType::kSafe,
                            chain::AccountType::kDepositWallet}) {
      const auto address = chain::wallet_of(type, owner, w.settings.contracts);
      if (!address) continue;
      const bool used = *address == w.account.wallet;
      addresses += fmt::format("{}{}:{}", addresses.empty() ? "" : ",", json_string(to_string(type)),
                               json_string(crypto::checksum(*address)));
      if (!context.json) {
        fmt::print("{:<15} {}{}\n", to_string(type), crypto::checksum(*address), used ? "   <- configured" : "");
      }
    }
    const auto open = missing(w);
    std::string list;
    for (const chain::Approval& a : open ? *open : std::vector<chain::Approval>{}) {
      list += (list.empty() ? "" : ",") + json_string(a.what);
      if (!context.json) fmt::print("missing: {}\n", a.what);
    }
    if (context.json) {
      fmt::print(
          R"({{"wallet":{},"type":{},"key_locked_in_memory":{},"addresses":{{{}}},"missing_approvals":{},"note":{}}})"
          "\n",
          json_string(crypto::checksum(w.account.wallet)), json_string(w.loaded.config.account.type),
          w.account.key.locked(), addresses, open ? "[" + list + "]" : "null",
          json_string(open ? "" : open.error().message));
    } else if (!open) {
      fmt::print("approvals: not known ({})\n", open.error().message);
    } else if (open->empty()) {
      fmt::print("every approval is there\n");
    }
    return {};
  }

 private:
  std::string config_;
};

class ApproveCommand final : public Command {
 public:
  std::string_view name() const override { return "approve"; }
  std::string_view summary() const override { return "grant the approvals that trading and set operations need"; }
  void declare(CLI::App& app) override {
    app.add_option("--config", config_, "configuration file with the account")->required();
    app.add_option("--mode", mode_, "dry-run: says what is missing; live: grants it (needs the other two yeses)")
        ->check(CLI::IsMember({"dry-run", "live"}))
        ->capture_default_str();
  }
  Outcome run(const Context& context) override {
    auto opened = open_wallet(config_);
    if (!opened) return std::unexpected(opened.error());
    Wallet& w = **opened;
    const bool live = mode_ == "live";
    if (live) {
      if (auto ok = check_live_gates(true, w.loaded); !ok) return std::unexpected(Failure(ok.error()));
    }
    const auto open = missing(w);
    if (!open) return std::unexpected(Failure(open.error()));
    std::string list;
    for (const chain::Approval& a : *open) {
      list += (list.empty() ? "" : ",") + json_string(a.what);
      if (!context.json) fmt::print("{}: {}\n", live ? "granting" : "missing", a.what);
    }
    std::string hash;
    if (live && !open->empty()) {
      std::optional<chain::SetResult> result;
      w.operations->approve(OperationId{1}, *open, [&](const chain::SetResult& r) { result = r; });
      (void)w.loop.run_until([&] { return result.has_value(); }, kApprovalPatience);
      if (!result)
        return failed(ErrorCode::kTimeout,
                      "no end within ten minutes; `underround wallet status` shows what is granted");
      if (result->kind != chain::SetResult::Kind::kSucceeded) return failed(ErrorCode::kRefused, result->reason);
      hash = result->transaction_hash;
    }
    if (context.json) {
      fmt::print("{{\"mode\":{},\"approvals\":[{}],\"transaction\":{}}}\n", json_string(mode_), list,
                 json_string(hash));
    } else if (open->empty()) {
      fmt::print("nothing is missing\n");
    } else if (live) {
      fmt::print("granted, transaction {}\n", hash);
    }
    return {};
  }

 private:
  std::string config_, mode_ = "dry-run";
};

class WalletCommand final : public Command {
 public:
  std::string_view name() const override { return "wallet"; }
  std::string_view summary() const override { return "addresses of the key and approvals"; }
  void declare(CLI::App&) override {}
  Outcome run(const Context&) override { return {}; }
  std::vector<std::unique_ptr<Command>> subcommands() override {
    std::vector<std::unique_ptr<Command>> list;
    list.push_back(std::make_unique<StatusCommand>());
    list.push_back(std::make_unique<ApproveCommand>());
    return list;
  }
};

}  // namespace

std::unique_ptr<Command> make_wallet_command() { return std::make_unique<WalletCommand>(); }

}  // namespace underround::cli
