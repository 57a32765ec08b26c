#include "app/hand_trader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/engine_driver.hpp"
#include "app/fetch_text.hpp"
#include "app/halt_store.hpp"
#include "app/session_settings.hpp"
#include "crypto/encoding.hpp"
#include "strategy/hand.hpp"
#include "venue/polymarket/gateway.hpp"
#include "venue/polymarket/market_codec.hpp"

namespace underround {
namespace {

constexpr Nanos kPatience = Nanos::from_seconds(15);
constexpr Nanos kForever = Nanos::from_seconds(std::int64_t{10} * 365 * 86'400);

std::vector<std::unique_ptr<Strategy>> only(std::unique_ptr<Strategy> strategy) {
  std::vector<std::unique_ptr<Strategy>> list;
  list.push_back(std::move(strategy));
  return list;
}

}  // namespace

class HandTrader::Impl {
 public:
  Impl(net::EventLoop& loop, Settings settings, const TradingAccount& account)
      : loop_(loop), settings_(std::move(settings)), account_(account), codec_(catalogue_) {}
  ~Impl() {
    if (gateway_) gateway_->stop();
  }

  Result<void> open() {
    const auto condition = catalogue_.add(settings_.market);
    if (!condition) return std::unexpected(condition.error());
    condition_ = *condition;
    EngineSettings engine = engine_settings_of(settings_.config, true);
    engine.starting_cash = Usd{};
    engine.reconciliation.adopt_first = true;
    auto hand = std::make_unique<HandStrategy>(StrategyId{0});
    hand_ = hand.get();
    engine_ = std::make_unique<Engine>(catalogue_, engine, only(std::move(hand)));
    driver_ = std::make_unique<EngineDriver>(*engine_);
    driver_->set_executor([this](std::span<const Command> c, Nanos) { gateway_->execute(c); });
    if (auto ok = open_gateway(); !ok) return ok;
    for (const Event& e : halt_events(HaltStore(settings_.config.state.dir), catalogue_, loop_.now())) {
      driver_->deliver(e);
    }
    (void)loop_.run_until([this] { return gateway_->user_stream_up() && engine_->reconciler().ready(); }, kPatience);
    if (!gateway_->user_stream_up()) {
      return fail(ErrorCode::kTimeout, "the stream of our own orders did not open: " + settings_.urls.ws_user);
    }
    if (!engine_->reconciler().ready()) {
      return fail(ErrorCode::kTimeout, gateway_->account().waits_for_settlement > 0
                                           ? "trades of the last minutes are not settled yet; try again in a minute"
                                           : "the account could not be read; `underround doctor` says more");
    }
    return read_books();
  }

  Result<HandResult> place(const HandOrder& order) {
    Intent intent;
    intent.kind = IntentKind::kDirectional;
    intent.tif = order.tif;
    intent.post_only = order.post_only;
    intent.size = order.size;
    intent.decided_at = loop_.now();
    intent.deadline = loop_.now() + kForever;
    intent.expires_at = order.lifetime.ns > 0 ? loop_.now() + order.lifetime : Nanos{};
    intent.add_leg({.instrument = instrument_of(condition_, order.outcome),
                    .side = order.side,
                    .limit = order.limit,
                    .expected = order.limit,
                    .available = order.size});
    hand_->give(intent);
    driver_->deliver(Event::make(EventKind::kTimer, loop_.now()));

    HandResult result;
    const Order* const placed = first_order();
    if (placed == nullptr) {
      result.status = OrderStatus::kRejected;
      result.refusal = risk_refusal();
      return result;
    }
    const bool rests = order.tif == TimeInForce::kGtc || order.tif == TimeInForce::kGtd;
    (void)loop_.run_until(
        [&] { return placed->closed || (rests && placed->status == OrderStatus::kLive && accepted_); }, kPatience);
    result.order_id = name_;
    result.status = placed->status;
    result.matched = placed->filled;
    result.paid = paid_;
    result.fees = fees_;
    if (placed->reject != RejectReason::kNone) result.refusal = fmt::format("{} {}", to_string(placed->reject), words_);
    return result;
  }

 private:
  Result<void> open_gateway() {
    polymarket::GatewaySettings g;
    g.clob_url = settings_.urls.clob;
    g.user_ws_url = settings_.urls.ws_user;
    g.data_url = settings_.urls.data;
    g.proxy_url = settings_.proxy_url;
    g.credentials = account_.credentials;
    g.account = {
        .chain_id = account_.chain_id, .type = account_.type, .maker = account_.wallet, .builder = {}, .metadata = {}};
    g.dry_run = settings_.dry_run;
    g.read_account = true;
    g.salt_seed = static_cast<std::uint64_t>(loop_.now().ns);
    polymarket::Gateway::Callbacks callbacks;
    callbacks.on_event = [this](const Event& e) { on_event(e); };
    callbacks.on_named = [this](OrderId, const Digest& digest, Nanos) {
      name_ = crypto::hex_0x(digest);
      return true;
    };
    callbacks.on_action = [this](polymarket::VenueAction, std::string_view words) { words_ = words; };
    callbacks.held = [this](std::vector<InstrumentId>& out) {
      for (const unsigned outcome : {0U, 1U}) out.push_back(instrument_of(condition_, outcome));
    };
    auto gateway = polymarket::Gateway::make(loop_, std::move(g), account_.key, catalogue_, nullptr, callbacks);
    if (!gateway) return std::unexpected(gateway.error());
    gateway_ = std::move(*gateway);
    gateway_->start();
    return {};
  }

  void on_event(const Event& e) {
    if (e.header.kind == EventKind::kOrderAccepted) accepted_ = true;
    if (e.header.kind == EventKind::kFill && e.fill.order.valid()) {
      paid_ += notional(e.fill.price, e.fill.size, e.fill.side == Side::kBuy ? Rounding::kUp : Rounding::kDown);
      fees_ += e.fill.fee;
    }
    driver_->deliver(e);
  }

  // Both tokens' books: the risk room wants one that it can believe.
  Result<void> read_books() {
    for (const std::string& token : settings_.market.tokens) {
      const auto body = fetch_text(loop_, settings_.urls.clob, "/book?token_id=" + token, settings_.proxy_url);
      if (!body) return fail(body.error().code, "the venue has no book for this market: " + body.error().message);
      std::string padded = *body;
      padded.append(polymarket::kFramePadding, '\0');
      std::vector<Event> events;
      codec_.decode({padded.data(), body->size()}, loop_.now(), 0, events);
      for (const Event& e : events) driver_->deliver(e);
    }
    return {};
  }

  [[nodiscard]] const Order* first_order() const {
    const Order* found = nullptr;
    engine_->executor().orders().for_each([&](const Order& o) { found = &o; });
    return found;
  }
  [[nodiscard]] std::string risk_refusal() const {
    const auto& refusals = engine_->risk().refusals();
    for (std::size_t i = 0; i < refusals.size(); ++i) {
      if (refusals[i] > 0) return fmt::format("risk: {}", to_string(static_cast<RiskRefusal>(i)));
    }
    return "risk: refused";
  }

  net::EventLoop& loop_;
  Settings settings_;
  const TradingAccount& account_;
  Catalogue catalogue_;
  polymarket::MarketCodec codec_;
  ConditionId condition_;
  HandStrategy* hand_ = nullptr;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<EngineDriver> driver_;
  std::unique_ptr<polymarket::Gateway> gateway_;
  std::string name_, words_;
  bool accepted_ = false;
  Usd paid_, fees_;
};

HandTrader::HandTrader(net::EventLoop& loop, Settings settings, const TradingAccount& account)
    : impl_(std::make_unique<Impl>(loop, std::move(settings), account)) {}
HandTrader::~HandTrader() = default;
Result<void> HandTrader::open() { return impl_->open(); }
Result<HandResult> HandTrader::place(const HandOrder& order) { return impl_->place(order); }

}  // namespace underround
