// Feed health and latency rows of the dashboard's picture.
#pragma once

#include "base/latency_histogram.hpp"
#include "engine/engine_view.hpp"
#include "venue/binance/binance_feed.hpp"
#include "venue/polymarket/market_feed.hpp"

namespace underround {

void add_latency(EngineView& view, std::string_view name, const LatencyHistogram& histogram);
void add_feeds(EngineView& view, const polymarket::MarketFeedHealth& health);
void add_feeds(EngineView& view, const binance::BinanceFeed& feed);
void add_user_stream(EngineView& view, bool up);

}  // namespace underround
