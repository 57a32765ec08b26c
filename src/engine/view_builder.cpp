#include "engine/view_builder.hpp"

#include <algorithm>

#include "base/int128.hpp"
#include "book/ladder.hpp"

namespace underround {
namespace {

std::uint8_t fill_levels(const L2Book& book, Side side, std::array<BookLevelView, BookView::kDepth>& out) {
  std::uint8_t n = 0;
  for (LadderCursor c(Ladder{&book, side, false}); c.valid() && n < BookView::kDepth; c.advance()) {
    out[n++] = {c.price(), c.size()};
  }
  return n;
}

}  // namespace

const std::string& label_of(const Condition& condition) noexcept {
  const ConditionSpec& spec = condition.spec;
  if (!spec.question.empty()) return spec.question;
  return spec.group_title.empty() ? spec.slug : spec.group_title;
}

const std::string& label_of(const Catalogue& catalogue, const Opportunity& opportunity) noexcept {
  if (!opportunity.subject_is_event) return label_of(catalogue[ConditionId{opportunity.subject}]);
  const ConditionSpec::Group& group = catalogue.event(EventId{opportunity.subject}).spec;
  return group.title.empty() ? group.slug : group.title;
}

void ViewBuilder::build(const Engine& engine, EngineView& view) {
  view.time = engine.now();
  const Valuation valuation = engine.valuation();
  const auto& seen = engine.opportunities().totals();
  TotalsView& t = view.totals;
  t.markets = engine.catalogue().size();
  t.opportunities_seen = seen.seen;
  t.opportunities_taken = seen.taken;
  t.phantoms_refused = seen.phantoms;
  t.orders = engine.executor().counters().orders;
  t.fills = engine.executor().counters().fills;
  t.invariant_violations = engine.counters().invariant_violations;
  t.pnl = valuation.pnl;
  t.fees = engine.ledger().flows().fees;
  t.cash = valuation.cash;
  t.equity = valuation.equity;
  t.pending_exposure = engine.ledger().pending_notional();
  const Usd positions_cost = engine.ledger().total_cost();
  t.settled_exposure = positions_cost > t.pending_exposure ? positions_cost - t.pending_exposure : Usd{};

  positions(engine, view);
  orders(engine, view);
  opportunities(engine, view);
  books(engine, view);
  if (engine.risk().halts().any()) {
    if (HaltView* row = view.halts.add()) {
      row->active = true;
      row->reason.assign(to_string(engine.risk().halts().reason()));
      row->note.assign(engine.risk().halts().note());
    }
  }
  for (const ConditionId condition : engine.risk().halted_markets()) {
    HaltView* const row = view.halts.add();
    if (row == nullptr) break;
    row->active = true;
    row->reason.assign("reconciliation");
    row->note.assign("market: " + engine.catalogue()[condition].spec.question);
  }
  for (std::size_t i = 0; i < engine.strategies().size(); ++i) {
    StrategyView* const row = view.strategies.add();
    if (row == nullptr) break;
    row->name.assign(engine.strategies()[i]->name());
    const auto& by = engine.opportunities().by_strategy();
    if (i < by.size()) {
      row->seen = by[i].seen;
      row->taken = by[i].taken;
    }
    row->pnl = engine.strategy_results()[i].result;
  }
}

void ViewBuilder::positions(const Engine& engine, EngineView& view) {
  for (const InstrumentId instrument : engine.ledger().held()) {
    const Position& p = engine.ledger().position(instrument);
    if (p.flat()) continue;
    PositionView* const row = view.positions.add();
    if (row == nullptr) continue;
    const Condition& condition = engine.catalogue()[condition_of(instrument)];
    row->label.assign(label_of(condition));
    row->outcome.assign(condition.spec.outcomes[outcome_of(instrument)]);
    row->settled = p.settled;
    row->pending = p.pending_in - p.pending_out;
    const std::int64_t net = p.net().micros;
    if (net > 0) {
      row->average = Price{static_cast<std::int32_t>(static_cast<Int128>(p.cost.micros) * Price::kPipsPerUsd / net)};
      row->mark = mark_price(instrument, engine.ledger(), engine.books());
      row->pnl = notional(row->mark, Shares{net}, Rounding::kDown) - p.cost;
    }
  }
}

void ViewBuilder::orders(const Engine& engine, EngineView& view) {
  engine.executor().orders().for_each_open([&](const Order& o) {
    OrderView* const row = view.orders.add();
    if (row == nullptr) return;
    const Condition& condition = engine.catalogue()[condition_of(o.terms.instrument)];
    row->id = o.id;
    row->label.assign(label_of(condition));
    row->outcome.assign(condition.spec.outcomes[outcome_of(o.terms.instrument)]);
    if (o.strategy.value < engine.strategies().size())
      row->strategy.assign(engine.strategies()[o.strategy.value]->name());
    row->side = o.terms.side;
    row->tif = o.terms.tif;
    row->status = o.status;
    row->limit = o.terms.limit;
    row->size = o.terms.size;
    row->filled = o.filled;
    row->age = engine.now() - o.created_at;
  });
}

void ViewBuilder::opportunities(const Engine& engine, EngineView& view) {
  engine.opportunities().recent(64, recent_);
  for (const Opportunity& o : recent_) {
    OpportunityView* const row = view.opportunities.add();
    if (row == nullptr) break;
    row->id = o.id;
    if (o.strategy.value < engine.strategies().size())
      row->strategy.assign(engine.strategies()[o.strategy.value]->name());
    row->label.assign(label_of(engine.catalogue(), o));
    row->edge_pips = o.edge.pips;
    row->size = o.size;
    row->seen_at = o.first_seen;
    row->duration = o.open ? engine.now() - o.first_seen : o.duration();
    row->open = o.open;
    row->taken = o.fate == Fate::kTaken;
    row->fate.assign(to_string(o.fate));
  }
}

// Books that matter to a person now: where we hold something, then where an opportunity was last seen, then the first.
void ViewBuilder::books(const Engine& engine, EngineView& view) {
  shown_.clear();
  const auto want = [&](ConditionId condition) {
    if (shown_.size() >= 12 || condition.value >= engine.books().size()) return;
    if (engine.books()[condition].state() != BookState::kLive) return;
    if (std::find(shown_.begin(), shown_.end(), condition) == shown_.end()) shown_.push_back(condition);
  };
  for (const InstrumentId instrument : engine.ledger().held()) {
    if (!engine.ledger().position(instrument).flat()) want(condition_of(instrument));
  }
  for (const Opportunity& o : recent_) {
    if (!o.subject_is_event) {
      want(ConditionId{o.subject});
    } else {
      for (const ConditionId condition : engine.catalogue().event(EventId{o.subject}).conditions) want(condition);
    }
  }
  for (std::uint32_t i = 0; i < engine.books().size() && shown_.size() < 12; ++i) want(ConditionId{i});
  for (const ConditionId condition : shown_) {
    BookView* const row = view.books.add();
    if (row == nullptr) break;
    const ConditionBook& book = engine.books()[condition];
    row->label.assign(label_of(engine.catalogue()[condition]));
    row->outcome.assign(engine.catalogue()[condition].spec.outcomes[0]);
    row->bid_levels = fill_levels(book.book(), Side::kBuy, row->bids);
    row->ask_levels = fill_levels(book.book(), Side::kSell, row->asks);
    row->consistent = book.consistent();
    row->age = engine.now() - book.received_at();
  }
}

}  // namespace underround
