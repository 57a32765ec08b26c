#include "simulator/server/control_service.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/decimal.hpp"
#include "simulator/server/control_body.hpp"
#include "simulator/server/json_writer.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {
namespace {

constexpr std::int64_t kFaucetCoins = 10, kMostCoins = 1'000'000;
constexpr std::int64_t kMostMicros = std::int64_t{1} << 52;

std::optional<std::int64_t> positive_micros(std::string_view text) {
  const auto value = parse_decimal(text, 6);
  return value && *value > 0 && *value <= kMostMicros ? std::optional(*value) : std::nullopt;
}

std::optional<VenueMode> parse_mode(std::string_view name) {
  if (name == "normal") return VenueMode::kNormal;
  if (name == "restarting") return VenueMode::kRestarting;
  if (name == "post_only") return VenueMode::kPostOnly;
  if (name == "cancel_only") return VenueMode::kCancelOnly;
  if (name == "disabled") return VenueMode::kDisabled;
  return std::nullopt;
}

Reply raw_reply(std::string body) { return {.status = 200, .body = std::move(body), .headers = {}}; }

}  // namespace

std::string ControlService::account_json(AccountId account) const {
  const Ledger& ledger = venue_.ledger();
  std::string out;
  JsonWriter(out)
      .object()
      .field("address", ledger.address(account))
      .integer("usd_micros", ledger.balance(account).micros)
      .integer("reserved_usd_micros", ledger.reserved(account).micros)
      .end_object();
  return out;
}

Reply ControlService::faucet(const JsonValue& body) {
  const std::string_view address = body.text("address");
  const auto usd = positive_micros(body.text("usd"));
  const auto account = address_of(address);
  if (!account) return error_reply(400, "address must be 0x and 40 hex digits");
  if (!usd) return error_reply(400, "usd must be a positive amount with at most 6 decimals");
  const std::int64_t coins = body.integer("pol").value_or(kFaucetCoins);
  if (coins < 0 || coins > kMostCoins) return error_reply(400, "pol must be a whole number between 0 and 1000000");
  chain_.grant_coins(*account, kCoinWei * static_cast<UInt128>(coins));
  return raw_reply(account_json(simulation_.make_account(lower(address), Usd{*usd})));
}

Reply ControlService::convert(AccountId account, const JsonValue& body, Shares amount) {
  const auto group = venue_.find_group(body.text("event"));
  if (!group) return error_reply(404, "event: no group with this slug");
  std::uint64_t mask = static_cast<std::uint64_t>(body.integer("outcome_mask").value_or(0));
  const auto& markets = venue_.group(*group).markets;
  for (const std::string_view condition : body.texts("condition_ids")) {
    const auto market = venue_.find_condition(condition);
    const auto it = market ? std::ranges::find(markets, *market) : markets.end();
    if (it == markets.end() || it - markets.begin() >= 64) return error_reply(404, "condition_ids: not of this event");
    mask |= std::uint64_t{1} << (it - markets.begin());
  }
  const auto done = venue_.convert(account, *group, mask, amount);
  return done ? raw_reply(account_json(account)) : error_reply(400, done.error().message);
}

Reply ControlService::operation(const JsonValue& body) {
  if (!is_address(body.text("address"))) return error_reply(400, "address must be 0x and 40 hex digits");
  const AccountId account = venue_.open_account(lower(body.text("address")));
  const std::string_view kind = body.text("operation");
  const auto micros = positive_micros(body.text("amount"));
  if (kind != "redeem" && !micros) return error_reply(400, "amount must be a positive number of shares");
  if (kind == "convert") return convert(account, body, Shares{*micros});
  const auto market = venue_.find_condition(body.text("condition_id"));
  if (!market) return error_reply(404, "condition_id: market not found");
  if (kind == "redeem") {
    const auto paid = venue_.redeem(account, *market);
    if (!paid) return error_reply(400, paid.error().message);
    std::string out = account_json(account);
    out.insert(1, "\"paid_usd_micros\":" + std::to_string(paid->micros) + ",");
    return raw_reply(std::move(out));
  }
  if (kind != "split" && kind != "merge") return error_reply(400, "operation must be split, merge, convert or redeem");
  const Shares amount{*micros};
  const auto done = kind == "split" ? venue_.split(account, *market, amount) : venue_.merge(account, *market, amount);
  return done ? raw_reply(account_json(account)) : error_reply(400, done.error().message);
}

// What is wrong with it, if something is.
std::optional<std::string> ControlService::add_fault(const JsonValue& json) {
  const Nanos now = simulation_.now();
  const Nanos from = now + Nanos::from_millis(json.integer("after_ms").value_or(0));
  const auto lasts = json.integer("for_ms");
  const Nanos until = lasts ? from + Nanos::from_millis(*lasts) : Nanos{INT64_MAX};
  const double probability = json.real("probability", 1.0);
  const auto times = static_cast<std::uint32_t>(json.integer("times").value_or(~0U));
  const auto status = static_cast<int>(json.integer("http_status").value_or(503));
  MarketId market;
  if (!json.text("market").empty()) {
    const auto found = venue_.find_condition(json.text("market"));
    if (!found) return "market: no such condition id";
    market = *found;
  }
  if (!(probability >= 0.0 && probability <= 1.0)) return "probability must be between 0 and 1";
  if (status < 200 || status > 599) return "http_status must be between 200 and 599";
  const std::string_view kind = json.text("kind");
  using enum FaultGate::SocketFault;
  if (kind == "refuse_order" && json.text("text").empty()) return "text: the venue's words are missing";
  if (kind == "delay_frame" || kind == "close_socket" || kind == "refuse_order") {
    gate_.add({.kind = kind == "delay_frame"    ? kDelayFrame
                       : kind == "close_socket" ? kCloseSocket
                                                : kRefuseOrder,
               .from = from,
               .until = until,
               .probability = probability,
               .times = times,
               .delay = Nanos::from_millis(json.integer("delay_ms").value_or(1000)),
               .market = market,
               .status = json.find("http_status") == nullptr ? 400 : status,
               .text = std::string(json.text("text"))});
    return std::nullopt;
  }
  const auto known = parse_fault_kind(kind);
  if (!known) return "kind: unknown fault '" + std::string(kind) + "'";
  simulation_.inject({.kind = *known,
                      .from = from,
                      .until = until,
                      .probability = probability,
                      .times = times,
                      .http_status = status,
                      .market = market});
  return std::nullopt;
}

// {"kind":...} or {"faults":[...]}; "clear":true first empties the menu; "venue_mode" is the matching engine's state.
Reply ControlService::faults(const JsonValue& body) {
  if (body.boolean("clear")) gate_.clear();
  if (!body.text("venue_mode").empty()) {
    const auto mode = parse_mode(body.text("venue_mode"));
    if (!mode) return error_reply(400, "venue_mode must be normal, restarting, post_only, cancel_only or disabled");
    venue_.set_mode(*mode);
  }
  std::vector<const JsonValue*> plan;
  if (const JsonValue* list = body.find("faults")) {
    for (const JsonValue& fault : list->items) plan.push_back(&fault);
  } else if (body.find("kind") != nullptr) {
    plan.push_back(&body);
  }
  for (const JsonValue* fault : plan) {
    if (const auto wrong = add_fault(*fault)) return error_reply(400, *wrong);
  }
  simulation_.scheduler().run_until(simulation_.now());  // what is due now takes effect before the answer
  Reply reply;
  JsonWriter(reply.body).object().integer("active", static_cast<std::int64_t>(gate_.active())).end_object();
  return reply;
}

std::string ControlService::time_json() const {
  std::string out;
  JsonWriter(out)
      .object()
      .integer("time_ms", simulation_.now().millis())
      .boolean("paused", clock_.paused())
      .key("speed")
      .raw(fmt::format("{}", clock_.speed()))
      .end_object();
  return out;
}

Reply ControlService::time(const JsonValue& body) {
  if (const JsonValue* pause = body.find("pause")) {
    if (!pause->is(JsonValue::Kind::kBool)) return error_reply(400, "pause must be true or false");
    clock_.set_paused(pause->flag, simulation_.now(), wall_());
  }
  if (body.find("speed") != nullptr) {
    const double speed = body.real("speed", -1.0);
    if (!(speed > 0.0 && speed <= 100'000.0)) return error_reply(400, "speed must be above 0 and at most 100000");
    clock_.set_speed(speed, simulation_.now(), wall_());
  }
  if (body.find("advance_ms") != nullptr) {
    const auto ms = body.integer("advance_ms");
    if (!ms || *ms < 0 || *ms > kMaxAdvance.millis())
      return error_reply(400, "advance_ms must be between 0 and 7 days");
    awaited_ = clock_.jump(Nanos::from_millis(*ms), wall_());
  }
  return raw_reply(time_json());
}

Reply ControlService::state() const {
  const auto broken = venue_.ledger().check_conservation();
  std::size_t open = 0;
  for (std::uint32_t i = 0; i < venue_.market_count(); ++i)
    open += venue_.market(MarketId{i}).spec.accepting_orders ? 1 : 0;
  Reply reply;
  JsonWriter w(reply.body);
  w.object()
      .integer("time_ms", simulation_.now().millis())
      .boolean("paused", clock_.paused())
      .key("speed")
      .raw(fmt::format("{}", clock_.speed()))
      .integer("markets", static_cast<std::int64_t>(venue_.market_count()))
      .integer("open_markets", static_cast<std::int64_t>(open))
      .integer("events", static_cast<std::int64_t>(venue_.group_count()))
      .integer("orders", static_cast<std::int64_t>(venue_.orders_seen()))
      .integer("trades", static_cast<std::int64_t>(venue_.trades_made()))
      .integer("deposited_usd_micros", venue_.ledger().deposited().micros)
      .integer("fees_usd_micros", venue_.ledger().balance(Ledger::fee_account()).micros)
      .boolean("conserved", !broken.has_value())
      .field("conservation_error", broken.value_or(""))
      .integer("block", static_cast<std::int64_t>(chain_.block_number()))
      .integer("faults_active", static_cast<std::int64_t>(gate_.active()))
      .integer("accounts_total", static_cast<std::int64_t>(venue_.ledger().accounts()))
      .key("accounts")
      .array();
  for (std::uint32_t i = 0; i < venue_.ledger().accounts(); ++i) {
    if (venue_.watched(AccountId{i})) w.raw(account_json(AccountId{i}));
  }
  w.end_array().end_object();
  return reply;
}

// All that an account has, to the micro-share: what a client believes can be held against it.
Reply ControlService::account(std::string_view address) const {
  const auto account = venue_.ledger().find(lower(address));
  if (!account) return error_reply(404, "no such account");
  Reply reply;
  JsonWriter w(reply.body);
  w.object()
      .integer("usd_micros", venue_.ledger().balance(*account).micros)
      .integer("reserved_usd_micros", venue_.ledger().reserved(*account).micros)
      .key("positions")
      .array();
  for (std::uint32_t i = 0; i < venue_.market_count(); ++i) {
    for (unsigned outcome = 0; outcome < 2; ++outcome) {
      const Shares held = venue_.ledger().position(*account, MarketId{i}, outcome);
      if (held.micros == 0) continue;
      w.object()
          .field("token", venue_.market(MarketId{i}).spec.tokens[outcome])
          .integer("shares_micros", held.micros)
          .end_object();
    }
  }
  w.end_array().key("open_orders").array();
  for (const OrderRecord* order : venue_.open_orders(*account)) w.string(hex_text(order->id));
  w.end_array().end_object();
  return reply;
}

void ControlService::add_routes(Router& router) {
  router.add("POST", "/faucet", with_body([this](const JsonValue& body) { return faucet(body); }));
  router.add("POST", "/operations", with_body([this](const JsonValue& body) { return operation(body); }));
  router.add("POST", "/faults", with_body([this](const JsonValue& body) { return faults(body); }));
  router.add("POST", "/time", with_body([this](const JsonValue& body) { return time(body); }));
  router.add("GET", "/time", [this](const Call&) { return raw_reply(time_json()); });
  router.add("GET", "/accounts/{}", [this](const Call& call) { return account(call.parts[0]); });
  router.add("GET", "/state", [this](const Call&) { return state(); });
  router.add("GET", "/health", [this](const Call&) {
    Reply reply;
    JsonWriter(reply.body).object().field("status", "ok").integer("time_ms", simulation_.now().millis()).end_object();
    return reply;
  });
}

}  // namespace underround::simulator
