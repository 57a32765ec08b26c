// One side of a book as a trader of one token sees it, best level first, and the depth walks over it.
//   Ladder asks_no = Ladder::to_buy(book, /*outcome=*/1);   // NO asks are the mirrored YES bids (law 3)
//   for (LadderCursor c(asks_no); c.valid(); c.advance()) use(c.price(), c.size());
//   Walk w = walk_shares(asks_no, Shares::whole(50));
#pragma once

#include "book/l2_book.hpp"
#include "core/units.hpp"

namespace underround {

// A view; valid while the book lives and until it is next changed.
struct Ladder {
  const L2Book* book = nullptr;
  Side side = Side::kSell;  // which side of the canonical (outcome 0) book
  bool mirrored = false;    // prices read as 1 - p

  // What a buyer / seller of `outcome` can take.
  [[nodiscard]] static Ladder to_buy(const L2Book& book, unsigned outcome) noexcept {
    return outcome == 0 ? Ladder{&book, Side::kSell, false} : Ladder{&book, Side::kBuy, true};
  }
  [[nodiscard]] static Ladder to_sell(const L2Book& book, unsigned outcome) noexcept {
    return outcome == 0 ? Ladder{&book, Side::kBuy, false} : Ladder{&book, Side::kSell, true};
  }
  [[nodiscard]] bool empty() const noexcept { return book->empty(side); }
  // Best price in token space. An empty ladder reads as the worst price (1 USD to buy, 0 to sell).
  [[nodiscard]] Price best() const noexcept {
    const Price p = side == Side::kBuy ? book->best_bid() : book->best_ask();
    return mirrored ? p.complement() : p;
  }
  [[nodiscard]] Shares best_size() const noexcept {
    return empty() ? Shares{} : book->size_at(side, side == Side::kBuy ? book->best_bid() : book->best_ask());
  }
  // True when taking from this ladder means buying the token (prices rise as one walks).
  [[nodiscard]] bool buying() const noexcept { return (side == Side::kSell) != mirrored; }
};

class LadderCursor {
 public:
  explicit LadderCursor(const Ladder& ladder) noexcept
      : ladder_(ladder),
        raw_(ladder.side == Side::kBuy ? ladder.book->best_bid() : ladder.book->best_ask()),
        valid_(!ladder.empty()) {}
  [[nodiscard]] bool valid() const noexcept { return valid_; }
  [[nodiscard]] Price price() const noexcept { return ladder_.mirrored ? raw_.complement() : raw_; }
  [[nodiscard]] Shares size() const noexcept { return ladder_.book->size_at(ladder_.side, raw_); }
  void advance() noexcept { valid_ = ladder_.book->next_worse(ladder_.side, raw_); }

 private:
  Ladder ladder_;
  Price raw_;
  bool valid_;
};

struct Walk {
  Shares filled;  // at most what was asked
  Usd value;      // paid (rounded up) or received (rounded down), level by level, before fees
  Price worst;    // last price touched; 0 when nothing filled
  int levels = 0;
  // Average price in pips as a picture, not for orders.
  [[nodiscard]] double vwap_pips() const noexcept {
    return filled.micros == 0
               ? 0.0
               : static_cast<double>(value.micros) * Price::kPipsPerUsd / static_cast<double>(filled.micros);
  }
};

// Takes up to `want` shares, no worse than `limit`.
[[nodiscard]] Walk walk_shares(const Ladder& ladder, Shares want, Price limit) noexcept;
[[nodiscard]] Walk walk_shares(const Ladder& ladder, Shares want) noexcept;
// Takes up to `budget` dollars (buying: spends; selling: raises), whole 0.01-share lots only.
[[nodiscard]] Walk walk_usd(const Ladder& ladder, Usd budget, Price limit) noexcept;
[[nodiscard]] Walk walk_usd(const Ladder& ladder, Usd budget) noexcept;

}  // namespace underround
