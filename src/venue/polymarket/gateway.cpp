#include "venue/polymarket/gateway.hpp"

#include "base/check.hpp"
#include "net/url.hpp"
#include "venue/polymarket/gateway_impl.hpp"

namespace underround::polymarket {
namespace {

constexpr Nanos kTick = Nanos::from_millis(20);

net::HttpClientSettings lane(const GatewaySettings& settings, const ClobSession& session, std::size_t connections) {
  net::HttpClientSettings http;
  http.base_url = settings.clob_url;
  http.proxy_url = settings.proxy_url;
  http.tls = settings.tls;
  http.headers = session.constant_headers();
  http.connections = connections;
  return http;
}

UserStream::Settings user_settings(const GatewaySettings& settings) {
  UserStream::Settings user;
  user.socket.url = settings.user_ws_url;
  user.socket.proxy_url = settings.proxy_url;
  user.socket.tls = settings.tls;
  user.subscription =
      user_subscription(settings.credentials.key, settings.credentials.secret, settings.credentials.passphrase);
  user.ping = settings.user_ping;
  user.silence = settings.user_silence;
  user.jitter_seed = settings.salt_seed;
  return user;
}

AccountReaderSettings reader_settings(const GatewaySettings& settings) {
  AccountReaderSettings reader;
  reader.data_url = settings.read_account ? settings.data_url : std::string();
  reader.proxy_url = settings.proxy_url;
  reader.tls = settings.tls;
  reader.wallet = crypto::checksum(settings.account.maker);
  reader.type = settings.account.type;
  reader.period = settings.reconcile_period;
  reader.soon = settings.account_soon;
  return reader;
}

}  // namespace

Event operation_done(const RunOperation& operation, std::uint8_t outcome, Usd gas, Nanos now) noexcept {
  const bool convert = operation.kind == SetOperation::kConvert;
  Event e = Event::make(EventKind::kOperationDone, now, VenueId::kPolymarket,
                        convert ? operation.event.value : operation.condition.value);
  e.operation = {
      .id = operation.id, .amount = operation.amount, .gas = gas, .kind = operation.kind, .succeeded = outcome};
  return e;
}

// --- life cycle

Gateway::Impl::Impl(net::EventLoop& loop, GatewaySettings settings, L2Signer l2, const crypto::SecretKey& key,
                    const Catalogue& catalogue, SetOperations* operations, Callbacks callbacks)
    : loop_(loop),
      settings_(std::move(settings)),
      catalogue_(catalogue),
      operations_(operations),
      callbacks_(std::move(callbacks)),
      l2_(std::move(l2)),
      signer_(key, settings_.account),
      session_(loop, l2_),
      order_lane_(loop, lane(settings_, session_, settings_.order_connections)),
      cancel_lane_(loop, lane(settings_, session_, 1)),
      lookup_lane_(loop, lane(settings_, session_, 1)),
      user_codec_(catalogue, names_, settings_.credentials.key),
      lookups_(loop, lookup_lane_, session_, decoder_, user_codec_, names_, catalogue, settings_.lookup,
               [this](const Event& e) { emit(e); }),
      user_(loop, user_settings(settings_),
            {.on_frame = [this](std::string_view frame, Nanos received) { on_user_frame(frame, received); },
             .on_catch_up = [this](Nanos since) { catch_up(since); },
             .on_state = [this](bool up) { emit_user_stream(up); }}),
      account_(loop, lookup_lane_, session_, user_codec_, names_, catalogue, reader_settings(settings_),
               {.on_event = [this](const Event& e) { emit(e); },
                .held = callbacks_.held,
                .on_zombie = [this](const Digest& digest) { cancel_zombie(digest); },
                .on_started = [this](std::int64_t from_s) { user_codec_.adopt_foreign(from_s); }}),
      heartbeats_(loop, session_, lane(settings_, session_, 1), {}, [this] { check_live_orders(); }),
      notices_(session_, lookup_lane_, settings_.account.type,
               [this](const Notice& notice) {
                 // The books are put right by the user stream; this is the second witness.
                 if (notice.kind == Notice::Kind::kFillFailed && settings_.read_account)
                   account_.read_soon(loop_.now());
                 callbacks_.on_notice(notice);
               }),
      timer_(loop),
      limits_(settings_.tier) {
  user_events_.reserve(64);
  batch_body_.reserve(kMaxBatchBody);
  batches_out_.resize(16);
  cancels_.reserve(64);
}

void Gateway::Impl::start() {
  stopped_ = false;
  timer_.every(kTick, [this] { tick(); });
  if (settings_.user_ws_url.empty()) {
    emit_user_stream(true);  // dry-run without an account: nothing of ours can happen unseen
  } else {
    user_.start(loop_.now());
  }
  ask_about_recovered();
  if (settings_.read_account && !catching_up_) account_.read_soon(loop_.now());  // reading is not trading
  if (settings_.dry_run) return;
  order_lane_.warm_up(settings_.order_connections);
  cancel_lane_.warm_up();
  if (settings_.heartbeats) heartbeats_.start();
  if (callbacks_.on_notice) notices_.start(loop_.now());
}

void Gateway::Impl::stop() {
  stopped_ = true;
  timer_.cancel();
  heartbeats_.stop();
  notices_.stop();
  account_.stop();
  user_.stop();
}

void Gateway::Impl::tick() {
  const Nanos now = loop_.now();
  if (!settings_.user_ws_url.empty()) user_.tick(now);
  lookups_.tick(now);
  if (!catching_up_) account_.tick(now);
  if (!recovered_.empty()) cancel_recovered();
  notices_.tick(now);
  if (cancel_all_at_.ns != 0 && now >= cancel_all_at_) cancel_all();
}

void Gateway::Impl::execute(std::span<const Command> commands) {
  std::size_t orders = 0, cancels = 0;
  for (const Command& c : commands) {
    orders += std::holds_alternative<PlaceOrder>(c) ? 1 : 0;
    cancels += std::holds_alternative<CancelOrder>(c) ? 1 : 0;
  }
  collecting_ = !settings_.dry_run && orders > 1;
  collecting_cancels_ = cancels > 1;
  for (const Command& command : commands) execute_one(command);
  if (collecting_) send_batch();
  for (std::size_t from = 0; from < cancels_.size(); from += kMaxCancelBatch) {
    send_cancels(std::span(cancels_).subspan(from, std::min(kMaxCancelBatch, cancels_.size() - from)), 1);
  }
  cancels_.clear();
  collecting_ = collecting_cancels_ = false;
}

void Gateway::Impl::execute_one(const Command& command) {
  std::visit(
      [this](const auto& c) {
        using C = std::decay_t<decltype(c)>;
        if constexpr (std::is_same_v<C, PlaceOrder>) place(c.order);
        if constexpr (std::is_same_v<C, CancelOrder>) cancel(c.id);
        if constexpr (std::is_same_v<C, CancelAll>) cancel_all_tries_ = 0, cancel_all();
        if constexpr (std::is_same_v<C, RunOperation>) run(c);
        if constexpr (std::is_same_v<C, ReadAccount>) account_.read_soon(loop_.now());
      },
      command);
}

// --- events out

Event Gateway::Impl::order_event(EventKind kind, const NamedOrder& order, OrderStatus status, RejectReason reason,
                                 Shares matched) const noexcept {
  Event e = Event::make(kind, loop_.now(), VenueId::kPolymarket, order.instrument.value);
  e.order = {.id = order.id, .status = status, .reason = reason, .matched = matched};
  return e;
}

// Every event passes here: what is alive and what is being looked up follows from the events alone.
void Gateway::Impl::emit(const Event& e) {
  if (stopped_) return;
  if (e.header.kind == EventKind::kOrderAccepted) {
    const NamedOrder* const order = names_.find(e.order.id);
    if (order != nullptr && !order->ended) live_.try_emplace(e.order.id.value, 1);
  }
  if (e.header.kind == EventKind::kOrderDone || e.header.kind == EventKind::kOrderRejected) {
    // Ended, but with how much matched? Nobody may close the order before that is known: a lookup will tell.
    if (e.order.matched.micros < 0) return lookups_.watch(e.order.id, WatchReason::kCancelled, e.header.time);
    names_.set_ended(e.order.id);
    live_.erase(e.order.id.value);
    lookups_.settled(e.order.id);
  }
  callbacks_.on_event(e);
}

void Gateway::Impl::emit_user_stream(bool up) {
  Event e = Event::make(EventKind::kUserStream, loop_.now(), VenueId::kPolymarket);
  e.feed.up = up ? 1 : 0;
  emit(e);
}

void Gateway::Impl::refuse(const ApprovedOrder& order, RejectReason reason) {
  ++counters_.refused_locally;
  Event e = Event::make(EventKind::kOrderRejected, loop_.now(), VenueId::kPolymarket, order.terms().instrument.value);
  e.order = {.id = order.id(), .status = OrderStatus::kRejected, .reason = reason, .matched = Shares{}};
  emit(e);
}

// --- set operations

void Gateway::Impl::run(const RunOperation& operation) {
  if (operations_ != nullptr && !settings_.dry_run) return operations_->run(operation, loop_.now());
  emit(operation_done(operation, Event::Operation::kFailed, Usd{}, loop_.now()));
}

// --- user stream

void Gateway::Impl::on_user_frame(std::string_view frame, Nanos received) {
  user_events_.clear();
  user_codec_.decode(frame, received, 0, user_events_);
  for (const Event& e : user_events_) emit(e);
}

void Gateway::Impl::catch_up(Nanos since) {
  lookups_.replay_trades(since, [this](bool complete) {
    const Nanos now = loop_.now();
    if (complete) {
      catching_up_ = false;
      check_live_orders();
      if (settings_.read_account) account_.read_soon(now);
    }
    user_.caught_up(complete, now);
  });
}

// Every order we believe to be open is asked about: the stream was blind, or the venue must have cancelled them all.
void Gateway::Impl::check_live_orders() {
  const Nanos now = loop_.now();
  live_.for_each([&](std::uint64_t id, std::uint8_t) { lookups_.watch(OrderId{id}, WatchReason::kCheck, now); });
}

// Open at the venue although its end was reported to us: it must not trade on unseen.
void Gateway::Impl::cancel_zombie(const Digest& digest) {
  if (settings_.dry_run || !limits_.cancels.take(loop_.now())) return;
  ++counters_.zombies;
  std::array<char, kCancelBody> body;
  session_.send(cancel_lane_, "DELETE", "/order", encode_cancel(digest, body), settings_.cancel_timeout,
                [](const net::HttpResult&) {});  // still open in the next picture: cancelled again
}

// --- the public face

Result<std::unique_ptr<Gateway>> Gateway::make(net::EventLoop& loop, GatewaySettings settings,
                                               const crypto::SecretKey& key, const Catalogue& catalogue,
                                               SetOperations* operations, Callbacks callbacks) {
  const auto clob = net::parse_url(settings.clob_url);
  if (!clob) return std::unexpected(clob.error());
  if (clob->target != "/") return fail(ErrorCode::kInvalidInput, "CLOB URL must have no path: " + clob->to_string());
  if (settings.user_ws_url.empty() && !settings.dry_run) {
    return fail(ErrorCode::kInvalidInput, "user stream URL: needed to trade, only a dry run may leave it empty");
  }
  if (settings.account.type == SignatureType::kEoa && settings.account.maker != key.address()) {
    return fail(ErrorCode::kInvalidInput,
                "signature type 0 (EOA): the maker must be the key's own address " + crypto::checksum(key.address()));
  }
  auto l2 = L2Signer::make(settings.credentials, key.address());
  if (!l2) return std::unexpected(l2.error());
  UR_CHECK(callbacks.on_event && callbacks.on_named && (callbacks.held || !settings.read_account));
  return std::unique_ptr<Gateway>(new Gateway(std::make_unique<Impl>(loop, std::move(settings), std::move(*l2), key,
                                                                     catalogue, operations, std::move(callbacks))));
}

Gateway::Gateway(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Gateway::~Gateway() = default;
void Gateway::recover(std::span<const RecoveredOrder> orders, Nanos blind_since, Nanos foreign_since) {
  impl_->recover(orders, blind_since, foreign_since);
}
void Gateway::cancel_when_seen(std::span<const Digest> left_over) { impl_->cancel_when_seen(left_over); }
void Gateway::start() { impl_->start(); }
void Gateway::stop() { impl_->stop(); }
void Gateway::execute(std::span<const Command> commands) { impl_->execute(commands); }
void Gateway::clear_halt() noexcept { impl_->gate_.clear(); }
bool Gateway::cancelling_all() const noexcept { return impl_->cancelling_all_; }
bool Gateway::user_stream_up() const noexcept { return impl_->user_.up(); }
std::size_t Gateway::unknown_orders() const noexcept { return impl_->lookups_.lost(); }
Gateway::Counters Gateway::counters() const noexcept { return impl_->counters(); }
const AccountReaderCounters& Gateway::account() const noexcept { return impl_->account_.counters(); }
std::string_view Gateway::rate_tier() const noexcept { return impl_->limits_.tier(); }
const LatencyHistogram& Gateway::order_round_trip() const noexcept { return impl_->round_trip_; }

}  // namespace underround::polymarket
