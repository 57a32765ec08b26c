#include "venue/binance/binance_feed.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "base/random.hpp"
#include "net/reconnector.hpp"

namespace underround::binance {
namespace {

// "wss://host/public" + "/stream?streams=btcusdt@bookTicker/ethusdt@bookTicker"
std::string stream_url(const std::string& base, const std::vector<std::string>& symbols, const char* stream) {
  std::string url = base + "/stream?streams=";
  for (const std::string& symbol : symbols) {
    if (!url.ends_with('=')) url += '/';
    for (const char c : symbol) url += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    url += '@';
    url += stream;
  }
  return url;
}

}  // namespace

// One route: normally one connection, for a short while two (roll-over). Its codec drops what arrives twice.
class BinanceFeed::Route {
 public:
  struct Plan {
    std::string name;
    const char* stream;
    std::string base_url;
    Nanos silence;
    std::uint16_t first_connection;  // two numbers: this and the next
  };
  Route(net::EventLoop& loop, const BinanceFeedSettings& settings, const Callbacks& callbacks,
        const SymbolTable& symbols, Plan plan)
      : loop_(loop),
        settings_(settings),
        callbacks_(callbacks),
        plan_(std::move(plan)),
        url_(stream_url(plan_.base_url, settings.symbols, plan_.stream)),
        random_(Random(settings.seed).fork(plan_.name)),
        symbols_(symbols.size()),
        codec_(symbols) {}

  void start(Nanos now) {
    if (!primary_) primary_ = open_lane(now);
  }
  void stop() {
    primary_.reset();
    successor_.reset();
    announce(false);
  }
  void tick(Nanos now);
  [[nodiscard]] const MarketCodec::Counters& codec_counters() const noexcept { return codec_.counters(); }
  [[nodiscard]] BinanceRouteHealth health(Nanos now) const;

 private:
  // One socket and what has been heard on it since it opened.
  struct Lane {
    std::uint16_t connection = 0;
    std::unique_ptr<net::Reconnector> link;
    std::vector<Nanos> heard_at;  // per symbol; 0 = not yet
    std::size_t heard = 0;
    Nanos last_data{-1};
  };

  std::unique_ptr<Lane> open_lane(Nanos now);
  void on_open(Lane& lane);
  void on_frame(Lane& lane, std::string_view frame, Nanos received);
  void announce(bool up);
  [[nodiscard]] bool any_open() const noexcept {
    return (primary_ && primary_->link->is_open()) || (successor_ && successor_->link->is_open());
  }
  [[nodiscard]] std::uint32_t silent_streams(const Lane& lane, Nanos now) const noexcept;
  void roll_over(Nanos now);

  net::EventLoop& loop_;
  const BinanceFeedSettings& settings_;
  const Callbacks& callbacks_;
  const Plan plan_;
  const std::string url_;
  Random random_;
  const std::size_t symbols_;
  MarketCodec codec_;
  std::unique_ptr<Lane> primary_, successor_;
  std::uint16_t next_lane_ = 0;
  bool announced_up_ = false;
  std::uint16_t announced_connection_ = 0;
  std::uint64_t watchdog_trips_ = 0, roll_overs_ = 0, past_frames_ = 0, past_bytes_ = 0, past_reconnects_ = 0;
  std::vector<Event> events_;
};

std::unique_ptr<BinanceFeed::Route::Lane> BinanceFeed::Route::open_lane(Nanos now) {
  auto lane = std::make_unique<Lane>();
  lane->connection = static_cast<std::uint16_t>(plan_.first_connection + next_lane_);
  next_lane_ ^= 1;
  Lane* const raw = lane.get();
  net::WebSocketSettings socket;
  socket.url = url_;
  socket.proxy_url = settings_.proxy_url;
  socket.tls = settings_.tls;
  lane->link = std::make_unique<net::Reconnector>(
      loop_, std::move(socket), net::Backoff(settings_.backoff, Random(random_.next())),
      net::Reconnector::Callbacks{
          .on_open = [this, raw] { on_open(*raw); },
          .on_frame = [this, raw](std::string_view frame, Nanos received) { on_frame(*raw, frame, received); },
          .on_down = [this](const Error&) { announce(any_open()); }});
  lane->link->start(now);
  return lane;
}

void BinanceFeed::Route::on_open(Lane& lane) {
  lane.heard_at.assign(symbols_, Nanos{});
  lane.heard = 0;
  lane.last_data = Nanos{-1};
  if (!announced_up_) codec_.forget_sequences();  // nothing was up: ids may have restarted
  announced_connection_ = lane.connection;
  announce(true);
}

void BinanceFeed::Route::on_frame(Lane& lane, std::string_view frame, Nanos received) {
  if (callbacks_.on_frame) callbacks_.on_frame(frame, received, lane.connection);
  events_.clear();
  const SymbolId symbol = codec_.decode(frame, received, lane.connection, events_);
  if (!symbol.valid()) return;
  lane.last_data = received;
  lane.link->note_data(received);
  if (std::exchange(lane.heard_at[symbol.value], received).ns == 0) ++lane.heard;
  for (const Event& event : events_) callbacks_.on_event(event);
}

void BinanceFeed::Route::announce(bool up) {
  if (std::exchange(announced_up_, up) == up) return;
  Event event = Event::make(EventKind::kFeed, loop_.now(), VenueId::kBinance, Event::kNoSubject, announced_connection_);
  event.feed.up = up ? 1 : 0;
  callbacks_.on_event(event);
}

std::uint32_t BinanceFeed::Route::silent_streams(const Lane& lane, Nanos now) const noexcept {
  if (!lane.link->is_open()) return 0;
  std::uint32_t silent = 0;
  for (const Nanos heard : lane.heard_at) silent += now - std::max(heard, lane.link->opened_at()) >= plan_.silence;
  return silent;
}

void BinanceFeed::Route::tick(Nanos now) {
  if (!primary_) return;
  primary_->link->tick(now);
  if (successor_) successor_->link->tick(now);
  roll_over(now);
  if (silent_streams(*primary_, now) > 0) {
    ++watchdog_trips_;
    primary_->link->restart(now, plan_.name + ": a subscribed stream is silent");
  }
}

// The successor takes over when it has heard every stream, or when the old connection is gone anyway.
void BinanceFeed::Route::roll_over(Nanos now) {
  const bool primary_open = primary_->link->is_open();
  if (!successor_) {
    if (primary_open && now - primary_->link->opened_at() >= settings_.lifetime) successor_ = open_lane(now);
    return;
  }
  if (!successor_->link->is_open() || (primary_open && successor_->heard < symbols_)) return;
  const auto& old = primary_->link->counters();
  past_frames_ += old.frames;
  past_bytes_ += old.bytes;
  past_reconnects_ += old.reconnects;
  primary_ = std::move(successor_);
  announced_connection_ = primary_->connection;
  ++roll_overs_;
}

BinanceRouteHealth BinanceFeed::Route::health(Nanos now) const {
  BinanceRouteHealth health;
  health.route = plan_.name;
  health.watchdog_trips = watchdog_trips_;
  health.roll_overs = roll_overs_;
  health.up = any_open();
  health.frames = past_frames_;
  health.bytes = past_bytes_;
  health.reconnects = past_reconnects_;
  if (!primary_) return health;
  health.connection = primary_->connection;
  if (primary_->last_data.ns >= 0) health.data_age = now - primary_->last_data;
  health.silent_streams = silent_streams(*primary_, now);
  health.last_error = primary_->link->last_error();
  for (const auto* lane : {primary_.get(), successor_.get()}) {
    if (lane == nullptr) continue;
    health.frames += lane->link->counters().frames;
    health.bytes += lane->link->counters().bytes;
    health.reconnects += lane->link->counters().reconnects;
  }
  return health;
}

struct BinanceFeed::Impl {
  Impl(net::EventLoop& event_loop, BinanceFeedSettings s, Callbacks c)
      : loop(event_loop),
        settings(std::move(s)),
        callbacks(std::move(c)),
        symbols(settings.symbols),
        quotes(loop, settings, callbacks, symbols,
               {"public", "bookTicker", settings.public_url, settings.quote_silence, settings.first_connection}),
        trades(loop, settings, callbacks, symbols,
               {"market", "aggTrade", settings.market_url, settings.trade_silence,
                static_cast<std::uint16_t>(settings.first_connection + 2)}),
        timer(loop) {}
  net::EventLoop& loop;
  const BinanceFeedSettings settings;
  const Callbacks callbacks;
  SymbolTable symbols;
  Route quotes, trades;
  net::Timer timer;
};

BinanceFeed::BinanceFeed(net::EventLoop& loop, BinanceFeedSettings settings, Callbacks callbacks)
    : impl_(std::make_unique<Impl>(loop, std::move(settings), std::move(callbacks))) {
  UR_CHECK(impl_->callbacks.on_event);
}
BinanceFeed::~BinanceFeed() = default;

void BinanceFeed::start() {
  if (impl_->symbols.size() == 0) return;
  const Nanos now = impl_->loop.now();
  impl_->quotes.start(now);
  impl_->trades.start(now);
  if (impl_->settings.tick.ns > 0) impl_->timer.every(impl_->settings.tick, [this] { tick(impl_->loop.now()); });
}

void BinanceFeed::stop() {
  impl_->timer.cancel();
  impl_->quotes.stop();
  impl_->trades.stop();
}

void BinanceFeed::tick(Nanos now) {
  impl_->quotes.tick(now);
  impl_->trades.tick(now);
}

const SymbolTable& BinanceFeed::symbols() const noexcept { return impl_->symbols; }

MarketCodec::Counters BinanceFeed::codec_counters() const noexcept {
  MarketCodec::Counters sum = impl_->quotes.codec_counters();
  const MarketCodec::Counters& other = impl_->trades.codec_counters();
  sum.messages += other.messages;
  sum.quotes += other.quotes;
  sum.trades += other.trades;
  sum.decode_errors += other.decode_errors;
  sum.unknown += other.unknown;
  sum.unknown_symbols += other.unknown_symbols;
  sum.stale += other.stale;
  return sum;
}

std::array<BinanceRouteHealth, 2> BinanceFeed::health() const {
  const Nanos now = impl_->loop.now();
  return {impl_->quotes.health(now), impl_->trades.health(now)};
}

}  // namespace underround::binance
