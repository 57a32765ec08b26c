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
  urls.ws_user = config.venue.user_ws_url;
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

Result<VenueUrls> real_venue_urls(const config::Config& config) {
  if (config.venue.kind == config::VenueKind::kPolymarket) return configured_urls(config);
  return fail(ErrorCode::kInvalidInput,
              "venue.kind is \"embedded\", whose account exists only while the engine runs. Set venue.kind = "
              "\"polymarket\", or start `underround sim --write-config sim.toml` and use --config sim.toml");
}

}  // namespace underround
