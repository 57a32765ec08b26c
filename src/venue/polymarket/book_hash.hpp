// The venue's SHA-1 book hash, rebuilt from a mirrored book (protocol page 12.3), and a checker that follows a stream.
//   BookHasher hasher;  hasher.hash(book, outcome, terms, venue_time) == "f3cc3111..."
//   BookIntegrity check(catalogue);  codec.set_observer(&check);
//   for (e : events) { check.before(e, book); apply(e, book); check.after(e, book); }
// A `book` is verified as soon as it is in; a price_change entry when its (market, timestamp) batch is complete,
// because all frames of a batch carry the hash of the state after the last one. Off the hot path; one thread.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "book/condition_book.hpp"
#include "book/ladder.hpp"
#include "market/catalogue.hpp"
#include "venue/polymarket/market_codec.hpp"

namespace underround::polymarket {

// What the venue hashed when: without last_trade_price until late 2025, the levels alone until late 2024.
enum class BookHashForm : std::uint8_t { kFull, kNoLastTrade, kLevelsOnly };

// The texts that are hashed with the levels, exactly as the venue writes them.
struct BookHashTerms {
  std::string_view market, asset_id;
  std::string_view min_order_size, tick_size, last_trade_price;
  bool neg_risk = false;
  BookHashForm form = BookHashForm::kFull;
};

// Reuses its buffers: no allocation once it has seen the largest book.
class BookHasher {
 public:
  // 40 lower hex characters of the book as the token `outcome` sees it; valid until the next call.
  [[nodiscard]] std::string_view hash(const L2Book& book, unsigned outcome, const BookHashTerms& terms,
                                      Nanos venue_time);
  // The same levels under other terms: market, asset and time as in the last hash().
  [[nodiscard]] std::string_view hash_again(const BookHashTerms& terms);
  // The text that was hashed last.
  [[nodiscard]] const std::string& serialized() const noexcept { return text_; }

 private:
  void append_side(const Ladder& ladder);
  std::string text_;
  std::size_t levels_end_ = 0;  // where the terms begin
  std::vector<std::pair<Price, Shares>> levels_;
  std::array<char, 40> hex_{};
};

struct HashTally {
  std::uint64_t checked = 0;
  std::uint64_t agree = 0;
};

class BookIntegrity final : public FrameObserver {
 public:
  explicit BookIntegrity(const Catalogue& catalogue) : catalogue_(catalogue) {}  // must outlive the checker

  // Around every event of the condition's own book, in order. before() closes a batch that `e` does not belong to.
  void before(const Event& e, const ConditionBook& book);
  void after(const Event& e, const ConditionBook& book);
  // Nothing more comes for this book: verify the batch in flight.
  void finish(ConditionId condition, const ConditionBook& book);

  [[nodiscard]] const HashTally& rest_books() const noexcept { return rest_books_; }
  [[nodiscard]] const HashTally& books() const noexcept { return books_; }
  [[nodiscard]] const HashTally& price_changes() const noexcept { return price_changes_; }
  // Conditions of which a book or a batch did not match; the caller asks for a resync and clears the list.
  [[nodiscard]] std::vector<ConditionId>& failed() noexcept { return failed_; }

  void on_book(InstrumentId instrument, const BookText& text, Nanos venue_time) override;
  void on_price_change(InstrumentId instrument, std::string_view hash, Nanos venue_time) override;
  void on_last_trade(InstrumentId instrument, std::string_view price) override;
  void on_frame_discarded() override { notes_.clear(); }

 private:
  // One note per kSnapshotEnd, kLevel and kTrade of the frame in flight, in event order.
  struct Note {
    EventKind kind = EventKind::kNone;
    InstrumentId instrument;
    bool rest = false;
    bool has_last_trade = false;
    int neg_risk = -1;
    std::string hash, tick_size, min_order_size, last_trade;
  };
  // Per condition: the newest texts. What no frame has said yet starts as the catalogue has it and may be recovered
  // from the first hash that it makes agree (a SHA-1 that fits is proof enough).
  struct Terms {
    std::string min_order_size, tick_size, last_trade;
    bool neg_risk = false;
    BookHashForm form = BookHashForm::kFull;
    bool started = false;
    bool said_tick = false, said_neg_risk = false, said_last_trade = false;
    bool last_trade_from_print = false;  // its number of decimals may differ from the book's
    int recoveries_left = 4;             // each failed one costs thousands of hashes
    // The price_change batch in flight: per token the hash all its entries carry.
    Nanos batch_time{};
    std::array<std::string, 2> batch_hash;
    std::array<std::uint32_t, 2> batch_entries{};
  };
  [[nodiscard]] Terms& terms_of(ConditionId condition);
  [[nodiscard]] BookHashTerms hash_terms(InstrumentId instrument, const Terms& terms) const;
  [[nodiscard]] std::optional<Note> take_note(EventKind kind, InstrumentId instrument);
  void check_book(const Note& note, Nanos venue_time);
  void check_batch(ConditionId condition, Terms& terms, const ConditionBook& book);
  [[nodiscard]] bool matches(InstrumentId instrument, const L2Book& book, unsigned outcome, Nanos venue_time,
                             std::string_view expected);
  [[nodiscard]] bool recover(InstrumentId instrument, Terms& terms, std::string_view expected);

  const Catalogue& catalogue_;
  BookHasher hasher_;
  L2Book snapshot_{kTick00001};  // the snapshot in flight, in its token's own prices
  std::uint64_t levels_before_ = 0;
  std::deque<Note> notes_;
  std::vector<Terms> terms_;
  std::vector<ConditionId> failed_;
  HashTally rest_books_, books_, price_changes_;
};

}  // namespace underround::polymarket
