#include "simulator/server/data_service.hpp"

#include <algorithm>
#include <optional>

#include "base/int128.hpp"
#include "simulator/server/json_writer.hpp"
#include "simulator/server/market_wire.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {
namespace {

constexpr Shares kDust{100'000};  // 0.1 share: not listed

// Envelope of a page; `next_cursor` and `has_more` go together.
Reply page_reply(const std::vector<std::string>& rows, const Query& query) {
  const std::size_t limit =
      std::clamp<std::size_t>(query.size("limit", DataService::kDefaultLimit), 1, DataService::kMaxLimit);
  const auto cursor = parse_offset_cursor(query.get("cursor"));
  if (!cursor) return error_reply(400, "invalid_request");
  const std::size_t offset = query.has("cursor") ? *cursor : query.size("offset", 0);
  std::string data;
  std::size_t count = 0;
  for (std::size_t i = offset; i < rows.size() && count < limit; ++i, ++count) {
    if (count > 0) data += ',';
    data += rows[i];
  }
  const bool more = offset + count < rows.size();
  Reply reply;
  JsonWriter w(reply.body);
  w.object().key("data").raw("[" + data + "]").key("pagination").object();
  w.integer("limit", static_cast<std::int64_t>(limit))
      .integer("offset", static_cast<std::int64_t>(offset))
      .boolean("has_more", more);
  more ? w.field("next_cursor", offset_cursor(offset + count)) : w.null("next_cursor");
  w.end_object().end_object();
  return reply;
}

Usd value_of(Shares shares, std::int64_t price_e5) {
  return Usd{static_cast<std::int64_t>(static_cast<Int128>(shares.micros) * price_e5 / 100'000)};
}

std::int64_t price_e5(const Venue& venue, const Market& market, unsigned outcome) {
  return parse_decimal(outcome_price_text(venue, market, outcome), 5).value_or(0);
}

}  // namespace

DataService::DataService(Venue& venue) : venue_(venue) { venue_.add_listener(*this); }
DataService::~DataService() { venue_.remove_listener(*this); }

void DataService::book_fill(AccountId account, MarketId market, unsigned outcome, Side side, Shares size, Usd cash,
                            Usd fee) {
  if (!venue_.watched(account)) return;
  Cost& cost = costs_[{account.value, std::uint64_t{market.value} * 2 + outcome}];
  cost.fees += fee;
  if (side == Side::kBuy) {
    cost.bought += size;
    cost.paid += cash;
    return;
  }
  // What was bought goes out at its average cost; the rest of the proceeds is profit.
  const Shares covered = std::min(size, cost.bought);
  const Usd basis{cost.bought.micros == 0 ? 0
                                          : static_cast<std::int64_t>(static_cast<Int128>(cost.paid.micros) *
                                                                      covered.micros / cost.bought.micros)};
  cost.bought -= covered;
  cost.paid -= basis;
  cost.realized += cash - basis;
}

void DataService::on_trade(const TradeRecord& trade) {
  book_fill(trade.taker, trade.market, trade.outcome, trade.side, trade.size, trade.cash, trade.fee);
  for (const MakerFill& row : trade.makers)
    book_fill(row.account, trade.market, row.outcome, row.side, row.size, row.cash, {});
}

void DataService::append_position(std::string& out, AccountId account, const Market& market, unsigned outcome) const {
  const ConditionSpec& spec = market.spec;
  const Ledger& ledger = venue_.ledger();
  const Shares held = ledger.position(account, market.id, outcome);
  const auto it = costs_.find({account.value, std::uint64_t{market.id.value} * 2 + outcome});
  const Cost cost = it == costs_.end() ? Cost{} : it->second;
  const std::int64_t average_e6 =
      cost.bought.micros == 0
          ? 0
          : static_cast<std::int64_t>(static_cast<Int128>(cost.paid.micros) * 1'000'000 / cost.bought.micros);
  const std::int64_t now_e5 = price_e5(venue_, market, outcome);
  const Usd value = value_of(held, now_e5);
  const bool redeemable = spec.phase == MarketPhase::kRedeemable;
  JsonWriter w(out);
  w.object()
      .field("proxy_wallet", ledger.address(account))
      .field("token_id", spec.tokens[outcome])
      .field("condition_id", spec.condition_id)
      .field("current_size", shares_text(held))
      .decimal("avg_price", average_e6, 6)
      .decimal("entry_cost_usdc", cost.paid.micros, 6)
      .decimal("entry_fees_usdc", cost.fees.micros, 6)
      .decimal("total_cost_usdc", (cost.paid + cost.fees).micros, 6)
      .decimal("current_price", now_e5, 5)
      .decimal("current_value", value.micros, 6)
      .field("total_size", shares_text(held))
      .decimal("realized_pnl", cost.realized.micros, 6)
      .decimal("unrealized_pnl", (value - cost.paid).micros, 6)
      .decimal("total_pnl", (value - cost.paid + cost.realized - cost.fees).micros, 6)
      .field("status", redeemable ? "REDEEMABLE" : "OPEN")
      .boolean("redeemable", redeemable)
      .boolean("mergeable", !redeemable && ledger.position(account, market.id, 1 - outcome).micros > 0)
      .boolean("negative_risk", spec.neg_risk)
      .boolean("archived", false)
      .field("title", spec.question)
      .field("slug", spec.slug)
      .field("event_slug", market.group.valid() ? spec.group.slug : spec.slug)
      .field("outcome", spec.outcomes[outcome])
      .integer("outcome_index", outcome)
      .field("opposite_token_id", spec.tokens[1 - outcome])
      .field("end_date", iso_time(spec.end_at))
      .end_object();
}

Reply DataService::positions(const Call& call) const {
  const auto account = venue_.ledger().find(lower(call.query.get("user")));
  if (call.query.get("user").empty()) return error_reply(400, "invalid_request");
  const std::string_view status = call.query.get("status");
  const auto conditions = call.query.list("condition");
  std::vector<std::string> rows;
  for (std::uint32_t i = 0; account && i < venue_.market_count(); ++i) {
    const Market& market = venue_.market(MarketId{i});
    const bool redeemable = market.spec.phase == MarketPhase::kRedeemable;
    if (!status.empty() && status != (redeemable ? "REDEEMABLE" : "OPEN")) continue;
    if (!conditions.empty() && std::ranges::find(conditions, market.spec.condition_id) == conditions.end()) continue;
    for (unsigned outcome = 0; outcome < 2; ++outcome) {
      if (venue_.ledger().position(*account, market.id, outcome) < kDust) continue;
      append_position(rows.emplace_back(), *account, market, outcome);
    }
  }
  return page_reply(rows, call.query);
}

void DataService::append_trade(std::string& out, const TradeRecord& trade, AccountId viewer) const {
  const ConditionSpec& spec = venue_.market(trade.market).spec;
  unsigned outcome = trade.outcome;
  Side side = trade.side;
  Price price = trade.price;
  Shares size = trade.size;
  if (viewer.valid() && viewer != trade.taker) {
    size = Shares{};
    for (const MakerFill& row : trade.makers) {
      if (row.account != viewer) continue;
      outcome = row.outcome;
      side = row.side;
      price = row.price;
      size += row.size;
    }
  }
  JsonWriter(out)
      .object()
      .field("type", "TRADE")
      .field("proxy_wallet", venue_.ledger().address(viewer.valid() ? viewer : trade.taker))
      .field("side", to_string(side))
      .field("token_id", spec.tokens[outcome])
      .field("condition_id", spec.condition_id)
      .field("size", shares_text(size))
      .field("price", price_text(price))
      .integer("timestamp", trade.matched_at.seconds())
      .field("title", spec.question)
      .field("slug", spec.slug)
      .field("event_slug", spec.group.slug.empty() ? spec.slug : spec.group.slug)
      .field("outcome", spec.outcomes[outcome])
      .integer("outcome_index", outcome)
      .field("transaction_hash", hex_text(trade.transaction_hash))
      .end_object();
}

Reply DataService::trades(const Call& call) const {
  constexpr std::size_t kMost = 10'000;
  const auto conditions = call.query.list("condition");
  if (conditions.size() > kMaxConditions) return error_reply(400, "invalid_request");
  const std::string user = lower(call.query.get("user"));
  std::vector<std::string> rows;
  const auto add = [&](const std::vector<const TradeRecord*>& list, AccountId viewer) {
    for (const TradeRecord* trade : list) {
      const std::string& condition = venue_.market(trade->market).spec.condition_id;
      if (!conditions.empty() && std::ranges::find(conditions, condition) == conditions.end()) continue;
      append_trade(rows.emplace_back(), *trade, viewer);
    }
  };
  if (!user.empty()) {
    if (const auto account = venue_.ledger().find(user)) add(venue_.trades(*account, kMost), *account);
  } else {
    if (conditions.empty()) return error_reply(400, "invalid_request");
    for (const std::string_view condition : conditions) {
      const auto market = venue_.find_condition(condition);
      if (!market) return error_reply(400, "invalid_request");
      add(venue_.market_trades(*market, kMost), AccountId{});
    }
  }
  return page_reply(rows, call.query);
}

Reply DataService::resolutions(const Call& call) const {
  const auto conditions = call.query.list("condition");
  if (conditions.empty() || conditions.size() > kMaxConditions) return error_reply(400, "invalid_request");
  std::vector<std::string> rows;
  for (const std::string_view condition : conditions) {
    const auto id = venue_.find_condition(condition);
    if (!id) return error_reply(400, "invalid_request");
    const Market& market = venue_.market(*id);
    const bool known = market.winner != 0xff, final = market.spec.phase == MarketPhase::kRedeemable;
    JsonWriter w(rows.emplace_back());
    w.object()
        .field("condition_id", market.spec.condition_id)
        .field("status", final   ? "resolved"
                         : known ? "proposed"
                                 : "active")
        .field("market_type", market.spec.neg_risk ? "neg_risk" : "binary")
        .field("reporter", market.spec.slug.find("-updown-") != std::string::npos ? "CHAINLINK" : "UMA_OO")
        .key("payouts")
        .array();
    for (unsigned i = 0; final && i < 2; ++i) w.raw(market.winner == i ? "1000000" : "0");
    w.end_array().end_object();
  }
  return page_reply(rows, call.query);
}

void DataService::add_routes(Router& router) {
  router.add("GET", "/v2/positions", [this](const Call& call) { return positions(call); });
  router.add("GET", "/v2/trades", [this](const Call& call) { return trades(call); });
  router.add("GET", "/v2/resolutions", [this](const Call& call) { return resolutions(call); });
}

}  // namespace underround::simulator
