#include "app/engine_start.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

#include "app/json_text.hpp"
#include "app/session_settings.hpp"
#include "app/version.hpp"
#include "strategy/registry.hpp"

namespace underround {
namespace {

// How long a transaction of which nothing was heard may still come true: sixty looks at the chain, two minutes by
// default. The embedded venue has done at once what it will do.
Nanos operation_patience(const EngineStart& start) {
  const Nanos least = Nanos::from_seconds(5);
  return start.mode == "simulate" ? least : std::max(least, Nanos{start.config.chain.poll.ns * 60});
}

}  // namespace

Result<std::unique_ptr<Engine>> make_engine(const EngineStart& start, Catalogue& catalogue) {
  auto strategies = make_strategies(start.config.strategies.enabled, strategy_settings_of(start.config));
  if (!strategies) return std::unexpected(strategies.error());
  EngineSettings settings = engine_settings_of(start.config, start.trade);
  settings.starting_cash = start.starting_cash;
  settings.reconciliation.adopt_first = start.adopt_first;
  settings.reconciliation.operation_patience = operation_patience(start);
  return std::make_unique<Engine>(catalogue, settings, std::move(*strategies));
}

config::Config without_addresses(config::Config config) {
  const config::Config defaults;
  config.venue = defaults.venue;
  config.account = defaults.account;
  config.chain.rpc_url = defaults.chain.rpc_url;
  config.chain.relayer_url = defaults.chain.relayer_url;
  config.binance.ws_url = defaults.binance.ws_url;
  config.state = defaults.state;
  return config;
}

std::string to_json(const EngineStart& start) {
  return fmt::format(
      "{{\"version\":{},\"build\":{},\"mode\":{},\"trade\":{},\"adopt_first\":{},\"starting_cash_usd_micros\":{},"
      "\"goes_on\":{},\"config\":{}}}",
      json_string(version()), json_string(build_info()), json_string(start.mode), start.trade, start.adopt_first,
      start.starting_cash.micros, start.goes_on, json_string(config::to_toml(without_addresses(start.config))));
}

Result<EngineStart> parse_engine_start(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  EngineStart start;
  std::string_view mode, toml;
  const simdjson::padded_string padded(json);
  if (parser.parse(padded).get(root) != simdjson::SUCCESS || root["mode"].get(mode) != simdjson::SUCCESS ||
      root["config"].get(toml) != simdjson::SUCCESS || root["trade"].get(start.trade) != simdjson::SUCCESS ||
      root["adopt_first"].get(start.adopt_first) != simdjson::SUCCESS ||
      root["goes_on"].get(start.goes_on) != simdjson::SUCCESS ||
      root["starting_cash_usd_micros"].get(start.starting_cash.micros) != simdjson::SUCCESS) {
    return fail(ErrorCode::kInvalidInput, "the start of a session cannot be read");
  }
  start.mode = mode;
  auto loaded = config::load_text(toml, "journal");
  if (!loaded) {
    return fail(ErrorCode::kInvalidInput, "the configuration in the journal: " + loaded.error().front().text());
  }
  start.config = std::move(loaded->config);
  return start;
}

}  // namespace underround
