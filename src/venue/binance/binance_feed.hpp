// The Binance USD-M public feed: bookTicker on /public, aggTrade on /market (venue page 2.2: a stream asked for on the
// wrong route is acknowledged and stays silent), each route on its own connection.
//   BinanceFeed feed(loop, {.symbols = {"BTCUSDT"}}, {.on_event = ...});  feed.start();
// A stream silent for too long restarts its route; before the venue's 24 h limit a successor is opened, and the old
// connection goes only when every stream has been heard on the new one.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.hpp"
#include "net/backoff.hpp"
#include "net/event_loop.hpp"
#include "net/tls.hpp"
#include "venue/binance/market_codec.hpp"
#include "venue/binance/symbol_table.hpp"

namespace underround::binance {

struct BinanceFeedSettings {
  std::vector<std::string> symbols{};
  std::string public_url = "wss://fstream.binance.com/public";  // bookTicker; "/stream?streams=..." is appended
  std::string market_url = "wss://fstream.binance.com/market";  // aggTrade
  std::string proxy_url{};
  std::shared_ptr<net::TlsContext> tls{};
  Nanos quote_silence = Nanos::from_seconds(15);           // a bookTicker stream silent this long restarts its route
  Nanos trade_silence = Nanos::from_seconds(120);          // aggTrade: quiet minutes are normal for small symbols
  Nanos lifetime = Nanos::from_seconds(23 * 3600 + 1800);  // the venue cuts at 24 h
  Nanos tick = Nanos::from_millis(100);                    // 0 = the owner calls tick(now)
  net::BackoffSettings backoff{};
  std::uint64_t seed = 1;                   // jitter
  std::uint16_t first_connection = 60'000;  // connection numbers in events: four from here on
};

struct BinanceRouteHealth {
  std::string route{};  // "public" or "market"
  bool up = false;
  std::uint16_t connection = 0;
  Nanos data_age{-1};  // -1 = no data yet
  std::uint32_t silent_streams = 0;
  std::uint64_t frames = 0, bytes = 0, reconnects = 0, watchdog_trips = 0, roll_overs = 0;
  std::string last_error{};
};

class BinanceFeed {
 public:
  struct Callbacks {
    std::function<void(const Event&)> on_event{};  // kReferenceQuote, kReferenceTrade, kFeed
    std::function<void(std::string_view frame, Nanos received, std::uint16_t connection)>
        on_frame{};  // recorder; optional
  };

  BinanceFeed(net::EventLoop& loop, BinanceFeedSettings settings, Callbacks callbacks);
  ~BinanceFeed();
  BinanceFeed(const BinanceFeed&) = delete;
  BinanceFeed& operator=(const BinanceFeed&) = delete;

  void start();
  void stop();
  void tick(Nanos now);  // watchdogs, roll-over, reconnects
  [[nodiscard]] const SymbolTable& symbols() const noexcept;
  [[nodiscard]] MarketCodec::Counters codec_counters() const noexcept;  // both routes
  [[nodiscard]] std::array<BinanceRouteHealth, 2> health() const;

 private:
  class Route;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace underround::binance
