// The whole configuration, typed and grouped by room. A default-constructed Config holds the safe defaults; the one
// table that names, describes, limits and defaults every key is config_schema.cpp.
//   auto loaded = config::load({.file = "my.toml", .env_file = ".env"});
//   if (!loaded) for (const config::Problem& problem : loaded.error()) fmt::print(stderr, "{}\n", problem.text());
// Later wins: defaults, TOML file, .env file, environment (UNDERROUND_RISK__MAX_POSITION_USD=100, "__" is a dot).
// Owner: start-up, before any thread exists; afterwards plain constant data.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/units.hpp"

namespace underround::config {

enum class VenueKind : std::uint8_t { kEmbedded, kPolymarket };

struct Config {
  Config();  // every field from the table's defaults

  struct Venue {
    VenueKind kind = VenueKind::kEmbedded;
    std::string gamma_url, clob_url, data_url, market_ws_url, user_ws_url;
  } venue;
  struct Account {
    std::string type;              // "eoa", "proxy", "safe", "deposit"
    std::string wallet;            // who holds the funds; empty = derived from the key
    std::string key_file;          // 0600 file or Web3 v3 keystore; empty = UNDERROUND_PRIVATE_KEY
    std::string credentials_file;  // API credentials, 0600; made on first use
    bool nonce_pool = false;
  } account;
  struct Live {
    bool enabled = false;
    bool heartbeats = false;
    Nanos reconcile_every;
  } live;
  struct Chain {
    std::int64_t id = 0;
    std::string rpc_url, relayer_url;
    std::int64_t max_fee_gwei = 0, confirmations = 0, relayer_per_day = 0;
    Nanos poll;
    bool auto_redeem = false;
    Usd min_merge_usd, coin_usd;
  } chain;
  struct Markets {
    std::int64_t max = 0;
    std::vector<std::string> tags;           // priority, first is best
    std::vector<std::string> allow, deny;    // event slugs, market slugs or condition ids
    std::vector<std::string> crypto_series;  // "btc-5m": slugs of the next windows are computed, not searched
    Usd min_volume_usd, min_liquidity_usd;
    std::int64_t max_days_to_end = 0;
  } markets;
  struct Strategies {
    std::vector<std::string> enabled;
    Price min_edge_usd;  // per set of one share each, after fees
    Usd max_set_usd;     // cash one plan may tie up
    Usd min_profit_usd;  // whole plan, after fees and rounding
    Nanos skew;          // largest difference of ages between books that are compared
  } strategies;
  struct Risk {
    Usd max_order_usd, max_position_usd, max_event_usd, max_total_usd, max_daily_loss_usd;
    Nanos max_book_age;
    std::int64_t max_open_orders = 0;
    std::int64_t max_unknown_orders = 0;
    Nanos user_stream_blind;
  } risk;
  struct Execution {
    Nanos leg_deadline, order_deadline;
    Price unwind_slippage_usd;
    bool auto_merge = false;
  } execution;
  struct Feed {
    std::int64_t assets_per_connection = 0;
    bool redundant = false, busy_poll = false;
    Nanos data_timeout;
  } feed;
  struct Binance {
    std::string ws_url;
    std::vector<std::string> symbols;
  } binance;
  struct State {
    std::string dir;  // halts, the journal
  } state;
  struct Journal {
    std::int64_t keep_gb = 0, keep_days = 0;
    bool compress = false;
  } journal;
  struct Simulator {
    std::int64_t seed = 0;
    std::int64_t markets = 0;
  } simulator;
  struct Web {
    std::string address;
    std::int64_t port = 0;
  } web;
};

// One thing wrong with the input. `source` is a file name or "environment"; line and column are 1-based, 0 = none.
struct Problem {
  std::string source;
  std::int64_t line = 0, column = 0;
  std::string key;         // "risk.max_order_usd", or the variable's name
  std::string what;        // "unknown key"
  std::string suggestion;  // "did you mean risk.max_order_usd?"; may be empty
  // "my.toml:3:1: risk.max_ordr_usd: unknown key; did you mean risk.max_order_usd?"
  [[nodiscard]] std::string text() const;
};

struct Sources {
  std::string file;      // TOML; empty = none
  std::string env_file;  // ".env" style; empty = none, and a missing file is not an error
  // Only names starting with UNDERROUND_, and POLYMARKET_PROXY_URL, matter.
  std::map<std::string, std::string> environment;
};

// From the environment or .env only; never from TOML, never printed.
struct Secrets {
  std::string dashboard_token;    // UNDERROUND_DASHBOARD_TOKEN: needed when web.address is not a loopback address
  std::string private_key;        // UNDERROUND_PRIVATE_KEY: 0x and 64 hex digits; account.key_file is the other way
  std::string keystore_password;  // UNDERROUND_KEYSTORE_PASSWORD, when account.key_file is a keystore
  std::string builder_key, builder_secret, builder_passphrase;  // UNDERROUND_BUILDER_API_KEY, _SECRET, _PASSPHRASE
  std::string relayer_key;                                      // UNDERROUND_RELAYER_API_KEY
  std::string proxy_url;                                        // POLYMARKET_PROXY_URL: may hold a password
  std::string live;                                             // UNDERROUND_LIVE: the third yes of live trading
};

struct Loaded {
  Config config;
  Secrets secrets;
  std::vector<std::string> warnings;  // worth a line on stderr, not worth refusing
};

// Collects every problem, not only the first.
[[nodiscard]] std::expected<Loaded, std::vector<Problem>> load(const Sources& sources);
// The same from TOML text already in memory; `name` is what problems call it.
[[nodiscard]] std::expected<Loaded, std::vector<Problem>> load_text(std::string_view toml, std::string_view name,
                                                                    const Sources& overrides = {});

// The documented file with every key at its default: config/underround.example.toml is exactly this.
[[nodiscard]] std::string example_toml();
// `config` as TOML, without the prose (`underround config show`).
[[nodiscard]] std::string to_toml(const Config& config);
// {"venue":{"kind":"embedded",...},...}; money as decimal strings, durations as numbers in the key's unit.
[[nodiscard]] std::string to_json(const Config& config);

}  // namespace underround::config
