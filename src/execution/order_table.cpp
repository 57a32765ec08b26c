#include "execution/order_table.hpp"

#include "base/check.hpp"
#include "base/stable_hash.hpp"

namespace underround {

OrderId OrderTable::next_id() const noexcept {
  for (std::size_t tries = 0; tries < kSlots; ++tries) {
    const std::uint64_t id = sequence_ + tries + 1;
    const Order& held = orders_[id & (kSlots - 1)];
    if (!held.used() || held.finished()) return OrderId{id};
  }
  return OrderId{};
}

Order& OrderTable::add(const ApprovedOrder& approved, std::uint8_t leg) noexcept {
  const OrderId id = approved.id();
  UR_CHECK(id.valid() && id.value > sequence_);
  sequence_ = id.value;
  Order& o = orders_[id.value & (kSlots - 1)];
  UR_CHECK(!o.used() || o.finished());
  o = Order{};
  o.id = id;
  o.plan = approved.plan();
  o.strategy = approved.strategy();
  o.leg = leg;
  o.terms = approved.terms();
  o.created_at = approved.created_at();
  return o;
}

Order* OrderTable::find(OrderId id) noexcept {
  Order& o = orders_[id.value & (kSlots - 1)];
  return id.valid() && o.id == id ? &o : nullptr;
}

const Order* OrderTable::find(OrderId id) const noexcept { return const_cast<OrderTable*>(this)->find(id); }

std::uint64_t OrderTable::state_hash() const noexcept {
  StableHasher h;
  h.add(sequence_);
  for_each_open([&](const Order& o) {
    h.add(o.id.value);
    h.add(static_cast<std::uint64_t>(o.status));
    h.add_signed(o.filled.micros);
    h.add_signed(o.reserved_cash.micros);
    h.add_signed(o.reserved_shares.micros);
  });
  return h.value();
}

}  // namespace underround
