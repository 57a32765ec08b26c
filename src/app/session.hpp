// The composition root: one engine with the ends of a mode plugged in (DESIGN section 1). Everything here runs on the
// hot thread's EventLoop, except the catalogue loader and the dashboard, which have threads of their own.
//   auto session = Session::start(loop, settings);   loop.run();   session.value()->summary();
//
// mode       market data          orders
// simulate   embedded venue       its REST API, through the same gateway a real venue gets
// live       the venue's sockets  the venue: signed, sent, reconciled
// paper      the venue's sockets  FillModel on the books as they are seen
// dry-run    the venue's sockets  built, named, signed, risk-checked, not sent
// watch      the venue's sockets  none: opportunities are only logged (scan)
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/account.hpp"
#include "app/config.hpp"
#include "app/venue_urls.hpp"
#include "backtest/run_log.hpp"
#include "base/latency_histogram.hpp"
#include "engine/engine.hpp"
#include "engine/engine_view.hpp"
#include "net/event_loop.hpp"

namespace underround {

enum class OrderRoute : std::uint8_t { kWatch, kPaper, kDryRun, kEmbedded, kLive };

struct SessionSettings {
  OrderRoute route = OrderRoute::kEmbedded;
  VenueUrls urls;
  config::Config config;
  const TradingAccount* account = nullptr;       // live: required; dry-run: a throw-away key when null. Must outlive us
  std::shared_ptr<const config::Loaded> loaded;  // live: for the chain's settings and secrets
  std::string proxy_url;
  std::string dashboard_token;
  std::string state_dir;  // where halts are kept; empty = nowhere (the demo)
  bool serve_page = true;
  bool quiet = false;         // no words on stderr
  bool keep_run_log = false;  // everything a report is made of (backtest/run_log.hpp)
};

struct SessionSummary {
  std::uint64_t markets = 0, messages = 0, opportunities_seen = 0, opportunities_taken = 0, phantoms_refused = 0;
  std::uint64_t orders = 0, fills = 0, invariant_violations = 0, decode_errors = 0, gaps = 0, resyncs = 0;
  std::uint64_t reconciliations = 0, differences = 0;  // pictures of the account compared; open differences
  std::uint64_t hashes_checked = 0, hashes_agree = 0;  // off the hot path
  Usd pnl, fees, equity;
  LatencyHistogram decision;  // frame received -> strategies have decided, every frame that changed a book
  LatencyHistogram order;     // frame received -> order bytes handed to the socket, frames that made an order
};

class Session {
 public:
  // Loads the catalogue (blocking), opens the account, connects the feeds, serves the page.
  [[nodiscard]] static Result<std::unique_ptr<Session>> start(net::EventLoop& loop, const SessionSettings& settings);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] const Engine& engine() const noexcept;
  [[nodiscard]] SessionSummary summary() const;
  [[nodiscard]] std::string page_url() const;  // empty when no page is served
  // Markets whose book is live now.
  [[nodiscard]] std::size_t live_books() const;
  void kill(std::string_view reason);
  // Once, after stop(); nothing without keep_run_log.
  [[nodiscard]] std::optional<backtest::RunLog> take_run_log();
  // Cancels what rests, closes the sockets. The engine and its summary stay readable.
  void stop();

 private:
  class Impl;
  explicit Session(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace underround
