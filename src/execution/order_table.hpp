// Every order we have named, from its name to long after its end.
//   Order* o = table.add(approved, leg);   table.find(id)->filled += size;
// The id carries its slot (low bits), so lookup is an array access. A slot is reused only after the table has wrapped
// around and its order has ended: late and duplicate messages about ended orders still find them.
// Owner: the engine's thread; no allocation after construction.
#pragma once

#include <cstdint>
#include <vector>

#include "core/approved_order.hpp"
#include "core/order_types.hpp"

namespace underround {

struct Order {
  OrderId id;
  PlanId plan;
  StrategyId strategy;
  std::uint8_t leg = 0;  // of its plan
  OrderTerms terms;
  OrderStatus status = OrderStatus::kNamed;
  RejectReason reject = RejectReason::kNone;
  bool immediate = false;  // whatever does not match at once is cancelled
  bool cancel_sent = false;
  bool closed = false;                       // finished, and its reservation released
  Shares filled;                             // by fill events
  Shares matched = Shares::from_micros(-1);  // by the venue's word; -1 = it has not said
  Usd reserved_cash;                         // still held back for what may fill (buys)
  Shares reserved_shares;                    // likewise (sells)
  Nanos created_at;
  // Terminal, and every fill the venue spoke of has arrived.
  [[nodiscard]] bool finished() const noexcept {
    return is_terminal(status) && (matched.micros < 0 || filled >= matched);
  }
  [[nodiscard]] bool used() const noexcept { return id.valid(); }
};

class OrderTable {
 public:
  static constexpr unsigned kSlotBits = 12;
  static constexpr std::size_t kSlots = std::size_t{1} << kSlotBits;

  OrderTable() : orders_(kSlots) {}

  // The id the next add() must carry; invalid when every slot holds a live order (never: risk caps open orders).
  [[nodiscard]] OrderId next_id() const noexcept;
  Order& add(const ApprovedOrder& approved, std::uint8_t leg) noexcept;
  [[nodiscard]] Order* find(OrderId id) noexcept;
  [[nodiscard]] const Order* find(OrderId id) const noexcept;
  [[nodiscard]] std::uint64_t named() const noexcept { return sequence_; }
  // Visits every order remembered, ended ones too.
  template <class F>
  void for_each(F&& f) const {
    for (const Order& o : orders_) {
      if (o.used()) f(o);
    }
  }
  // Visits orders that are not terminal.
  template <class F>
  void for_each_open(F&& f) const {
    for (const Order& o : orders_) {
      if (o.used() && !is_terminal(o.status)) f(o);
    }
  }
  [[nodiscard]] std::uint64_t state_hash() const noexcept;
  template <class A>
  void archive(A& a) {
    a(sequence_, orders_);
    if constexpr (A::kReads) {
      if (orders_.size() != kSlots) a.fail();
    }
  }

 private:
  std::vector<Order> orders_;
  std::uint64_t sequence_ = 0;
};

}  // namespace underround
