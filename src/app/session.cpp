#include "app/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "app/catalogue_loader.hpp"
#include "app/chain_operations.hpp"
#include "app/embedded_account.hpp"
#include "app/engine_driver.hpp"
#include "app/engine_start.hpp"
#include "app/feed_settings.hpp"
#include "app/feed_views.hpp"
#include "app/halt_keeper.hpp"
#include "app/hash_auditor.hpp"
#include "app/session_journal.hpp"
#include "app/session_recovery.hpp"
#include "app/session_settings.hpp"
#include "backtest/fill_model.hpp"
#include "backtest/run_recorder.hpp"
#include "base/check.hpp"
#include "base/mailbox.hpp"
#include "base/spsc_ring.hpp"
#include "crypto/nonce_pool.hpp"
#include "engine/view_builder.hpp"
#include "market/series.hpp"
#include "venue/binance/binance_feed.hpp"
#include "venue/polymarket/gateway.hpp"
#include "venue/polymarket/market_codec.hpp"
#include "venue/polymarket/market_feed.hpp"
#include "web/dashboard_server.hpp"

namespace underround {
namespace {

constexpr Nanos kTimerPeriod = Nanos::from_millis(50);
constexpr Nanos kShutdownPatience = Nanos::from_millis(800);
constexpr Nanos kViewPeriod = Nanos::from_millis(250);
constexpr Nanos kHeldPeriod = Nanos::from_seconds(2);  // between lists of what is held, for the loader

RunMode mode_of(OrderRoute route) {
  switch (route) {
    case OrderRoute::kEmbedded: return RunMode::kSimulate;
    case OrderRoute::kPaper: return RunMode::kPaper;
    case OrderRoute::kLive: return RunMode::kLive;
    case OrderRoute::kWatch:
    case OrderRoute::kDryRun: return RunMode::kDryRun;
  }
  return RunMode::kDryRun;
}

}  // namespace

class Session::Impl {
 public:
  Impl(net::EventLoop& loop, const SessionSettings& settings)
      : loop_(loop), settings_(settings), codec_(catalogue_), controls_(64), timer_(loop), view_timer_(loop) {
    events_.reserve(4096);
    due_.reserve(256);
  }

  Result<void> start() {
    started_at_ = loop_.now();
    loader_ = std::make_unique<CatalogueLoader>(
        CatalogueLoaderSettings{.gamma_url = settings_.urls.gamma,
                                .proxy_url = settings_.proxy_url,
                                .on_ends =
                                    [this](std::vector<polymarket::GammaResolution> ends) {
                                      loop_.post([this, ends = std::move(ends)] { note_ends(ends); });
                                    }},
        filter_of(settings_.config), series_of(settings_.config), [this](std::vector<ConditionSpec> specs) {
          loop_.post([this, specs = std::move(specs)] { add_markets(specs); });
        });
    std::vector<std::string> notes;
    auto specs = loader_->load_all(notes);
    if (!specs) return std::unexpected(specs.error());
    if (!settings_.quiet && !notes.empty()) {
      fmt::print(stderr, "{} markets refused by the catalogue, the first: {}\n", notes.size(), notes.front());
    }
    auditor_ = std::make_unique<HashAuditor>([this](ConditionId condition) {
      loop_.post([this, condition] {
        if (!stopped_) feed_->resync(condition);
      });
    });
    EngineStart start{.mode = to_string(mode_of(settings_.route)), .config = settings_.config};
    start.trade = settings_.route != OrderRoute::kWatch;
    faucet_ = engine_settings_of(settings_.config, start.trade).starting_cash;
    // What an account holds is read from the venue, not configured.
    start.adopt_first = sends_orders();
    start.starting_cash = sends_orders() ? Usd{} : faucet_;
    auto engine = make_engine(start, catalogue_);
    if (!engine) return std::unexpected(engine.error());
    engine_ = std::move(*engine);
    driver_ = std::make_unique<EngineDriver>(*engine_);
    driver_->set_executor([this](std::span<const Command> commands, Nanos now) { execute(commands, now); });
    if (auto ok = open_journal(start); !ok) return ok;
    if (settings_.keep_run_log) {
      recorder_ = std::make_unique<backtest::RunRecorder>(*engine_, to_string(mode_of(settings_.route)));
    }
    if (journal_ || recorder_) {
      driver_->set_tap([this](const Event& e, std::span<const Command> commands) { note_step(e, commands); });
    }
    halts_.emplace(settings_.state_dir, *engine_,
                   HaltKeeper::Callbacks{.deliver = [this](const Event& e) { driver_->deliver(e); },
                                         .note =
                                             [this](std::string_view words) {
                                               if (journal_) (void)journal_->note(words);
                                             }});
    add_markets(*specs);

    for (const ConditionSpec& spec : *specs) {
      if (const auto id = catalogue_.find_condition(spec.condition_id)) listed_.push_back(*id);
    }
    std::ranges::sort(listed_);

    if (auto ok = open_orders_route(); !ok) return ok;
    halts_->restore(journal_ ? journal_->known_at() : Nanos{}, loop_.now(), settings_.quiet);
    open_feeds();
    if (settings_.serve_page) {
      web::DashboardOptions web;
      web.host = settings_.config.web.address;
      web.port = static_cast<std::uint16_t>(settings_.config.web.port);
      web.token = settings_.dashboard_token;
      auto page = web::DashboardServer::start(web, views_, controls_);
      if (!page) return std::unexpected(page.error());
      page_ = std::move(*page);
    }
    loader_->start_refreshing();
    timer_.every(kTimerPeriod, [this] { on_timer(); });
    view_timer_.every(kViewPeriod, [this] { publish_view(); });
    started_ = true;
    return {};
  }

  ~Impl() { stop(); }

  void stop() {
    if (stopped_) return;
    stopped_ = true;
    if (started_) cancel_resting();
    timer_.cancel();
    view_timer_.cancel();
    loader_.reset();
    page_.reset();
    if (feed_) feed_->stop();
    if (binance_) binance_->stop();
    if (gateway_) gateway_->stop();
    if (journal_) journal_->close();
    last_hashes_ = hashes();
    auditor_.reset();
  }

  std::optional<backtest::RunLog> take_run_log() {
    if (!recorder_) return std::nullopt;
    auto log = recorder_->finish();
    recorder_.reset();
    return log;
  }

  void kill(std::string_view reason) {
    driver_->deliver(halt_event(HaltReason::kKillSwitch, reason, loop_.now()));
    halts_->keep(loop_.now());
  }

  [[nodiscard]] const Engine& engine() const noexcept { return *engine_; }
  [[nodiscard]] std::string page_url() const { return page_ ? page_->url() : std::string(); }

  [[nodiscard]] std::size_t live_books() const {
    std::size_t n = 0;
    for (std::uint32_t i = 0; i < engine_->books().size(); ++i) {
      n += engine_->books()[ConditionId{i}].state() == BookState::kLive ? 1 : 0;
    }
    return n;
  }

  [[nodiscard]] SessionSummary summary() const {
    SessionSummary s;
    const auto& seen = engine_->opportunities().totals();
    s.markets = catalogue_.size();
    s.messages = messages_;
    s.opportunities_seen = seen.seen;
    s.opportunities_taken = seen.taken;
    s.phantoms_refused = seen.phantoms;
    s.orders = engine_->executor().counters().orders;
    s.fills = engine_->executor().counters().fills;
    s.invariant_violations = engine_->counters().invariant_violations;
    s.decode_errors = codec_.counters().decode_errors;
    s.gaps = engine_->counters().gaps;
    s.resyncs = engine_->counters().resyncs;
    s.reconciliations = engine_->reconciler().counters().pictures;
    s.differences = engine_->reconciler().differences().size();
    s.hashes_checked = hashes().checked;
    s.hashes_agree = hashes().agree;
    const Valuation v = engine_->valuation();
    s.pnl = v.pnl;
    s.equity = v.equity;
    s.fees = engine_->ledger().flows().fees;
    s.decision = decision_latency_;
    s.order = order_latency_;
    return s;
  }

 private:
  [[nodiscard]] HashAuditor::Counters hashes() const noexcept { return auditor_ ? auditor_->counters() : last_hashes_; }

  // --- orders
  Result<void> open_orders_route() {
    switch (settings_.route) {
      case OrderRoute::kWatch: return {};
      case OrderRoute::kPaper:
        paper_ = std::make_unique<backtest::FillModel>(catalogue_, engine_->books(), backtest::VenueModelSettings{});
        return {};
      case OrderRoute::kDryRun: return open_dry_run();
      case OrderRoute::kEmbedded: return open_embedded();
      case OrderRoute::kLive: return open_live();
    }
    return {};
  }

  Result<void> open_embedded() {
    auto account = open_embedded_account(loop_, settings_.urls.control, settings_.urls.clob,
                                         static_cast<std::uint64_t>(settings_.config.simulator.seed), faucet_);
    if (!account) return std::unexpected(account.error());
    account_ = std::make_unique<TradingAccount>(std::move(*account));
    operations_ = make_embedded_operations(loop_, settings_.urls.control, crypto::checksum(account_->wallet),
                                           catalogue_, [this](const Event& e) { driver_->deliver(e); });
    return open_gateway(*account_, false);
  }

  [[nodiscard]] bool sends_orders() const noexcept {
    return settings_.route == OrderRoute::kEmbedded || settings_.route == OrderRoute::kLive;
  }

  Result<void> open_live() {
    UR_CHECK(settings_.account != nullptr && settings_.loaded != nullptr);
    auto chain = chain_settings(*settings_.loaded, *settings_.account);
    if (!chain) return std::unexpected(chain.error());
    const bool limited = chain->account != chain::AccountType::kEoa && chain->relayer.credentials.relayer_key.empty();
    const auto daily = static_cast<std::int32_t>(limited ? settings_.config.chain.relayer_per_day : 0);
    auto operations = make_chain_operations(
        loop_, std::move(*chain), *settings_.account, catalogue_, daily,
        [this](const Event& e) { driver_->deliver(e); },
        [](const std::string& words) { fmt::print(stderr, "chain: {}\n", words); },
        [this](const std::string& name) { return journal_ == nullptr || journal_->note(name); });
    if (!operations) return std::unexpected(operations.error());
    operations_ = std::move(*operations);
    return open_gateway(*settings_.account, false);
  }

  // Nothing is sent, so the key need not be anybody's: what is shown is that orders are built, named and signed.
  Result<void> open_dry_run() {
    if (settings_.account != nullptr) return open_gateway(*settings_.account, true);
    auto key = crypto::SecretKey::from_hex("0x" + std::string(63, '0') + "1");
    if (!key) return std::unexpected(key.error());
    const crypto::Address address = key->address();
    account_ = std::make_unique<TradingAccount>(
        TradingAccount{.key = std::move(*key),
                       .wallet = address,
                       .credentials = {"00000000-0000-0000-0000-000000000000",
                                       "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "dry"}});
    settings_.urls.ws_user.clear();
    return open_gateway(*account_, true);
  }

  Result<void> open_gateway(const TradingAccount& account, bool dry_run) {
    polymarket::GatewaySettings g;
    g.clob_url = settings_.urls.clob;
    g.user_ws_url = settings_.urls.ws_user;
    g.credentials = account.credentials;
    g.account.chain_id = account.chain_id;
    g.account.type = account.type;
    g.account.maker = account.wallet;
    if (settings_.config.account.nonce_pool) {
      auto pool = crypto::NoncePool::make({});
      if (!pool) return std::unexpected(pool.error());
      nonces_ = std::move(*pool);
      g.account.nonces = nonces_.get();
    }
    g.proxy_url = settings_.proxy_url;
    g.dry_run = dry_run;
    g.data_url = settings_.urls.data;
    g.read_account = !dry_run;
    g.heartbeats = !dry_run && settings_.config.live.heartbeats;
    g.reconcile_period = settings_.config.live.reconcile_every;
    g.salt_seed = static_cast<std::uint64_t>(loop_.now().ns);
    g.order_timeout = settings_.config.execution.order_deadline;
    polymarket::Gateway::Callbacks callbacks;
    callbacks.on_event = [this](const Event& e) { driver_->deliver(e); };
    callbacks.on_named = [this](OrderId id, const Digest& digest, Nanos) {
      return journal_ == nullptr || journal_->name(id, digest);
    };
    callbacks.on_action = [this](polymarket::VenueAction action, std::string_view words) {
      if (action == polymarket::VenueAction::kHalt) kill(words);
    };
    callbacks.on_notice = [](const polymarket::Notice& notice) {
      using Kind = polymarket::Notice::Kind;  // fills, cancels and resolutions are on the page already
      if (notice.kind != Kind::kFillFailed && notice.kind != Kind::kRedeemed && notice.kind != Kind::kComboRedeemed)
        return;
      fmt::print(stderr, "venue: {}: {}\n", to_string(notice.kind), notice.words);
    };
    callbacks.on_market_changed = [this](ConditionId condition) {
      feed_->resync(condition);
      loader_->refresh_soon();
    };
    callbacks.held = [this](std::vector<InstrumentId>& out) {
      for (const InstrumentId instrument : engine_->ledger().held()) {
        if (!engine_->ledger().position(instrument).flat()) out.push_back(instrument);
      }
    };
    auto gateway =
        polymarket::Gateway::make(loop_, std::move(g), account.key, catalogue_, operations_.get(), callbacks);
    if (!gateway) return std::unexpected(gateway.error());
    gateway_ = std::move(*gateway);
    const JournalReplay* const before = journal_ ? journal_->before() : nullptr;
    if (before != nullptr) {
      const Engine& engine = *before->engine();
      gateway_->recover(recovered_orders(engine, before->names()), blind_since(engine),
                        engine.reconciler().first_picture());
    }
    if (journal_) gateway_->cancel_when_seen(journal_->left_over());
    gateway_->start();
    if (before != nullptr) {
      for (const Event& e : left_by_the_crash(*before->engine(), before->names(), loop_.now())) driver_->deliver(e);
      journal_->forget();
    }
    return {};
  }

  void execute(std::span<const Command> commands, Nanos now) {
    bool ordered = false;
    for (const Command& command : commands) {
      if (const auto* resync = std::get_if<Resync>(&command)) feed_->resync(resync->condition);
      if (paper_ && !std::holds_alternative<Resync>(command)) paper_->execute(command, now);
      ordered = ordered || std::holds_alternative<PlaceOrder>(command);
    }
    if (gateway_) gateway_->execute(commands);
    if (ordered && frame_received_.ns != 0) order_latency_.record((loop_.now() - frame_received_).ns);
  }

  // Nothing of ours stays in a book that nobody watches. Waits for the venue's word, but not long.
  void cancel_resting() {
    if (!gateway_ || !sends_orders()) return;
    loop_.resume();  // it was stopped to get here
    gateway_->execute(CancelAll{});
    if (loop_.run_until([this] { return !gateway_->cancelling_all(); }, kShutdownPatience)) return;
    fmt::print(stderr, "the venue did not confirm that our orders are cancelled: look with `underround orders`\n");
  }

  // --- the journal: of sessions with an account of their own
  Result<void> open_journal(const EngineStart& start) {
    if (settings_.route != OrderRoute::kLive || settings_.state_dir.empty()) return {};
    auto journal = SessionJournal::open({.folder = std::filesystem::path(settings_.state_dir) / "journal",
                                         .wallet = crypto::checksum(settings_.account->wallet),
                                         .venue_url = settings_.urls.clob,
                                         .quiet = settings_.quiet},
                                        start, *engine_, [this](const std::string& why) {
                                          driver_->deliver(halt_event(HaltReason::kJournal, why, loop_.now()));
                                        });
    if (!journal) return std::unexpected(journal.error());
    journal_ = std::move(*journal);
    // What was taken over with the state.
    for (std::uint32_t i = 0; i < catalogue_.size(); ++i) auditor_->add(catalogue_[ConditionId{i}].spec);
    return {};
  }
  void note_step(const Event& e, std::span<const Command> commands) {
    if (journal_) journal_->step(e, commands);
    if (recorder_) recorder_->after(e, commands);
  }

  // --- market data
  void open_feeds() {
    feed_ = std::make_unique<polymarket::MarketFeed>(
        loop_, market_feed_settings(settings_.config, settings_.urls, settings_.proxy_url),
        polymarket::MarketFeed::Callbacks{
            .on_frame = [this](std::string_view frame, Nanos received,
                               std::uint16_t connection) { on_frame(frame, received, connection); },
            .on_event =
                [this](const Event& e) {
                  if (e.header.kind == EventKind::kGap) auditor_->gap(e.condition());
                  driver_->deliver(e);
                }});
    std::vector<polymarket::FeedMarket> markets;
    markets.reserve(catalogue_.size());
    for (std::uint32_t i = 0; i < catalogue_.size(); ++i) {
      if (worth_a_subscription(ConditionId{i}))
        markets.push_back({ConditionId{i}, catalogue_[ConditionId{i}].spec.tokens});
    }
    feed_->subscribe(markets);
    feed_->start();

    if (settings_.config.binance.symbols.empty()) return;
    binance_ = std::make_unique<binance::BinanceFeed>(
        loop_, binance_feed_settings(settings_.config, settings_.urls, settings_.proxy_url),
        binance::BinanceFeed::Callbacks{.on_event = [this](const Event& e) {
          ++messages_;
          driver_->deliver(e);
        }});
    binance_->start();
  }

  // Of a catalogue that was taken over: what is listed now, and what we hold.
  [[nodiscard]] bool worth_a_subscription(ConditionId condition) const {
    if (catalogue_[condition].spec.phase >= MarketPhase::kClosed) return false;
    if (std::ranges::binary_search(listed_, condition)) return true;
    return !engine_->ledger().position(instrument_of(condition, 0)).flat() ||
           !engine_->ledger().position(instrument_of(condition, 1)).flat();
  }

  void on_frame(std::string_view frame, Nanos received, std::uint16_t connection) {
    ++messages_;
    advance_paper(received);  // orders due before this frame meet the book before it
    events_.clear();
    codec_.decode(frame, received, connection, events_);
    feed_->admit(connection, events_);
    if (events_.empty()) return;
    frame_received_ = received;
    for (std::size_t i = 0; i < events_.size(); ++i) {
      on_market(events_[i], received);
    }
    decision_latency_.record((loop_.now() - received).ns);
    frame_received_ = Nanos{};
    auditor_->frame(frame, received, connection);
  }

  void on_market(const Event& e, Nanos received) {
    note_end(e);
    driver_->deliver(e);
    if (paper_) paper_->on_market(e, received);
  }

  // Closed and resolved markets need no subscription any more; their positions are redeemed by the engine.
  void note_end(const Event& e) {
    if (e.header.kind != EventKind::kMarketStatus) return;
    const MarketPhase phase = e.market.phase;
    if (phase == MarketPhase::kResolved || phase == MarketPhase::kRedeemable) ended_.push_back(e.condition());
  }

  // How markets ended in which we hold something: the feed did not say so, or nobody listened then.
  void note_ends(const std::vector<polymarket::GammaResolution>& ends) {
    if (stopped_) return;
    for (const auto& end : ends) {
      const auto condition = catalogue_.find_condition(end.condition_id);
      if (!condition || engine_->awaits_redemption(*condition)) continue;
      Event e = Event::make(EventKind::kMarketStatus, loop_.now(), catalogue_[*condition].spec.venue, condition->value);
      e.market = {.phase = MarketPhase::kResolved, .winning_outcome = end.winning_outcome, .venue_time = loop_.now()};
      on_market(e, loop_.now());
    }
  }

  void look_after_held(Nanos now) {
    if (now < held_at_ + kHeldPeriod) return;
    held_at_ = now;
    held_now_.clear();
    for (const InstrumentId held : engine_->ledger().held()) {
      const ConditionId condition = condition_of(held);
      if (engine_->ledger().position(held).flat() || engine_->awaits_redemption(condition)) continue;
      if (catalogue_[condition].spec.slug.empty()) continue;  // Gamma cannot be asked about it
      if (std::ranges::find(held_now_, condition) == held_now_.end()) held_now_.push_back(condition);
    }
    if (held_now_ == looked_after_) return;
    looked_after_ = held_now_;
    std::vector<std::string> slugs;
    slugs.reserve(looked_after_.size());
    for (const ConditionId condition : looked_after_) slugs.push_back(catalogue_[condition].spec.slug);
    loader_->look_after(std::move(slugs));
  }

  // News from the loader: new conditions, or changes of known ones.
  void add_markets(const std::vector<ConditionSpec>& specs) {
    if (stopped_) return;
    std::vector<polymarket::FeedMarket> fresh;
    for (const ConditionSpec& spec : specs) {
      const auto known = catalogue_.find_condition(spec.condition_id);
      if (known && catalogue_[*known].spec.phase >= MarketPhase::kClosed) continue;
      const auto id = catalogue_.add(spec);
      auditor_->add(spec);
      if (!id) continue;
      driver_->deliver(Event::make(EventKind::kConditionAdded, loop_.now(), spec.venue, id->value));
      fresh.push_back({*id, spec.tokens});  // one that is subscribed already is ignored
    }
    if (feed_ && !fresh.empty()) feed_->subscribe(fresh);  // the first markets come before the feeds
  }

  // --- time
  void on_timer() {
    const Nanos now = loop_.now();
    driver_->deliver(Event::make(EventKind::kTimer, now));
    halts_->keep(now);
    if (journal_) journal_->look();
    advance_paper(now);
    look_after_held(now);
    if (!ended_.empty()) {
      feed_->unsubscribe(ended_);
      ended_.clear();
    }
    web::ControlRequest request;
    while (controls_.pop(request)) kill(request.note.view());
  }

  // What our orders have met by now, and what of it has reached us.
  void advance_paper(Nanos now) {
    if (!paper_ || paper_->next() > now) return;
    due_.clear();
    paper_->advance(now, due_);
    for (const Event& e : due_) driver_->deliver(e);
  }

  void publish_view() {
    EngineView& view = views_.draft();
    view.clear();
    builder_.build(*engine_, view);
    view.mode = mode_of(settings_.route);
    view.uptime = loop_.now() - started_at_;
    view.totals.messages = messages_;
    add_latency(view, "update to decision", decision_latency_);
    add_latency(view, "update to order sent", order_latency_);
    if (gateway_) add_latency(view, "order round trip", gateway_->order_round_trip());
    add_feeds(view, feed_->health());
    if (binance_) add_feeds(view, *binance_);
    if (gateway_ && sends_orders()) add_user_stream(view, gateway_->user_stream_up());
    views_.publish();
  }

  net::EventLoop& loop_;
  SessionSettings settings_;
  Catalogue catalogue_;
  polymarket::MarketCodec codec_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<EngineDriver> driver_;
  std::unique_ptr<TradingAccount> account_;  // embedded venue's, or the dry run's throw-away one
  std::unique_ptr<polymarket::SetOperations> operations_;
  std::vector<ConditionId> listed_;            // by the loader at the start, sorted
  std::unique_ptr<SessionJournal> journal_;    // before the gateway, which writes names into it
  std::optional<HaltKeeper> halts_;            // before the first event
  std::unique_ptr<crypto::NoncePool> nonces_;  // opt-in; before the gateway that signs with it
  std::unique_ptr<polymarket::Gateway> gateway_;
  std::unique_ptr<backtest::FillModel> paper_;
  std::unique_ptr<backtest::RunRecorder> recorder_;
  std::unique_ptr<polymarket::MarketFeed> feed_;
  std::unique_ptr<binance::BinanceFeed> binance_;
  Mailbox<EngineView> views_;
  SpscRing<web::ControlRequest> controls_;
  std::unique_ptr<web::DashboardServer> page_;
  std::unique_ptr<CatalogueLoader> loader_;
  std::unique_ptr<HashAuditor> auditor_;
  HashAuditor::Counters last_hashes_;
  net::Timer timer_, view_timer_;
  ViewBuilder builder_;
  std::vector<Event> events_, due_;
  std::vector<ConditionId> ended_;
  std::vector<ConditionId> looked_after_, held_now_;  // the loader's list, and scratch
  Nanos held_at_;
  std::uint64_t messages_ = 0;
  LatencyHistogram decision_latency_, order_latency_;
  Nanos frame_received_;  // of the frame being worked on; 0 between frames
  Nanos started_at_;
  Usd faucet_;            // embedded venue: what the account is given
  bool started_ = false;  // a start that failed has no orders to cancel: they may be another program's
  bool stopped_ = false;
};

Result<std::unique_ptr<Session>> Session::start(net::EventLoop& loop, const SessionSettings& settings) {
  auto impl = std::make_unique<Impl>(loop, settings);
  if (auto ok = impl->start(); !ok) return std::unexpected(ok.error());
  return std::unique_ptr<Session>(new Session(std::move(impl)));
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::~Session() = default;
const Engine& Session::engine() const noexcept { return impl_->engine(); }
SessionSummary Session::summary() const { return impl_->summary(); }
std::string Session::page_url() const { return impl_->page_url(); }
std::size_t Session::live_books() const { return impl_->live_books(); }
void Session::kill(std::string_view reason) { impl_->kill(reason); }
std::optional<backtest::RunLog> Session::take_run_log() { return impl_->take_run_log(); }
void Session::stop() { impl_->stop(); }

}  // namespace underround
