#include "book/condition_book.hpp"

namespace underround {
namespace {

Side canonical_side(unsigned outcome, Side side) noexcept { return outcome == 0 ? side : opposite(side); }
Price canonical_price(unsigned outcome, Price price) noexcept { return outcome == 0 ? price : price.complement(); }

}  // namespace

void ConditionBook::remember() noexcept {
  if (!book_.empty(Side::kBuy)) last_touch_.bid = book_.best_bid();
  if (!book_.empty(Side::kSell)) last_touch_.ask = book_.best_ask();
}

void ConditionBook::end_epoch() noexcept {
  remember();
  book_.clear();
  state_ = BookState::kAwaitingSnapshot;
  receiving_ = false;
  claim_ = Claim{};
  batch_claim_count_ = 0;
  venue_time_ = Nanos{};
  snapshot_venue_time_ = Nanos{};
  tops_ = {};
  ++epoch_;
  ++counters_.epochs;
}

void ConditionBook::change_tick(const Event& e) {
  end_epoch();
  if (e.book_head.tick.known()) {
    book_.regrid(e.book_head.tick);
    tick_declared_ = true;
  }
  received_at_ = e.header.time;
}

// The finished batch's claims against the finished book.
void ConditionBook::finish_batch() noexcept {
  if (batch_claim_count_ == 0) return;
  bool agree = true;
  for (std::size_t i = 0; i < batch_claim_count_; ++i) {
    const Claim& claim = batch_claims_[i];
    const bool holds = (claim.bid == kNoPrice || claim.bid == book_.best_bid()) &&
                       (claim.ask == kNoPrice || claim.ask == book_.best_ask());
    counters_.bbo_checked += claim.entries;
    if (holds) counters_.bbo_agree += claim.entries;
    agree = agree && holds;
  }
  batch_claim_count_ = 0;
  if (book_.crossed()) ++counters_.crossed_batches;
  if (!agree && state_ == BookState::kLive) state_ = BookState::kBroken;
}

// A change dated `venue_time` is about to be applied: an earlier batch ends here.
void ConditionBook::touch(Nanos venue_time, Nanos received) {
  if (venue_time != venue_time_) finish_batch();
  if (venue_time > venue_time_) venue_time_ = venue_time;
  received_at_ = received;
}

bool ConditionBook::make_room_for(Price canonical) {
  if (book_.on_grid(canonical)) return true;
  if (tick_declared_ || canonical.pips <= 0 || canonical.pips >= Price::kPipsPerUsd) return false;
  for (const Tick finer : {kTick001, kTick0005, kTick00025, kTick0001, kTick00001}) {
    if (finer.pips < book_.tick().pips && book_.tick().pips % finer.pips == 0 && finer.holds(canonical)) {
      book_.refine(finer);
      return true;
    }
  }
  return false;
}

bool ConditionBook::apply(const Event& e) {
  switch (e.header.kind) {
    case EventKind::kSnapshotBegin: begin_snapshot(e); return true;
    case EventKind::kSnapshotLevel: snapshot_level(e); return true;
    case EventKind::kSnapshotEnd: end_snapshot(e); return true;
    case EventKind::kLevel: apply_level(e); return true;
    case EventKind::kTopOfBook: top_of_book(e); return true;
    case EventKind::kTickChange: change_tick(e); return true;
    case EventKind::kGap: end_epoch(); return true;
    default: return false;
  }
}

void ConditionBook::begin_snapshot(const Event& e) {
  const unsigned outcome = outcome_of(e.instrument());
  const Nanos at = e.book_head.venue_time;
  receiving_ = true;
  receiving_bad_ = false;
  // Older than what is here already: it knows less than we do. With no snapshot yet, anything is news.
  receiving_stale_ = state_ == BookState::kLive && at < venue_time_;
  if (receiving_stale_) {
    ++counters_.stale_dropped;
    return;
  }
  touch(at, e.header.time);
  remember();
  receiving_mirror_ = state_ == BookState::kLive && at == snapshot_venue_time_ && outcome != snapshot_outcome_ &&
                      !changed_since_snapshot_;
  if (e.book_head.tick.known()) {
    tick_declared_ = true;
    if (e.book_head.tick != book_.tick()) {
      if (state_ != BookState::kAwaitingSnapshot) ++epoch_;
      book_.regrid(e.book_head.tick);
    }
  }
  book_.begin_replace();
}

void ConditionBook::snapshot_level(const Event& e) {
  if (!receiving_ || receiving_stale_ || receiving_bad_) return;
  const unsigned outcome = outcome_of(e.instrument());
  const Price price = canonical_price(outcome, e.level.price);
  if (e.level.size.micros < 0 || !make_room_for(price)) {
    ++counters_.off_grid;
    receiving_bad_ = true;
    return;
  }
  book_.replace_level(canonical_side(outcome, e.level.side), price, e.level.size);
}

void ConditionBook::end_snapshot(const Event& e) {
  if (!receiving_) return;
  receiving_ = false;
  if (receiving_stale_) return;
  if (receiving_bad_) {
    end_epoch();
    return;
  }
  const unsigned outcome = outcome_of(e.instrument());
  const bool changed = book_.end_replace();
  if (receiving_mirror_) {
    ++counters_.mirror_checked;
    if (!changed) ++counters_.mirror_agree;
  }
  // Claims of the snapshot's own moment describe this very book; a wrong one is counted, the snapshot stands.
  finish_batch();
  ++counters_.snapshots;
  state_ = BookState::kLive;
  snapshot_venue_time_ = e.book_head.venue_time;
  snapshot_outcome_ = outcome;
  changed_since_snapshot_ = false;
  claim_ = Claim{};
  const bool yes = outcome == 0;
  tops_[outcome] =
      TokenTop{yes ? book_.best_bid() : book_.best_ask().complement(),
               yes ? book_.best_ask() : book_.best_bid().complement(), e.book_head.venue_time, e.header.time, true};
}

void ConditionBook::note_claim(unsigned outcome, const Event::Level& level, Nanos received) noexcept {
  if (level.best_bid == kNoPrice && level.best_ask == kNoPrice) return;
  const auto mirrored = [](Price p) { return p == kNoPrice ? kNoPrice : p.complement(); };
  claim_.bid = outcome == 0 ? level.best_bid : mirrored(level.best_ask);
  claim_.ask = outcome == 0 ? level.best_ask : mirrored(level.best_bid);
  TokenTop& top = tops_[outcome];
  if (level.best_bid != kNoPrice) top.bid = level.best_bid;
  if (level.best_ask != kNoPrice) top.ask = level.best_ask;
  top.venue_time = level.venue_time;
  top.received_at = received;
  top.known = true;
}

void ConditionBook::apply_level(const Event& e) {
  if (state_ == BookState::kAwaitingSnapshot) {
    ++counters_.before_snapshot;
    return;
  }
  if (e.level.venue_time < snapshot_venue_time_) {
    ++counters_.stale_dropped;
    return;
  }
  const unsigned outcome = outcome_of(e.instrument());
  const Price price = canonical_price(outcome, e.level.price);
  if (e.level.size.micros < 0 || !make_room_for(price)) {
    ++counters_.off_grid;
    end_epoch();
    return;
  }
  touch(e.level.venue_time, e.header.time);
  book_.set(canonical_side(outcome, e.level.side), price, e.level.size);
  changed_since_snapshot_ = true;
  ++counters_.levels;

  note_claim(outcome, e.level, e.header.time);
  if (e.level.best_bid == kNoPrice && e.level.best_ask == kNoPrice) return;
  for (std::size_t i = 0; i < batch_claim_count_; ++i) {
    if (batch_claims_[i].bid == claim_.bid && batch_claims_[i].ask == claim_.ask) {
      ++batch_claims_[i].entries;
      return;
    }
  }
  // More than four different claims in one batch: keep the newest in the last place.
  if (batch_claim_count_ < batch_claims_.size()) ++batch_claim_count_;
  batch_claims_[batch_claim_count_ - 1] = Claim{claim_.bid, claim_.ask, 1};
}

void ConditionBook::top_of_book(const Event& e) noexcept {
  if (state_ != BookState::kLive || e.level.venue_time < snapshot_venue_time_) return;
  // Arrives before the price changes of its batch: a claim to wait for, not a change.
  if (e.level.venue_time != venue_time_) {
    finish_batch();
    if (e.level.venue_time > venue_time_) venue_time_ = e.level.venue_time;
  }
  note_claim(outcome_of(e.instrument()), e.level, e.header.time);
  received_at_ = e.header.time;
}

}  // namespace underround
