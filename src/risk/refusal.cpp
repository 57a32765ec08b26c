#include "risk/refusal.hpp"

namespace underround {

const char* to_string(RiskRefusal refusal) noexcept {
  switch (refusal) {
    case RiskRefusal::kNone: return "none";
    case RiskRefusal::kHalted: return "halted";
    case RiskRefusal::kMarketHalted: return "market_halted";
    case RiskRefusal::kUserStreamBlind: return "user_stream_blind";
    case RiskRefusal::kNotTradable: return "not_tradable";
    case RiskRefusal::kTick: return "tick";
    case RiskRefusal::kSize: return "size";
    case RiskRefusal::kMinSize: return "min_size";
    case RiskRefusal::kBookNotLive: return "book_not_live";
    case RiskRefusal::kBookStale: return "book_stale";
    case RiskRefusal::kCollar: return "collar";
    case RiskRefusal::kOrderNotional: return "max_order";
    case RiskRefusal::kPosition: return "max_position";
    case RiskRefusal::kEvent: return "max_event";
    case RiskRefusal::kTotal: return "max_total";
    case RiskRefusal::kPending: return "max_pending";
    case RiskRefusal::kCash: return "cash";
    case RiskRefusal::kShares: return "shares";
    case RiskRefusal::kOpenOrders: return "max_open_orders";
    case RiskRefusal::kUnknownOrders: return "max_unknown_orders";
    case RiskRefusal::kRate: return "rate";
    case RiskRefusal::kDuplicate: return "duplicate";
    case RiskRefusal::kCount: break;
  }
  return "?";
}

}  // namespace underround
