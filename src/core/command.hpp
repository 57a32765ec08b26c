// Everything the engine can ask of the world. Produced by Engine::step, executed in order by the ends the composition
// root has plugged in (a venue gateway, the fill model, the simulator, or nothing in dry-run).
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "core/approved_order.hpp"
#include "core/ids.hpp"
#include "core/order_types.hpp"
#include "core/units.hpp"

namespace underround {

struct PlaceOrder {
  ApprovedOrder order;
};
struct CancelOrder {
  OrderId id;
};
struct CancelAll {};  // kill switch, shutdown
// Split, merge, redeem: `condition`. Convert: `event` and `outcome_mask` (bit i = i-th condition of the event; give
// `amount` of NO in each set bit, receive (bits - 1) * amount USD and `amount` of YES in every other condition).
struct RunOperation {
  OperationId id;
  SetOperation kind = SetOperation::kMerge;
  ConditionId condition;
  EventId event;
  std::uint64_t outcome_mask = 0;
  Shares amount;
};
struct Resync {  // ask for a fresh snapshot: the book failed a check
  ConditionId condition;
};

struct ReadAccount {};  // soon, please: the last picture of the account disagreed with the ledger

using Command = std::variant<PlaceOrder, CancelOrder, CancelAll, RunOperation, Resync, ReadAccount>;

// Reused between steps; reserve once, clear() keeps the memory.
using CommandBuffer = std::vector<Command>;

}  // namespace underround
