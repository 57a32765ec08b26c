#include "simulator/server/clob_private.hpp"

#include <algorithm>
#include <optional>

#include "crypto/encoding.hpp"
#include "simulator/server/json_value.hpp"
#include "simulator/server/json_writer.hpp"
#include "simulator/server/page_reply.hpp"
#include "simulator/server/wallet_addresses.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {
namespace {

constexpr Nanos kHeartbeatLimit = Nanos::from_seconds(10);
constexpr std::string_view kUnlimited =
    "115792089237316195423570985008687907853269984665640564039457584007913129639935";

Reply credentials_reply(const Credentials& c) {
  Reply reply;
  JsonWriter(reply.body)
      .object()
      .field("apiKey", c.key)
      .field("secret", c.secret)
      .field("passphrase", c.passphrase)
      .end_object();
  return reply;
}

Reply raw_reply(std::string body) { return {.status = 200, .body = std::move(body), .headers = {}}; }

Reply cancel_reply(const std::vector<std::string>& gone, const std::vector<std::pair<std::string, std::string>>& kept) {
  Reply reply;
  JsonWriter w(reply.body);
  w.object().key("canceled").array();
  for (const std::string& id : gone) w.string(id);
  w.end_array().key("not_canceled").object();
  for (const auto& [id, reason] : kept) w.field(id, reason);
  w.end_object().end_object();
  return reply;
}

}  // namespace

Router::Handler ClobPrivate::keyed(KeyedHandler handler, std::optional<Permission> needed) const {
  return [this, handler = std::move(handler), needed](const Call& call) {
    const Credentials* who = guards_.auth.key(call);
    const bool reads = call.request.method == "GET" || call.request.method == "HEAD";
    if (who == nullptr || !who->may(needed.value_or(reads ? Permission::kRead : Permission::kTrade))) {
      return error_reply(401, "Unauthorized/Invalid api key");
    }
    return handler(*who, call);
  };
}

Router::Handler ClobPrivate::metered(BucketKind kind, Cost cost, KeyedHandler handler) const {
  return keyed(
      [this, kind, cost = std::move(cost), handler = std::move(handler)](const Credentials& by, const Call& call) {
        if (auto down = refuse_in_mode(venue_.mode())) return std::move(*down);
        if (!guards_.limits.enabled()) return handler(by, call);
        const BucketVerdict bucket = guards_.limits.take(by, kind, cost(call));
        Reply reply = bucket.granted ? handler(by, call) : error_reply(429, kTooManyRequests);
        // A cancel-all has cost more by now.
        (bucket.granted ? guards_.limits.look(by, kind) : bucket).add_headers(reply.headers);
        return reply;
      },
      Permission::kTrade);
}

void ClobPrivate::add_auth_routes(Router& router) {
  router.add("POST", "/auth/api-key", [this](const Call& call) {
    const auto wallet = guards_.auth.wallet(call);
    if (!wallet) return error_reply(401, "Invalid L1 Request headers");
    const Credentials* made = keys_.create(wallet->address, wallet->nonce);
    return made != nullptr ? credentials_reply(*made) : error_reply(400, "Could not create api key");
  });
  router.add("GET", "/auth/derive-api-key", [this](const Call& call) {
    const auto wallet = guards_.auth.wallet(call);
    if (!wallet) return error_reply(401, "Invalid L1 Request headers");
    const Credentials* known = keys_.derive(wallet->address, wallet->nonce);
    return known != nullptr ? credentials_reply(*known) : error_reply(400, "Could not derive api key!");
  });
  router.add("GET", "/auth/api-keys", keyed([this](const Credentials& by, const Call&) {
               Reply reply;
               JsonWriter w(reply.body);
               w.object().key("apiKeys").array();
               for (const std::string_view key : keys_.keys_of(by.address)) w.string(key);
               w.end_array().end_object();
               return reply;
             }));
  router.add("DELETE", "/auth/api-key", keyed([this](const Credentials& by, const Call&) {
               keys_.remove(by.key);
               return raw_reply("\"OK\"");
             }));
  router.add("GET", "/auth/ban-status/closed-only", keyed([this](const Credentials& by, const Call&) {
               const bool closed_only = guards_.rules.standing(by.address) == Standing::kClosedOnly;
               return raw_reply(closed_only ? "{\"closed_only\":true}" : "{\"closed_only\":false}");
             }));
}

Reply ClobPrivate::cancel_ids(const Credentials& by, const std::vector<std::string_view>& ids) {
  std::vector<std::string> gone;
  std::vector<std::pair<std::string, std::string>> kept;
  for (const std::string_view text : ids) {
    const auto id = parse_digest(text);
    if (!id) return error_reply(400, "Invalid orderID");
    const OrderRecord* order = venue_.find_order(*id);
    const bool mine = order == nullptr || entry_.is_of(by, *order);
    const CancelResult result = order != nullptr && mine ? venue_.cancel(order->key)
                                : mine ? venue_.cancel(by.accounts.front(), *id)  // done, or never seen
                                       : CancelResult{false, "order not found"};
    if (result.cancelled) {
      gone.emplace_back(text);
    } else {
      kept.emplace_back(text, result.reason);
    }
  }
  return cancel_reply(gone, kept);
}

Reply ClobPrivate::cancel_scope(const Credentials& by, std::optional<MarketId> market,
                                std::optional<unsigned> outcome) {
  std::vector<std::string> gone;
  venue_.begin_batch();
  for (const AccountId account : by.accounts) {
    for (const OrderRecord* order : venue_.open_orders(account)) {
      if ((market && order->market != *market) || (outcome && order->outcome != *outcome)) continue;
      std::string id = hex_text(order->id);
      if (entry_.is_of(by, *order) && venue_.cancel(order->key).cancelled) gone.push_back(std::move(id));
    }
  }
  venue_.end_batch();
  guards_.limits.charge_cancelled(by, gone.size());
  return cancel_reply(gone, {});
}

Reply ClobPrivate::cancel_market(const Credentials& by, const Call& call) {
  const auto body = parse_json(call.request.body);
  const std::string_view condition = body ? body->text("market") : "", asset = body ? body->text("asset_id") : "";
  if (condition.empty() && asset.empty()) return error_reply(400, "Invalid market");
  std::optional<MarketId> market;
  std::optional<unsigned> outcome;
  if (!condition.empty() && !(market = venue_.find_condition(condition))) return error_reply(400, "Invalid market");
  if (!asset.empty()) {
    const auto token = venue_.find_token(asset);
    if (!token || (market && *market != token->market)) return error_reply(400, "Invalid token id");
    market = token->market;
    outcome = token->outcome;
  }
  return cancel_scope(by, market, outcome);
}

void ClobPrivate::add_order_routes(Router& router) {
  const Cost one = [](const Call&) { return std::size_t{1}; };
  const Cost items = [](const Call& call) {
    const auto body = parse_json(call.request.body);
    return body ? std::max<std::size_t>(1, body->items.size()) : 1;
  };
  using enum BucketKind;
  router.add("POST", "/order", metered(kOrders, one, [this](const Credentials& by, const Call& call) {
               return entry_.post_order(by, call.request.body);
             }));
  router.add("POST", "/orders", metered(kOrders, items, [this](const Credentials& by, const Call& call) {
               return entry_.post_orders(by, call.request.body);
             }));
  router.add("DELETE", "/order", metered(kCancels, one, [this](const Credentials& by, const Call& call) {
               const auto body = parse_json(call.request.body);
               if (!body || body->text("orderID").empty()) return error_reply(400, "Invalid orderID");
               return cancel_ids(by, {body->text("orderID")});
             }));
  router.add("DELETE", "/orders", metered(kCancels, items, [this](const Credentials& by, const Call& call) {
               const auto body = parse_json(call.request.body);
               if (!body || !body->is(JsonValue::Kind::kArray)) return error_reply(400, kInvalidPayload);
               if (body->items.size() > kMaxCancels) return error_reply(400, "Payload exceeds the limit");
               std::vector<std::string_view> ids;
               for (const JsonValue& item : body->items) ids.push_back(item.scalar);
               return cancel_ids(by, ids);
             }));
  router.add("DELETE", "/cancel-all", metered(kCancels, one, [this](const Credentials& by, const Call&) {
               return cancel_scope(by, std::nullopt, std::nullopt);
             }));
  router.add("DELETE", "/cancel-market-orders", metered(kCancels, one, [this](const Credentials& by, const Call& call) {
               return cancel_market(by, call);
             }));
}

Reply ClobPrivate::open_orders(const Credentials& by, const Call& call) const {
  const auto offset = parse_offset_cursor(call.query.get("next_cursor"));
  if (!offset) return error_reply(400, "Invalid next_cursor");
  const std::string_view id = call.query.get("id"), market = call.query.get("market"),
                         asset = call.query.get("asset_id");
  std::vector<std::string> rows;
  for (const AccountId account : by.accounts) {
    for (const OrderRecord* order : venue_.open_orders(account)) {
      const ConditionSpec& spec = venue_.market(order->market).spec;
      if (!entry_.is_of(by, *order)) continue;
      if (!id.empty() && hex_text(order->id) != id) continue;
      if (!market.empty() && spec.condition_id != market) continue;
      if (!asset.empty() && spec.tokens[order->outcome] != asset) continue;
      wire_.append_open_order(rows.emplace_back(), *order);
    }
  }
  return page_reply(rows, *offset, kPage);
}

Reply ClobPrivate::trades(const Credentials& by, const Call& call) const {
  constexpr std::size_t kMost = 10'000;
  const auto offset = parse_offset_cursor(call.query.get("next_cursor"));
  if (!offset) return error_reply(400, "Invalid next_cursor");
  const std::string_view id = call.query.get("id"), market = call.query.get("market"),
                         asset = call.query.get("asset_id");
  const std::string maker = lower(call.query.get("maker_address"));
  const Nanos after = Nanos::from_seconds(static_cast<std::int64_t>(call.query.size("after", 0)));
  const bool has_before = call.query.has("before");
  const Nanos before = Nanos::from_seconds(static_cast<std::int64_t>(call.query.size("before", 0)));
  std::vector<std::string> rows;
  for (const AccountId account : by.accounts) {
    if (!maker.empty() && venue_.ledger().address(account) != maker) continue;
    for (const TradeRecord* trade : venue_.trades(account, kMost)) {
      const ConditionSpec& spec = venue_.market(trade->market).spec;
      if (!id.empty() && wire_.trade_id(trade->id) != id) continue;
      if (!market.empty() && spec.condition_id != market) continue;
      if (!asset.empty() && spec.tokens[trade->outcome] != asset) continue;
      if (trade->matched_at < after || (has_before && trade->matched_at > before)) continue;
      wire_.append_trade(rows.emplace_back(), *trade, account);
    }
  }
  return page_reply(rows, *offset, kPage);
}

// What the wallet of a signature type holds: type 0 is the signer itself, else the wallet it trades for.
// The wallet a signature type stands for (protocol page 6.3).
AccountId ClobPrivate::wallet_of(const Credentials& by, std::size_t signature_type) const {
  if (signature_type == 0 || signature_type > 3) return venue_.open_account(by.address);
  if (const auto wallet = guards_.rules.session_wallet(by.address); !wallet.empty() && signature_type == 3) {
    return venue_.open_account(wallet);
  }
  const std::string legacy = crypto::hex_0x(legacy_deposit_wallet(by.signer));
  if (signature_type == 3 && venue_.ledger().find(legacy)) return venue_.open_account(legacy);
  return venue_.open_account(crypto::hex_0x(signature_type == 1   ? proxy_wallet(by.signer)
                                            : signature_type == 2 ? safe_wallet(by.signer)
                                                                  : deposit_wallet(by.signer)));
}

Reply ClobPrivate::balance(const Credentials& by, const Call& call) const {
  const AccountId account = wallet_of(by, call.query.size("signature_type", 0));
  const std::string_view type = call.query.get("asset_type");
  std::int64_t base_units = 0;
  if (type == "COLLATERAL") {
    base_units = venue_.ledger().balance(account).micros;
  } else if (type == "CONDITIONAL" || type == "CONDITIONAL-V2") {
    const auto token = venue_.find_token(call.query.get("token_id"));
    if (!token) return error_reply(400, "Invalid token id");
    base_units = venue_.ledger().position(account, token->market, token->outcome).micros;
  } else {
    return error_reply(400, "Invalid asset type");
  }
  Reply reply;
  JsonWriter w(reply.body);
  w.object().field("balance", std::to_string(base_units)).key("allowances").object();
  const Allowances& allowed = guards_.rules.allowances(account);
  for (std::size_t i = 0; i < kExchangeSpenders; ++i) {
    const bool unlimited = type == "COLLATERAL" ? allowed.collateral[i] == Allowances::kUnlimited : allowed.tokens[i];
    const std::int64_t limited = type == "COLLATERAL" ? allowed.collateral[i].micros : 0;
    w.field(kSpenderAddresses[i], unlimited ? std::string(kUnlimited) : std::to_string(limited));
  }
  w.end_object().end_object();
  return reply;
}

// Opt-in: begins with the first one; the id of the next comes with each answer (protocol page 8).
Reply ClobPrivate::heartbeat(const Credentials& by, const Call& call) {
  const auto body = parse_json(call.request.body);
  if (!body) return error_reply(400, "Invalid payload");
  const auto [it, first] = heartbeats_.try_emplace(by.key);
  Heartbeat& beat = it->second;
  Reply reply;
  JsonWriter w(reply.body);
  if (!first && body->text("heartbeat_id") != beat.expected_id) {
    reply.status = 400;
    w.object().field("error_msg", "Invalid Heartbeat ID").field("heartbeat_id", beat.expected_id).end_object();
    return reply;
  }
  beat.last = venue_.now();
  beat.expected_id = uuid_text(stable_hash(by.key) + ++beat.count, venue_.salt());
  w.object().field("heartbeat_id", beat.expected_id).end_object();
  return reply;
}

// Beats as well, and the next /v1/heartbeats starts over with an empty id.
Reply ClobPrivate::legacy_heartbeat(const Credentials& by) {
  Heartbeat& beat = heartbeats_[by.key];
  beat.last = venue_.now();
  beat.expected_id.clear();
  return raw_reply("{\"status\":\"ok\"}");
}

void ClobPrivate::check_heartbeats() {
  for (auto it = heartbeats_.begin(); it != heartbeats_.end();) {
    if (venue_.now() - it->second.last <= kHeartbeatLimit) {
      ++it;
      continue;
    }
    if (const Credentials* by = keys_.find(it->first)) {
      (void)cancel_scope(*by, std::nullopt, std::nullopt);
    }
    it = heartbeats_.erase(it);
  }
}

void ClobPrivate::add_data_routes(Router& router) {
  const Authorize authorize = [this](KeyedHandler handler) { return keyed(std::move(handler)); };
  const auto readable = [&](const KeyedHandler& handler) { return account_keys_.readable(authorize, handler); };
  router.add("GET", "/data/orders",
             readable([this](const Credentials& by, const Call& call) { return open_orders(by, call); }));
  router.add("GET", "/data/order/{}", readable([this](const Credentials& by, const Call& call) {
               const auto id = parse_digest(call.parts[0]);
               if (!id) return error_reply(400, "Invalid orderID");
               const OrderRecord* order = venue_.find_order(*id);
               if (order == nullptr || !entry_.is_of(by, *order)) return raw_reply("null");
               Reply reply;
               wire_.append_open_order(reply.body, *order);
               return reply;
             }));
  router.add("GET", "/data/trades",
             readable([this](const Credentials& by, const Call& call) { return trades(by, call); }));
  // Orders wiped when the venue moved to V2: this one was born there.
  router.add("GET", "/data/pre-migration-orders",
             keyed([](const Credentials&, const Call& call) { return page_reply({}, call, kPage); }));
  router.add("GET", "/balance-allowance",
             keyed([this](const Credentials& by, const Call& call) { return balance(by, call); }));
  router.add("GET", "/balance-allowance/update", keyed([this](const Credentials& by, const Call& call) {
               guards_.rules.refresh(wallet_of(by, call.query.size("signature_type", 0)));
               return balance(by, call);
             }));
  router.add("POST", "/v1/heartbeats",
             keyed([this](const Credentials& by, const Call& call) { return heartbeat(by, call); }));
  router.add("POST", "/heartbeats", keyed([this](const Credentials& by, const Call&) { return legacy_heartbeat(by); }));
}

void ClobPrivate::add_routes(Router& router) {
  add_auth_routes(router);
  add_order_routes(router);
  add_data_routes(router);
}

}  // namespace underround::simulator
