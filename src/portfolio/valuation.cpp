#include "portfolio/valuation.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "base/int128.hpp"
#include "book/ladder.hpp"

namespace underround {
namespace {

struct Rest {
  Shares yes, no;  // after pairing YES with NO
};

Rest rest_of(ConditionId condition, const Ledger& ledger) {
  const auto net = [&](unsigned outcome) {
    return std::max(Shares{}, ledger.position(instrument_of(condition, outcome)).net());
  };
  const Shares pairs = std::min(net(0), net(1));
  return {net(0) - pairs, net(1) - pairs};
}

void mark(Worth& worth, InstrumentId instrument, Shares size, const Ledger& ledger, const BookStore& books) {
  if (size.micros == 0) return;
  const Usd value = notional(mark_price(instrument, ledger, books), size, Rounding::kDown);
  worth.marked += value;
  if (!has_bid(instrument, books)) worth.unpriced += value;
}

Price cost_price(const Position& p) {
  if (p.net().micros <= 0) return Price{};
  const auto pips = static_cast<Int128>(p.cost.micros) * Price::kPipsPerUsd / p.net().micros;
  return Price{static_cast<std::int32_t>(std::min<Int128>(pips, Price::kPipsPerUsd))};
}

}  // namespace

bool has_bid(InstrumentId instrument, const BookStore& books) {
  const ConditionId condition = condition_of(instrument);
  return books.contains(condition) && books[condition].state() == BookState::kLive &&
         !Ladder::to_sell(books[condition].book(), outcome_of(instrument)).empty();
}

Price mark_price(InstrumentId instrument, const Ledger& ledger, const BookStore& books) {
  const ConditionId condition = condition_of(instrument);
  const unsigned outcome = outcome_of(instrument);
  if (has_bid(instrument, books)) return Ladder::to_sell(books[condition].book(), outcome).best();
  Price mark = cost_price(ledger.position(instrument));
  if (!books.contains(condition)) return mark;
  const ConditionBook& book = books[condition];
  const ConditionBook::Touch last = book.last_touch();
  if (outcome == 0 && last.bid != kNoPrice) mark = last.bid;
  if (outcome == 1 && last.ask != kNoPrice) mark = last.ask.complement();
  if (book.state() != BookState::kLive) return mark;
  return std::min(mark, Ladder::to_buy(book.book(), outcome).best());  // 1 USD when nobody offers it
}

std::vector<Worth> worth_by_market(const Ledger& ledger, const Catalogue& catalogue, const BookStore& books) {
  std::vector<Worth> worth;
  std::vector<EventId> events;
  for (const InstrumentId instrument : ledger.held()) {
    const ConditionId condition = condition_of(instrument);
    // Each condition once: from outcome 0, or from outcome 1 when outcome 0 was never held.
    const bool first = outcome_of(instrument) == 0 || ledger.position(complement_of(instrument)).flat();
    if (!first || ledger.position(instrument).flat()) continue;
    Worth w{.condition = condition, .event = {}, .certain = {}, .marked = {}, .unpriced = {}};
    const Shares pairs = std::min(ledger.position(instrument_of(condition, 0)).net(),
                                  ledger.position(instrument_of(condition, 1)).net());
    if (pairs.micros > 0) w.certain = Usd{pairs.micros};
    const EventId event = condition.value < catalogue.size() ? catalogue[condition].event : EventId{};
    if (event.valid() && catalogue.event(event).completeness == Completeness::kExactlyOne) {
      if (std::find(events.begin(), events.end(), event) == events.end()) events.push_back(event);
    } else {
      const Rest rest = rest_of(condition, ledger);
      mark(w, instrument_of(condition, 0), rest.yes, ledger, books);
      mark(w, instrument_of(condition, 1), rest.no, ledger, books);
    }
    worth.push_back(w);
  }
  for (const EventId event : events) {
    Worth w{.condition = {}, .event = event, .certain = {}, .marked = {}, .unpriced = {}};
    const auto& conditions = catalogue.event(event).conditions;
    Shares yes_sets{std::numeric_limits<std::int64_t>::max()};
    Shares no_sets = yes_sets;
    for (const ConditionId condition : conditions) {
      const Rest rest = rest_of(condition, ledger);
      yes_sets = std::min(yes_sets, rest.yes);
      no_sets = std::min(no_sets, rest.no);
    }
    w.certain += Usd{yes_sets.micros};
    w.certain += Usd{no_sets.micros * static_cast<std::int64_t>(conditions.size() - 1)};
    for (const ConditionId condition : conditions) {
      const Rest rest = rest_of(condition, ledger);
      mark(w, instrument_of(condition, 0), rest.yes - yes_sets, ledger, books);
      mark(w, instrument_of(condition, 1), rest.no - no_sets, ledger, books);
    }
    worth.push_back(w);
  }
  return worth;
}

Valuation value(const Ledger& ledger, const Catalogue& catalogue, const BookStore& books) {
  Valuation v;
  v.cash = ledger.cash();
  for (const Worth& w : worth_by_market(ledger, catalogue, books)) {
    v.locked_in += w.certain;
    v.marked += w.marked;
    v.unpriced += w.unpriced;
  }
  v.equity = v.cash + v.locked_in + v.marked;
  v.pnl = v.equity - ledger.flows().deposits;
  return v;
}

}  // namespace underround
