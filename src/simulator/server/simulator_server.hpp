// The venue in a box, spoken over sockets: every service a trading client of Polymarket and Binance talks to, on
// loopback ports of its own, plus `control` for money, faults and time. README.md lists the services.
//   auto server = SimulatorServer::start({.seed = 7, .markets = 300}).value();
//   puts(server->ready_json().c_str());   ...   server->stop();
// One thread inside owns the event loop and the simulation; every member here may be called from any thread. Simulated
// time = start + speed x wall time elapsed, unless `control` says otherwise.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/error.hpp"
#include "core/units.hpp"

namespace underround::simulator {

struct ServerSettings {
  std::uint64_t seed = 1;
  std::uint32_t markets = 300;
  std::string host = "127.0.0.1";
  std::uint16_t base_port = 0;  // 0 = any free ports; else `clob` here and the others on the following ones
  double speed = 1.0;           // simulated seconds a wall second
  bool paused = false;          // start with time standing still; only `control` moves it
  Nanos start{};                // simulated time at the start; 0 = the wall clock's now, as strangers' clients expect
  Nanos warm_up{};              // simulated time lived through before the start, so that books and trades exist
  bool with_population = true;  // without: empty books, for scripted tests
  bool local_evm = false;   // the chain is a real Ethereum virtual machine (evm_chain.hpp): nothing is approved there
  bool rate_limits = true;  // both layers of protocol page 10
  bool unlimited_allowances = true;           // what wallets have approved that nobody spoke of
  Nanos auth_skew = Nanos::from_seconds(60);  // how far a request's timestamp may be off simulated or wall time
};

// In the order of the ports.
struct ServiceUrls {
  std::string clob, gamma, data;               // http://host:port
  std::string ws_market, ws_user;              // ws://host:port/ws/market, .../ws/user
  std::string rtds;                            // ws://host:port
  std::string binance_public, binance_market;  // ws://host:port/public, .../market; append /ws or /stream?streams=
  std::string control;                         // http://host:port
  std::string relayer, rpc;                    // http://host:port
};

struct ServerCounters {
  std::uint64_t requests = 0;     // HTTP, all services
  std::uint64_t orders = 0;       // order entries processed
  std::uint64_t frames_out = 0;   // WebSocket messages
  std::uint64_t connections = 0;  // WebSocket connections open now
  std::uint64_t faults = 0;       // frames and answers spoilt on purpose
  Nanos simulated_time;
};

class SimulatorServer {
 public:
  // Binds every port before it returns; kRefused names the one that is taken.
  [[nodiscard]] static Result<std::unique_ptr<SimulatorServer>> start(const ServerSettings& settings);
  ~SimulatorServer();  // stops
  SimulatorServer(const SimulatorServer&) = delete;
  SimulatorServer& operator=(const SimulatorServer&) = delete;

  [[nodiscard]] const ServiceUrls& urls() const noexcept;
  // One line: the URL of every service, and the seed.
  [[nodiscard]] std::string ready_json() const;
  [[nodiscard]] ServerCounters counters() const noexcept;
  void stop();  // closes every socket and joins the thread; any number of times

 private:
  struct Impl;
  explicit SimulatorServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace underround::simulator
