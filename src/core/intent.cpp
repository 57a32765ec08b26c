#include "core/intent.hpp"

namespace underround {

const char* to_string(IntentKind kind) noexcept {
  switch (kind) {
    case IntentKind::kDirectional: return "directional";
    case IntentKind::kBuySetAndMerge: return "buy_set_and_merge";
    case IntentKind::kSplitAndSellSet: return "split_and_sell_set";
    case IntentKind::kBuySetAndHold: return "buy_set_and_hold";
    case IntentKind::kBuyNoAndConvert: return "buy_no_and_convert";
    case IntentKind::kQuote: return "quote";
  }
  return "?";
}

}  // namespace underround
