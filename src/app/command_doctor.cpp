// underround doctor: everything that must be right before trading, one finding a line, each with what to do.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>
#include <simdjson.h>

#include "app/account_context.hpp"
#include "app/account_readings.hpp"
#include "app/chain_operations.hpp"
#include "app/commands.hpp"
#include "app/config_command_line.hpp"
#include "app/embedded_venue.hpp"
#include "app/halt_store.hpp"
#include "app/json_text.hpp"
#include "app/live_gates.hpp"
#include "base/decimal.hpp"
#include "net/http_client.hpp"
#include "net/url.hpp"

namespace underround::cli {
namespace {

enum class Verdict : std::uint8_t { kOk, kWarning, kBad };
constexpr const char* word(Verdict v) { return v == Verdict::kOk ? "ok" : v == Verdict::kWarning ? "warning" : "bad"; }

struct Finding {
  std::string check;
  Verdict verdict = Verdict::kOk;
  std::string found, advice;
};

class Doctor {
 public:
  Doctor(net::EventLoop& loop, config::Loaded& loaded, VenueUrls urls)
      : loop_(loop), loaded_(loaded), urls_(std::move(urls)) {}

  std::vector<Finding> examine() {
    gates();
    halts();
    proxy();
    clock_and_version();
    latency("gamma", urls_.gamma, ask(urls_.gamma, "/markets?limit=1"));
    latency("data", urls_.data, ask(urls_.data, "/v2/resolutions?limit=1"));
    region();
    wallet();
    return std::move(findings_);
  }

 private:
  void add(std::string check, Verdict verdict, std::string found, std::string advice = {}) {
    findings_.push_back({std::move(check), verdict, std::move(found), std::move(advice)});
  }
  struct Timed {
    Result<net::HttpResponse> answer;
    Nanos took;
  };
  // The second request: the connection is open by then, as it is in trading.
  Timed ask(const std::string& base, const std::string& target) {
    net::HttpClient client(loop_, {.base_url = base, .proxy_url = loaded_.secrets.proxy_url, .connections = 1});
    Timed timed{fail(ErrorCode::kTimeout, "no answer"), {}};
    for (int i = 0; i < 2; ++i) {
      net::HttpRequest request;
      request.target = target;
      const Nanos started = loop_.now();
      auto answer = client.fetch(request, Nanos::from_seconds(5));
      timed.took = loop_.now() - started;
      if (!answer) {
        timed.answer = std::unexpected(answer.error().error);
        return timed;
      }
      timed.answer = std::move(*answer);
    }
    return timed;
  }
  void latency(const std::string& name, const std::string& base, const Timed& t) {
    if (!t.answer)
      return add("host " + name, Verdict::kBad, base + ": " + t.answer.error().message,
                 "network, DNS, proxy or the address in [venue]");
    const double ms = static_cast<double>(t.took.ns) / 1e6;
    add("host " + name, ms < 150 ? Verdict::kOk : Verdict::kWarning, fmt::format("{} answers in {:.1f} ms", base, ms),
        ms < 150 ? "" : "the venue's servers are in London; a machine in Dublin is nearest where trading is allowed");
  }

  void gates() {
    const auto open = check_live_gates(true, loaded_);
    add("live gates", open ? Verdict::kOk : Verdict::kWarning,
        open ? "all three yeses are given" : open.error().message,
        open ? "" : "as it should be while you do not want to trade");
  }
  void halts() {
    const HaltStore store(loaded_.config.state.dir);
    const auto halt = store.active();
    const std::size_t markets = store.halted_markets().size();
    if (!halt && markets == 0) return add("halts", Verdict::kOk, "none");
    add("halts", Verdict::kBad,
        halt ? fmt::format("{}: {}", to_string(halt->reason), halt->note) : fmt::format("{} market(s)", markets),
        "find out why, then `underround resume --reason ...`");
  }
  void proxy() {
    if (loaded_.secrets.proxy_url.empty()) return add("proxy", Verdict::kOk, "none (POLYMARKET_PROXY_URL is not set)");
    const auto url = net::parse_url(loaded_.secrets.proxy_url);
    if (!url)
      return add("proxy", Verdict::kBad, "POLYMARKET_PROXY_URL is not a URL", "http://host:port or socks5://host:port");
    add("proxy", Verdict::kOk, fmt::format("{}:{}", url->host, url->port));
  }
  void clock_and_version() {
    const Timed time = ask(urls_.clob, "/time");
    latency("order book", urls_.clob, time);
    if (time.answer) {
      const auto theirs = parse_decimal(time.answer->body, 0);
      if (theirs) {
        const std::int64_t skew_s = loop_.now().seconds() - *theirs;
        add("clock", std::llabs(skew_s) <= 2 ? Verdict::kOk : Verdict::kBad,
            fmt::format("{} s ahead of the venue's", skew_s),
            std::llabs(skew_s) <= 2 ? "" : "signatures carry the time: run an NTP client (chrony, systemd-timesyncd)");
      } else {
        add("clock", Verdict::kWarning, "the venue's time could not be read", "is this the order book service?");
      }
    }
    const Timed version = ask(urls_.clob, "/version");
    const bool two = version.answer && version.answer->body.find("\"version\":2") != std::string::npos;
    add("order version", two ? Verdict::kOk : Verdict::kBad,
        two              ? "2"
        : version.answer ? version.answer->body.substr(0, 60)
                         : "not known",
        two ? "" : "this engine signs version 2 orders; a newer venue needs a newer engine");
  }
  void region() {
    if (urls_.clob.find("polymarket.com") == std::string::npos) {
      return add("region", Verdict::kOk, "not asked: this is not the real venue");
    }
    const Timed t = ask("https://polymarket.com", "/api/geoblock");
    if (!t.answer || t.answer->status != 200)
      return add("region", Verdict::kWarning, "could not be asked", "see https://polymarket.com/api/geoblock");
    const bool blocked = t.answer->body.find("\"blocked\":true") != std::string::npos;
    add("region", blocked ? Verdict::kBad : Verdict::kOk, t.answer->body.substr(0, 120),
        blocked ? "orders from here are refused; do not work around the law of your country" : "");
  }
  void wallet() {
    auto account = open_account(loop_, loaded_);
    if (!account)
      return add("API key", Verdict::kBad, account.error().message,
                 "`underround auth derive` once the key and the wallet are configured");
    add("key", account->key.locked() ? Verdict::kOk : Verdict::kWarning,
        fmt::format("{}, {} wallet {}", crypto::checksum(account->key.address()), loaded_.config.account.type,
                    crypto::checksum(account->wallet)),
        account->key.locked() ? "" : "the key's memory could not be locked: raise RLIMIT_MEMLOCK (ulimit -l)");
    auto context = AccountContext(std::move(*account));
    context.loaded.config = loaded_.config;
    context.loaded.secrets.proxy_url = loaded_.secrets.proxy_url;
    context.urls = urls_;
    auto clob = ClobClient::make(context.loop, urls_.clob, context.account, loaded_.secrets.proxy_url);
    if (!clob) return add("API key", Verdict::kBad, clob.error().message, "remove the credentials file and try again");
    context.clob = std::move(*clob);
    const auto banned = context.clob->get("/auth/ban-status/closed-only");
    if (!banned) {
      add("API key", Verdict::kBad, banned.error().message,
          "`underround auth derive` after removing the credentials file");
    } else {
      const bool closed = banned->find("true") != std::string::npos;
      add("API key", closed ? Verdict::kBad : Verdict::kOk,
          closed ? "closed-only: the venue lets this account only sell" : "accepted",
          closed ? "ask the venue why" : "");
    }
    rate_tier(*context.clob);
    const auto cash = read_cash(context);
    if (!cash) {
      add("balance", Verdict::kBad, cash.error().message, "");
    } else {
      const bool allowed = std::ranges::any_of(cash->allowances, [](const auto& a) { return a.second != "0"; });
      add("balance", cash->usd.micros > 0 ? Verdict::kOk : Verdict::kWarning,
          format_decimal(cash->usd.micros, 6) + " USD", cash->usd.micros > 0 ? "" : "deposit pUSD to the wallet above");
      add("allowances", allowed ? Verdict::kOk : Verdict::kBad,
          fmt::format("{} exchange(s) may take collateral",
                      std::ranges::count_if(cash->allowances, [](const auto& a) { return a.second != "0"; })),
          allowed ? "" : "`underround wallet approve`");
    }
    chain(context);
  }
  // Only answers about orders name the tier; the cancel of an order nobody has ever sent is one, and does nothing.
  void rate_tier(ClobClient& clob) {
    (void)clob.send("DELETE", "/order", "{\"orderID\":\"0x" + std::string(64, '0') + "\"}");
    const std::string& tier = clob.rate_tier();
    add("rate tier", Verdict::kOk, tier.empty() ? "not said by the venue" : tier);
  }
  void chain(AccountContext& context) {
    const auto settings = chain_settings(loaded_, context.account);
    if (!settings) return add("chain", Verdict::kBad, settings.error().message, "chain.id");
    auto operations = chain::SetOperations::make(loop_, *settings, context.account.key, {});
    if (!operations)
      return add("chain", Verdict::kWarning, operations.error().message,
                 "without it sets are not split, merged or redeemed");
    std::optional<Result<void>> answer;
    (*operations)->check([&](Result<void> r) { answer = std::move(r); });
    (void)loop_.run_until([&] { return answer.has_value(); }, Nanos::from_seconds(15));
    const bool ok = answer && *answer;
    add("chain", ok ? Verdict::kOk : Verdict::kWarning,
        ok       ? "the wallet is there"
        : answer ? answer->error().message
                 : "no answer",
        ok ? "" : "without it sets are not split, merged or redeemed");
  }

  net::EventLoop& loop_;
  config::Loaded& loaded_;
  VenueUrls urls_;
  std::vector<Finding> findings_;
};

class DoctorCommand final : public Command {
 public:
  std::string_view name() const override { return "doctor"; }
  std::string_view summary() const override { return "is everything right for trading? each finding with what to do"; }
  void declare(CLI::App& app) override {
    app.add_option("--config", config_, "configuration file with the venue and the account")->required();
  }
  Outcome run(const Context& context) override {
    auto loaded = load_config(config_);
    if (!loaded) return std::unexpected(loaded.error());
    const auto urls = real_venue_urls(loaded->config);
    if (!urls) return std::unexpected(Failure(urls.error()));
    net::EventLoop loop;
    const std::vector<Finding> findings = Doctor(loop, *loaded, *urls).examine();
    std::string rows;
    std::size_t bad = 0;
    for (const Finding& f : findings) {
      bad += f.verdict == Verdict::kBad ? 1 : 0;
      rows +=
          fmt::format(R"({}{{"check":{},"verdict":{},"found":{},"advice":{}}})", rows.empty() ? "" : ",",
                      json_string(f.check), json_string(word(f.verdict)), json_string(f.found), json_string(f.advice));
      if (context.json) continue;
      fmt::print("{:<8} {:<14} {}\n", word(f.verdict), f.check, f.found);
      if (!f.advice.empty()) fmt::print("{:<8} {:<14} -> {}\n", "", "", f.advice);
    }
    if (bad > 0) {
      return std::unexpected(
          Failure(Error{ErrorCode::kRefused, fmt::format("{} of {} checks are bad", bad, findings.size())}, kExitFailed,
                  "\"findings\":[" + rows + "]"));
    }
    if (context.json) fmt::print("{{\"findings\":[{}]}}\n", rows);
    return {};
  }

 private:
  std::string config_;
};

}  // namespace

std::unique_ptr<Command> make_doctor_command() { return std::make_unique<DoctorCommand>(); }

}  // namespace underround::cli
