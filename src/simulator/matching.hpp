// The matching core: one mirrored book per market, price-time priority, in canonical (outcome 0) space.
//   RestingPool pool;  MatchingBook book(pool, kTick001);
//   const auto slot = book.add(Side::kSell, Price{5200}, Shares::whole(10), owner, /*outcome=*/0);
//   book.plan(taker, fills);  for (const PlannedFill& f : fills) book.fill(f.slot, f.size);   book.cancel(slot);
// Shapes: per side an array of levels on the tick grid plus a bitmap; a level is a FIFO of pooled nodes, linked by
// index. add, fill, cancel: O(1) and no allocation once the pool has grown. plan() changes nothing, so that FOK,
// balances and fees are judged before anything happens. Assumption: self-trades are allowed. No rule against them is
// published, the exchange contract matches any two orders, and measured wash volume is not zero (research/peers.md 1.5:
// median 1 %, tail 22 %).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/level_bitmap.hpp"
#include "simulator/types.hpp"

namespace underround::simulator {

struct RestingOrder {
  static constexpr std::uint32_t kNone = ~0U;
  std::int64_t remaining_micros = 0;
  std::uint32_t previous = kNone, next = kNone;  // next also links the free list
  Price price;                                   // canonical
  AccountId owner;
  Side side = Side::kBuy;  // canonical
  std::uint8_t outcome = 0;
  bool in_book = false;
};

// Nodes of all books of a venue; a slot is also the index of the venue's own record of the order.
class RestingPool {
 public:
  [[nodiscard]] std::uint32_t allocate() {
    if (free_ == RestingOrder::kNone) {
      nodes_.emplace_back();
      return static_cast<std::uint32_t>(nodes_.size() - 1);
    }
    const std::uint32_t slot = free_;
    free_ = nodes_[slot].next;
    return slot;
  }
  void release(std::uint32_t slot) noexcept {
    nodes_[slot].in_book = false;
    nodes_[slot].next = free_;
    free_ = slot;
  }
  [[nodiscard]] RestingOrder& operator[](std::uint32_t slot) noexcept { return nodes_[slot]; }
  [[nodiscard]] const RestingOrder& operator[](std::uint32_t slot) const noexcept { return nodes_[slot]; }
  [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }

 private:
  std::vector<RestingOrder> nodes_;
  std::uint32_t free_ = RestingOrder::kNone;
};

// An incoming order as the book sees it.
struct Taker {
  Side side = Side::kBuy;    // canonical
  Price limit;               // canonical
  Shares shares;             // target, unless by_cash
  bool by_cash = false;      // BUY with a collateral target (protocol 6.7)
  bool outcome_one = false;  // the taker's own price is 1 - canonical
  Usd cash;
};

struct PlannedFill {
  std::uint32_t slot;
  Price price;  // canonical price of the maker
  Shares size;
  bool operator==(const PlannedFill&) const noexcept = default;
};

struct Plan {
  Shares filled;
  bool complete = false;  // the target is reached; of a collateral target: the rest buys not even 0.01 share
};

class MatchingBook {
 public:
  MatchingBook(RestingPool& pool, Tick tick);

  [[nodiscard]] Tick tick() const noexcept { return tick_; }
  // 0 / 1 USD when the side is empty.
  [[nodiscard]] Price best_bid() const noexcept {
    const int slot = sides_[0].occupied.highest();
    return Price{slot == LevelBitmap::kNone ? 0 : slot * tick_.pips};
  }
  [[nodiscard]] Price best_ask() const noexcept {
    const int slot = sides_[1].occupied.lowest();
    return Price{slot == LevelBitmap::kNone ? Price::kPipsPerUsd : slot * tick_.pips};
  }
  [[nodiscard]] bool crosses(Side side, Price limit) const noexcept {
    return side == Side::kBuy ? best_ask() <= limit && best_ask() < kOneUsd
                              : best_bid() >= limit && best_bid() > Price{0};
  }
  [[nodiscard]] Shares size_at(Side side, Price price) const noexcept {
    return Shares{side_of(side).levels[index_of(price)].total_micros};
  }

  // Which makers a taker would meet, in order. `fills` is cleared first.
  Plan plan(const Taker& taker, std::vector<PlannedFill>& fills) const;

  // Rests at the end of its level. `price` must be on the grid inside (0, 1).
  [[nodiscard]] std::uint32_t add(Side side, Price price, Shares size, AccountId owner, unsigned outcome) {
    const std::uint32_t slot = pool_->allocate();
    add_slot(slot, side, price, size, owner, outcome);
    return slot;
  }
  void add_slot(std::uint32_t slot, Side side, Price price, Shares size, AccountId owner, unsigned outcome) noexcept;
  // Takes `size` off a resting order; true when nothing is left and the order has left the book (slot not released).
  bool fill(std::uint32_t slot, Shares size) noexcept;
  // Takes the order out of the book without releasing its slot.
  void remove(std::uint32_t slot) noexcept;
  void cancel(std::uint32_t slot) noexcept {
    remove(slot);
    pool_->release(slot);
  }

  // The grid refines while the market is open; `finer` must hold every resting price.
  void refine(Tick finer);

  // Canonical levels of one side, best first.
  void levels(Side side, std::vector<BookLevel>& out) const;
  // Slots resting on one side, best price first, oldest first.
  void orders(Side side, std::vector<std::uint32_t>& out) const;
  [[nodiscard]] std::uint32_t resting() const noexcept { return resting_; }

 private:
  struct Level {
    std::int64_t total_micros = 0;
    std::uint32_t head = RestingOrder::kNone, tail = RestingOrder::kNone;
  };
  struct BookSide {
    std::vector<Level> levels;
    LevelBitmap occupied;
  };
  [[nodiscard]] std::size_t index_of(Price price) const noexcept {
    return static_cast<std::uint32_t>(price.pips) / static_cast<std::uint32_t>(tick_.pips);
  }
  [[nodiscard]] const BookSide& side_of(Side side) const noexcept { return sides_[static_cast<std::size_t>(side)]; }
  [[nodiscard]] BookSide& side_of(Side side) noexcept { return sides_[static_cast<std::size_t>(side)]; }
  [[nodiscard]] int first(Side side) const noexcept {
    return side == Side::kBuy ? side_of(side).occupied.highest() : side_of(side).occupied.lowest();
  }
  [[nodiscard]] int after(Side side, int index) const noexcept {
    return side == Side::kBuy ? side_of(side).occupied.next_below(index) : side_of(side).occupied.next_above(index);
  }

  RestingPool* pool_;
  Tick tick_;
  std::array<BookSide, 2> sides_;
  std::uint32_t resting_ = 0;
};

}  // namespace underround::simulator
