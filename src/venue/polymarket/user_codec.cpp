#include "venue/polymarket/user_codec.hpp"

#include <fmt/format.h>

#include "base/stable_hash.hpp"
#include "crypto/encoding.hpp"
#include "venue/polymarket/clob_json.hpp"

namespace underround::polymarket {
namespace {

using clob_json::dom::element;

std::optional<Digest> order_id(element object, const char* key) noexcept {
  Digest digest;
  return crypto::decode_hex(clob_json::text(object, key), digest) ? std::optional(digest) : std::nullopt;
}

// 0 for what cannot be a fill: absent, malformed, or beyond anything the venue trades (sums must not overflow).
Shares size_of(element object, const char* key) noexcept {
  constexpr Shares kMax = Shares::whole(1'000'000'000);
  const Shares size{clob_json::decimal(object, key, Shares::kDecimals).value_or(0)};
  return size <= kMax ? size : Shares{};
}

Price price_of(element object) noexcept {
  const std::int64_t pips = clob_json::decimal(object, "price", Price::kDecimals).value_or(0);
  return pips < Price::kPipsPerUsd ? Price{static_cast<std::int32_t>(pips)} : Price{};
}

std::optional<Side> side_of(std::string_view text) noexcept {
  if (text == "BUY" || text == "buy") return Side::kBuy;
  if (text == "SELL" || text == "sell") return Side::kSell;
  return std::nullopt;
}

Event order_event(EventKind kind, const NamedOrder& order, OrderStatus status, RejectReason reason, Shares matched,
                  Nanos received, std::uint16_t connection) noexcept {
  Event e = Event::make(kind, received, VenueId::kPolymarket, order.instrument.value, connection);
  e.order = {.id = order.id, .status = status, .reason = reason, .matched = matched};
  return e;
}

// "Expiry is reported as a cancellation" (page 6.7). The venue acts up to 60 s before the stated time.
bool expired(element order, const NamedOrder& named) noexcept {
  if (named.tif != TimeInForce::kGtd) return false;
  const auto expiration_s = clob_json::decimal(order, "expiration", 0);
  const auto timestamp_ms = clob_json::decimal(order, "timestamp", 0);
  constexpr std::int64_t kEarly_s = 60;
  return expiration_s && timestamp_ms && *expiration_s > 0 && *timestamp_ms / 1000 >= *expiration_s - kEarly_s;
}

RejectReason end_reason(std::string_view status) noexcept {
  if (status.starts_with("UNMATCHED")) return RejectReason::kUnmatched;
  if (status.find("fully filled or killed") != std::string_view::npos) return RejectReason::kFokNotFilled;
  if (status.find("FAK") != std::string_view::npos) return RejectReason::kFakNoMatch;
  if (status.starts_with("INVALID")) return RejectReason::kNotReady;  // cancelled by the venue, e.g. at game start
  return RejectReason::kNone;
}

// One fill of ours inside a trade.
struct OwnFill {
  const NamedOrder* order;
  InstrumentId instrument;
  Side side;
  Price price;
  Shares size;
  Liquidity liquidity;
  std::uint64_t id;
};

}  // namespace

SettlementStatus settlement_of(std::string_view status) noexcept {
  if (status.starts_with("TRADE_STATUS_")) status.remove_prefix(13);
  if (status.starts_with("MINED")) return SettlementStatus::kMined;
  if (status.starts_with("CONFIRMED")) return SettlementStatus::kConfirmed;
  if (status.starts_with("RETRYING")) return SettlementStatus::kRetrying;
  if (status.starts_with("FAILED")) return SettlementStatus::kFailed;
  return SettlementStatus::kMatched;
}

std::uint64_t fill_id_of(std::string_view trade_id, const Digest& order, std::string_view counterparty) noexcept {
  StableHasher hasher;
  hasher.add_bytes(trade_id.data(), trade_id.size());
  hasher.add_bytes(order.data(), order.size());
  hasher.add_bytes(counterparty.data(), counterparty.size());
  return hasher.value();
}

std::string user_subscription(std::string_view api_key, std::string_view secret, std::string_view passphrase) {
  return fmt::format(R"({{"auth":{{"apiKey":"{}","secret":"{}","passphrase":"{}"}},"type":"user"}})", api_key, secret,
                     passphrase);
}

struct UserCodec::Impl {
  const Catalogue& catalogue;
  const OrderNames& names;
  std::string api_key;
  clob_json::Parser parser;
  Counters* counters;
  std::int64_t foreign_from_s = INT64_MAX;
  std::size_t unsettled = 0;

  // Per message.
  Nanos received;
  std::uint16_t connection;
  std::vector<Event>* out;

  void message(element object);
  void order(element object);
  void trade(element object);
  void taker(element trade, const NamedOrder& order);
  void maker_row(element trade, element row);
  [[nodiscard]] std::optional<NamedOrder> foreign(element trade, element fields, const Digest& digest) const;
  void put(element trade, const OwnFill& fill);
  [[nodiscard]] InstrumentId instrument(element object, const NamedOrder& fallback) const noexcept;
};

UserCodec::UserCodec(const Catalogue& catalogue, const OrderNames& names, std::string api_key)
    : impl_(new Impl{.catalogue = catalogue,
                     .names = names,
                     .api_key = std::move(api_key),
                     .parser = {},
                     .counters = &counters_,
                     .received = {},
                     .connection = 0,
                     .out = nullptr}) {}
UserCodec::~UserCodec() = default;

void UserCodec::decode(std::string_view frame, Nanos received, std::uint16_t connection, std::vector<Event>& out) {
  if (frame == "PONG" || frame.find_first_not_of(" \t\r\n") == std::string_view::npos) return;
  ++counters_.frames;
  const auto root = impl_->parser.parse(frame);
  if (!root || !(root->is_object() || root->is_array())) {
    ++counters_.malformed;
    return;
  }
  impl_->received = received;
  impl_->connection = connection;
  impl_->out = &out;
  if (root->is_object()) {
    impl_->message(*root);
  } else {
    clob_json::for_each(*root, [&](element object) { impl_->message(object); });
  }
}

UserCodec::TradesPage UserCodec::decode_trades(std::string_view body, Nanos received, std::vector<Event>& out) {
  TradesPage page;
  const auto root = impl_->parser.parse(body);
  if (!root) return page;
  element rows = *root;
  if (root->is_object() && (*root)["data"].get(rows) != simdjson::SUCCESS) return page;
  if (!rows.is_array() && !rows.is_null()) return page;
  impl_->received = received;
  impl_->connection = 0;
  impl_->out = &out;
  impl_->unsettled = 0;
  clob_json::for_each(rows, [&](element trade) { impl_->trade(trade); });
  page.readable = true;
  page.unsettled = impl_->unsettled;
  page.next_cursor = clob_json::text(*root, "next_cursor");
  if (page.next_cursor == "LTE=") page.next_cursor.clear();  // base64 of -1: the end (page 7)
  return page;
}

void UserCodec::adopt_foreign(std::int64_t matched_from_s) noexcept { impl_->foreign_from_s = matched_from_s; }

// Some captures lack event_type; `type` tells the two apart just as well.
void UserCodec::Impl::message(element object) {
  const std::string_view event_type = clob_json::text(object, "event_type");
  const std::string_view type = clob_json::text(object, "type");
  if (event_type == "trade" || (event_type.empty() && type == "TRADE")) {
    trade(object);
  } else if (event_type == "order" || type == "PLACEMENT" || type == "UPDATE" || type == "CANCELLATION") {
    order(object);
  } else {
    ++counters->unknown_types;
  }
}

void UserCodec::Impl::order(element object) {
  ++counters->orders;
  const auto digest = order_id(object, "id");
  const NamedOrder* named = digest ? names.find(*digest) : nullptr;
  if (named == nullptr) {
    ++counters->foreign;
    return;
  }
  const std::string_view type = clob_json::text(object, "type");
  const std::string_view status = clob_json::text(object, "status");
  Shares matched{clob_json::decimal(object, "size_matched", Shares::kDecimals).value_or(-1)};
  const auto emit = [&](EventKind kind, OrderStatus state, RejectReason reason) {
    out->push_back(order_event(kind, *named, state, reason, matched, received, connection));
  };
  if (type == "CANCELLATION" || status.starts_with("CANCEL") || status.starts_with("UNMATCHED") ||
      status.starts_with("INVALID")) {
    const RejectReason reason = end_reason(status);
    if (reason == RejectReason::kFokNotFilled) matched = Shares{};  // all or nothing; the field is "" then
    emit(EventKind::kOrderDone, expired(object, *named) ? OrderStatus::kExpired : OrderStatus::kCancelled, reason);
  } else if (status.starts_with("MATCHED") && matched >= named->size) {
    emit(EventKind::kOrderDone, OrderStatus::kFilled, RejectReason::kNone);
  } else if (status.starts_with("DELAYED")) {
    emit(EventKind::kOrderAccepted, OrderStatus::kDelayed, RejectReason::kNone);
  } else if (status.starts_with("LIVE") || status.starts_with("MATCHED")) {
    emit(EventKind::kOrderAccepted, OrderStatus::kLive, RejectReason::kNone);
  } else {
    ++counters->bad_fields;
  }
}

// An order of this account that we did not name, as far as its trade tells; nothing when the trade is older than what
// the ledger started from, or of a market we do not know.
std::optional<NamedOrder> UserCodec::Impl::foreign(element trade, element fields, const Digest& digest) const {
  ++counters->foreign;
  auto matched_s = clob_json::decimal(trade, "match_time", 0);
  if (!matched_s) matched_s = clob_json::decimal(trade, "matchtime", 0);  // the stream's other spelling
  const InstrumentId at = catalogue.find_token(clob_json::text(fields, "asset_id"));
  const auto side = side_of(clob_json::text(fields, "side"));
  if (!matched_s || *matched_s < foreign_from_s || !at.valid() || !side) return std::nullopt;
  NamedOrder order;
  order.digest = digest;
  order.instrument = at;
  order.side = *side;
  return order;
}

void UserCodec::Impl::trade(element object) {
  ++counters->trades;
  const SettlementStatus status = settlement_of(clob_json::text(object, "status"));
  if (status != SettlementStatus::kConfirmed && status != SettlementStatus::kFailed) ++unsettled;
  const auto taker_id = order_id(object, "taker_order_id");
  const NamedOrder* order = taker_id ? names.find(*taker_id) : nullptr;
  if (order != nullptr) {
    taker(object, *order);
  } else if (taker_id && clob_json::text(object, "trader_side") == "TAKER") {
    if (const auto unnamed = foreign(object, object, *taker_id)) taker(object, *unnamed);
  }
  clob_json::for_each(object, "maker_orders", [&](element row) { maker_row(object, row); });
}

InstrumentId UserCodec::Impl::instrument(element object, const NamedOrder& fallback) const noexcept {
  const std::string_view asset = clob_json::text(object, "asset_id");
  const InstrumentId found = asset.empty() ? InstrumentId{} : catalogue.find_token(asset);
  return found.valid() ? found : fallback.instrument;
}

void UserCodec::Impl::taker(element trade, const NamedOrder& order) {
  const Shares size = size_of(trade, "size");
  const std::string_view trade_id = clob_json::text(trade, "id");
  const std::string_view asset = clob_json::text(trade, "asset_id");
  OwnFill fill{.order = &order,
               .instrument = instrument(trade, order),
               .side = order.side,
               .price = price_of(trade),
               .size = size,
               .liquidity = Liquidity::kTaker,
               .id = fill_id_of(trade_id, order.digest, {})};
  Shares in_rows;
  clob_json::for_each(trade, "maker_orders", [&](element row) { in_rows += size_of(row, "matched_amount"); });
  if (in_rows != size) return put(trade, fill);
  clob_json::for_each(trade, "maker_orders", [&](element row) {
    const Price row_price = price_of(row);
    fill.price = clob_json::text(row, "asset_id") == asset ? row_price : row_price.complement();
    fill.size = size_of(row, "matched_amount");
    fill.id = fill_id_of(trade_id, order.digest, clob_json::text(row, "order_id"));
    put(trade, fill);
  });
}

void UserCodec::Impl::maker_row(element trade, element row) {
  const auto digest = order_id(row, "order_id");
  const NamedOrder* order = digest ? names.find(*digest) : nullptr;
  std::optional<NamedOrder> unnamed;
  if (order == nullptr) {
    if (!digest || clob_json::text(row, "owner") != api_key) return;
    unnamed = foreign(trade, row, *digest);
    if (!unnamed) return;
    order = &*unnamed;
  }
  put(trade, {.order = order,
              .instrument = instrument(row, *order),
              .side = side_of(clob_json::text(row, "side")).value_or(order->side),
              .price = price_of(row),
              .size = size_of(row, "matched_amount"),
              .liquidity = Liquidity::kMaker,
              .id = fill_id_of(clob_json::text(trade, "id"), order->digest, {})});
}

void UserCodec::Impl::put(element trade, const OwnFill& fill) {
  if (fill.size.micros <= 0 || fill.price.pips <= 0 || fill.price >= kOneUsd || clob_json::text(trade, "id").empty()) {
    ++counters->bad_fields;
    return;
  }
  Event e = Event::make(EventKind::kFill, received, VenueId::kPolymarket, fill.instrument.value, connection);
  e.fill = {.order = fill.order->id,
            .fill_id = fill.id,
            .size = fill.size,
            .fee = {},
            .price = fill.price,
            .side = fill.side,
            .liquidity = fill.liquidity,
            .settlement = SettlementStatus::kMatched};
  if (fill.liquidity == Liquidity::kTaker) {
    const FeeSchedule& fees = catalogue[condition_of(fill.instrument)].spec.fees;
    if (fees.known()) e.fill.fee = fees.charge(fill.price, fill.size);
  }
  out->push_back(e);
  const SettlementStatus status = settlement_of(clob_json::text(trade, "status"));
  if (status == SettlementStatus::kMatched) return;
  Event settlement =
      Event::make(EventKind::kSettlement, received, VenueId::kPolymarket, fill.instrument.value, connection);
  settlement.settlement = {.fill_id = fill.id, .status = status};
  out->push_back(settlement);
}

}  // namespace underround::polymarket
