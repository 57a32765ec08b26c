// underround split, merge, redeem, convert: complete sets and dollars, on chain. Underneath: chain/SetOperations.
#include <CLI/CLI.hpp>
#include <optional>

#include <fmt/format.h>

#include "app/account_context.hpp"
#include "app/account_readings.hpp"
#include "app/chain_operations.hpp"
#include "app/commands.hpp"
#include "app/json_text.hpp"
#include "app/market_lookup.hpp"
#include "base/decimal.hpp"

namespace underround::cli {
namespace {

constexpr Nanos kPatience = Nanos::from_seconds(300);

class SetCommand final : public Command {
 public:
  explicit SetCommand(SetOperation kind) : kind_(kind) {}
  std::string_view name() const override { return to_string(kind_); }
  std::string_view summary() const override {
    switch (kind_) {
      case SetOperation::kSplit: return "dollars into complete sets: one YES and one NO for each dollar";
      case SetOperation::kMerge: return "complete sets into dollars";
      case SetOperation::kRedeem: return "shares of a resolved market into dollars";
      case SetOperation::kConvert: return "NO shares of several outcomes into dollars and YES of the others";
    }
    return "";
  }
  void declare(CLI::App& app) override {
    app.add_option("--config", config_, "configuration file with the venue and the account")->required();
    auto* markets = app.add_option("market", markets_, "slug, condition id or token")->required();
    if (kind_ == SetOperation::kConvert) {
      markets->expected(1, 64)->description("the markets (of one event) whose NO is given");
    } else {
      markets->expected(1);
    }
    auto* amount = app.add_option("--amount", amount_, "sets, or shares; six decimals");
    if (kind_ != SetOperation::kRedeem) amount->required();
    app.add_option("--mode", mode_, "dry-run: says what would be called; live: does it (needs the other two yeses)")
        ->check(CLI::IsMember({"dry-run", "live"}))
        ->capture_default_str();
  }
  Outcome run(const Context& context) override;

 private:
  [[nodiscard]] Result<chain::SetRequest> request(AccountContext& a, Shares amount) const;
  [[nodiscard]] Result<std::vector<chain::Call>> calls(const chain::SetOperationSettings& settings,
                                                       const chain::SetRequest& request) const;
  [[nodiscard]] Result<void> check_approvals(AccountContext& a, const chain::SetOperationSettings& settings,
                                             chain::SetOperations& operations, const chain::SetRequest& request) const;
  SetOperation kind_;
  std::string config_, amount_, mode_ = "dry-run";
  std::vector<std::string> markets_;
};

Result<chain::SetRequest> SetCommand::request(AccountContext& a, Shares amount) const {
  chain::SetRequest request{.id = OperationId{1}, .kind = kind_, .amount = amount};
  for (const std::string& name : markets_) {
    const auto market = find_market(a.loop, a.urls, name, a.proxy());
    if (!market) return std::unexpected(market.error());
    if (kind_ == SetOperation::kConvert) {
      if (!market->neg_risk || market->group.neg_risk_market_id.empty() || market->question_id.empty()) {
        return fail(ErrorCode::kUnsupported, name + ": only outcomes of a neg-risk event can be converted");
      }
      if (!request.convert.market_id.empty() && request.convert.market_id != market->group.neg_risk_market_id) {
        return fail(ErrorCode::kInvalidInput, name + " belongs to another event than " + markets_.front());
      }
      request.convert.market_id = market->group.neg_risk_market_id;
      request.convert.question_ids.push_back(market->question_id);
      continue;
    }
    request.market = set_market(*market);
    if (kind_ != SetOperation::kRedeem) continue;
    const auto held = read_positions(a);
    if (!held) return std::unexpected(held.error());
    for (const HeldPosition& p : *held) {
      for (const unsigned outcome : {0U, 1U}) {
        if (p.token != market->tokens[outcome] || p.shares.micros <= 0) continue;
        request.redeem_legs.push_back({.outcome = outcome, .amount = amount.micros > 0 ? amount : p.shares});
        request.amount = request.redeem_legs.back().amount;
      }
    }
    if (request.redeem_legs.empty()) return fail(ErrorCode::kNotFound, "the account holds no shares of " + name);
  }
  return request;
}

Result<std::vector<chain::Call>> SetCommand::calls(const chain::SetOperationSettings& s,
                                                   const chain::SetRequest& r) const {
  const auto one = [](Result<chain::Call> call) -> Result<std::vector<chain::Call>> {
    if (!call) return std::unexpected(call.error());
    return std::vector<chain::Call>{std::move(*call)};
  };
  switch (kind_) {
    case SetOperation::kSplit: return one(chain::split_call(s.contracts, r.market, r.amount));
    case SetOperation::kMerge: return one(chain::merge_call(s.contracts, r.market, r.amount));
    case SetOperation::kConvert: return one(chain::convert_call(s.convert_adapter, r.convert, r.amount));
    case SetOperation::kRedeem: return chain::redeem_calls(s.contracts, r.market, r.redeem_legs);
  }
  return fail(ErrorCode::kInternal, "no such operation");
}

// Without an RPC URL nobody can be asked, and the call itself will tell.
Result<void> SetCommand::check_approvals(AccountContext& a, const chain::SetOperationSettings& s,
                                         chain::SetOperations& operations, const chain::SetRequest& r) const {
  const auto needed = kind_ == SetOperation::kConvert ? chain::approvals_for_convert(s.contracts, s.convert_adapter)
                                                      : chain::approvals_for(kind_, s.contracts, r.market);
  std::optional<Result<std::vector<chain::Approval>>> missing;
  operations.missing_approvals(needed, r.amount,
                               [&](Result<std::vector<chain::Approval>> m) { missing = std::move(m); });
  (void)a.loop.run_until([&] { return missing.has_value(); }, kPatience);
  if (!missing || !*missing || (*missing)->empty()) return {};
  const chain::Approval& first = (**missing).front();
  return fail(ErrorCode::kRefused,
              fmt::format("{} is not allowed to do that ({}); run `underround wallet approve --mode live` first",
                          crypto::checksum(first.spender), first.what));
}

Outcome SetCommand::run(const Context& context) {
  Shares amount;
  if (!amount_.empty()) {
    const auto parsed = parse_decimal(amount_, Shares::kDecimals);
    if (!parsed || *parsed <= 0) return wrong_usage(fmt::format("--amount {}: a positive number", amount_));
    amount = Shares{*parsed};
  }
  const bool live = mode_ == "live";
  auto opened = open_account_context(config_, live);
  if (!opened) return std::unexpected(opened.error());
  AccountContext& a = **opened;
  const auto wanted = request(a, amount);
  if (!wanted) return std::unexpected(Failure(wanted.error()));
  const auto settings = chain_settings(a.loaded, a.account);
  if (!settings) return std::unexpected(Failure(settings.error()));
  const auto planned = calls(*settings, *wanted);
  if (!planned) return std::unexpected(Failure(planned.error()));

  std::string rows;
  for (const chain::Call& call : *planned) {
    rows += fmt::format(R"({}{{"to":{},"what":{}}})", rows.empty() ? "" : ",", json_string(crypto::checksum(call.to)),
                        json_string(call.what));
    if (!context.json) fmt::print("{} through {}\n", call.what, crypto::checksum(call.to));
  }
  if (!live) {
    if (context.json) fmt::print("{{\"mode\":\"dry-run\",\"calls\":[{}]}}\n", rows);
    return {};
  }
  auto operations = chain::SetOperations::make(
      a.loop, *settings, a.account.key,
      {.on_named = [](const chain::OperationName&) { return true; },
       .on_stuck = [](OperationId, const std::string& words) { fmt::print(stderr, "still waiting: {}\n", words); }});
  if (!operations) return std::unexpected(Failure(operations.error()));
  if (auto granted = check_approvals(a, *settings, **operations, *wanted); !granted) {
    return std::unexpected(Failure(granted.error()));
  }
  std::optional<chain::SetResult> result;
  (*operations)->run(*wanted, [&](const chain::SetResult& r) { result = r; });
  (void)a.loop.run_until([&] { return result.has_value(); }, kPatience);
  if (!result) {
    return failed(ErrorCode::kTimeout, "no end within five minutes; look at the wallet before you try again");
  }
  // The venue trades on what it last saw of the chain.
  (void)a.clob->get(fmt::format("/balance-allowance/update?asset_type=COLLATERAL&signature_type={}",
                                static_cast<int>(a.account.type)));
  const std::string details =
      fmt::format(R"("result":{},"transaction":{},"gas_usd":{},"reason":{},"calls":[{}])",
                  json_string(to_string(result->kind)), json_string(result->transaction_hash),
                  json_string(format_decimal(result->gas.micros, 6)), json_string(result->reason), rows);
  if (result->kind != chain::SetResult::Kind::kSucceeded) {
    return std::unexpected(
        Failure(Error{ErrorCode::kRefused, fmt::format("{} {}: {}", name(), to_string(result->kind), result->reason)},
                kExitFailed, details));
  }
  if (context.json) {
    fmt::print("{{{}}}\n", details);
  } else {
    fmt::print("done: transaction {}, gas {} USD\n", result->transaction_hash, format_decimal(result->gas.micros, 6));
  }
  return {};
}

}  // namespace

std::unique_ptr<Command> make_split_command() { return std::make_unique<SetCommand>(SetOperation::kSplit); }
std::unique_ptr<Command> make_merge_command() { return std::make_unique<SetCommand>(SetOperation::kMerge); }
std::unique_ptr<Command> make_redeem_command() { return std::make_unique<SetCommand>(SetOperation::kRedeem); }
std::unique_ptr<Command> make_convert_command() { return std::make_unique<SetCommand>(SetOperation::kConvert); }

}  // namespace underround::cli
