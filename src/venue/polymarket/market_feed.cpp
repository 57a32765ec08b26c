#include "venue/polymarket/market_feed.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "base/random.hpp"
#include "core/event_fields.hpp"
#include "venue/polymarket/feed_admission.hpp"
#include "venue/polymarket/feed_connection.hpp"
#include "venue/polymarket/feed_messages.hpp"
#include "venue/polymarket/feed_shards.hpp"

namespace underround::polymarket {
namespace {

constexpr unsigned kMaxLanes = 2;
constexpr Nanos kNever{-1};
constexpr Nanos kScanPeriod = Nanos::from_seconds(1);  // watchdogs that look at every market
constexpr int kMaxRetryDoublings = 6;                  // a market without a book is asked for ever more rarely

struct Market {
  std::array<std::string, 2> tokens;
  std::size_t shard = 0;
  bool subscribed = false;
  // Busy watchdog.
  Nanos window_start{}, last_update{};
  std::uint32_t updates_in_window = 0;
  bool busy = false;
  // Since when a book is awaited on each lane.
  std::array<Nanos, kMaxLanes> asked_at{kNever, kNever};
  int retries = 0;
};

bool has_instrument(const Event& event) noexcept { return subject_of(event.header.kind) == Subject::kInstrument; }

}  // namespace

class MarketFeed::Impl {
 public:
  Impl(net::EventLoop& loop, MarketFeedSettings settings, Callbacks callbacks)
      : loop_(loop),
        settings_(std::move(settings)),
        callbacks_(std::move(callbacks)),
        map_(settings_.assets_per_connection),
        admission_(settings_.redundant),
        random_(settings_.seed),
        timer_(loop) {}

  void start();
  void stop();
  void tick(Nanos now);
  void subscribe(std::span<const FeedMarket> markets);
  void unsubscribe(std::span<const ConditionId> conditions);
  void resync(ConditionId condition);
  void admit(std::uint16_t connection, std::vector<Event>& events);
  [[nodiscard]] MarketFeedHealth health() const;
  [[nodiscard]] std::size_t shards() const noexcept { return map_.size(); }

 private:
  struct Lane {
    std::unique_ptr<FeedConnection> connection;
    std::uint16_t number = 0;
    std::uint64_t duplicates = 0;
  };
  using Shard = std::array<Lane, kMaxLanes>;

  void open_lanes(std::size_t shard);
  [[nodiscard]] std::unique_ptr<FeedConnection> make_connection(std::size_t shard, unsigned lane);
  void on_open(std::size_t shard, unsigned lane);
  void on_down(std::size_t shard, unsigned lane);
  void emit_feed(const Lane& lane, bool up);
  void declare_gap(ConditionId condition);
  void ask_again(ConditionId condition);  // on every open lane
  void ask_again(ConditionId condition, unsigned lane);
  void await_snapshot(ConditionId condition, unsigned lane, Nanos now);
  void scan(Nanos now);
  void scan_market(ConditionId condition, Nanos now);
  void note_update(Market& market, Nanos now);
  void drop_foreign(std::size_t shard, std::vector<Event>& events);
  [[nodiscard]] std::vector<std::string> assets_of(std::span<const ConditionId> conditions) const;
  [[nodiscard]] Market* find(ConditionId condition) noexcept {
    if (condition.value >= markets_.size() || !markets_[condition.value].subscribed) return nullptr;
    return &markets_[condition.value];
  }
  [[nodiscard]] unsigned lanes() const noexcept { return settings_.redundant ? 2 : 1; }
  [[nodiscard]] FeedConnection* open_connection(std::size_t shard, unsigned lane) noexcept {
    FeedConnection* const connection = shards_[shard][lane].connection.get();
    return connection != nullptr && connection->is_open() ? connection : nullptr;
  }

  net::EventLoop& loop_;
  const MarketFeedSettings settings_;
  const Callbacks callbacks_;
  ShardMap map_;
  FeedAdmission admission_;
  std::vector<Shard> shards_;
  std::vector<Market> markets_;         // by ConditionId
  std::vector<ConditionId> with_book_;  // scratch of admit()
  Random random_;
  net::Timer timer_;
  bool running_ = false;
  Nanos next_scan_{};
  std::uint64_t resyncs_ = 0, gaps_ = 0, busy_trips_ = 0, snapshot_retries_ = 0, refused_markets_ = 0;
};

void MarketFeed::Impl::start() {
  if (std::exchange(running_, true)) return;
  for (std::size_t shard = 0; shard < shards_.size(); ++shard) open_lanes(shard);
  if (settings_.tick.ns > 0) timer_.every(settings_.tick, [this] { tick(loop_.now()); });
}

void MarketFeed::Impl::stop() {
  if (!std::exchange(running_, false)) return;
  timer_.cancel();
  for (std::size_t shard = 0; shard < shards_.size(); ++shard) {
    for (unsigned lane = 0; lane < lanes(); ++lane) {
      FeedConnection* const connection = open_connection(shard, lane);
      if (shards_[shard][lane].connection) shards_[shard][lane].connection->stop();
      if (connection != nullptr) on_down(shard, lane);
    }
  }
}

void MarketFeed::Impl::open_lanes(std::size_t shard) {
  if (!running_ || map_.conditions(shard).empty()) return;
  for (unsigned lane = 0; lane < lanes(); ++lane) {
    if (!shards_[shard][lane].connection) shards_[shard][lane].connection = make_connection(shard, lane);
    shards_[shard][lane].connection->start(loop_.now());
  }
}

std::unique_ptr<FeedConnection> MarketFeed::Impl::make_connection(std::size_t shard, unsigned lane) {
  FeedConnection::Settings settings;
  settings.socket.url = settings_.url;
  settings.socket.proxy_url = settings_.proxy_url;
  settings.socket.tls = settings_.tls;
  settings.ping_interval = settings_.ping_interval;
  settings.pong_timeout = settings_.pong_timeout;
  settings.data_timeout = settings_.data_timeout;
  const std::uint16_t number = shards_[shard][lane].number;
  return std::make_unique<FeedConnection>(
      loop_, std::move(settings), net::Backoff(settings_.backoff, Random(random_.next())),
      FeedConnection::Callbacks{
          .on_open = [this, shard, lane] { on_open(shard, lane); },
          .on_data = [this, number](std::string_view frame,
                                    Nanos received) { callbacks_.on_frame(frame, received, number); },
          .on_down = [this, shard, lane] { on_down(shard, lane); }});
}

std::vector<std::string> MarketFeed::Impl::assets_of(std::span<const ConditionId> conditions) const {
  std::vector<std::string> assets;
  assets.reserve(conditions.size() * 2);
  for (const ConditionId condition : conditions) {
    for (const std::string& token : markets_[condition.value].tokens) assets.push_back(token);
  }
  return assets;
}

void MarketFeed::Impl::await_snapshot(ConditionId condition, unsigned lane, Nanos now) {
  admission_.expect_snapshot(condition, lane);
  markets_[condition.value].asked_at[lane] = now;
}

void MarketFeed::Impl::on_open(std::size_t shard, unsigned lane) {
  const auto& conditions = map_.conditions(shard);
  if (conditions.empty()) return shards_[shard][lane].connection->stop();  // unsubscribed while connecting
  shards_[shard][lane].connection->send(subscribe_first(assets_of(conditions)));
  for (const ConditionId condition : conditions) await_snapshot(condition, lane, loop_.now());
  emit_feed(shards_[shard][lane], true);
}

// The other lane carries on alone where it can; everywhere else continuity is lost.
void MarketFeed::Impl::on_down(std::size_t shard, unsigned lane) {
  const unsigned other = 1 - lane;
  const bool other_open = settings_.redundant && open_connection(shard, other) != nullptr;
  emit_feed(shards_[shard][lane], false);
  const std::vector<ConditionId> conditions = map_.conditions(shard);  // callbacks may change the subscriptions
  for (const ConditionId condition : conditions) {
    if (find(condition) == nullptr) continue;
    admission_.expect_snapshot(condition, lane);
    markets_[condition.value].asked_at[lane] = kNever;
    if (other_open && admission_.carries(condition, other)) continue;
    declare_gap(condition);
    ask_again(condition);
  }
}

void MarketFeed::Impl::emit_feed(const Lane& lane, bool up) {
  Event event = Event::make(EventKind::kFeed, loop_.now(), VenueId::kPolymarket, Event::kNoSubject, lane.number);
  event.feed.up = up ? 1 : 0;
  callbacks_.on_event(event);
}

void MarketFeed::Impl::declare_gap(ConditionId condition) {
  ++gaps_;
  admission_.gap(condition);
  callbacks_.on_event(Event::make(EventKind::kGap, loop_.now(), VenueId::kPolymarket, condition.value));
}

void MarketFeed::Impl::subscribe(std::span<const FeedMarket> markets) {
  std::vector<std::vector<ConditionId>> added;  // by shard
  for (const FeedMarket& market : markets) {
    if (!market.condition.valid() || !is_asset_id(market.tokens[0]) || !is_asset_id(market.tokens[1])) {
      ++refused_markets_;
      continue;
    }
    const auto shard = map_.add(market.condition);
    if (!shard) continue;
    if (markets_.size() <= market.condition.value) markets_.resize(market.condition.value + 1);
    markets_[market.condition.value] = Market{};
    markets_[market.condition.value].tokens = market.tokens;
    markets_[market.condition.value].shard = *shard;
    markets_[market.condition.value].subscribed = true;
    admission_.add(market.condition);
    if (added.size() < map_.size()) added.resize(map_.size());
    added[*shard].push_back(market.condition);
  }
  while (shards_.size() < map_.size()) {
    Shard& shard = shards_.emplace_back();
    for (unsigned lane = 0; lane < kMaxLanes; ++lane) {
      const std::size_t number = settings_.first_connection + (shards_.size() - 1) * kMaxLanes + lane;
      UR_CHECK(number <= UINT16_MAX);
      shard[lane].number = static_cast<std::uint16_t>(number);
    }
  }
  for (std::size_t shard = 0; shard < added.size(); ++shard) {
    if (added[shard].empty()) continue;
    const std::string message = subscribe_more(assets_of(added[shard]));
    for (unsigned lane = 0; lane < lanes(); ++lane) {
      FeedConnection* const connection = open_connection(shard, lane);
      if (connection == nullptr || !connection->send(message)) continue;  // on_open will ask for it
      for (const ConditionId condition : added[shard]) await_snapshot(condition, lane, loop_.now());
    }
    open_lanes(shard);
  }
}

void MarketFeed::Impl::unsubscribe(std::span<const ConditionId> conditions) {
  std::vector<std::vector<ConditionId>> removed(map_.size());
  for (const ConditionId condition : conditions) {
    if (const auto shard = map_.remove(condition)) removed[*shard].push_back(condition);
  }
  for (std::size_t shard = 0; shard < removed.size(); ++shard) {
    if (removed[shard].empty()) continue;
    const std::string message = unsubscribe_some(assets_of(removed[shard]));
    for (const ConditionId condition : removed[shard]) markets_[condition.value].subscribed = false;
    for (unsigned lane = 0; lane < lanes(); ++lane) {
      if (FeedConnection* const connection = open_connection(shard, lane)) connection->send(message);
    }
  }
}

void MarketFeed::Impl::resync(ConditionId condition) {
  if (find(condition) == nullptr) return;
  ++resyncs_;
  declare_gap(condition);
  if (callbacks_.on_resync && !settings_.redundant) return callbacks_.on_resync(condition);
  ask_again(condition);
}

void MarketFeed::Impl::ask_again(ConditionId condition) {
  for (unsigned lane = 0; lane < lanes(); ++lane) ask_again(condition, lane);
}

void MarketFeed::Impl::ask_again(ConditionId condition, unsigned lane) {
  const std::vector<std::string> assets = assets_of(std::span(&condition, 1));
  FeedConnection* const connection = open_connection(markets_[condition.value].shard, lane);
  if (connection == nullptr) return;
  connection->send(unsubscribe_some(assets));
  connection->send(subscribe_more(assets));
  await_snapshot(condition, lane, loop_.now());
}

void MarketFeed::Impl::tick(Nanos now) {
  if (!running_) return;
  for (std::size_t shard = 0; shard < shards_.size(); ++shard) {
    const bool wanted = !map_.conditions(shard).empty();
    for (unsigned lane = 0; lane < lanes(); ++lane) {
      FeedConnection* const connection = shards_[shard][lane].connection.get();
      if (connection == nullptr) continue;
      if (wanted) {
        connection->tick(now);
      } else if (connection->link().state() != net::Reconnector::State::kStopped) {
        const bool was_open = connection->is_open();
        connection->stop();  // its last market has gone
        if (was_open) emit_feed(shards_[shard][lane], false);
      }
    }
  }
  if (now < next_scan_) return;
  next_scan_ = now + kScanPeriod;
  scan(now);
}

void MarketFeed::Impl::scan(Nanos now) {
  for (std::size_t i = 0; i < markets_.size(); ++i) {
    if (markets_[i].subscribed) scan_market(ConditionId{static_cast<std::uint32_t>(i)}, now);
  }
}

void MarketFeed::Impl::scan_market(ConditionId condition, Nanos now) {
  Market& market = markets_[condition.value];
  bool any_open = false;
  for (unsigned lane = 0; lane < lanes(); ++lane) {
    if (open_connection(market.shard, lane) == nullptr) continue;
    any_open = true;
    const Nanos patience{settings_.snapshot_timeout.ns << std::min(market.retries, kMaxRetryDoublings)};
    if (market.asked_at[lane] == kNever || now - market.asked_at[lane] < patience) continue;
    ++market.retries;
    ++snapshot_retries_;
    ask_again(condition, lane);
  }
  if (!any_open || !market.busy || now - market.last_update < settings_.busy_silence) return;
  market.busy = false;
  ++busy_trips_;
  resync(condition);
}

void MarketFeed::Impl::note_update(Market& market, Nanos now) {
  market.last_update = now;
  if (now - market.window_start >= settings_.busy_window) {
    market.busy = market.updates_in_window >= settings_.busy_updates;
    market.window_start = now;
    market.updates_in_window = 0;
  }
  if (++market.updates_in_window >= settings_.busy_updates) market.busy = true;
}

// Frames name both tokens of a market, also ones we have just unsubscribed (page 12.2: filter).
void MarketFeed::Impl::drop_foreign(std::size_t shard, std::vector<Event>& events) {
  std::erase_if(events, [&](const Event& event) {
    if (!has_instrument(event)) return false;
    const Market* const market = find(condition_of(event.instrument()));
    return market == nullptr || market->shard != shard;
  });
}

void MarketFeed::Impl::admit(std::uint16_t connection, std::vector<Event>& events) {
  const std::size_t index = static_cast<std::size_t>(connection - settings_.first_connection);
  const std::size_t shard = index / kMaxLanes;
  const auto lane = static_cast<unsigned>(index % kMaxLanes);
  UR_CHECK(connection >= settings_.first_connection && shard < shards_.size());
  drop_foreign(shard, events);

  ConditionId last;
  for (const Event& event : events) {
    if (!has_instrument(event) || condition_of(event.instrument()) == last) continue;
    last = condition_of(event.instrument());
    note_update(markets_[last.value], event.header.time);
  }
  // Whose book came must be known before a redundant one is removed.
  with_book_.clear();
  for (const Event& event : events) {
    if (event.header.kind == EventKind::kSnapshotBegin) with_book_.push_back(condition_of(event.instrument()));
  }
  const std::size_t removed = admission_.filter(lane, events);
  if (removed != 0 && events.empty()) ++shards_[shard][lane].duplicates;
  for (const ConditionId condition : with_book_) {
    if (!admission_.synced(condition, lane)) continue;
    markets_[condition.value].asked_at[lane] = kNever;
    markets_[condition.value].retries = 0;
  }
}

MarketFeedHealth MarketFeed::Impl::health() const {
  MarketFeedHealth health;
  const Nanos now = loop_.now();
  health.markets = map_.condition_count();
  health.resyncs = resyncs_;
  health.gaps = gaps_;
  health.busy_trips = busy_trips_;
  health.snapshot_retries = snapshot_retries_;
  health.refused_markets = refused_markets_;
  for (std::size_t i = 0; i < markets_.size(); ++i) {
    health.awaiting_snapshot +=
        markets_[i].subscribed && admission_.empty(ConditionId{static_cast<std::uint32_t>(i)}) ? 1 : 0;
  }
  for (std::size_t shard = 0; shard < shards_.size(); ++shard) {
    for (unsigned lane = 0; lane < lanes(); ++lane) {
      const Lane& source = shards_[shard][lane];
      if (!source.connection) continue;
      FeedConnectionHealth& row = health.connections.emplace_back();
      const auto& link = source.connection->link();
      const auto& counters = source.connection->counters();
      row.connection = source.number;
      row.shard = static_cast<std::uint32_t>(shard);
      row.lane = lane;
      row.assets = static_cast<std::uint32_t>(map_.conditions(shard).size() * 2);
      row.up = source.connection->is_open();
      if (source.connection->last_data().ns >= 0) row.data_age = now - source.connection->last_data();
      row.frames = link.counters().frames;
      row.bytes = link.counters().bytes;
      row.pongs = counters.pongs;
      row.control_frames = counters.control_frames;
      row.garbage_frames = counters.garbage_frames;
      row.reconnects = link.counters().reconnects;
      row.duplicates_dropped = source.duplicates;
      row.watchdog_trips = counters.watchdog_trips;
      row.last_error = link.last_error();
    }
  }
  return health;
}

MarketFeed::MarketFeed(net::EventLoop& loop, MarketFeedSettings settings, Callbacks callbacks)
    : impl_(std::make_unique<Impl>(loop, std::move(settings), std::move(callbacks))) {}
MarketFeed::~MarketFeed() = default;
void MarketFeed::start() { impl_->start(); }
void MarketFeed::stop() { impl_->stop(); }
void MarketFeed::tick(Nanos now) { impl_->tick(now); }
void MarketFeed::subscribe(std::span<const FeedMarket> markets) { impl_->subscribe(markets); }
void MarketFeed::unsubscribe(std::span<const ConditionId> conditions) { impl_->unsubscribe(conditions); }
void MarketFeed::resync(ConditionId condition) { impl_->resync(condition); }
void MarketFeed::admit(std::uint16_t connection, std::vector<Event>& events) { impl_->admit(connection, events); }
MarketFeedHealth MarketFeed::health() const { return impl_->health(); }
std::size_t MarketFeed::shards() const noexcept { return impl_->shards(); }

}  // namespace underround::polymarket
