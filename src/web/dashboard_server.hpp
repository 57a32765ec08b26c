// Serves the dashboard page and its data, on its own thread with its own event loop.
//   Mailbox<EngineView> views;  SpscRing<web::ControlRequest> controls(64);
//   auto server = web::DashboardServer::start({.port = 3000}, views, controls);   // Result
//   fmt::print("{}\n", server.value()->url());
// Reads the newest EngineView from `views` (it is the mailbox's only reader) and pushes it to every open page about
// four times a second. Writes to `controls` (its only producer).
//
//   GET  /            the page, embedded in the binary        GET  /ws          WebSocket: history once, then state
//   GET  /api/state   the newest state, one JSON object       GET  /api/health  200 running, 503 starting or silent
//   POST /api/kill    {"reason":"..."}, header X-Underround: 1; 202 when the engine's queue has it, 503 when full
//   POST /login       form field token=...; only with a token
//
// Who may connect: on a loopback address, whoever can reach it from this machine (Host and Origin are checked, so other
// web sites in the same browser cannot). On any other address a token is required and is asked for on a login page; a
// program sends "Authorization: Bearer TOKEN". The token travels in clear text: put TLS in front of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/mailbox.hpp"
#include "base/spsc_ring.hpp"
#include "core/error.hpp"
#include "core/units.hpp"
#include "engine/engine_view.hpp"
#include "web/control_request.hpp"

namespace underround::web {

inline constexpr const char* kTokenVariable = "UNDERROUND_DASHBOARD_TOKEN";

struct DashboardOptions {
  std::string host = "127.0.0.1";  // address to bind
  std::uint16_t port = 3000;       // 0 = any free port
  std::string token;               // kTokenVariable's value; empty = no login, loopback only
  Nanos push_period = Nanos::from_millis(250);
  Nanos silent_after = Nanos::from_seconds(3);  // no new picture for this long: the page says the engine is silent
};

class DashboardServer {
 public:
  // Binds and starts the thread. Errors: kRefused (not a loopback address and no token, or a token shorter than 16
  // characters), kRefused (port in use, named in the
  // message), kNetwork (address not on this machine).
  // `views` and `controls` must outlive the server.
  [[nodiscard]] static Result<std::unique_ptr<DashboardServer>> start(const DashboardOptions& options,
                                                                      Mailbox<EngineView>& views,
                                                                      SpscRing<ControlRequest>& controls);
  // Closes every connection and joins the thread.
  ~DashboardServer();
  DashboardServer(const DashboardServer&) = delete;
  DashboardServer& operator=(const DashboardServer&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept;  // the real one, also when 0 was asked for
  [[nodiscard]] std::string url() const;              // "http://127.0.0.1:3000"

 private:
  class Impl;
  explicit DashboardServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace underround::web
