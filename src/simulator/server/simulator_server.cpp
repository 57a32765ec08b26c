#include "simulator/server/simulator_server.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "net/event_loop.hpp"
#include "net/server.hpp"
#include "simulator/server/account_keys.hpp"
#include "simulator/server/account_rules.hpp"
#include "simulator/server/api_keys.hpp"
#include "simulator/server/binance_channel.hpp"
#include "simulator/server/builder_trades.hpp"
#include "simulator/server/clob_private.hpp"
#include "simulator/server/clob_public.hpp"
#include "simulator/server/control_service.hpp"
#include "simulator/server/data_service.hpp"
#include "simulator/server/evm_chain.hpp"
#include "simulator/server/gamma_service.hpp"
#include "simulator/server/json_writer.hpp"
#include "simulator/server/market_channel.hpp"
#include "simulator/server/notifications.hpp"
#include "simulator/server/rate_limits.hpp"
#include "simulator/server/relayer_service.hpp"
#include "simulator/server/request_auth.hpp"
#include "simulator/server/rewards_pages.hpp"
#include "simulator/server/rpc_service.hpp"
#include "simulator/server/rtds_channel.hpp"
#include "simulator/server/rules_service.hpp"
#include "simulator/server/user_channel.hpp"

namespace underround::simulator {
namespace {

constexpr Nanos kTick = Nanos::from_millis(2);          // wall time between slices
constexpr Nanos kSliceBudget = Nanos::from_millis(10);  // wall time one catch-up may take before sockets get their turn
constexpr Nanos kStep = Nanos::from_millis(50);         // simulated time between looks at the wall clock
constexpr Nanos kBinancePing = Nanos::from_seconds(180);

Settings simulation_settings(const ServerSettings& server, Nanos wall) {
  Settings settings;
  settings.seed = server.seed;
  settings.markets = server.markets;
  settings.start = (server.start.ns != 0 ? server.start : Nanos::from_millis(wall.millis())) - server.warm_up;
  settings.with_population = server.with_population;
  settings.world.protocol_v2 = !server.local_evm;
  // A bigger world has more events of several outcomes, not only more plain questions.
  if (server.markets > 150) settings.world.more_races = std::min(60U, (server.markets - 150) / 25);
  return settings;
}

// Lets the world live for a while before anybody looks; returns the time it has then.
Nanos warmed_up(Simulation& simulation, Nanos length) {
  simulation.advance_to(simulation.now() + length);
  return simulation.now();
}

net::HttpResponse response_of(Reply reply) {
  net::HttpResponse response;
  response.status = reply.status;
  response.headers = std::move(reply.headers);
  if (!response.headers.has("Content-Type")) response.headers.add("Content-Type", "application/json");
  response.body = std::move(reply.body);
  return response;
}

}  // namespace

// Everything below `loop` lives on the loop's thread once it runs.
struct SimulatorServer::Impl {
  explicit Impl(const ServerSettings& given)
      : settings(given),
        simulation(simulation_settings(given, net::EventLoop::wall_now())),
        clock(warmed_up(simulation, given.warm_up), given.speed, given.paused, net::EventLoop::wall_now()),
        gate(simulation, given.seed),
        keys(simulation.venue(), given.seed),
        order_wire(simulation.venue(), keys),
        clob_public(simulation.venue()),
        account_keys(simulation.venue(), keys),
        notifications(simulation.venue(), keys),
        builder_trades(simulation.venue(), keys),
        auth(
            keys, given.auth_skew, [this] { return simulation.now(); }, [] { return net::EventLoop::wall_now(); }),
        rules(simulation.venue(), given.unlimited_allowances && !given.local_evm),
        limits(simulation.venue(), given.rate_limits),
        clob_private(simulation,
                     {.keys = keys, .wire = order_wire, .account_keys = account_keys, .builders = builder_trades},
                     {auth, rules, limits}),
        gamma(simulation.venue()),
        data(simulation.venue()),
        market_channel(simulation.venue(), gate),
        user_channel(simulation.venue(), gate, keys, order_wire),
        rtds(simulation, gate),
        binance(simulation, gate),
        box(simulation.venue(), rules, given.seed),
        rpc(box),
        evm(given.local_evm ? std::make_unique<EvmChain>(loop, simulation.venue(), rules) : nullptr),
        chain(evm ? static_cast<Chain&>(*evm) : box),
        relayer(simulation.venue(), chain, auth, given.seed),
        control(simulation, gate, clock, chain, [] { return net::EventLoop::wall_now(); }),
        rules_service(simulation.venue(), rules, limits),
        slices(loop),
        binance_pings(loop) {
    clob_public.add_routes(clob_router);
    clob_private.add_routes(clob_router);
    const Authorize authorize = [this](KeyedHandler handler) { return clob_private.keyed(std::move(handler)); };
    account_keys.add_routes(clob_router, authorize);
    notifications.add_routes(clob_router, authorize);
    builder_trades.add_routes(clob_router);
    add_rewards_routes(clob_router, simulation.venue(), authorize);
    gamma.add_routes(gamma_router);
    data.add_routes(data_router);
    control.add_routes(control_router);
    rules_service.add_routes(control_router);
    rpc.add_routes(rpc_router);
    relayer.add_routes(relayer_router);
    add_relayer_key_route(control_router, relayer);
  }

  ~Impl() { stop(); }

  using Upgrade = std::function<int(const net::HttpRequest&, net::WebSocketSession)>;

  Result<void> listen_all();
  Result<std::string> listen(net::Server::Callbacks callbacks, std::string_view scheme);
  net::Server::Callbacks http(const Router& router, VenueHost host);
  net::Server::Callbacks websocket(Upgrade upgrade);
  void serve(const Router& router, VenueHost host, const net::HttpRequest& request,
             const net::HttpResponder& responder);
  void serve_control(const net::HttpRequest& request, const net::HttpResponder& responder);
  void tick();
  void answer_awaiting();
  void publish_counters();
  void stop();

  const ServerSettings settings;
  net::EventLoop loop;
  Simulation simulation;
  SimClock clock;
  FaultGate gate;
  ApiKeys keys;
  OrderWire order_wire;
  ClobPublic clob_public;
  AccountKeys account_keys;
  Notifications notifications;
  BuilderTrades builder_trades;
  RequestAuth auth;
  AccountRules rules;
  RateLimits limits;
  ClobPrivate clob_private;
  GammaService gamma;
  DataService data;
  MarketChannel market_channel;
  UserChannel user_channel;
  RtdsChannel rtds;
  BinanceChannel binance;
  BoxChain box;
  RpcService rpc;  // of the box
  std::unique_ptr<EvmChain> evm;
  Chain& chain;
  RelayerService relayer;
  ControlService control;
  RulesService rules_service;
  Router clob_router, gamma_router, data_router, control_router, rpc_router, relayer_router;
  struct Awaiting {
    Nanos time;
    net::HttpResponder responder;
  };
  std::vector<Awaiting> awaiting;  // POST /time {"advance_ms"} not there yet
  std::vector<std::unique_ptr<net::Server>> servers;
  net::Timer slices, binance_pings;
  ServiceUrls urls;
  std::thread thread;
  struct {
    std::atomic<std::uint64_t> requests{0}, orders{0}, frames_out{0}, connections{0}, faults{0};
    std::atomic<std::int64_t> simulated_time{0};
  } counters;
};

Result<std::string> SimulatorServer::Impl::listen(net::Server::Callbacks callbacks, std::string_view scheme) {
  net::ServerSettings wanted;
  wanted.address = settings.host;
  wanted.port =
      settings.base_port == 0 ? std::uint16_t{0} : static_cast<std::uint16_t>(settings.base_port + servers.size());
  wanted.max_queued_bytes = std::size_t{64} << 20;
  auto server = net::Server::listen(loop, std::move(wanted), std::move(callbacks));
  if (!server) return std::unexpected(server.error());
  servers.push_back(std::move(*server));
  return servers.back()->url(scheme);
}

void SimulatorServer::Impl::serve(const Router& router, VenueHost host, const net::HttpRequest& request,
                                  const net::HttpResponder& responder) {
  tick();
  if (auto refused = limits.refuse_request(host, request)) return responder.send(response_of(std::move(*refused)));
  const auto spoilt = spoil(gate, request);
  if (!spoilt) return responder.send(response_of(router.dispatch(request)));
  if (spoilt->process) (void)router.dispatch(request);
  if (spoilt->cut) return responder.abort();
  responder.send(response_of(spoilt->reply));
}

void SimulatorServer::Impl::serve_control(const net::HttpRequest& request, const net::HttpResponder& responder) {
  Reply reply = control_router.dispatch(request);
  if (const auto until = control.take_awaited(); until && simulation.now() < *until) {
    awaiting.push_back({*until, responder});
    return tick();
  }
  responder.send(response_of(std::move(reply)));
}

net::Server::Callbacks SimulatorServer::Impl::http(const Router& router, VenueHost host) {
  return {.on_request = [this, &router, host](const net::HttpRequest& q,
                                              net::HttpResponder r) { serve(router, host, q, r); },
          .on_upgrade = {}};
}

net::Server::Callbacks SimulatorServer::Impl::websocket(Upgrade upgrade) {
  return {.on_request = [](const net::HttpRequest&,
                           net::HttpResponder r) { r.send(response_of(error_reply(404, "not found"))); },
          .on_upgrade = std::move(upgrade)};
}

Result<void> SimulatorServer::Impl::listen_all() {
  const auto upgrade_to = [](auto& channel) {
    return [&channel](const net::HttpRequest& q, net::WebSocketSession s) { return channel.accept(q, std::move(s)); };
  };
  struct Service {
    std::string ServiceUrls::*url;
    net::Server::Callbacks callbacks;
    const char* scheme;
    const char* suffix;
  };
  std::vector<Service> services;
  services.push_back({&ServiceUrls::clob, http(clob_router, VenueHost::kClob), "http", ""});
  services.push_back({&ServiceUrls::gamma, http(gamma_router, VenueHost::kGamma), "http", ""});
  services.push_back({&ServiceUrls::data, http(data_router, VenueHost::kData), "http", ""});
  services.push_back({&ServiceUrls::ws_market, websocket(upgrade_to(market_channel)), "ws", "/ws/market"});
  services.push_back({&ServiceUrls::ws_user, websocket(upgrade_to(user_channel)), "ws", "/ws/user"});
  services.push_back({&ServiceUrls::rtds, websocket(upgrade_to(rtds)), "ws", ""});
  services.push_back({&ServiceUrls::binance_public, websocket(upgrade_to(binance)), "ws", "/public"});
  services.push_back({&ServiceUrls::binance_market, websocket(upgrade_to(binance)), "ws", "/market"});
  services.push_back({&ServiceUrls::control,
                      {.on_request = [this](const net::HttpRequest& q, net::HttpResponder r) { serve_control(q, r); },
                       .on_upgrade = {}},
                      "http",
                      ""});
  services.push_back({&ServiceUrls::relayer, http(relayer_router, VenueHost::kRelayer), "http", ""});
  services.push_back({&ServiceUrls::rpc, http(rpc_router, VenueHost::kNode), "http", ""});
  if (evm) {
    services.back().callbacks.on_request = [this](const net::HttpRequest& q, const net::HttpResponder& r) {
      evm->forward(q.body, [r](std::string answer) {
        r.send(response_of({.status = answer.empty() ? 502 : 200, .body = std::move(answer), .headers = {}}));
      });
    };
  }
  if (settings.base_port != 0 && settings.base_port + services.size() > 65'536) {
    return fail(ErrorCode::kInvalidInput,
                "base port leaves no room for " + std::to_string(services.size()) + " services");
  }
  for (Service& service : services) {
    auto url = listen(std::move(service.callbacks), service.scheme);
    if (!url) return std::unexpected(url.error());
    urls.*service.url = *url + service.suffix;
  }
  return {};
}

// Moves simulated time towards where it should be, and sends what came of it. What does not fit into the budget waits
// for the next turn, so that sockets are served even when the machine cannot keep up.
void SimulatorServer::Impl::tick() {
  const Nanos wall = net::EventLoop::wall_now();
  const Nanos target = clock.target(wall);
  while (simulation.now() < target) {
    simulation.advance_to(std::min(target, simulation.now() + kStep));
    if (net::EventLoop::wall_now() - wall > kSliceBudget) break;
  }
  chain.advance(simulation.now());
  clob_private.check_heartbeats();
  market_channel.sweep();
  user_channel.sweep();
  rtds.sweep();
  binance.sweep();
  publish_counters();
  answer_awaiting();
}

// Answering may bring in the next request of the same connection, so the list is settled first.
void SimulatorServer::Impl::answer_awaiting() {
  std::vector<net::HttpResponder> reached;
  std::erase_if(awaiting, [&](const Awaiting& waiting) {
    if (simulation.now() < waiting.time) return false;
    reached.push_back(waiting.responder);
    return true;
  });
  for (const net::HttpResponder& responder : reached) responder.send(200, control.time_json());
}

void SimulatorServer::Impl::publish_counters() {
  const auto relaxed = std::memory_order_relaxed;
  std::uint64_t requests = 0;
  for (const auto& server : servers) requests += server->counters().requests;
  counters.requests.store(requests, relaxed);
  counters.orders.store(clob_private.entry().processed(), relaxed);
  counters.frames_out.store(
      market_channel.frames_sent() + user_channel.frames_sent() + rtds.frames_sent() + binance.frames_sent(), relaxed);
  counters.connections.store(
      market_channel.connections() + user_channel.connections() + rtds.connections() + binance.connections(), relaxed);
  counters.faults.store(gate.spoilt(), relaxed);
  counters.simulated_time.store(simulation.now().ns, relaxed);
}

void SimulatorServer::Impl::stop() {
  if (!thread.joinable()) return;
  loop.stop();
  thread.join();
  slices.cancel();
  binance_pings.cancel();
  publish_counters();
  servers.clear();
}

SimulatorServer::SimulatorServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SimulatorServer::~SimulatorServer() { stop(); }

Result<std::unique_ptr<SimulatorServer>> SimulatorServer::start(const ServerSettings& settings) {
  if (!(settings.speed > 0.0)) return fail(ErrorCode::kInvalidInput, "speed must be above 0");
  auto impl = std::make_unique<Impl>(settings);
  if (impl->evm) {
    const auto install = find_evm();
    if (!install) return std::unexpected(install.error());
    if (auto open = impl->evm->open(*install); !open) return std::unexpected(open.error());
  }
  if (auto ready = impl->listen_all(); !ready) return std::unexpected(ready.error());
  Impl& self = *impl;
  self.slices.every(kTick, [&self] { self.tick(); });
  self.binance_pings.every(kBinancePing, [&self] { self.binance.ping_all(); });
  self.publish_counters();
  self.thread = std::thread([&self] { self.loop.run(); });
  return std::unique_ptr<SimulatorServer>(new SimulatorServer(std::move(impl)));
}

const ServiceUrls& SimulatorServer::urls() const noexcept { return impl_->urls; }

std::string SimulatorServer::ready_json() const {
  const ServiceUrls& u = impl_->urls;
  std::string out;
  JsonWriter(out)
      .object()
      .field("clob", u.clob)
      .field("gamma", u.gamma)
      .field("data", u.data)
      .field("ws_market", u.ws_market)
      .field("ws_user", u.ws_user)
      .field("rtds", u.rtds)
      .field("binance_public", u.binance_public)
      .field("binance_market", u.binance_market)
      .field("control", u.control)
      .field("relayer", u.relayer)
      .field("rpc", u.rpc)
      .key("seed")
      .raw(std::to_string(impl_->settings.seed))
      .end_object();
  return out;
}

ServerCounters SimulatorServer::counters() const noexcept {
  const auto relaxed = std::memory_order_relaxed;
  return {.requests = impl_->counters.requests.load(relaxed),
          .orders = impl_->counters.orders.load(relaxed),
          .frames_out = impl_->counters.frames_out.load(relaxed),
          .connections = impl_->counters.connections.load(relaxed),
          .faults = impl_->counters.faults.load(relaxed),
          .simulated_time = Nanos{impl_->counters.simulated_time.load(relaxed)}};
}

void SimulatorServer::stop() { impl_->stop(); }

}  // namespace underround::simulator
