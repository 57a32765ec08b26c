#include "simulator/matching.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace underround::simulator {
namespace {

// How many micro-shares `cash` buys at `price`, whole lots only. Assumption: the venue gives such amounts up to six
// decimals (protocol 6.6); two keep the value of every match a whole micro-dollar at every price, so that nothing is
// ever rounded in anybody's favour.
std::int64_t buys_micros(Usd cash, Price price) noexcept { return affordable(cash, price).micros; }

}  // namespace

MatchingBook::MatchingBook(RestingPool& pool, Tick tick) : pool_(&pool), tick_(tick) {
  UR_CHECK(tick.known());
  const int slots = Price::kPipsPerUsd / tick.pips + 1;
  for (BookSide& side : sides_) {
    side.levels.resize(static_cast<std::size_t>(slots));
    side.occupied.resize(slots);
  }
}

Plan MatchingBook::plan(const Taker& taker, std::vector<PlannedFill>& fills) const {
  fills.clear();
  Plan plan;
  const Side maker_side = opposite(taker.side);
  const BookSide& makers = side_of(maker_side);
  Usd cash = taker.cash;
  std::int64_t wanted = taker.shares.micros;
  for (int index = first(maker_side); index != LevelBitmap::kNone; index = after(maker_side, index)) {
    const Price price{index * tick_.pips};
    if (taker.side == Side::kBuy ? price > taker.limit : price < taker.limit) break;
    const Price own = taker.outcome_one ? price.complement() : price;
    for (std::uint32_t slot = makers.levels[static_cast<std::size_t>(index)].head; slot != RestingOrder::kNone;
         slot = (*pool_)[slot].next) {
      if (taker.by_cash) wanted = buys_micros(cash, own);
      const std::int64_t take = std::min((*pool_)[slot].remaining_micros, wanted);
      if (take > 0) {
        fills.push_back({slot, price, Shares{take}});
        plan.filled += Shares{take};
        if (taker.by_cash) {
          cash -= notional(own, Shares{take}, Rounding::kUp);
          wanted = buys_micros(cash, own);
        } else {
          wanted -= take;
        }
      }
      if (wanted <= 0) {
        plan.complete = true;
        return plan;
      }
    }
  }
  return plan;
}

void MatchingBook::add_slot(std::uint32_t slot, Side side, Price price, Shares size, AccountId owner,
                            unsigned outcome) noexcept {
  UR_CHECK(tick_.tradable(price) && size.micros > 0);
  BookSide& book = side_of(side);
  const std::size_t index = index_of(price);
  Level& level = book.levels[index];
  RestingOrder& node = (*pool_)[slot];
  node.remaining_micros = size.micros;
  node.previous = level.tail;
  node.next = RestingOrder::kNone;
  node.price = price;
  node.owner = owner;
  node.side = side;
  node.outcome = static_cast<std::uint8_t>(outcome);
  node.in_book = true;
  if (level.tail == RestingOrder::kNone) {
    level.head = slot;
    book.occupied.set(static_cast<int>(index));
  } else {
    (*pool_)[level.tail].next = slot;
  }
  level.tail = slot;
  level.total_micros += size.micros;
  ++resting_;
}

bool MatchingBook::fill(std::uint32_t slot, Shares size) noexcept {
  RestingOrder& node = (*pool_)[slot];
  UR_CHECK(node.in_book && size.micros > 0 && size.micros <= node.remaining_micros);
  if (size.micros == node.remaining_micros) {
    remove(slot);
    node.remaining_micros = 0;
    return true;
  }
  node.remaining_micros -= size.micros;
  side_of(node.side).levels[index_of(node.price)].total_micros -= size.micros;
  return false;
}

void MatchingBook::remove(std::uint32_t slot) noexcept {
  RestingOrder& node = (*pool_)[slot];
  UR_CHECK(node.in_book);
  BookSide& book = side_of(node.side);
  const std::size_t index = index_of(node.price);
  Level& level = book.levels[index];
  if (node.previous == RestingOrder::kNone) {
    level.head = node.next;
  } else {
    (*pool_)[node.previous].next = node.next;
  }
  if (node.next == RestingOrder::kNone) {
    level.tail = node.previous;
  } else {
    (*pool_)[node.next].previous = node.previous;
  }
  level.total_micros -= node.remaining_micros;
  if (level.head == RestingOrder::kNone) book.occupied.reset(static_cast<int>(index));
  node.in_book = false;
  --resting_;
}

void MatchingBook::refine(Tick finer) {
  UR_CHECK(finer.known() && finer.pips < tick_.pips && tick_.pips % finer.pips == 0);
  const int slots = Price::kPipsPerUsd / finer.pips + 1;
  const std::size_t factor = static_cast<std::size_t>(tick_.pips / finer.pips);
  for (BookSide& side : sides_) {
    std::vector<Level> levels(static_cast<std::size_t>(slots));
    side.occupied.resize(slots);
    for (std::size_t i = 0; i < side.levels.size(); ++i) {
      if (side.levels[i].head == RestingOrder::kNone) continue;
      levels[i * factor] = side.levels[i];
      side.occupied.set(static_cast<int>(i * factor));
    }
    side.levels.swap(levels);
  }
  tick_ = finer;
}

void MatchingBook::levels(Side side, std::vector<BookLevel>& out) const {
  out.clear();
  for (int index = first(side); index != LevelBitmap::kNone; index = after(side, index)) {
    out.push_back(
        {Price{index * tick_.pips}, Shares{side_of(side).levels[static_cast<std::size_t>(index)].total_micros}});
  }
}

void MatchingBook::orders(Side side, std::vector<std::uint32_t>& out) const {
  out.clear();
  for (int index = first(side); index != LevelBitmap::kNone; index = after(side, index)) {
    for (std::uint32_t slot = side_of(side).levels[static_cast<std::size_t>(index)].head; slot != RestingOrder::kNone;
         slot = (*pool_)[slot].next) {
      out.push_back(slot);
    }
  }
}

}  // namespace underround::simulator
