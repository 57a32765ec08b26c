#include "simulator/server/order_entry.hpp"

#include <charconv>
#include <optional>

#include "simulator/server/json_writer.hpp"
#include "simulator/server/order_hash.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {
namespace {

constexpr std::string_view kMalformed = "Invalid order payload";
constexpr int kPostOnlyRetryS = 90;

OrderResult refused(RejectReason reason, std::string_view text) {
  OrderResult result;
  result.reason = reason;
  result.error = text;
  return result;
}

std::optional<std::int64_t> base_units(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool sound = !text.empty() && error == std::errc{} && end == text.data() + text.size();
  return sound && value > 0 && value < (std::int64_t{1} << 60) ? std::optional(value) : std::nullopt;
}

std::optional<TimeInForce> order_type(std::string_view text) {
  if (text == "GTC") return TimeInForce::kGtc;
  if (text == "GTD") return TimeInForce::kGtd;
  if (text == "FOK") return TimeInForce::kFok;
  if (text == "FAK") return TimeInForce::kFak;
  return std::nullopt;
}

// Decimals of amounts by tick (protocol page 6.6).
int amount_decimals(Tick tick) {
  if (tick.pips == 1000) return 3;
  if (tick.pips == 100) return 4;
  if (tick.pips == 50 || tick.pips == 10) return 5;
  return 6;
}

bool has_decimals(std::int64_t base, int decimals) {
  std::int64_t step = 1;
  for (int i = decimals; i < 6; ++i) step *= 10;
  return base % step == 0;
}

struct Amounts {
  std::int64_t usd = 0, shares = 0;
  Price price;         // nearest
  bool exact = false;  // the ratio is the price
};

std::optional<Amounts> amounts_of(const JsonValue& order, Side side) {
  const auto maker = base_units(order.text("makerAmount")), taker = base_units(order.text("takerAmount"));
  if (!maker || !taker) return std::nullopt;
  Amounts a;
  a.usd = side == Side::kBuy ? *maker : *taker;
  a.shares = side == Side::kBuy ? *taker : *maker;
  const Int128 scaled = static_cast<Int128>(a.usd) * Price::kPipsPerUsd;
  const Int128 pips = (scaled + a.shares / 2) / a.shares;
  a.exact = scaled % a.shares == 0;
  if (pips > 100 * Price::kPipsPerUsd) return std::nullopt;
  a.price = Price{static_cast<std::int32_t>(pips)};
  return a;
}

SignedOrder signed_fields(const JsonValue& order, Side side) {
  const auto text = [&](std::string_view name) { return std::string(order.text(name)); };
  return {.salt = text("salt"),
          .maker = text("maker"),
          .signer = text("signer"),
          .token_id = text("tokenId"),
          .maker_amount = text("makerAmount"),
          .taker_amount = text("takerAmount"),
          .side = side == Side::kBuy ? 0U : 1U,
          .signature_type = static_cast<unsigned>(order.integer("signatureType").value_or(0)),
          .timestamp = text("timestamp"),
          .metadata = text("metadata"),
          .builder = text("builder")};
}

// Whose order it is, as far as it can be told without checking signatures.
std::optional<std::string_view> refuse_owner(const Credentials& by, const JsonValue& body, const JsonValue& order) {
  if (body.text("owner") != by.key) return "the order owner has to be the owner of the API KEY";
  const auto type = order.integer("signatureType");
  if (!type || *type < 0 || *type > 3) return kMalformed;
  const std::string maker = lower(order.text("maker")), signer = lower(order.text("signer"));
  if (*type == 3 && signer != maker) return kMalformed;
  if (*type != 3 && signer != by.address) return "the order signer address has to be the address of the API KEY";
  if (*type == 0 && maker != signer) return kMalformed;
  if (order.text("signature").empty()) return kMalformed;
  return std::nullopt;
}

// FOK and FAK: whole cents or lots given, the table's decimals wanted (protocol page 6.6).
std::optional<std::string> refuse_precision(const Amounts& a, Side side, Tick tick) {
  const std::int64_t given = side == Side::kBuy ? a.usd : a.shares;
  const std::int64_t wanted = side == Side::kBuy ? a.shares : a.usd;
  const int decimals = amount_decimals(tick);
  if (has_decimals(given, 2) && has_decimals(wanted, decimals)) return std::nullopt;
  return "invalid amounts, the market " + std::string(side == Side::kBuy ? "buy" : "sell") +
         " orders maker amount supports a max accuracy of 2 decimals, taker amount a max of " +
         std::to_string(decimals) + " decimals";
}

}  // namespace

Reply refusal_reply(RejectReason reason, std::string_view text) {
  switch (reason) {
    case RejectReason::kVenueRestarting: return error_reply(425, text);
    case RejectReason::kVenueDisabled: return error_reply(503, text);
    case RejectReason::kRateLimited: return error_reply(429, text);
    case RejectReason::kAuth: return error_reply(401, text);
    case RejectReason::kPostOnlyMode: {
      Reply reply{.status = 503, .body = {}, .headers = {{"Retry-After", std::to_string(kPostOnlyRetryS)}}};
      JsonWriter(reply.body)
          .object()
          .field("error", text)
          .field("code", "post_only_mode")
          .integer("retry_after_seconds", kPostOnlyRetryS)
          .end_object();
      return reply;
    }
    default: return error_reply(400, text);
  }
}

OrderEntry::Outcome OrderEntry::enter(const Credentials& by, const JsonValue& body) {
  ++processed_;
  const JsonValue* order = body.find("order");
  const auto tif = order_type(body.text("orderType"));
  if (order == nullptr || !tif) return {refused(RejectReason::kMalformed, kMalformed)};
  if (const auto text = refuse_owner(by, body, *order)) return {refused(RejectReason::kAuth, *text)};
  const std::string_view side_text = order->text("side");
  if (side_text != "BUY" && side_text != "SELL") return {refused(RejectReason::kMalformed, "Invalid side")};
  const Side side = side_text == "BUY" ? Side::kBuy : Side::kSell;
  const auto token = venue_.find_token(order->text("tokenId"));
  if (!token) return {refused(RejectReason::kMalformed, "Invalid token id")};
  const ConditionSpec& spec = venue_.market(token->market).spec;
  const auto id = order_digest(signed_fields(*order, side), spec.version, spec.neg_risk);
  const auto amounts = amounts_of(*order, side);
  const auto expiration = order->integer("expiration");
  if (!id || !amounts || !expiration || *expiration < 0) return {refused(RejectReason::kMalformed, kMalformed)};

  const bool immediate = *tif == TimeInForce::kFok || *tif == TimeInForce::kFak;
  if (immediate) {
    if (const auto text = refuse_precision(*amounts, side, spec.tick))
      return {refused(RejectReason::kMalformed, *text)};
  } else if (!amounts->exact) {
    return {refused(RejectReason::kTick,
                    "order " + hex_text(*id) + " is invalid. Price (" +
                        std::to_string(static_cast<double>(amounts->usd) / static_cast<double>(amounts->shares)) +
                        ") breaks minimum tick size rule: " + tick_text(spec.tick))};
  }
  const AccountId account = venue_.open_account(lower(order->text("maker")));
  keys_.associate(by, account);
  NewOrder entry{.account = account,
                 .market = token->market,
                 .outcome = token->outcome,
                 .side = side,
                 .tif = *tif,
                 .post_only = body.boolean("postOnly"),
                 .limit = amounts->price,
                 .size = Shares{amounts->shares},
                 .amount = {},
                 .expires_at = Nanos::from_seconds(*expiration),
                 .id = *id};
  if (immediate && side == Side::kBuy) entry.amount = Usd{amounts->usd};
  const bool attributed = builders_.attribute(*id, order->text("builder"));
  OrderResult result = venue_.submit(entry);
  if (attributed && !result.accepted) builders_.forget(*id);
  return {std::move(result), side};
}

void OrderEntry::append_answer(std::string& out, const Outcome& outcome) const {
  const OrderResult& r = outcome.result;
  const bool matched = r.matched.micros > 0;
  const bool buy = outcome.side == Side::kBuy;
  const char* status = !r.accepted                         ? ""
                       : r.state == OrderState::kDelayed   ? "delayed"
                       : r.state == OrderState::kUnmatched ? "unmatched"
                       : matched                           ? "matched"
                                                           : "live";
  JsonWriter w(out);
  w.object()
      .key("success")
      .raw("true")
      .field("errorMsg", r.error)
      .field("orderID", r.accepted ? hex_text(r.id) : std::string{})
      .field("status", status)
      .field("makingAmount", !matched ? std::string{}
                             : buy    ? usd_text(r.cash)
                                      : shares_text(r.matched))
      .field("takingAmount", !matched ? std::string{}
                             : buy    ? shares_text(r.matched)
                                      : usd_text(r.cash));
  if (!r.trades.empty()) {
    w.key("tradeIDs").array();
    for (const TradeId trade : r.trades) w.string(wire_.trade_id(trade));
    w.end_array();
  }
  w.end_object();
}

Reply OrderEntry::post_order(const Credentials& by, std::string_view body) {
  const auto json = parse_json(body);
  if (!json || !json->is(JsonValue::Kind::kObject)) return error_reply(400, kMalformed);
  const Outcome outcome = enter(by, *json);
  const OrderResult& r = outcome.result;
  // Whose key it is belongs to the request, not to the credentials: 400 (protocol page 9).
  if (!r.accepted)
    return r.reason == RejectReason::kAuth ? error_reply(400, r.error) : refusal_reply(r.reason, r.error);
  Reply reply;
  append_answer(reply.body, outcome);
  return reply;
}

// Legs are independent; a bad one is success:true with an empty id and its reason (protocol page 8).
Reply OrderEntry::post_orders(const Credentials& by, std::string_view body) {
  const auto json = parse_json(body);
  if (!json || !json->is(JsonValue::Kind::kArray) || json->items.empty()) return error_reply(400, kMalformed);
  if (json->items.size() > kMaxBatch) {
    return error_reply(400, "Too many orders in payload: " + std::to_string(json->items.size()) +
                                ", max allowed: " + std::to_string(kMaxBatch));
  }
  if (venue_.mode() != VenueMode::kNormal && venue_.mode() != VenueMode::kPostOnly) {
    const Outcome first = enter(by, json->items.front());
    if (!first.result.accepted) return refusal_reply(first.result.reason, first.result.error);
  }
  Reply reply;
  reply.body = "[";
  for (const JsonValue& leg : json->items) {
    if (reply.body.size() > 1) reply.body += ',';
    append_answer(reply.body, enter(by, leg));
  }
  reply.body += ']';
  return reply;
}

}  // namespace underround::simulator
