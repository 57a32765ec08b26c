#include "simulator/server/builder_trades.hpp"

#include <ranges>

#include "simulator/server/json_writer.hpp"
#include "simulator/server/page_reply.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {

BuilderTrades::BuilderTrades(Venue& venue, const ApiKeys& keys) : venue_(venue), keys_(keys) {
  venue_.add_listener(*this);
}

BuilderTrades::~BuilderTrades() { venue_.remove_listener(*this); }

bool BuilderTrades::attribute(const Digest& order, std::string_view code) {
  const auto digest = parse_digest(lower(code));
  if (!digest || *digest == Digest{}) return false;
  return codes_.emplace(order, *digest).second;
}

void BuilderTrades::on_order(const OrderRecord& order, OrderEvent, Nanos) {
  if (order.state != OrderState::kLive && order.state != OrderState::kDelayed) codes_.erase(order.id);
}

void BuilderTrades::note(const Digest& order, Row row) {
  const auto code = codes_.find(order);
  if (code == codes_.end()) return;
  if (rows_.size() >= kMostRows) rows_.erase(rows_.begin(), rows_.begin() + kMostRows / 2);
  row.code = code->second;
  rows_.push_back(row);
}

void BuilderTrades::on_trade(const TradeRecord& trade) {
  if (codes_.empty()) return;
  Row row{.trade = trade.id,
          .taker = true,
          .account = trade.taker,
          .market = trade.market,
          .outcome = trade.outcome,
          .side = trade.side,
          .price = trade.price,
          .size = trade.size,
          .cash = trade.cash,
          .fee = trade.fee,
          .matched_at = trade.matched_at};
  note(trade.taker_order, row);
  for (const MakerFill& fill : trade.makers) {
    row.taker = false;
    row.account = fill.account;
    row.outcome = fill.outcome;
    row.side = fill.side;
    row.price = fill.price;
    row.size = fill.size;
    row.cash = fill.cash;
    row.fee = {};
    note(fill.order, row);
  }
}

void BuilderTrades::append(std::string& out, const Row& row) const {
  const ConditionSpec& spec = venue_.market(row.market).spec;
  const TradeRecord* trade = venue_.find_trade(row.trade);  // forgotten ones are settled
  const SettlementStatus status = trade == nullptr ? SettlementStatus::kConfirmed : trade->status;
  const bool mined = trade != nullptr && status != SettlementStatus::kMatched;
  JsonWriter(out)
      .object()
      .field("id", uuid_text(row.trade.value, venue_.salt()))
      .field("tradeType", row.taker ? "TAKER" : "MAKER")
      .field("takerOrderHash", trade == nullptr ? std::string{} : hex_text(trade->taker_order))
      .field("builder", hex_text(row.code))
      .field("market", spec.condition_id)
      .field("assetId", spec.tokens[row.outcome])
      .field("side", to_string(row.side))
      .field("size", shares_text(row.size))
      .field("sizeUsdc", usd_text(row.cash))
      .field("price", price_text(row.price))
      .field("status", settlement_text(status))
      .field("outcome", spec.outcomes[row.outcome])
      .integer("outcomeIndex", row.outcome)
      .field("owner", keys_.owner_of(row.account))
      .field("maker", venue_.ledger().address(row.account))
      .field("transactionHash", mined ? hex_text(trade->transaction_hash) : std::string{})
      .field("matchTime", seconds_text(row.matched_at))
      .integer("bucketIndex", trade == nullptr ? 0 : trade->bucket_index)
      .field("fee", usd_text(row.fee))
      .field("feeUsdc", usd_text(row.fee))
      .field("builderFee", "0")
      .field("builderCode", hex_text(row.code))
      .null("err_msg")
      .field("createdAt", iso_time(row.matched_at))
      .field("updatedAt", iso_time(trade == nullptr ? row.matched_at : trade->updated_at))
      .end_object();
}

bool BuilderTrades::wanted(const Row& row, const Call& call) const {
  const ConditionSpec& spec = venue_.market(row.market).spec;
  const auto differs = [&](std::string_view name, std::string_view value) {
    return call.query.has(name) && call.query.get(name) != value;
  };
  const auto seconds = static_cast<std::size_t>(row.matched_at.seconds());
  return !differs("id", uuid_text(row.trade.value, venue_.salt())) && !differs("market", spec.condition_id) &&
         !differs("asset_id", spec.tokens[row.outcome]) &&
         (!call.query.has("maker_address") ||
          lower(call.query.get("maker_address")) == venue_.ledger().address(row.account)) &&
         seconds >= call.query.size("after", 0) && seconds <= call.query.size("before", ~std::size_t{0});
}

Reply BuilderTrades::list(const Call& call) const {
  const auto code = parse_digest(lower(call.query.get("builder_code")));
  if (!code || *code == Digest{}) return error_reply(400, "Invalid builder code");
  std::vector<std::string> rows;
  for (const Row& row : std::views::reverse(rows_)) {
    if (row.code == *code && wanted(row, call)) append(rows.emplace_back(), row);
  }
  return page_reply(rows, call, kPage);
}

void BuilderTrades::add_routes(Router& router) {
  router.add("GET", "/builder/trades", [this](const Call& call) { return list(call); });
  router.add("GET", "/fees/builder-fees/{}", [](const Call& call) {
    if (!parse_digest(lower(call.parts[0]))) return error_reply(400, "Invalid builder code");
    Reply reply;
    JsonWriter(reply.body)
        .object()
        .integer("builder_maker_fee_rate_bps", 0)
        .integer("builder_taker_fee_rate_bps", 0)
        .end_object();
    return reply;
  });
}

}  // namespace underround::simulator
