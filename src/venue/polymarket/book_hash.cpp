#include "venue/polymarket/book_hash.hpp"

#include <algorithm>

#include "base/decimal.hpp"
#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"

namespace underround::polymarket {
namespace {

bool is_sha1(std::string_view text) noexcept {
  return text.size() == 40 &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// "0.5" -> "0.500", as the venue writes last_trade_price in its books.
std::string three_decimals(std::string text) {
  const std::size_t point = text.find('.');
  if (point == std::string::npos) return text;
  if (text.size() < point + 4) text.append(point + 4 - text.size(), '0');
  return text;
}

void append_number(std::string& text, std::int64_t scaled, int decimals) {
  char digits[24];
  text.append(digits, format_decimal(scaled, decimals, digits));
}

}  // namespace

void BookHasher::append_side(const Ladder& ladder) {
  levels_.clear();
  for (LadderCursor level(ladder); level.valid(); level.advance()) levels_.emplace_back(level.price(), level.size());
  // The cursor starts at the best price; the wire ends with it.
  for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) {
    if (level != levels_.rbegin()) text_ += ',';
    text_ += "{\"price\":\"";
    append_number(text_, level->first.pips, Price::kDecimals);
    text_ += "\",\"size\":\"";
    append_number(text_, level->second.micros, Shares::kDecimals);
    text_ += "\"}";
  }
}

std::string_view BookHasher::hash(const L2Book& book, unsigned outcome, const BookHashTerms& terms, Nanos venue_time) {
  text_ = "{\"market\":\"";
  text_ += terms.market;
  text_ += "\",\"asset_id\":\"";
  text_ += terms.asset_id;
  text_ += "\",\"timestamp\":\"";
  append_number(text_, venue_time.millis(), 0);
  text_ += "\",\"hash\":\"\",\"bids\":[";
  append_side(Ladder::to_sell(book, outcome));
  text_ += "],\"asks\":[";
  append_side(Ladder::to_buy(book, outcome));
  text_ += ']';
  levels_end_ = text_.size();
  return hash_again(terms);
}

std::string_view BookHasher::hash_again(const BookHashTerms& terms) {
  text_.resize(levels_end_);
  if (terms.form != BookHashForm::kLevelsOnly) {
    text_ += ",\"min_order_size\":\"";
    text_ += terms.min_order_size;
    text_ += "\",\"tick_size\":\"";
    text_ += terms.tick_size;
    text_ += terms.neg_risk ? "\",\"neg_risk\":true" : "\",\"neg_risk\":false";
  }
  if (terms.form == BookHashForm::kFull) {
    text_ += ",\"last_trade_price\":\"";
    text_ += terms.last_trade_price;
    text_ += '"';
  }
  text_ += '}';
  const crypto::Sha1Digest digest = crypto::sha1(text_);
  crypto::encode_hex(digest, hex_.data());
  return {hex_.data(), hex_.size()};
}

BookIntegrity::Terms& BookIntegrity::terms_of(ConditionId condition) {
  if (terms_.size() <= condition.value) terms_.resize(condition.value + 1);
  Terms& terms = terms_[condition.value];
  if (!terms.started) {
    const ConditionSpec& spec = catalogue_[condition].spec;
    terms.started = true;
    terms.min_order_size = format_decimal(spec.min_order_size.micros, Shares::kDecimals);
    terms.tick_size = format_decimal(spec.tick.known() ? spec.tick.pips : kTick001.pips, Price::kDecimals);
    terms.neg_risk = spec.neg_risk;
  }
  return terms;
}

BookHashTerms BookIntegrity::hash_terms(InstrumentId instrument, const Terms& terms) const {
  const ConditionSpec& spec = catalogue_[condition_of(instrument)].spec;
  return {spec.condition_id,
          spec.tokens[outcome_of(instrument)],
          terms.min_order_size,
          terms.tick_size,
          terms.last_trade,
          terms.neg_risk,
          terms.form};
}

std::optional<BookIntegrity::Note> BookIntegrity::take_note(EventKind kind, InstrumentId instrument) {
  while (!notes_.empty()) {
    Note note = std::move(notes_.front());
    notes_.pop_front();
    if (note.kind == kind && note.instrument == instrument) return note;
  }
  return std::nullopt;
}

void BookIntegrity::on_book(InstrumentId instrument, const BookText& text, Nanos) {
  notes_.push_back({EventKind::kSnapshotEnd, instrument, text.rest, text.has_last_trade_price, text.neg_risk,
                    std::string(text.hash), std::string(text.tick_size), std::string(text.min_order_size),
                    std::string(text.last_trade_price)});
}
void BookIntegrity::on_price_change(InstrumentId instrument, std::string_view hash, Nanos) {
  notes_.push_back({EventKind::kLevel, instrument, false, false, -1, std::string(hash), {}, {}, {}});
}
void BookIntegrity::on_last_trade(InstrumentId instrument, std::string_view price) {
  notes_.push_back({EventKind::kTrade, instrument, false, true, -1, {}, {}, {}, std::string(price)});
}

void BookIntegrity::before(const Event& e, const ConditionBook& book) {
  switch (e.header.kind) {
    case EventKind::kSnapshotBegin:
    case EventKind::kTickChange: {
      Terms& terms = terms_of(condition_of(e.instrument()));
      if (e.book_head.venue_time != terms.batch_time || e.header.kind == EventKind::kTickChange) {
        check_batch(condition_of(e.instrument()), terms, book);
      }
      snapshot_.clear();
      break;
    }
    case EventKind::kLevel: {
      Terms& terms = terms_of(condition_of(e.instrument()));
      if (e.level.venue_time != terms.batch_time) check_batch(condition_of(e.instrument()), terms, book);
      levels_before_ = book.counters().levels;
      break;
    }
    case EventKind::kTrade: {
      // Its price is part of every later hash, and of no earlier one.
      const ConditionId condition = condition_of(e.instrument());
      Terms& terms = terms_of(condition);
      if (e.level.venue_time != terms.batch_time) check_batch(condition, terms, book);
      break;
    }
    case EventKind::kGap:
      // The batch will not be completed.
      if (e.condition().valid()) terms_of(e.condition()).batch_entries = {};
      break;
    default: break;
  }
}

void BookIntegrity::after(const Event& e, const ConditionBook& book) {
  const InstrumentId instrument = e.instrument();
  switch (e.header.kind) {
    case EventKind::kSnapshotLevel:
      if (snapshot_.on_grid(e.level.price)) snapshot_.set(e.level.side, e.level.price, e.level.size);
      break;
    case EventKind::kSnapshotEnd:
      if (const auto note = take_note(e.header.kind, instrument)) check_book(*note, e.book_head.venue_time);
      break;
    case EventKind::kLevel: {
      const auto note = take_note(e.header.kind, instrument);
      // A change the book has dropped (stale, no snapshot yet) says nothing about it.
      if (!note || !is_sha1(note->hash) || book.counters().levels == levels_before_) break;
      Terms& terms = terms_of(condition_of(instrument));
      terms.batch_time = e.level.venue_time;
      terms.batch_hash[outcome_of(instrument)] = note->hash;
      ++terms.batch_entries[outcome_of(instrument)];
      break;
    }
    case EventKind::kTrade:
      if (const auto note = take_note(e.header.kind, instrument)) {
        Terms& terms = terms_of(condition_of(instrument));
        terms.last_trade = note->last_trade;
        terms.said_last_trade = terms.last_trade_from_print = true;
      }
      break;
    default: break;
  }
}

void BookIntegrity::finish(ConditionId condition, const ConditionBook& book) {
  if (condition.value < terms_.size()) check_batch(condition, terms_[condition.value], book);
}

void BookIntegrity::check_book(const Note& note, Nanos venue_time) {
  const ConditionId condition = condition_of(note.instrument);
  Terms& terms = terms_of(condition);
  if (!note.tick_size.empty()) {
    terms.tick_size = note.tick_size;
    terms.said_tick = true;
  }
  if (!note.min_order_size.empty()) terms.min_order_size = note.min_order_size;
  if (note.neg_risk >= 0) {
    terms.neg_risk = note.neg_risk != 0;
    terms.said_neg_risk = true;
  }
  if (note.has_last_trade) {
    terms.last_trade = note.last_trade;
    terms.said_last_trade = true;
    terms.last_trade_from_print = false;
    terms.form = BookHashForm::kFull;
  }
  if (!is_sha1(note.hash)) return;
  HashTally& tally = note.rest ? rest_books_ : books_;
  ++tally.checked;
  if (matches(note.instrument, snapshot_, 0, venue_time, note.hash)) {
    ++tally.agree;
  } else {
    failed_.push_back(condition);
  }
}

void BookIntegrity::check_batch(ConditionId condition, Terms& terms, const ConditionBook& book) {
  for (unsigned outcome = 0; outcome < 2; ++outcome) {
    const std::uint32_t entries = std::exchange(terms.batch_entries[outcome], 0);
    if (entries == 0) continue;
    const InstrumentId instrument = instrument_of(condition, outcome);
    price_changes_.checked += entries;
    if (matches(instrument, book.book(), outcome, terms.batch_time, terms.batch_hash[outcome])) {
      price_changes_.agree += entries;
    } else {
      failed_.push_back(condition);
    }
  }
}

bool BookIntegrity::matches(InstrumentId instrument, const L2Book& book, unsigned outcome, Nanos venue_time,
                            std::string_view expected) {
  Terms& terms = terms_of(condition_of(instrument));
  if (hasher_.hash(book, outcome, hash_terms(instrument, terms), venue_time) == expected) return true;
  if (terms.last_trade_from_print) {
    Terms padded = terms;
    padded.last_trade = three_decimals(terms.last_trade);
    if (hasher_.hash_again(hash_terms(instrument, padded)) == expected) {
      terms.last_trade = std::move(padded.last_trade);
      return true;
    }
  }
  return recover(instrument, terms, expected);
}

// Tries what no frame has said, until one choice reproduces the hash.
bool BookIntegrity::recover(InstrumentId instrument, Terms& terms, std::string_view expected) {
  // A book that carries last_trade_price is hashed with it; a print alone proves nothing about the form.
  const bool form_known = terms.said_last_trade && !terms.last_trade_from_print;
  if ((terms.said_tick && terms.said_neg_risk && form_known) || terms.recoveries_left == 0) return false;
  Terms guess = terms;
  const auto fits = [&] {
    if (hasher_.hash_again(hash_terms(instrument, guess)) != expected) return false;
    terms.tick_size = guess.tick_size;
    terms.neg_risk = guess.neg_risk;
    terms.last_trade = guess.last_trade;
    terms.form = guess.form;
    return true;
  };
  if (!form_known) {
    guess.form = BookHashForm::kLevelsOnly;
    if (fits()) return true;
  }
  for (const Tick tick : {kTick001, kTick0001, kTick0005, kTick00025, kTick00001, kTick01}) {
    if (!terms.said_tick) guess.tick_size = format_decimal(tick.pips, Price::kDecimals);
    for (const bool neg_risk : {false, true}) {
      if (terms.said_neg_risk && neg_risk != terms.neg_risk) continue;
      guess.neg_risk = neg_risk;
      guess.form = BookHashForm::kFull;
      if (fits()) return true;
      if (form_known) continue;
      guess.form = BookHashForm::kNoLastTrade;
      if (fits()) return true;
      if (terms.said_last_trade) continue;
      guess.form = BookHashForm::kFull;
      // Last trades on the common grids; the venue writes two or three decimals.
      for (std::int32_t pips = 10; pips < Price::kPipsPerUsd; pips += 10) {
        guess.last_trade = format_decimal(pips, Price::kDecimals);
        if (fits()) return true;
        guess.last_trade = three_decimals(guess.last_trade);
        if (fits()) return true;
      }
      guess.last_trade = terms.last_trade;
    }
    if (terms.said_tick) break;
  }
  --terms.recoveries_left;
  return false;
}

}  // namespace underround::polymarket
