// The one mirrored book of a binary condition (law 3). Both token streams feed it, and check each other.
//   ConditionBook book(kTick001);
//   for (const Event& e : frame) book.apply(e);
// Canonical space is outcome 0 (Yes, Up): a NO bid at p is stored as a YES ask at 1 - p.
//
// Time: venue timestamps order nothing (they go backwards on the wire); arrival does. A snapshot contains every change
// up to its timestamp, so anything older than the last snapshot is dropped, and a snapshot older than the last change
// is dropped too; both are counted. Batches: several price_change frames with one timestamp are one venue transaction,
// and their best_bid/best_ask describe the book after the whole batch. So the claim is checked when the timestamp moves
// on, and a book whose best prices do not equal the latest claim yet is not consistent(): strategies wait for the rest
// of the batch.
#pragma once

#include <array>
#include <cstdint>

#include "book/l2_book.hpp"
#include "core/event.hpp"

namespace underround {

enum class BookState : std::uint8_t {
  kAwaitingSnapshot,  // new epoch: nothing is known
  kLive,
  kBroken,  // a finished batch disagreed with the venue's own best prices: resync wanted
};

// What was checked and what was found; monotonic over the life of the book.
struct BookCounters {
  std::uint64_t snapshots = 0;
  std::uint64_t levels = 0;
  std::uint64_t bbo_checked = 0;  // price_change entries with a claim, compared at the end of their batch
  std::uint64_t bbo_agree = 0;
  std::uint64_t off_grid = 0;        // refused entries; each ends the epoch
  std::uint64_t stale_dropped = 0;   // older than what we have
  std::uint64_t mirror_checked = 0;  // snapshots of one token compared with the other token's at equal time
  std::uint64_t mirror_agree = 0;
  std::uint64_t crossed_batches = 0;  // batches that ended with bid >= ask
  std::uint64_t before_snapshot = 0;  // changes that arrived while no snapshot was there
  std::uint64_t epochs = 0;
};

class ConditionBook {
 public:
  explicit ConditionBook(Tick tick = kTick001) : book_(tick) {}

  // --- feeding; `e` as documented at the Event kinds. Instrument parity selects the token.
  // Any event of this condition; false = a kind that says nothing about the book (trades, status, frame ends).
  bool apply(const Event& e);
  void begin_snapshot(const Event& e);
  void snapshot_level(const Event& e);
  void end_snapshot(const Event& e);
  void apply_level(const Event& e);
  void top_of_book(const Event& e) noexcept;
  void change_tick(const Event& e);
  // Ends the epoch: continuity lost, tick changed, check failed. The book empties and waits for a snapshot.
  void end_epoch() noexcept;
  // Closes the batch in flight, for callers that know nothing more comes (end of replay, silence).
  void finish_batch() noexcept;

  // Between frames only.
  template <class A>
  void archive(A& a) {
    a(book_, state_, tick_declared_, epoch_, venue_time_, snapshot_venue_time_, snapshot_outcome_);
    a(changed_since_snapshot_, received_at_, claim_, batch_claims_, batch_claim_count_, tops_, last_touch_, counters_);
    if constexpr (A::kReads) {
      if (batch_claim_count_ > batch_claims_.size() || snapshot_outcome_ > 1) a.fail();
    }
  }

  // --- reading
  [[nodiscard]] const L2Book& book() const noexcept { return book_; }
  [[nodiscard]] BookState state() const noexcept { return state_; }
  [[nodiscard]] std::uint32_t epoch() const noexcept { return epoch_; }
  // Live, not crossed, and equal to the venue's latest claim: fit for a decision.
  [[nodiscard]] bool consistent() const noexcept {
    return state_ == BookState::kLive && !receiving_ && !book_.crossed() && claim_holds();
  }
  [[nodiscard]] Nanos received_at() const noexcept { return received_at_; }
  [[nodiscard]] Nanos venue_time() const noexcept { return venue_time_; }
  [[nodiscard]] const BookCounters& counters() const noexcept { return counters_; }

  // Top of book as each token's own stream last told it, in that token's prices. This is what a naive scanner sees.
  struct TokenTop {
    Price bid{0};
    Price ask{kOneUsd};
    Nanos venue_time;
    Nanos received_at;
    bool known = false;
  };
  [[nodiscard]] const TokenTop& token_top(unsigned outcome) const noexcept { return tops_[outcome]; }

  // Best prices before the last snapshot or end of an epoch, each side as it was when it last had one: what is known of
  // the market's worth while a side is empty. Canonical; kNoPrice: it never had one.
  struct Touch {
    Price bid = kNoPrice, ask = kNoPrice;
  };
  [[nodiscard]] Touch last_touch() const noexcept { return last_touch_; }

 private:
  struct Claim {
    Price bid = kNoPrice, ask = kNoPrice;  // canonical space
    std::uint32_t entries = 0;
  };
  [[nodiscard]] bool claim_holds() const noexcept {
    return (claim_.bid == kNoPrice || claim_.bid == book_.best_bid()) &&
           (claim_.ask == kNoPrice || claim_.ask == book_.best_ask());
  }
  void note_claim(unsigned outcome, const Event::Level& level, Nanos received) noexcept;
  [[nodiscard]] bool make_room_for(Price canonical);
  void touch(Nanos venue_time, Nanos received);
  void remember() noexcept;

  L2Book book_;
  BookState state_ = BookState::kAwaitingSnapshot;
  bool tick_declared_ = false;  // by the venue; otherwise the grid may be refined to fit what arrives
  // The snapshot in progress.
  bool receiving_ = false;
  bool receiving_stale_ = false;
  bool receiving_bad_ = false;
  bool receiving_mirror_ = false;  // the other token's view of a moment we already hold

  std::uint32_t epoch_ = 0;
  Nanos venue_time_;           // of the last change applied
  Nanos snapshot_venue_time_;  // of the last snapshot applied
  unsigned snapshot_outcome_ = 0;
  bool changed_since_snapshot_ = false;
  Nanos received_at_;
  Claim claim_;                        // latest
  std::array<Claim, 4> batch_claims_;  // distinct claims of the batch in flight
  std::size_t batch_claim_count_ = 0;
  std::array<TokenTop, 2> tops_;
  Touch last_touch_;
  BookCounters counters_;
};

}  // namespace underround
