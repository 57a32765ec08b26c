#include "simulator/order_rules.hpp"

#include "base/decimal.hpp"

namespace underround::simulator {
namespace {

bool immediate(TimeInForce tif) noexcept { return tif == TimeInForce::kFok || tif == TimeInForce::kFak; }

Refusal malformed() { return {RejectReason::kMalformed, "Invalid order payload"}; }

std::optional<Refusal> refuse_amounts(const NewOrder& order) {
  constexpr std::int64_t kMicrosPerCent = 10'000;
  if (order.outcome > 1) return Refusal{RejectReason::kMalformed, "Invalid token id"};
  if (order.post_only && immediate(order.tif)) return malformed();
  if (order.amount.micros != 0) {
    // A collateral target exists only for a market BUY; two decimals.
    if (order.side != Side::kBuy || !immediate(order.tif) || order.amount.micros < 0) return malformed();
    if (order.amount.micros % kMicrosPerCent != 0) return malformed();
    return std::nullopt;
  }
  if (order.size.micros <= 0 || order.size.micros % Shares::kMicrosPerLot != 0) return malformed();
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> refuse_terms(const NewOrder& order, const Market& market, const VenueSettings& settings,
                                    Nanos now, const Digest& id) {
  if (auto refusal = refuse_amounts(order)) return refusal;
  const std::string prefix = "order " + hex_text(id) + " is invalid. ";
  if (!market.spec.tick.tradable(order.limit)) {
    return Refusal{RejectReason::kTick,
                   prefix + "Price (" + format_decimal(order.limit.pips, Price::kDecimals) +
                       ") breaks minimum tick size rule: " + format_decimal(market.spec.tick.pips, Price::kDecimals)};
  }
  if (!immediate(order.tif) && order.size < market.spec.min_order_size) {
    return Refusal{RejectReason::kMinSize, prefix + "Size (" + format_decimal(order.size.micros, Shares::kDecimals) +
                                               ") lower than the minimum: " +
                                               format_decimal(market.spec.min_order_size.micros, Shares::kDecimals)};
  }
  const bool dated = order.tif == TimeInForce::kGtd;
  if (dated ? order.expires_at < now + settings.gtd_min_life : order.expires_at.ns != 0) {
    return Refusal{RejectReason::kMalformed, "invalid expiration"};
  }
  return std::nullopt;
}

std::optional<Refusal> refuse_small_buy(const NewOrder& order, Usd minimum) {
  if (order.side != Side::kBuy) return std::nullopt;
  const Usd worth = order.amount.micros > 0 ? order.amount : notional(order.limit, order.size, Rounding::kUp);
  if (worth >= minimum) return std::nullopt;
  return Refusal{RejectReason::kMinSize, "invalid amount for a marketable BUY order ($" +
                                             format_decimal(worth.micros, Usd::kDecimals) + "), min size: $" +
                                             format_decimal(minimum.micros, Usd::kDecimals)};
}

Refusal venue_mode_refusal(VenueMode mode) {
  switch (mode) {
    case VenueMode::kRestarting: return {RejectReason::kVenueRestarting, "the matching engine is restarting"};
    case VenueMode::kPostOnly:
      return {RejectReason::kPostOnlyMode, "post-only mode: only post-only orders and cancels are allowed"};
    case VenueMode::kCancelOnly:
      return {RejectReason::kVenueDisabled,
              "Trading is currently cancel-only. New orders are not accepted, but cancels are allowed."};
    case VenueMode::kDisabled:
      return {RejectReason::kVenueDisabled, "Trading is currently disabled. Check polymarket.com for updates"};
    case VenueMode::kNormal: break;
  }
  return {RejectReason::kOther, ""};
}

}  // namespace underround::simulator
