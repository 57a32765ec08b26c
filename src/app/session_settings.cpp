#include "app/session_settings.hpp"

#include <string_view>

namespace underround {

void open_to_everything(config::Config& config) {
  config.markets.min_volume_usd = config.markets.min_liquidity_usd = Usd{};
  config.markets.max_days_to_end = 3650;
  config.markets.max = 20'000;
}

MarketFilter filter_of(const config::Config& config) {
  MarketFilter f;
  f.priority_tags = config.markets.tags;
  f.allow = config.markets.allow;  // whatever their volume,
  f.tags = config.markets.allow;   // and only these
  f.deny = config.markets.deny;
  f.min_volume_24h = config.markets.min_volume_usd;
  f.min_liquidity = config.markets.min_liquidity_usd;
  f.max_time_to_end = Nanos::from_seconds(config.markets.max_days_to_end * 86'400);
  f.max_conditions = static_cast<std::size_t>(config.markets.max);
  return f;
}

std::vector<UpDownSeries> series_of(const config::Config& config) {
  std::vector<UpDownSeries> series;
  for (const std::string_view text : config.markets.crypto_series) {
    const auto dash = text.rfind('-');
    if (dash == std::string_view::npos) continue;  // the schema has refused other shapes
    series.push_back({std::string(text.substr(0, dash)),
                      text.substr(dash + 1) == "15m" ? UpDownSpan::k15Minutes : UpDownSpan::k5Minutes});
  }
  return series;
}

StrategySettings strategy_settings_of(const config::Config& config) {
  StrategySettings s;
  s.min_edge = config.strategies.min_edge_usd;
  s.min_profit = config.strategies.min_profit_usd;
  s.max_set_cost = config.strategies.max_set_usd;
  s.max_skew = config.strategies.skew;
  s.max_book_age = config.risk.max_book_age;
  s.leg_deadline = config.execution.leg_deadline;
  return s;
}

EngineSettings engine_settings_of(const config::Config& config, bool trade) {
  EngineSettings e;
  e.trade = trade;
  e.risk.max_order = config.risk.max_order_usd;
  e.risk.max_position = config.risk.max_position_usd;
  e.risk.max_event = config.risk.max_event_usd;
  e.risk.max_total = config.risk.max_total_usd;
  e.risk.max_daily_loss = config.risk.max_daily_loss_usd;
  e.risk.max_book_age = config.risk.max_book_age;
  e.risk.max_open_orders = static_cast<std::uint32_t>(config.risk.max_open_orders);
  e.risk.max_unknown_orders = static_cast<std::uint32_t>(config.risk.max_unknown_orders);
  e.risk.user_stream_blind = config.risk.user_stream_blind;
  e.execution.unwind_slippage = config.execution.unwind_slippage_usd;
  e.execution.auto_merge = config.execution.auto_merge;
  e.execution.min_merge = Shares{config.chain.min_merge_usd.micros};
  e.execution.auto_redeem = config.chain.auto_redeem;
  return e;
}

}  // namespace underround
