// The market-data feeds as the configuration wants them; for whoever trades on them and whoever records them.
#pragma once

#include <string>

#include "app/config.hpp"
#include "app/venue_urls.hpp"
#include "venue/binance/binance_feed.hpp"
#include "venue/polymarket/market_feed.hpp"

namespace underround {

[[nodiscard]] polymarket::MarketFeedSettings market_feed_settings(const config::Config& config, const VenueUrls& urls,
                                                                  const std::string& proxy_url);
// Without symbols there is nothing to connect to.
[[nodiscard]] binance::BinanceFeedSettings binance_feed_settings(const config::Config& config, const VenueUrls& urls,
                                                                 const std::string& proxy_url);

}  // namespace underround
