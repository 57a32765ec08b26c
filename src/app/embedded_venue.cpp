#include "app/embedded_venue.hpp"

#include "app/session_settings.hpp"

namespace underround {

namespace {

// The real venue's addresses, as configured.
VenueUrls configured_urls(const config::Config& config) {
  VenueUrls urls;
  urls.gamma = config.venue.gamma_url;
  urls.clob = config.venue.clob_url;
  urls.data = config.venue.data_url;
  urls.ws_market = config.venue.market_ws_url;
  const auto market = urls.ws_market.rfind("/market");
  urls.ws_user = market == std::string::npos ? urls.ws_market : urls.ws_market.substr(0, market) + "/user";
  urls.binance_public = config.binance.ws_url + "/public";
  urls.binance_market = config.binance.ws_url + "/market";
  return urls;
}

}  // namespace

Result<ChosenVenue> choose_venue(config::Config& config) {
  if (config.venue.kind != config::VenueKind::kEmbedded) return ChosenVenue{nullptr, configured_urls(config)};
  auto server = simulator::SimulatorServer::start({.seed = static_cast<std::uint64_t>(config.simulator.seed),
                                                   .markets = static_cast<std::uint32_t>(config.simulator.markets),
                                                   .warm_up = Nanos::from_seconds(900)});
  if (!server) return std::unexpected(server.error());
  open_to_everything(config);
  const simulator::ServiceUrls& u = (*server)->urls();
  VenueUrls urls{u.gamma, u.clob, u.data, u.ws_market, u.ws_user, u.binance_public, u.binance_market, u.control};
  return ChosenVenue{std::move(*server), std::move(urls)};
}

}  // namespace underround
