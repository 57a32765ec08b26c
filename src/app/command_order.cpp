// underround order place, order cancel, cancel-all: orders by hand, through the same risk room.
#include <CLI/CLI.hpp>
#include <cstdio>

#include <fmt/format.h>

#include "app/clob_client.hpp"
#include "app/commands.hpp"
#include "app/config_command_line.hpp"
#include "app/duration.hpp"
#include "app/embedded_venue.hpp"
#include "app/hand_trader.hpp"
#include "app/json_text.hpp"
#include "app/live_gates.hpp"
#include "app/market_lookup.hpp"
#include "base/decimal.hpp"
#include "net/event_loop.hpp"

namespace underround::cli {
namespace {

std::string money(std::int64_t micros) { return format_decimal(micros, 6); }

class PlaceCommand final : public Command {
 public:
  std::string_view name() const override { return "place"; }
  std::string_view summary() const override { return "one order; without --mode live it is checked and not sent"; }
  void declare(CLI::App& app) override {
    app.add_option("--config", config_, "configuration file")->required();
    app.add_option("market", market_, "slug, condition id or token")->required();
    app.add_option("side", side_, "buy or sell")->required()->check(CLI::IsMember({"buy", "sell"}));
    app.add_option("outcome", outcome_, "yes, no, or the outcome's name")->required();
    app.add_option("--price", price_, "worst price per share, USD: 0.45")->required();
    app.add_option("--size", size_,
                   "shares, two decimals: 10. fok and fak buys are orders for dollars at this "
                   "venue: price x size is spent, and a better price brings more shares")
        ->required();
    app.add_option("--type", type_,
                   "gtc rests, gtd rests until --for is over, fok all at once or nothing, fak what is there")
        ->check(CLI::IsMember({"gtc", "gtd", "fok", "fak"}))
        ->capture_default_str();
    app.add_option("--for", for_, "life of a gtd order: 10m");
    app.add_flag("--post-only", post_only_, "refuse to take");
    app.add_option("--mode", mode_, "dry-run: checked, built, signed, not sent; live: sent (needs the other two yeses)")
        ->check(CLI::IsMember({"dry-run", "live"}))
        ->capture_default_str();
  }
  Outcome run(const Context& context) override;

 private:
  [[nodiscard]] std::expected<HandOrder, Failure> read_order() const;
  std::string config_, market_, side_, outcome_, price_, size_, type_ = "gtc", for_, mode_ = "dry-run";
  bool post_only_ = false;
};

std::expected<HandOrder, Failure> PlaceCommand::read_order() const {
  HandOrder order;
  const auto price = parse_decimal(price_, Price::kDecimals);
  if (!price || *price <= 0 || *price >= Price::kPipsPerUsd) {
    return wrong_usage(fmt::format("--price {}: a price lies between 0 and 1 USD, with at most four decimals", price_));
  }
  const auto size = parse_decimal(size_, Shares::kDecimals);
  if (!size || *size <= 0 || *size % Shares::kMicrosPerLot != 0 || *size > Shares::whole(10'000'000).micros) {
    return wrong_usage(fmt::format("--size {}: shares, with at most two decimals", size_));
  }
  order.limit = Price{static_cast<std::int32_t>(*price)};
  order.size = Shares{*size};
  order.side = side_ == "buy" ? Side::kBuy : Side::kSell;
  order.tif = type_ == "gtc"   ? TimeInForce::kGtc
              : type_ == "gtd" ? TimeInForce::kGtd
              : type_ == "fok" ? TimeInForce::kFok
                               : TimeInForce::kFak;
  order.post_only = post_only_;
  const bool takes = order.tif == TimeInForce::kFok || order.tif == TimeInForce::kFak;
  if (post_only_ && takes) return wrong_usage("--post-only orders rest: use --type gtc or gtd");
  const auto lifetime = duration_option("--for", for_, Nanos{});
  if (!lifetime) return std::unexpected(lifetime.error());
  if ((order.tif == TimeInForce::kGtd) != (lifetime->ns > 0)) return wrong_usage("--type gtd and --for go together");
  // The venue wants 180 s in the stated expiry and acts 60 s early (protocol page 6.7).
  if (lifetime->ns > 0 && *lifetime < Nanos::from_seconds(120)) return wrong_usage("--for: the venue's minimum is 2m");
  order.lifetime = *lifetime;
  return order;
}

Outcome PlaceCommand::run(const Context& context) {
  auto order = read_order();
  if (!order) return std::unexpected(order.error());
  auto loaded = load_config(config_);
  if (!loaded) return std::unexpected(loaded.error());
  const bool live = mode_ == "live";
  if (live) {
    if (auto ok = check_live_gates(true, *loaded); !ok) return std::unexpected(Failure(ok.error()));
  }
  net::EventLoop loop;
  const auto urls = real_venue_urls(loaded->config);
  if (!urls) return std::unexpected(Failure(urls.error()));
  const std::string proxy = loaded->secrets.proxy_url;
  const auto market = find_market(loop, *urls, market_, proxy);
  if (!market) return std::unexpected(Failure(market.error()));
  const auto outcome = find_outcome(*market, outcome_);
  if (!outcome) return std::unexpected(Failure(outcome.error(), kExitUsage));
  order->outcome = *outcome;
  const auto account = open_account(loop, *loaded);
  if (!account) return std::unexpected(Failure(account.error()));

  HandTrader trader(loop, {*urls, loaded->config, proxy, *market, !live}, *account);
  if (auto ok = trader.open(); !ok) return std::unexpected(Failure(ok.error()));
  const auto result = trader.place(*order);
  if (!result) return std::unexpected(Failure(result.error()));
  const std::string status = !live && result->refusal.empty() ? "dry_run" : to_string(result->status);
  const std::string details =
      fmt::format(R"("order_id":{},"status":{},"market":{},"outcome":{},"side":{},"price":{},"size":{},"matched":{},)"
                  R"("paid_usd":{},"fees_usd":{},"refusal":{})",
                  json_string(result->order_id), json_string(status), json_string(market->slug),
                  json_string(market->outcomes[*outcome]), json_string(side_), json_string(price_), json_string(size_),
                  json_string(money(result->matched.micros)), json_string(money(result->paid.micros)),
                  json_string(money(result->fees.micros)), json_string(result->refusal));
  if (!result->refusal.empty()) {
    return std::unexpected(
        Failure(Error{ErrorCode::kRefused, fmt::format("not placed: {}", result->refusal)}, kExitFailed, details));
  }
  if (result->status == OrderStatus::kUnknown || result->status == OrderStatus::kSent) {
    return std::unexpected(
        Failure(Error{ErrorCode::kTimeout,
                      fmt::format("the venue has not said what became of {}; look with `underround orders` "
                                  "and do not place it again before you know",
                                  result->order_id)},
                kExitFailed, details));
  }
  if (context.json) {
    fmt::print("{{{}}}\n", details);
  } else {
    fmt::print("{} {} {} of {} at {}: {}\norder {}\nmatched {} for {} USD, fees {} USD\n", side_, size_,
               market->outcomes[*outcome], market->slug, price_, status, result->order_id,
               money(result->matched.micros), money(result->paid.micros), money(result->fees.micros));
  }
  return {};
}

// --- cancelling: takes risk away, so it needs no yes

class CancelCommand final : public Command {
 public:
  explicit CancelCommand(bool all) : all_(all) {}
  std::string_view name() const override { return all_ ? "cancel-all" : "cancel"; }
  std::string_view summary() const override {
    return all_ ? "cancel every open order of the account, or of one market" : "cancel orders by id";
  }
  void declare(CLI::App& app) override {
    app.add_option("--config", config_, "configuration file")->required();
    if (all_) {
      app.add_option("--market", market_, "only this market (slug, condition id or token)");
    } else {
      app.add_option("orders", ids_, "order ids (0x...)")->required()->expected(1, 1000);
    }
  }
  Outcome run(const Context& context) override;

 private:
  bool all_;
  std::string config_, market_;
  std::vector<std::string> ids_;
};

Outcome CancelCommand::run(const Context& context) {
  for (const std::string& id : ids_) {
    const bool hex = id.size() == 66 && id.starts_with("0x") &&
                     id.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string::npos;
    if (!hex) return wrong_usage(fmt::format("'{}' is not an order id: 0x and 64 hex digits", id));
  }
  auto loaded = load_config(config_);
  if (!loaded) return std::unexpected(loaded.error());
  net::EventLoop loop;
  const auto urls = real_venue_urls(loaded->config);
  if (!urls) return std::unexpected(Failure(urls.error()));
  const auto account = open_account(loop, *loaded);
  if (!account) return std::unexpected(Failure(account.error()));
  auto clob = ClobClient::make(loop, urls->clob, *account, loaded->secrets.proxy_url);
  if (!clob) return std::unexpected(Failure(clob.error()));

  std::string target = "/cancel-all", body;
  if (!all_) {
    target = "/orders";
    for (const std::string& id : ids_) body += (body.empty() ? "[" : ",") + json_string(id);
    body += "]";
  } else if (!market_.empty()) {
    const auto market = find_market(loop, *urls, market_, loaded->secrets.proxy_url);
    if (!market) return std::unexpected(Failure(market.error()));
    target = "/cancel-market-orders";
    body = fmt::format(R"({{"market":{}}})", json_string(market->condition_id));
  }
  const auto answer = (*clob)->send("DELETE", target, body);
  if (!answer) return std::unexpected(Failure(answer.error()));
  const auto cancelled = read_cancel_answer(*answer);
  if (!cancelled) return std::unexpected(Failure(cancelled.error()));
  if (context.json) {
    fmt::print("{}\n", *answer);
  } else {
    for (const std::string& id : cancelled->gone) fmt::print("cancelled {}\n", id);
    for (const auto& [id, why] : cancelled->kept) fmt::print("not cancelled {}: {}\n", id, why);
    if (cancelled->gone.empty() && cancelled->kept.empty()) fmt::print("nothing was open\n");
  }
  if (!cancelled->kept.empty()) {
    return failed(ErrorCode::kRefused, fmt::format("{} of the orders could not be cancelled", cancelled->kept.size()));
  }
  return {};
}

class OrderCommand final : public Command {
 public:
  std::string_view name() const override { return "order"; }
  std::string_view summary() const override { return "place or cancel an order by hand"; }
  void declare(CLI::App&) override {}
  Outcome run(const Context&) override { return {}; }
  std::vector<std::unique_ptr<Command>> subcommands() override {
    std::vector<std::unique_ptr<Command>> list;
    list.push_back(std::make_unique<PlaceCommand>());
    list.push_back(std::make_unique<CancelCommand>(false));
    return list;
  }
};

}  // namespace

std::unique_ptr<Command> make_order_command() { return std::make_unique<OrderCommand>(); }
std::unique_ptr<Command> make_cancel_all_command() { return std::make_unique<CancelCommand>(true); }

}  // namespace underround::cli
