#include "venue/polymarket/gateway.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.hpp"
#include "base/flat_map.hpp"
#include "base/stable_hash.hpp"
#include "net/http_client.hpp"
#include "net/url.hpp"
#include "venue/polymarket/clob_session.hpp"
#include "venue/polymarket/gateway_gate.hpp"
#include "venue/polymarket/gateway_user.hpp"
#include "venue/polymarket/heartbeats.hpp"
#include "venue/polymarket/order_codec.hpp"
#include "venue/polymarket/order_names.hpp"
#include "venue/polymarket/user_codec.hpp"

namespace underround::polymarket {
namespace {

constexpr Nanos kTick = Nanos::from_millis(20);
constexpr std::uint64_t kMaxSalt = (std::uint64_t{1} << 53) - 1;  // a JSON number that doubles can hold (page 6.1)
// GTD (page 6.7): the operator ends an order 60 s before the stated time, and wants at least 180 s of life stated.
constexpr std::int64_t kGtdEarly_s = 60;
constexpr std::int64_t kGtdMinimum_s = 180;
constexpr Nanos kCancelAllRetry = Nanos::from_millis(250);
constexpr int kCancelAllTries = 40;
constexpr int kCancelTries = 2;

bool takes_only(TimeInForce tif) noexcept { return tif == TimeInForce::kFak || tif == TimeInForce::kFok; }

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
  reader.wallet = crypto::checksum(settings.account.maker);
  reader.type = settings.account.type;
  reader.period = settings.reconcile_period;
  reader.soon = settings.account_soon;
  return reader;
}

}  // namespace

class Gateway::Impl {
 public:
  Impl(net::EventLoop& loop, GatewaySettings settings, L2Signer l2, const crypto::SecretKey& key,
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
        timer_(loop),
        limits_(settings_.tier) {
    user_events_.reserve(64);
    batch_body_.reserve(kMaxBatchBody);
    batches_out_.resize(16);
  }

  void start();
  void stop();
  void execute(std::span<const Command> commands);
  void execute_one(const Command& command);

  void place(const ApprovedOrder& approved);
  void cancel(OrderId id);
  void cancel_all();
  void run(const RunOperation& operation);

  [[nodiscard]] Counters counters() const noexcept {
    Counters all = counters_;
    all.lookups = lookups_.rounds();
    all.user_frames = user_codec_.counters().frames;
    all.user_bad_frames = user_codec_.counters().malformed + user_codec_.counters().bad_fields;
    all.user_connects = user_.connects();
    all.foreign = user_codec_.counters().foreign;
    all.heartbeats = heartbeats_.sent();
    all.heartbeat_failures = heartbeats_.failures();
    return all;
  }

  [[nodiscard]] Event order_event(EventKind kind, const NamedOrder& order, OrderStatus status, RejectReason reason,
                                  Shares matched) const noexcept;
  void emit(const Event& e);
  void emit_user_stream(bool up);
  void refuse(const ApprovedOrder& order, RejectReason reason);
  // What the venue's words ask for beyond the order itself (page 9).
  void act(VenueAction action, std::string_view words, InstrumentId about = {}) {
    if (action == VenueAction::kReloadBalance && settings_.read_account) account_.refresh(loop_.now());
    if (action == VenueAction::kReloadMarket && about.valid() && callbacks_.on_market_changed) {
      callbacks_.on_market_changed(condition_of(about));
    }
    if (action != VenueAction::kNone && callbacks_.on_action) callbacks_.on_action(action, words);
  }

  void post(const NamedOrder& named, std::string_view body);
  void send_batch();
  void on_batch_posted(std::size_t slot, Nanos sent, const net::HttpResult& result);
  void on_posted(OrderId id, Nanos sent, const net::HttpResult& result);
  void on_answer(const NamedOrder& order, const PostResult& answer);
  void on_accepted(const NamedOrder& order, const PostResult& result);
  void unknown(const NamedOrder& order);
  void send_cancel(OrderId id, int attempt);
  void on_cancelled(OrderId id, int attempt, const net::HttpResult& result);
  void cancel_rejected(const NamedOrder& order, RejectReason reason);
  void on_all_cancelled(const net::HttpResult& result);
  void on_user_frame(std::string_view frame, Nanos received);
  void catch_up(Nanos since);
  void check_live_orders();
  void cancel_zombie(const Digest& digest);
  void tick();

  net::EventLoop& loop_;
  GatewaySettings settings_;
  const Catalogue& catalogue_;
  SetOperations* operations_;
  Callbacks callbacks_;
  L2Signer l2_;
  OrderSigner signer_;
  ClobSession session_;
  net::HttpClient order_lane_, cancel_lane_, lookup_lane_;
  OrderNames names_;
  OrderDecoder decoder_;
  UserCodec user_codec_;
  OrderLookups lookups_;
  UserStream user_;
  AccountReader account_;
  Heartbeats heartbeats_;
  net::Timer timer_;
  RateLimits limits_;
  VenueGate gate_;
  FlatMap<std::uint8_t> live_{1024};  // accepted, not ended: checked after the user stream was blind
  std::vector<Event> user_events_;
  SignatureBytes signature_;
  std::array<char, kMaxOrderBody> body_;
  // Orders of the step that is being executed, and those whose answer is awaited (size 0 = free slot).
  struct Batch {
    std::array<OrderId, kMaxBatch> ids;
    std::size_t size = 0;
  };
  bool collecting_ = false;
  Batch batch_;
  std::string batch_body_;
  std::vector<Batch> batches_out_;
  Counters counters_;
  LatencyHistogram round_trip_;
  Nanos cancel_all_at_{};  // 0 = none wanted
  int cancel_all_tries_ = 0;
  bool cancelling_all_ = false;
  bool stopped_ = true;
};

// --- life cycle

void Gateway::Impl::start() {
  stopped_ = false;
  timer_.every(kTick, [this] { tick(); });
  if (settings_.user_ws_url.empty()) {
    emit_user_stream(true);  // dry-run without an account: nothing of ours can happen unseen
  } else {
    user_.start(loop_.now());
  }
  if (settings_.read_account) account_.read_soon(loop_.now());  // reading is not trading
  if (settings_.dry_run) return;
  order_lane_.warm_up(settings_.order_connections);
  cancel_lane_.warm_up();
  if (settings_.heartbeats) heartbeats_.start();
}

void Gateway::Impl::stop() {
  stopped_ = true;
  timer_.cancel();
  heartbeats_.stop();
  account_.stop();
  user_.stop();
}

void Gateway::Impl::tick() {
  const Nanos now = loop_.now();
  if (!settings_.user_ws_url.empty()) user_.tick(now);
  lookups_.tick(now);
  account_.tick(now);
  if (cancel_all_at_.ns != 0 && now >= cancel_all_at_) cancel_all();
}

void Gateway::Impl::execute(std::span<const Command> commands) {
  collecting_ = !settings_.dry_run && std::ranges::count_if(commands, [](const Command& c) {
                                        return std::holds_alternative<PlaceOrder>(c);
                                      }) > 1;
  for (const Command& command : commands) execute_one(command);
  if (collecting_) send_batch();
  collecting_ = false;
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

// --- placing

void Gateway::Impl::place(const ApprovedOrder& approved) {
  const OrderTerms& terms = approved.terms();
  const Nanos now = loop_.now();
  const ConditionSpec& spec = catalogue_[condition_of(terms.instrument)].spec;
  if (const auto closed = gate_.closed_for(terms, now)) return refuse(approved, *closed);
  if (spec.version == MarketVersion::kUnknown) return refuse(approved, RejectReason::kNotReady);
  const auto amounts = order_amounts(terms, spec.tick, spec.min_order_size);
  if (!amounts) return refuse(approved, amounts.error());
  const auto token = crypto::U256::parse(spec.tokens[outcome_of(terms.instrument)]);
  const bool gtd = terms.tif == TimeInForce::kGtd;
  const std::int64_t expiration_s = gtd ? terms.expires_at.seconds() + kGtdEarly_s : 0;
  if (!token || (gtd && expiration_s < now.seconds() + kGtdMinimum_s) || (terms.post_only && takes_only(terms.tif))) {
    return refuse(approved, RejectReason::kMalformed);
  }
  if (!limits_.orders.take(now)) return refuse(approved, RejectReason::kRateLimited);

  const std::uint64_t salt = mix64(settings_.salt_seed ^ mix64(approved.id().value)) & kMaxSalt;
  const Order order =
      signer_.order(salt, *token, *amounts, terms.side, static_cast<std::uint64_t>(approved.created_at().millis()));
  const OrderName name = signer_.name(order, exchange_of(spec.version, spec.neg_risk));
  const NamedOrder named{.digest = name.digest,
                         .id = approved.id(),
                         .instrument = terms.instrument,
                         .side = terms.side,
                         .tif = terms.tif,
                         .size = terms.size,
                         .maker_amount = amounts->maker,
                         .created_at = approved.created_at()};
  // Law 5: named, and the name written down, before a byte goes out.
  if (!names_.add(named) || !callbacks_.on_named(approved.id(), name.digest, now)) {
    return refuse(approved, RejectReason::kOther);
  }
  ++counters_.named;
  signer_.sign(name, signature_);
  ++counters_.signed_orders;
  post(named, encode_order({.order = &order,
                            .maker = signer_.maker_text(),
                            .signer = signer_.signer_text(),
                            .signature = signature_.view(),
                            .owner = l2_.api_key(),
                            .tif = terms.tif,
                            .post_only = terms.post_only,
                            .expiration_s = static_cast<std::uint64_t>(expiration_s),
                            .token = spec.tokens[outcome_of(terms.instrument)]},
                           body_));
}

void Gateway::Impl::post(const NamedOrder& named, std::string_view body) {
  if (settings_.dry_run) {
    return emit(order_event(EventKind::kOrderDone, named, OrderStatus::kCancelled, RejectReason::kNone, Shares{}));
  }
  ++counters_.sent;
  if (collecting_) {
    batch_body_ += batch_.size == 0 ? '[' : ',';
    batch_body_ += body;
    batch_.ids[batch_.size++] = named.id;
    if (batch_.size == kMaxBatch) send_batch();
    return;
  }
  const Nanos sent = loop_.now();
  session_.send(order_lane_, "POST", "/order", body, settings_.order_timeout,
                [this, id = named.id, sent](const net::HttpResult& result) { on_posted(id, sent, result); });
}

void Gateway::Impl::send_batch() {
  if (batch_.size == 0) return;
  const Nanos sent = loop_.now();
  if (batch_.size == 1) {
    session_.send(order_lane_, "POST", "/order", std::string_view(batch_body_).substr(1), settings_.order_timeout,
                  [this, id = batch_.ids[0], sent](const net::HttpResult& result) { on_posted(id, sent, result); });
  } else {
    const auto free = std::ranges::find(batches_out_, std::size_t{0}, &Batch::size);
    const auto slot = static_cast<std::size_t>(free - batches_out_.begin());
    if (free == batches_out_.end()) batches_out_.emplace_back();
    batches_out_[slot] = batch_;
    batch_body_ += ']';
    session_.send(order_lane_, "POST", "/orders", batch_body_, settings_.order_timeout,
                  [this, slot, sent](const net::HttpResult& result) { on_batch_posted(slot, sent, result); });
  }
  batch_.size = 0;
  batch_body_.clear();
}

// Answers stand in the order of the request. One object instead of a list speaks for all of them.
void Gateway::Impl::on_batch_posted(std::size_t slot, Nanos sent, const net::HttpResult& result) {
  const Batch batch = std::exchange(batches_out_[slot], Batch{});
  const std::span<const OrderId> ids(batch.ids.data(), batch.size);
  const auto answers = result ? decoder_.post_orders(result->status, result->body) : std::vector<PostResult>{};
  if (answers.size() != ids.size()) {
    for (const OrderId id : ids) on_posted(id, sent, result);
    return;
  }
  round_trip_.record((loop_.now() - sent).ns);
  limits_.follow(result->headers, RateLimits::kOrders, loop_.now());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const NamedOrder* const order = names_.find(ids[i]);
    if (!stopped_ && order != nullptr) on_answer(*order, answers[i]);
  }
}

void Gateway::Impl::on_posted(OrderId id, Nanos sent, const net::HttpResult& result) {
  const NamedOrder* const order = names_.find(id);
  if (stopped_ || order == nullptr) return;
  if (!result) {
    if (result.error().delivery == net::Delivery::kUnknown) return unknown(*order);
    ++counters_.rejected;
    return emit(order_event(EventKind::kOrderRejected, *order, OrderStatus::kRejected, RejectReason::kOther, Shares{}));
  }
  const Nanos now = loop_.now();
  round_trip_.record(now.ns - sent.ns);
  limits_.follow(result->headers, RateLimits::kOrders, now);
  on_answer(*order, decoder_.post_order(result->status, result->body, retry_after(*result)));
}

void Gateway::Impl::on_answer(const NamedOrder& order, const PostResult& answer) {
  gate_.apply(answer.refusal, loop_.now());
  act(answer.refusal.action, answer.message, order.instrument);
  switch (answer.outcome) {
    case PostOutcome::kUnknown: return unknown(order);
    case PostOutcome::kRejected:
      ++counters_.rejected;
      return emit(
          order_event(EventKind::kOrderRejected, order, OrderStatus::kRejected, answer.refusal.reason, Shares{}));
    case PostOutcome::kLive:
    case PostOutcome::kMatched:
    case PostOutcome::kDelayed: return on_accepted(order, answer);
  }
}

void Gateway::Impl::on_accepted(const NamedOrder& order, const PostResult& answer) {
  if (answer.order_id != order.digest) {
    // The venue hashes our order differently: nothing we send from now on could be found again.
    gate_.halt(RejectReason::kMalformed);
    act(VenueAction::kHalt, "the venue's order id is not our EIP-712 digest");
    return unknown(order);
  }
  ++counters_.accepted;
  if (answer.outcome == PostOutcome::kDelayed) {
    lookups_.watch(order.id, WatchReason::kDelayed, loop_.now());
    return emit(order_event(EventKind::kOrderAccepted, order, OrderStatus::kDelayed, RejectReason::kNone, Shares{}));
  }
  if (answer.outcome == PostOutcome::kLive) {
    return emit(order_event(EventKind::kOrderAccepted, order, OrderStatus::kLive, RejectReason::kNone, Shares{}));
  }
  // Amounts are whole dollars and shares (page 6.8; seen in a recorded answer). More than we gave is not believed.
  const bool credible = answer.making_micros >= 0 && answer.taking_micros >= 0 &&
                        static_cast<std::uint64_t>(answer.making_micros) <= order.maker_amount;
  const Shares matched{!credible ? -1 : order.side == Side::kBuy ? answer.taking_micros : answer.making_micros};
  const bool full =
      matched >= order.size || (credible && static_cast<std::uint64_t>(answer.making_micros) == order.maker_amount);
  emit(order_event(EventKind::kOrderAccepted, order, OrderStatus::kLive, RejectReason::kNone, matched));
  if (credible && (full || takes_only(order.tif))) {
    emit(order_event(EventKind::kOrderDone, order, full ? OrderStatus::kFilled : OrderStatus::kCancelled,
                     RejectReason::kNone, matched));
  } else if (takes_only(order.tif)) {
    lookups_.watch(order.id, WatchReason::kCancelled, loop_.now());
  }
}

void Gateway::Impl::unknown(const NamedOrder& order) {
  if (order.ended) return;  // the user stream was faster
  ++counters_.unknown;
  lookups_.watch(order.id, WatchReason::kLost, loop_.now());
  emit(order_event(EventKind::kOrderUnknown, order, OrderStatus::kUnknown, RejectReason::kNone, Shares{-1}));
}

// --- cancelling

void Gateway::Impl::cancel(OrderId id) {
  const NamedOrder* const order = names_.find(id);
  if (order == nullptr) {
    Event e = Event::make(EventKind::kCancelRejected, loop_.now(), VenueId::kPolymarket);
    e.order = {.id = id, .status = OrderStatus::kUnknown, .reason = RejectReason::kMalformed, .matched = Shares{-1}};
    return emit(e);
  }
  if (settings_.dry_run || order->ended) return;
  if (!limits_.cancels.take(loop_.now())) return cancel_rejected(*order, RejectReason::kRateLimited);
  send_cancel(id, 1);
}

void Gateway::Impl::send_cancel(OrderId id, int attempt) {
  const NamedOrder* const order = names_.find(id);
  UR_CHECK(order != nullptr);
  ++counters_.cancels;
  std::array<char, kCancelBody> body;
  session_.send(cancel_lane_, "DELETE", "/order", encode_cancel(order->digest, body), settings_.cancel_timeout,
                [this, id, attempt](const net::HttpResult& result) { on_cancelled(id, attempt, result); });
}

void Gateway::Impl::on_cancelled(OrderId id, int attempt, const net::HttpResult& result) {
  const NamedOrder* const order = names_.find(id);
  if (stopped_ || order == nullptr || order->ended) return;
  const CancelResult answer = result ? decoder_.cancel(result->status, result->body) : CancelResult{};
  const Nanos now = loop_.now();
  if (result) limits_.follow(result->headers, RateLimits::kCancels, now);
  if (!answer.readable) {
    const bool lost = !result || !answer.refusal.outcome_known;
    if (lost && attempt < kCancelTries) return send_cancel(id, attempt + 1);  // cancelling twice does no harm
    act(answer.refusal.action, "cancel refused");
    return cancel_rejected(*order, answer.refusal.reason);
  }
  // An acknowledged cancel does not say how much had matched before: one lookup does, unless the stream is faster.
  if (std::ranges::find(answer.canceled, order->digest) != answer.canceled.end()) {
    return lookups_.watch(id, WatchReason::kCancelled, now);
  }
  using Why = CancelResult::NotCanceled::Why;
  for (const auto& row : answer.not_canceled) {
    if (row.order != order->digest) continue;
    if (row.why == Why::kEnded) return lookups_.watch(id, WatchReason::kCancelled, now);
    if (row.why == Why::kNotFound) return lookups_.watch(id, WatchReason::kCheck, now);
  }
  cancel_rejected(*order, RejectReason::kOther);
}

void Gateway::Impl::cancel_rejected(const NamedOrder& order, RejectReason reason) {
  ++counters_.cancel_rejected;
  emit(order_event(EventKind::kCancelRejected, order, OrderStatus::kUnknown, reason, Shares{-1}));
}

void Gateway::Impl::cancel_all() {
  cancel_all_at_ = Nanos{};
  if (settings_.dry_run) return;
  cancelling_all_ = true;
  ++cancel_all_tries_;
  ++counters_.cancels;
  session_.send(cancel_lane_, "DELETE", "/cancel-all", "", settings_.cancel_timeout,
                [this](const net::HttpResult& result) { on_all_cancelled(result); });
}

void Gateway::Impl::on_all_cancelled(const net::HttpResult& result) {
  if (stopped_) return;
  const CancelResult answer = result ? decoder_.cancel(result->status, result->body) : CancelResult{};
  const Nanos now = loop_.now();
  if (!answer.readable) {
    act(answer.refusal.action, "cancel-all not acknowledged");
    if (cancel_all_tries_ < kCancelAllTries) cancel_all_at_ = now + kCancelAllRetry;
    return;
  }
  cancelling_all_ = false;
  const auto look = [&](const Digest& digest, WatchReason reason) {
    const NamedOrder* const order = names_.find(digest);
    if (order != nullptr && !order->ended) lookups_.watch(order->id, reason, now);
  };
  for (const Digest& digest : answer.canceled) look(digest, WatchReason::kCancelled);
  for (const auto& row : answer.not_canceled) look(row.order, WatchReason::kCheck);
}

// --- set operations

void Gateway::Impl::run(const RunOperation& operation) {
  if (operations_ != nullptr && !settings_.dry_run) return operations_->run(operation, loop_.now());
  const bool convert = operation.kind == SetOperation::kConvert;
  Event e = Event::make(EventKind::kOperationDone, loop_.now(), VenueId::kPolymarket,
                        convert ? operation.event.value : operation.condition.value);
  e.operation = {.id = operation.id, .amount = operation.amount, .gas = {}, .kind = operation.kind, .succeeded = 0};
  emit(e);
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
