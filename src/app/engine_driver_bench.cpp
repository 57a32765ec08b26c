// The whole way over loopback TLS: a frame of the market channel in, an order out; and the kill switch. The venue's end
// is a thread of its own that answers every order with "nothing to match". Both threads busy-poll, so this wants two
// idle cores.
//   p50_ns, p99_ns   from the venue's write of the frame to the order's arrival there: two hops of the kernel, both
//                    ends' TLS, the engine and two signatures
//   engine_*         the engine's share: from the frame read off its socket to the order written to the other
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "app/engine_driver.hpp"
#include "base/latency_histogram.hpp"
#include "crypto/nonce_pool.hpp"
#include "net/server.hpp"
#include "venue/polymarket/gateway.hpp"
#include "venue/polymarket/market_codec.hpp"
#include "venue/polymarket/market_feed.hpp"

namespace underround {
namespace {

constexpr std::string_view kCondition = "0xdd22472e552920b8438158ea7238bfadfa4f736aa4cee91a6b86c39ead110917";
constexpr std::string_view kYes = "71321045679252212594626385532706912750332728571942532289631379312455583992563";
constexpr std::string_view kNo = "52114319501245915516055106046884209969926127482827954674443846427813813222426";
constexpr char kKey[] = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
constexpr int kRounds = 5000, kWarmUp = 200;

std::string book_frame(std::string_view token, bool mirrored, std::int64_t ms) {
  return fmt::format(
      R"({{"market":"{}","asset_id":"{}","timestamp":"{}","hash":"","bids":[{{"price":"{}","size":"100"}}],)"
      R"("asks":[{{"price":"{}","size":"100"}}],"tick_size":"0.01","last_trade_price":"","event_type":"book"}})",
      kCondition, token, ms, mirrored ? "0.50" : "0.48", mirrored ? "0.52" : "0.50");
}

// Serves on its own thread; spins.
class Venue {
 public:
  Venue() {
    net::ServerSettings settings;
    settings.certificate = net::make_self_signed_certificate("127.0.0.1").value();
    auto server = net::Server::listen(
        loop_, std::move(settings),
        {.on_request = [this](const net::HttpRequest& q, const net::HttpResponder& r) { request(q, r); },
         .on_upgrade = [this](const net::HttpRequest& q, const net::WebSocketSession& s) { return upgrade(q, s); }});
    server_ = std::move(server.value());
    thread_ = std::thread([this] {
      while (!stop_.load(std::memory_order_relaxed)) {
        if (wanted_.exchange(false, std::memory_order_acquire)) send_update();
        loop_.poll();
      }
    });
  }
  ~Venue() {
    stop_ = true;
    thread_.join();
  }
  [[nodiscard]] std::string url(const char* scheme) const { return server_->url(scheme); }

  void ask_for_update() {
    arrived_.store(0, std::memory_order_relaxed);
    wanted_.store(true, std::memory_order_release);
  }
  [[nodiscard]] std::int64_t sent_ns() const { return sent_.load(std::memory_order_acquire); }
  [[nodiscard]] std::int64_t arrived_ns() const { return arrived_.load(std::memory_order_acquire); }
  void forget() { arrived_.store(0, std::memory_order_release); }
  [[nodiscard]] bool subscribed() const { return subscribed_.load(std::memory_order_acquire); }

 private:
  void request(const net::HttpRequest& q, const net::HttpResponder& r) {
    if (q.method == "POST" || q.method == "DELETE") {
      arrived_.store(net::EventLoop::wall_now().ns, std::memory_order_release);
      if (q.method == "DELETE") return r.send(200, R"({"canceled":[],"not_canceled":{}})");
      return r.send(400,
                    R"({"error":"no orders found to match with FAK order. FAK orders are partially filled or killed )"
                    R"(if no match is found."})");
    }
    r.send(200, R"({"data":[],"next_cursor":"LTE="})");
  }
  int upgrade(const net::HttpRequest& q, const net::WebSocketSession& session) {
    const bool market = q.path().find("market") != std::string_view::npos;
    if (market) market_ = session;
    auto mine = session;
    session.on_message([this, mine, market](std::string_view text) mutable {
      if (text == "PING") return (void)mine.send("PONG");
      if (!market) return;
      mine.send(book_frame(kYes, false, ++ms_));
      mine.send(book_frame(kNo, true, ms_));
      subscribed_.store(true, std::memory_order_release);
    });
    return 101;
  }
  void send_update() {
    frame_.clear();
    fmt::format_to(std::back_inserter(frame_),
                   R"({{"market":"{}","price_changes":[{{"asset_id":"{}","price":"0.50","size":"{}","side":"SELL",)"
                   R"("hash":"","best_bid":"0.48","best_ask":"0.50"}},{{"asset_id":"{}","price":"0.50","size":"{}",)"
                   R"("side":"BUY","hash":"","best_bid":"0.50","best_ask":"0.52"}}],"timestamp":"{}",)"
                   R"("event_type":"price_change"}})",
                   kCondition, kYes, 100 + ms_ % 50, kNo, 100 + ms_ % 50, ms_ + 1);
    ++ms_;
    sent_.store(net::EventLoop::wall_now().ns, std::memory_order_release);
    market_.send(frame_);
  }

  net::EventLoop loop_;
  std::unique_ptr<net::Server> server_;
  net::WebSocketSession market_;
  std::string frame_;
  std::int64_t ms_ = 1'795'000'000'000;
  std::atomic<bool> wanted_{false}, stop_{false}, subscribed_{false};
  std::atomic<std::int64_t> sent_{0}, arrived_{0};
  std::thread thread_;
};

// Buys at every change of the book: the shortest strategy there is.
class Reflex final : public Strategy {
 public:
  using Strategy::Strategy;
  std::string_view name() const noexcept override { return "reflex"; }
  void on_book(const StrategyContext& context, ConditionId condition, IntentBuffer& out) override {
    if (!armed) return;
    Intent intent;
    intent.kind = IntentKind::kDirectional;
    intent.strategy = id();
    intent.tif = TimeInForce::kFak;
    intent.size = Shares::whole(10);
    intent.decided_at = context.now;
    intent.deadline = context.now + Nanos::from_seconds(60);
    intent.add_leg({.instrument = instrument_of(condition, 0),
                    .side = Side::kBuy,
                    .limit = Price{5000},
                    .expected = Price{5000},
                    .available = Shares::whole(100)});
    out.push_back(intent);
  }
  bool armed = false;
};

class Desk {
 public:
  explicit Desk(bool pool) {
    ConditionSpec spec;
    spec.condition_id = kCondition;
    spec.tokens = {std::string(kYes), std::string(kNo)};
    spec.outcomes = {"Yes", "No"};
    spec.version = MarketVersion::kV1;
    spec.tick = kTick001;
    spec.fees = FeeSchedule::free();
    spec.phase = MarketPhase::kOpen;
    spec.accepting_orders = true;
    condition_ = catalogue_.add(spec).value();

    EngineSettings settings;
    settings.risk.max_orders_per_second = 1'000'000'000;
    settings.risk.duplicate_window = Nanos{};
    std::vector<std::unique_ptr<Strategy>> strategies;
    auto reflex = std::make_unique<Reflex>(StrategyId{0});
    reflex_ = reflex.get();
    strategies.push_back(std::move(reflex));
    engine_ = std::make_unique<Engine>(catalogue_, settings, std::move(strategies));
    driver_ = std::make_unique<EngineDriver>(*engine_);

    const auto tls = net::TlsContext::client({.ca_pem = {}, .insecure = true}).value();
    if (pool) pool_ = crypto::NoncePool::make({}).value();
    polymarket::GatewaySettings g;
    g.clob_url = venue_.url("http");
    g.user_ws_url = venue_.url("ws") + "/ws/user";
    g.tls = tls;
    g.credentials = {"00000000-0000-0000-0000-000000000001",
                     "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", std::string(64, 'a')};
    g.account.maker = key_.address();
    g.account.nonces = pool_.get();
    g.tier = {"bench", 1'000'000, 1'000'000, 1'000'000, 1'000'000};
    g.order_connections = 1;
    auto gateway = polymarket::Gateway::make(loop_, std::move(g), key_, catalogue_, nullptr,
                                             {.on_event = [this](const Event& e) { driver_->deliver(e); },
                                              .on_named = [](OrderId, const Digest&, Nanos) { return true; }});
    if (!gateway) throw std::runtime_error(gateway.error().message);
    gateway_ = std::move(*gateway);
    driver_->set_executor([this](std::span<const Command> c, Nanos) { gateway_->execute(c); });
    gateway_->start();

    polymarket::MarketFeedSettings f;
    f.url = venue_.url("ws") + "/ws/market";
    f.tls = tls;
    feed_ = std::make_unique<polymarket::MarketFeed>(
        loop_, f,
        polymarket::MarketFeed::Callbacks{
            .on_frame = [this](std::string_view frame, Nanos received,
                               std::uint16_t connection) { on_frame(frame, received, connection); },
            .on_event = [this](const Event& e) { driver_->deliver(e); }});
    const polymarket::FeedMarket markets[] = {{condition_, spec.tokens}};
    feed_->subscribe(markets);
    feed_->start();
    spin([&] { return venue_.subscribed() && gateway_->user_stream_up() && frames_ >= 2; });
    reflex_->armed = true;
  }

  // False when it took too long.
  template <class F>
  bool spin(F&& done) {
    const Nanos give_up = net::EventLoop::wall_now() + Nanos::from_seconds(10);
    while (!done()) {
      loop_.poll();
      if (net::EventLoop::wall_now() > give_up) return false;
    }
    return true;
  }
  // Nanoseconds from the frame to the order; nothing when there was none.
  std::optional<std::int64_t> round() {
    const std::uint64_t before = gateway_->counters().rejected;
    venue_.ask_for_update();
    if (!spin([&] { return venue_.arrived_ns() != 0 && gateway_->counters().rejected > before; })) return std::nullopt;
    return venue_.arrived_ns() - venue_.sent_ns();
  }
  std::optional<std::int64_t> kill() {
    venue_.forget();
    Event e = Event::make(EventKind::kKill, loop_.now());
    e.halt.reason = static_cast<std::uint8_t>(HaltReason::kKillSwitch);
    const std::int64_t from = net::EventLoop::wall_now().ns;
    driver_->deliver(e);
    if (!spin([&] { return venue_.arrived_ns() != 0 && !gateway_->cancelling_all(); })) return std::nullopt;
    driver_->deliver(Event::make(EventKind::kResume, loop_.now()));
    return venue_.arrived_ns() - from;
  }
  LatencyHistogram engine_share;

 private:
  void on_frame(std::string_view frame, Nanos received, std::uint16_t connection) {
    const std::int64_t from = net::EventLoop::wall_now().ns;
    ++frames_;
    events_.clear();
    codec_.decode(frame, received, connection, events_);
    feed_->admit(connection, events_);
    for (const Event& e : events_) driver_->deliver(e);
    engine_share.record(net::EventLoop::wall_now().ns - from);
  }

  Venue venue_;
  net::EventLoop loop_;
  Catalogue catalogue_;
  polymarket::MarketCodec codec_{catalogue_};
  ConditionId condition_;
  Reflex* reflex_ = nullptr;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<EngineDriver> driver_;
  crypto::SecretKey key_ = crypto::SecretKey::from_hex(kKey).value();
  std::unique_ptr<crypto::NoncePool> pool_;
  std::unique_ptr<polymarket::Gateway> gateway_;
  std::unique_ptr<polymarket::MarketFeed> feed_;
  std::vector<Event> events_;
  std::uint64_t frames_ = 0;
};

void report(benchmark::State& state, const char* name, const LatencyHistogram& h) {
  state.counters[std::string(name) + "p50_ns"] = static_cast<double>(h.percentile(0.5));
  state.counters[std::string(name) + "p99_ns"] = static_cast<double>(h.percentile(0.99));
}

void loopback_update_to_order(benchmark::State& state) {
  Desk desk(state.range(0) == 1);
  for (int i = 0; i < kWarmUp; ++i) (void)desk.round();
  desk.engine_share = {};
  LatencyHistogram whole;
  for (auto _ : state) {
    const auto took = desk.round();
    if (!took) return state.SkipWithError("no order came");
    whole.record(*took);
    state.SetIterationTime(static_cast<double>(*took) * 1e-9);
  }
  report(state, "", whole);
  report(state, "engine_", desk.engine_share);
}
BENCHMARK(loopback_update_to_order)->ArgName("pool")->Arg(0)->Arg(1)->Iterations(kRounds)->UseManualTime();

void loopback_kill_to_cancel(benchmark::State& state) {
  Desk desk(false);
  LatencyHistogram whole;
  for (auto _ : state) {
    const auto took = desk.kill();
    if (!took) return state.SkipWithError("no cancel came");
    whole.record(*took);
    state.SetIterationTime(static_cast<double>(*took) * 1e-9);
  }
  report(state, "", whole);
}
BENCHMARK(loopback_kill_to_cancel)->Iterations(1000)->UseManualTime();

}  // namespace
}  // namespace underround
