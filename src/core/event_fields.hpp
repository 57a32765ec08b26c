// What fields of an event mean, by kind: the one table of it.
//   if (subject_of(e.header.kind) == Subject::kInstrument) use(condition_of(e.instrument()));
#pragma once

#include <cstdint>

#include "core/event.hpp"

namespace underround {

enum class Subject : std::uint8_t { kNone, kInstrument, kCondition, kEvent, kSymbol };

// What header.subject counts, where the kind alone says so. Orders carry an id of their own, and their subject is the
// sender's business; a kOperationDone is about a condition, or about an event when operation.kind is a conversion.
[[nodiscard]] constexpr Subject subject_of(EventKind kind) noexcept {
  switch (kind) {
    case EventKind::kSnapshotBegin:
    case EventKind::kSnapshotLevel:
    case EventKind::kSnapshotEnd:
    case EventKind::kLevel:
    case EventKind::kTopOfBook:
    case EventKind::kTrade:
    case EventKind::kTickChange:
    case EventKind::kFill:
    case EventKind::kAccountPosition: return Subject::kInstrument;
    case EventKind::kGap:
    case EventKind::kMarketStatus:
    case EventKind::kConditionAdded:
    case EventKind::kKill:
    case EventKind::kResume: return Subject::kCondition;
    case EventKind::kScore: return Subject::kEvent;
    case EventKind::kReferenceQuote:
    case EventKind::kReferenceTrade: return Subject::kSymbol;
    default: return Subject::kNone;
  }
}

// When the sender sent it, in books, trades and references; 0 where there is none.
[[nodiscard]] constexpr Nanos venue_time_of(const Event& e) noexcept {
  switch (e.header.kind) {
    case EventKind::kSnapshotBegin:
    case EventKind::kSnapshotEnd:
    case EventKind::kTickChange: return e.book_head.venue_time;
    case EventKind::kLevel:
    case EventKind::kTopOfBook:
    case EventKind::kTrade: return e.level.venue_time;
    case EventKind::kReferenceQuote:
    case EventKind::kReferenceTrade: return e.quote.venue_time;
    default: return {};
  }
}

}  // namespace underround
