#include "simulator/server/clob_public.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "simulator/server/json_writer.hpp"
#include "simulator/server/market_wire.hpp"
#include "simulator/server/trade_activity.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {
namespace {

constexpr std::string_view kNoBook = "No orderbook exists for the requested token id";

Reply object_reply(const std::function<void(JsonWriter&)>& fill) {
  Reply reply;
  JsonWriter w(reply.body);
  w.object();
  fill(w);
  w.end_object();
  return reply;
}

Reply field_reply(std::string_view name, std::string_view value) {
  return object_reply([&](JsonWriter& w) { w.field(name, value); });
}

std::optional<Side> side_of(std::string_view text) {
  if (text == "BUY" || text == "buy") return Side::kBuy;
  if (text == "SELL" || text == "sell") return Side::kSell;
  return std::nullopt;
}

}  // namespace

// BUY: what a buyer pays, the lowest ask. SELL: the highest bid (protocol page 7).
std::string ClobPublic::price_of(Token token, Side side) const {
  return price_text(side == Side::kBuy ? venue_.best_ask(token.market, token.outcome)
                                       : venue_.best_bid(token.market, token.outcome));
}

std::string ClobPublic::mid_of(Token token) const {
  const int sum = venue_.best_ask(token.market, token.outcome).pips + venue_.best_bid(token.market, token.outcome).pips;
  return format_decimal(sum * 5, Price::kDecimals + 1);
}

std::string ClobPublic::spread_of(Token token) const {
  return price_text(venue_.best_ask(token.market, token.outcome) - venue_.best_bid(token.market, token.outcome));
}

Reply ClobPublic::with_token(const Call& call, const std::function<Reply(Token)>& answer) const {
  const std::string_view text = call.query.get("token_id");
  if (text.empty()) return error_reply(400, "Invalid token id");
  const auto token = venue_.find_token(text);
  if (!token || is_closed(venue_.market(token->market))) return error_reply(404, kNoBook);
  return answer(*token);
}

Reply ClobPublic::batch(const Call& call, char open, char close,
                        const std::function<void(std::string&, Token, const JsonValue&)>& answer) const {
  const auto body = parse_json(call.request.body);
  if (!body || !body->is(JsonValue::Kind::kArray)) return error_reply(400, "Invalid payload");
  if (body->items.size() > kMaxBatch) return error_reply(400, "Payload exceeds the limit");
  Reply reply;
  reply.body = open;
  std::string row;
  for (const JsonValue& item : body->items) {
    const auto token = venue_.find_token(item.text("token_id"));
    if (!token || is_closed(venue_.market(token->market))) continue;
    row.clear();
    answer(row, *token, item);
    if (row.empty()) continue;
    if (reply.body.size() > 1) reply.body += ',';
    reply.body += row;
  }
  reply.body += close;
  return reply;
}

Reply ClobPublic::market_page(const Call& call, bool open_only, Append append) const {
  const auto offset = parse_offset_cursor(call.query.get("next_cursor"));
  if (!offset) return error_reply(400, "Invalid next_cursor");
  Reply reply;
  std::string data;
  std::size_t count = 0, at = *offset;
  for (; at < venue_.market_count() && count < kPageMarkets; ++at) {
    const Market& market = venue_.market(MarketId{static_cast<std::uint32_t>(at)});
    if (open_only && !market.spec.accepting_orders) continue;
    if (count++ > 0) data += ',';
    append(data, venue_, market);
  }
  JsonWriter(reply.body)
      .object()
      .integer("limit", static_cast<std::int64_t>(kPageMarkets))
      .integer("count", static_cast<std::int64_t>(count))
      .field("next_cursor", at < venue_.market_count() ? offset_cursor(at) : std::string(kEndCursor))
      .key("data")
      .raw("[" + data + "]")
      .end_object();
  return reply;
}

// The last trade of each `fidelity` minutes, oldest first.
Reply ClobPublic::history(const Call& call) const {
  const auto token = venue_.find_token(call.query.get("market"));
  if (!token) return error_reply(400, "invalid filters: 'market' is mandatory");
  const std::int64_t fidelity_s =
      static_cast<std::int64_t>(std::max<std::size_t>(call.query.size("fidelity", 1), 1)) * 60;
  const std::string_view interval = call.query.get("interval");
  std::int64_t from = 0, until = venue_.now().seconds() + 1;
  if (interval == "1h") from = until - 3600;
  if (interval == "6h") from = until - 6 * 3600;
  if (interval == "1d") from = until - 86400;
  if (interval == "1w") from = until - 7 * 86400;
  if (call.query.has("startTs")) from = static_cast<std::int64_t>(call.query.size("startTs", 0));
  if (call.query.has("endTs")) until = static_cast<std::int64_t>(call.query.size("endTs", 0));
  std::vector<std::pair<std::int64_t, Price>> points;  // newest first
  for (const TradeRecord* trade : venue_.market_trades(token->market, 5000)) {
    const std::int64_t at = trade->matched_at.seconds();
    if (at < from || at > until) continue;
    if (!points.empty() && points.back().first / fidelity_s == at / fidelity_s) continue;
    points.emplace_back(at, trade->outcome == token->outcome ? trade->price : trade->price.complement());
  }
  std::ranges::reverse(points);
  return object_reply([&](JsonWriter& w) {
    w.key("history").array();
    for (const auto& [at, price] : points) w.object().integer("t", at).number("p", price.pips, 4).end_object();
    w.end_array();
  });
}

void ClobPublic::add_token_routes(Router& router) {
  const auto token_get = [&](std::string_view path, std::function<Reply(const Call&, Token)> answer) {
    router.add("GET", path, [this, answer](const Call& call) {
      return with_token(call, [&](Token token) { return answer(call, token); });
    });
  };
  token_get("/book", [this](const Call&, Token token) {
    Reply reply;
    BookWire::append_rest(reply.body, books_.snapshot(token.market, token.outcome));
    return reply;
  });
  token_get("/price", [this](const Call& call, Token token) {
    const auto side = side_of(call.query.get("side"));
    return side ? field_reply("price", price_of(token, *side)) : error_reply(400, "Invalid side");
  });
  token_get("/midpoint", [this](const Call&, Token token) { return field_reply("mid", mid_of(token)); });
  token_get("/spread", [this](const Call&, Token token) { return field_reply("spread", spread_of(token)); });
  token_get("/last-trade-price", [this](const Call&, Token token) {
    const Market& market = venue_.market(token.market);
    return object_reply([&](JsonWriter& w) {
      w.field("price", BookWire::last_trade_text(market))
          .field("side", market.has_traded ? to_string(market.last_trade_side) : "");
    });
  });
  token_get("/tick-size", [this](const Call&, Token token) {
    return object_reply(
        [&](JsonWriter& w) { w.number("minimum_tick_size", venue_.market(token.market).spec.tick.pips, 4); });
  });
  token_get("/neg-risk", [this](const Call&, Token token) {
    return object_reply([&](JsonWriter& w) { w.boolean("neg_risk", venue_.market(token.market).spec.neg_risk); });
  });
  token_get("/fee-rate", [this](const Call&, Token token) {
    const FeeSchedule& fees = venue_.market(token.market).spec.fees;
    return object_reply([&](JsonWriter& w) { w.integer("base_fee", fees.known() && fees.rate_ppm() > 0 ? 1000 : 0); });
  });
  router.add("GET", "/prices-history", [this](const Call& call) { return history(call); });
}

void ClobPublic::add_batch_routes(Router& router) {
  router.add("POST", "/books", [this](const Call& call) {
    return batch(call, '[', ']', [this](std::string& out, Token token, const JsonValue&) {
      BookWire::append_rest(out, books_.snapshot(token.market, token.outcome));
    });
  });
  router.add("POST", "/prices", [this](const Call& call) {
    return batch(call, '{', '}', [this](std::string& out, Token token, const JsonValue& item) {
      const auto side = side_of(item.text("side"));
      append_escaped(out, venue_.market(token.market).spec.tokens[token.outcome]);
      out += ':';
      JsonWriter w(out);
      w.object();
      if (!side || *side == Side::kBuy) w.field("BUY", price_of(token, Side::kBuy));
      if (!side || *side == Side::kSell) w.field("SELL", price_of(token, Side::kSell));
      w.end_object();
    });
  });
  const auto map_of = [&](std::string_view path, std::string (ClobPublic::*value)(Token) const) {
    router.add("POST", path, [this, value](const Call& call) {
      return batch(call, '{', '}', [this, value](std::string& out, Token token, const JsonValue&) {
        append_escaped(out, venue_.market(token.market).spec.tokens[token.outcome]);
        out += ':';
        append_escaped(out, (this->*value)(token));
      });
    });
  };
  map_of("/midpoints", &ClobPublic::mid_of);
  map_of("/spreads", &ClobPublic::spread_of);
  router.add("POST", "/last-trades-prices", [this](const Call& call) {
    return batch(call, '[', ']', [this](std::string& out, Token token, const JsonValue&) {
      const Market& market = venue_.market(token.market);
      if (!market.has_traded) return;  // the official schema knows no row without a side
      JsonWriter(out)
          .object()
          .field("token_id", market.spec.tokens[token.outcome])
          .field("price", BookWire::last_trade_text(market))
          .field("side", market.has_traded ? to_string(market.last_trade_side) : "")
          .end_object();
    });
  });
}

void ClobPublic::add_market_routes(Router& router) {
  const auto pages = [&](std::string_view path, bool open_only, Append append) {
    router.add("GET", path,
               [this, open_only, append](const Call& call) { return market_page(call, open_only, append); });
  };
  pages("/markets", false, append_classic_market);
  pages("/simplified-markets", false, append_simplified_market);
  pages("/sampling-markets", true, append_classic_market);
  pages("/sampling-simplified-markets", true, append_simplified_market);
  router.add("GET", "/markets/{}", [this](const Call& call) {
    const auto market = venue_.find_condition(call.parts[0]);
    if (!market) return error_reply(404, "market not found");
    Reply reply;
    append_classic_market(reply.body, venue_, venue_.market(*market));
    return reply;
  });
  router.add("GET", "/markets/live-activity/{}", [this](const Call& call) { return live_activity(venue_, call); });
  router.add("GET", "/clob-markets/{}", [this](const Call& call) {
    const auto market = venue_.find_condition(call.parts[0]);
    if (!market) return error_reply(404, "market not found");
    Reply reply;
    append_clob_market(reply.body, venue_.market(*market));
    return reply;
  });
  router.add("GET", "/markets-by-token/{}", [this](const Call& call) {
    const auto token = venue_.find_token(call.parts[0]);
    if (!token) return error_reply(404, "market not found");
    const ConditionSpec& spec = venue_.market(token->market).spec;
    return object_reply([&](JsonWriter& w) {
      w.field("condition_id", spec.condition_id)
          .field("primary_token_id", spec.tokens[0])
          .field("secondary_token_id", spec.tokens[1]);
    });
  });
}

void ClobPublic::add_routes(Router& router) {
  for (const std::string_view path : {"/", "/ok"}) {
    router.add("GET", path, [](const Call&) { return Reply{.status = 200, .body = "\"OK\"", .headers = {}}; });
  }
  router.add("GET", "/version",
             [](const Call&) { return Reply{.status = 200, .body = "{\"version\":2}", .headers = {}}; });
  router.add("GET", "/time", [this](const Call&) {
    return Reply{.status = 200, .body = std::to_string(venue_.now().seconds()), .headers = {}};
  });
  add_token_routes(router);
  add_batch_routes(router);
  add_market_routes(router);
}

}  // namespace underround::simulator
