#include "simulator/server/order_payload.hpp"

#include <charconv>

#include "base/int128.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {
namespace {

using Kind = JsonValue::Kind;

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool sound = !text.empty() && error == std::errc{} && end == text.data() + text.size();
  return sound && value >= 0 ? std::optional(value) : std::nullopt;
}

std::optional<TimeInForce> order_type(std::string_view text) {
  if (text == "GTC") return TimeInForce::kGtc;
  if (text == "GTD") return TimeInForce::kGtd;
  if (text == "FOK") return TimeInForce::kFok;
  if (text == "FAK") return TimeInForce::kFak;
  return std::nullopt;
}

bool is(const JsonValue& object, std::string_view name, Kind kind) {
  const JsonValue* value = object.find(name);
  return value != nullptr && value->is(kind);
}

bool typed_as_documented(const JsonValue& body, const JsonValue& order) {
  for (const std::string_view name : {"maker", "signer", "tokenId", "makerAmount", "takerAmount", "side", "timestamp",
                                      "expiration", "metadata", "builder", "signature"}) {
    if (!is(order, name, Kind::kString)) return false;
  }
  for (const std::string_view name : {"postOnly", "deferExec"}) {
    if (body.find(name) != nullptr && !is(body, name, Kind::kBool)) return false;
  }
  return is(order, "salt", Kind::kNumber) && is(order, "signatureType", Kind::kNumber) &&
         is(body, "owner", Kind::kString) && is(body, "orderType", Kind::kString);
}

// The struct before CLOB V2 had these and no timestamp (6.4).
bool of_retired_struct(const JsonValue& order) {
  return order.find("timestamp") == nullptr && order.find("nonce") != nullptr && order.find("feeRateBps") != nullptr;
}

bool read_amounts(const JsonValue& order, OrderPayload& out) {
  constexpr std::int64_t kMost = std::int64_t{1} << 60;
  const auto maker = whole(order.text("makerAmount")), taker = whole(order.text("takerAmount"));
  if (!maker || !taker || *maker == 0 || *taker == 0 || *maker >= kMost || *taker >= kMost) return false;
  const bool buy = out.side == Side::kBuy;
  out.usd = Usd{buy ? *maker : *taker};
  out.shares = Shares{buy ? *taker : *maker};
  const Int128 scaled = static_cast<Int128>(out.usd.micros) * Price::kPipsPerUsd;
  const Int128 pips = (scaled + out.shares.micros / 2) / out.shares.micros;
  if (pips > 100 * Price::kPipsPerUsd) return false;
  out.price = Price{static_cast<std::int32_t>(pips)};
  out.exact_price = scaled % out.shares.micros == 0;
  return true;
}

SignedOrder signed_fields(const JsonValue& order, Side side, unsigned signature_type) {
  const auto text = [&](std::string_view name) { return std::string(order.text(name)); };
  return {.salt = text("salt"),
          .maker = text("maker"),
          .signer = text("signer"),
          .token_id = text("tokenId"),
          .maker_amount = text("makerAmount"),
          .taker_amount = text("takerAmount"),
          .side = side == Side::kBuy ? 0U : 1U,
          .signature_type = signature_type,
          .timestamp = text("timestamp"),
          .metadata = text("metadata"),
          .builder = text("builder")};
}

// Decimals of amounts by tick (6.6).
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

}  // namespace

std::expected<OrderPayload, std::string> parse_order(const JsonValue& body) {
  constexpr std::int64_t kMostSalt = (std::int64_t{1} << 53) - 1;
  constexpr std::int64_t kMostSeconds = 9'000'000'000;
  const auto malformed = [] { return std::unexpected(std::string(kInvalidPayload)); };
  const JsonValue* order = body.find("order");
  if (order == nullptr) return malformed();
  if (of_retired_struct(*order)) return std::unexpected(std::string(kVersionMismatch));
  if (!typed_as_documented(body, *order)) return malformed();
  OrderPayload out;
  const auto tif = order_type(body.text("orderType"));
  const auto salt = whole(order->text("salt")), type = whole(order->text("signatureType"));
  const auto expiration = whole(order->text("expiration"));
  if (!tif || !salt || *salt > kMostSalt || !type || *type > 3 || !expiration || *expiration > kMostSeconds) {
    return malformed();
  }
  const std::string_view side = order->text("side");
  if (side != "BUY" && side != "SELL") return std::unexpected("Invalid side");
  out.side = side == "BUY" ? Side::kBuy : Side::kSell;
  out.tif = *tif;
  out.post_only = body.boolean("postOnly");
  out.expires_at = Nanos::from_seconds(*expiration);
  out.owner = body.text("owner");
  out.signature = order->text("signature");
  out.maker = lower(order->text("maker"));
  out.signer = lower(order->text("signer"));
  out.fields = signed_fields(*order, out.side, static_cast<unsigned>(*type));
  // Types 0 and 3 sign with the maker itself (6.3).
  if ((*type == 0 || *type == 3) && out.maker != out.signer) return malformed();
  if (!read_amounts(*order, out)) return malformed();
  return out;
}

std::optional<std::string> refuse_precision(const OrderPayload& order, Tick tick) {
  const bool buy = order.side == Side::kBuy;
  const std::int64_t given = buy ? order.usd.micros : order.shares.micros;
  const std::int64_t wanted = buy ? order.shares.micros : order.usd.micros;
  const int decimals = amount_decimals(tick);
  if (has_decimals(given, 2) && has_decimals(wanted, decimals)) return std::nullopt;
  return "invalid amounts, the market " + std::string(buy ? "buy" : "sell") +
         " orders maker amount supports a max accuracy of 2 decimals, taker amount a max of " +
         std::to_string(decimals) + " decimals";
}

}  // namespace underround::simulator
