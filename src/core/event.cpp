#include "core/event.hpp"

namespace underround {

const char* to_string(EventKind kind) noexcept {
  switch (kind) {
    case EventKind::kNone: return "none";
    case EventKind::kSnapshotBegin: return "snapshot_begin";
    case EventKind::kSnapshotLevel: return "snapshot_level";
    case EventKind::kSnapshotEnd: return "snapshot_end";
    case EventKind::kLevel: return "level";
    case EventKind::kTopOfBook: return "top_of_book";
    case EventKind::kTrade: return "trade";
    case EventKind::kTickChange: return "tick_change";
    case EventKind::kFrameEnd: return "frame_end";
    case EventKind::kGap: return "gap";
    case EventKind::kMarketStatus: return "market_status";
    case EventKind::kConditionAdded: return "condition_added";
    case EventKind::kReferenceQuote: return "reference_quote";
    case EventKind::kReferenceTrade: return "reference_trade";
    case EventKind::kScore: return "score";
    case EventKind::kOrderAccepted: return "order_accepted";
    case EventKind::kOrderRejected: return "order_rejected";
    case EventKind::kOrderUnknown: return "order_unknown";
    case EventKind::kOrderDone: return "order_done";
    case EventKind::kCancelRejected: return "cancel_rejected";
    case EventKind::kFill: return "fill";
    case EventKind::kSettlement: return "settlement";
    case EventKind::kOperationDone: return "operation_done";
    case EventKind::kOperationTerms: return "operation_terms";
    case EventKind::kUserStream: return "user_stream";
    case EventKind::kAccountBegin: return "account_begin";
    case EventKind::kAccountCash: return "account_cash";
    case EventKind::kAccountPosition: return "account_position";
    case EventKind::kAccountEnd: return "account_end";
    case EventKind::kTimer: return "timer";
    case EventKind::kFeed: return "feed";
    case EventKind::kKill: return "kill";
    case EventKind::kResume: return "resume";
  }
  return "?";
}

}  // namespace underround
