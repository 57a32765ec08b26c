// The venue's name of each of our orders (EIP-712 digest) and our own id, both ways, with what user-channel messages
// need to be understood. Filled before an order is sent (law 5).
//   OrderNames names(1 << 16);  names.add({digest, id, instrument, ...});  names.find(digest)
// Fixed capacity, nothing allocated after construction: when full, the oldest order is forgotten. Settlements come
// within minutes; the default holds more than an hour of the fastest trading a Standard account may do (page 10.2).
// Owner: the hot thread. Pointers are valid until the next add().
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/flat_map.hpp"
#include "core/ids.hpp"
#include "core/order_types.hpp"
#include "core/units.hpp"

namespace underround::polymarket {

struct NamedOrder {
  Digest digest{};
  OrderId id;
  InstrumentId instrument;
  Side side = Side::kBuy;
  TimeInForce tif = TimeInForce::kFak;
  Shares size;                     // of our terms
  std::uint64_t maker_amount = 0;  // the most it may give, base units
  Nanos created_at{};
  bool ended = false;  // a terminal event has gone out
};

class OrderNames {
 public:
  static constexpr std::size_t kDefaultCapacity = std::size_t{1} << 18;

  explicit OrderNames(std::size_t capacity = kDefaultCapacity)
      : orders_(capacity), by_digest_(capacity), by_id_(capacity) {
    UR_CHECK(capacity > 0);
  }

  // False when the id or the digest is already named: an order is named once.
  [[nodiscard]] bool add(const NamedOrder& order) {
    if (by_id_.contains(order.id.value) || by_digest_.contains(key_of(order.digest))) return false;
    NamedOrder& slot = orders_[next_];
    if (count_ == orders_.size()) {
      by_digest_.erase(key_of(slot.digest));
      by_id_.erase(slot.id.value);
    } else {
      ++count_;
    }
    slot = order;
    by_digest_.try_emplace(key_of(order.digest), next_);
    by_id_.try_emplace(order.id.value, next_);
    next_ = next_ + 1 == orders_.size() ? 0 : next_ + 1;
    return true;
  }

  [[nodiscard]] const NamedOrder* find(const Digest& digest) const noexcept {
    const std::uint32_t* index = by_digest_.find(key_of(digest));
    return index != nullptr && orders_[*index].digest == digest ? &orders_[*index] : nullptr;
  }
  [[nodiscard]] const NamedOrder* find(OrderId id) const noexcept {
    const std::uint32_t* index = by_id_.find(id.value);
    return index != nullptr ? &orders_[*index] : nullptr;
  }
  void set_ended(OrderId id) noexcept {
    if (const std::uint32_t* index = by_id_.find(id.value)) orders_[*index].ended = true;
  }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }

  // Of a session before this one, of which nothing else is known: ours, and not to be open. Start-up only: allocates.
  void set_left_over(std::vector<Digest> digests) {
    left_over_ = std::move(digests);
    std::ranges::sort(left_over_);
  }
  [[nodiscard]] bool left_over(const Digest& digest) const noexcept {
    return std::ranges::binary_search(left_over_, digest);
  }

 private:
  // A digest is a keccak output: its first eight bytes are as good a key as any; find() compares the rest.
  static std::uint64_t key_of(const Digest& digest) noexcept {
    std::uint64_t key = 0;
    std::memcpy(&key, digest.data(), sizeof key);
    return key;
  }
  std::vector<NamedOrder> orders_;  // a ring
  FlatMap<std::uint32_t> by_digest_, by_id_;
  std::vector<Digest> left_over_;  // sorted
  std::uint32_t next_ = 0;
  std::size_t count_ = 0;
};

}  // namespace underround::polymarket
