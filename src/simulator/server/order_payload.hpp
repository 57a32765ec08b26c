// The body of POST /order as the page spells it (6.5): which member is a number, which a string, what adds up. Nothing
// of markets, keys or signatures here.
//   const auto order = parse_order(body);   if (!order) return error_reply(400, order.error());
// Strict where clients may differ from the official ones: the salt is a JSON number of at most 2^53 - 1, every other
// scalar but `signatureType` is a string, booleans are booleans.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "core/order_types.hpp"
#include "simulator/server/json_value.hpp"
#include "simulator/server/order_hash.hpp"

namespace underround::simulator {

inline constexpr std::string_view kInvalidPayload = "Invalid order payload";
inline constexpr std::string_view kVersionMismatch = "order_version_mismatch";

struct OrderPayload {
  SignedOrder fields;
  std::string maker, signer;  // lower case
  std::string signature, owner;
  Side side = Side::kBuy;
  TimeInForce tif = TimeInForce::kGtc;
  bool post_only = false;
  Nanos expires_at;
  Usd usd;  // what is paid or asked
  Shares shares;
  Price price;               // usd / shares, to the nearest pip
  bool exact_price = false;  // the ratio is that price
  [[nodiscard]] bool immediate() const noexcept { return tif == TimeInForce::kFok || tif == TimeInForce::kFak; }
};

// The venue's words when it is none.
[[nodiscard]] std::expected<OrderPayload, std::string> parse_order(const JsonValue& body);

// FOK and FAK: two decimals given, the tick's decimals wanted (6.6). The venue's words when they are more.
[[nodiscard]] std::optional<std::string> refuse_precision(const OrderPayload& order, Tick tick);

}  // namespace underround::simulator
