// The Polymarket market channel (protocol page 12): markets sharded over sockets, kept alive, watched and resynced.
//   MarketFeed feed(loop, settings, {.on_frame = [&](std::string_view frame, Nanos received, std::uint16_t connection)
//   {
//     events.clear();  codec.decode(frame, received, connection, events);
//     feed.admit(connection, events);              // watchdogs; with redundancy: first arrival only
//     for (const Event& event : events) engine.step(event);
//   }, .on_event = ...});
//   feed.subscribe(markets);  feed.start();
// The feed does not parse JSON. What it must know (which market spoke, which snapshot came) it learns from admit().
// Hot thread only. subscribe/unsubscribe/resync are allowed inside callbacks.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.hpp"
#include "net/backoff.hpp"
#include "net/event_loop.hpp"
#include "net/tls.hpp"

namespace underround::polymarket {

struct MarketFeedSettings {
  std::string url = "wss://ws-subscriptions-clob.polymarket.com/ws/market";
  std::string proxy_url{};
  std::shared_ptr<net::TlsContext> tls{};   // null = system roots
  std::size_t assets_per_connection = 400;  // community limit 500: beyond it no snapshot comes (page 12.1)
  bool redundant = false;                   // two sockets per shard, first arrival counts
  Nanos ping_interval = Nanos::from_seconds(10);
  Nanos pong_timeout = Nanos::from_seconds(30);
  Nanos data_timeout = Nanos::from_seconds(60);      // socket with PONG but no data for this long is dead (page 12.4)
  Nanos snapshot_timeout = Nanos::from_seconds(10);  // no `book` after (re)subscribing: ask again
  // A market is busy once a `busy_window` has brought `busy_updates` frames; a busy one that falls silent for
  // `busy_silence` while its connection lives is resynced.
  std::uint32_t busy_updates = 20;
  Nanos busy_window = Nanos::from_seconds(60);
  Nanos busy_silence = Nanos::from_seconds(60);
  Nanos tick = Nanos::from_millis(100);  // 0 = the owner calls tick(now)
  net::BackoffSettings backoff{};
  std::uint64_t seed = 1;              // jitter
  std::uint16_t first_connection = 1;  // connection numbers: shard s, lane l -> first + 2 s + l
};

struct FeedMarket {
  ConditionId condition{};
  std::array<std::string, 2> tokens{};  // outcome order
};

struct FeedConnectionHealth {
  std::uint16_t connection = 0;
  std::uint32_t shard = 0, lane = 0, assets = 0;
  bool up = false;
  Nanos data_age{-1};  // since the last data frame; -1 = none on this socket yet
  std::uint64_t frames = 0, bytes = 0, pongs = 0, control_frames = 0;
  std::uint64_t garbage_frames = 0;  // neither JSON nor a known control text (HTML, truncation)
  std::uint64_t reconnects = 0, duplicates_dropped = 0, watchdog_trips = 0;
  std::string last_error{};
};

struct MarketFeedHealth {
  std::vector<FeedConnectionHealth> connections{};
  std::size_t markets = 0, awaiting_snapshot = 0;
  std::uint64_t resyncs = 0, gaps = 0, busy_trips = 0, snapshot_retries = 0;
  std::uint64_t refused_markets = 0;  // token ids that are not decimal numbers
};

class MarketFeed {
 public:
  struct Callbacks {
    // A JSON frame (64 readable bytes after it). The owner decodes it and calls admit() before using the events.
    std::function<void(std::string_view frame, Nanos received, std::uint16_t connection)> on_frame{};
    // kGap per affected condition, kFeed per connection up or down.
    std::function<void(const Event&)> on_event{};
    // Replaces the socket resync (unsubscribe + subscribe of the pair) by something better, such as REST /book; the
    // snapshot is then the owner's business. Not with redundant lanes: each of them needs a snapshot of its own.
    std::function<void(ConditionId)> on_resync{};
  };

  MarketFeed(net::EventLoop& loop, MarketFeedSettings settings, Callbacks callbacks);
  ~MarketFeed();
  MarketFeed(const MarketFeed&) = delete;
  MarketFeed& operator=(const MarketFeed&) = delete;

  void start();
  void stop();           // closes every socket; subscriptions are kept for the next start()
  void tick(Nanos now);  // pings, watchdogs, reconnects

  // Both tokens of a condition always share a connection. Known conditions are ignored. On a live socket the change
  // goes out at once.
  void subscribe(std::span<const FeedMarket> markets);
  void unsubscribe(std::span<const ConditionId> conditions);
  // The book of this condition failed a check: kGap now, a fresh `book` later.
  void resync(ConditionId condition);

  // The decoded events of one frame, in order. Notes who spoke; in redundant mode removes what the other lane has
  // already delivered and what is older than the book (page 12.4). All removed = the frame was a duplicate.
  void admit(std::uint16_t connection, std::vector<Event>& events);

  [[nodiscard]] MarketFeedHealth health() const;
  [[nodiscard]] std::size_t shards() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace underround::polymarket
