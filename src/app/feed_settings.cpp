#include "app/feed_settings.hpp"

namespace underround {

polymarket::MarketFeedSettings market_feed_settings(const config::Config& config, const VenueUrls& urls,
                                                    const std::string& proxy_url) {
  polymarket::MarketFeedSettings f;
  f.url = urls.ws_market;
  f.proxy_url = proxy_url;
  f.assets_per_connection = static_cast<std::size_t>(config.feed.assets_per_connection);
  f.redundant = config.feed.redundant;
  f.data_timeout = config.feed.data_timeout;
  return f;
}

binance::BinanceFeedSettings binance_feed_settings(const config::Config& config, const VenueUrls& urls,
                                                   const std::string& proxy_url) {
  binance::BinanceFeedSettings b;
  b.symbols = config.binance.symbols;
  b.public_url = urls.binance_public;
  b.market_url = urls.binance_market;
  b.proxy_url = proxy_url;
  return b;
}

}  // namespace underround
