#include "execution/reconciler.hpp"

#include <algorithm>
#include <cstdlib>

#include "base/decimal.hpp"

namespace underround {
namespace {

// A position whose price nobody knows is taken in at the middle of its book, or at half a dollar.
Price fair_price(InstrumentId instrument, const BookStore& books) {
  const ConditionId condition = condition_of(instrument);
  if (!books.contains(condition)) return Price{5000};
  const L2Book& book = books[condition].book();
  if (book.best_bid().pips <= 0 || book.best_ask().pips <= 0) return Price{5000};
  const Price middle{(book.best_bid().pips + book.best_ask().pips) / 2};
  return outcome_of(instrument) == 0 ? middle : middle.complement();
}

}  // namespace

void Reconciler::on_event(const Event& e, Executor& executor, ExecutionContext& context) {
  switch (e.header.kind) {
    case EventKind::kAccountBegin:
      receiving_ = true;
      lines_.clear();
      cash_ = {};
      return;
    case EventKind::kAccountCash: cash_ = e.account; return;
    case EventKind::kAccountPosition: lines_.push_back({e.instrument(), e.account}); return;
    case EventKind::kAccountEnd:
      if (!receiving_) return;
      receiving_ = false;
      if (e.account.complete == 0) {
        ++counters_.incomplete;
        return;
      }
      ++counters_.pictures;
      last_picture_ = context.now;
      if (first_picture_.ns == 0) first_picture_ = context.now;
      judge_operations(executor, context);
      if (!started_ && settings_.adopt_first) {
        start(context);
      } else {
        compare(executor, context);
      }
      started_ = true;
      reserve_foreign(context);
      return;
    default: return;
  }
}

const Reconciler::Line* Reconciler::find(InstrumentId instrument) const noexcept {
  const auto it = std::ranges::find(lines_, instrument, &Line::instrument);
  return it == lines_.end() ? nullptr : &*it;
}

void Reconciler::start(ExecutionContext& context) {
  context.ledger.transfer(cash_.cash - context.ledger.cash());
  for (const Line& line : lines_) {
    adopt_shares(line.instrument, line.account.shares - context.ledger.position(line.instrument).settled, context);
  }
}

// At what the account paid on average, where somebody knows it.
void Reconciler::adopt_shares(InstrumentId instrument, Shares change, ExecutionContext& context) {
  if (change.micros == 0) return;
  const Line* const line = find(instrument);
  const Price average =
      line != nullptr && line->account.average.pips > 0 ? line->account.average : fair_price(instrument, context.books);
  context.ledger.adopt(instrument, change, notional(average, change, Rounding::kUp));
}

void Reconciler::compare(const Executor& executor, ExecutionContext& context) {
  const auto settled = [&](InstrumentId instrument) {
    const Position& p = context.ledger.position(instrument);
    return p.pending_in.micros == 0 && p.pending_out.micros == 0 &&
           !executor.operating(condition_of(instrument), context.catalogue);
  };
  const auto check = [&](InstrumentId instrument, Shares venue) {
    if (!settled(instrument)) return;
    strike(instrument, context.ledger.position(instrument).settled.micros, venue.micros,
           settings_.share_tolerance.micros, context);
  };
  for (const Line& line : lines_) check(line.instrument, line.account.shares);
  const std::size_t held = context.ledger.held().size();
  for (std::size_t i = 0; i < held; ++i) {
    const InstrumentId instrument = context.ledger.held()[i];
    if (find(instrument) == nullptr) check(instrument, Shares{});
  }
  if (context.ledger.pending_fills() == 0 && !executor.operating()) {
    strike(InstrumentId{}, context.ledger.cash().micros, cash_.cash.micros, settings_.cash_tolerance.micros, context);
  }
}

Reconciler::Looks Reconciler::looks_of(const PendingOperation& operation, const OperationChanges& changes,
                                       const Executor& executor, const ExecutionContext& context) const {
  if (changes.shares.empty()) return Looks::kUnclear;
  bool moving = false;
  const auto touches = [&](InstrumentId instrument, const PendingOperation& other) {
    const ConditionId condition = condition_of(instrument);
    return other.condition == condition || (other.event.valid() && other.event == context.catalogue[condition].event);
  };
  executor.for_each_operation([&](const PendingOperation& other) {
    if (other.id == operation.id) return;
    for (const auto& change : changes.shares) moving = moving || touches(change.instrument, other);
  });
  bool done = true, undone = true;
  for (const auto& [instrument, shares] : changes.shares) {
    const Position& p = context.ledger.position(instrument);
    moving = moving || p.pending_in.micros != 0 || p.pending_out.micros != 0;
    const Line* const line = find(instrument);
    const Shares seen = (line != nullptr ? line->account.shares : Shares{}) - p.settled;
    const auto near = [&](Shares wanted) {
      return std::abs((seen - wanted).micros) <= settings_.share_tolerance.micros;
    };
    done = done && near(shares);
    undone = undone && near(Shares{});
  }
  if (moving) return Looks::kUnclear;
  return done && !undone ? Looks::kDone : undone && !done ? Looks::kUndone : Looks::kOtherwise;
}

// The dollars of all of them arrive in one figure, so they must fit together.
void Reconciler::judge_operations(Executor& executor, ExecutionContext& context) {
  std::vector<PendingOperation> doubtful;
  bool moving = context.ledger.pending_fills() > 0;
  executor.for_each_operation([&](const PendingOperation& o) {
    moving = moving || !o.doubtful;
    if (o.doubtful) doubtful.push_back(o);
  });
  if (doubtful.empty()) return doubts_.clear();
  std::vector<Doubt> now;
  Usd expected;
  for (const PendingOperation& operation : doubtful) {
    const OperationChanges changes = changes_of(operation, context.catalogue);
    const Looks looks = moving ? Looks::kUnclear : looks_of(operation, changes, executor, context);
    if (looks == Looks::kDone) expected += changes.cash;
    moving = moving || looks == Looks::kUnclear;
    now.push_back({.id = operation.id, .looks = looks, .in_a_row = 1});
  }
  const Usd off = cash_.cash - context.ledger.cash() - expected;
  const bool fits = std::abs(off.micros) <= settings_.cash_tolerance.micros;
  for (std::size_t i = 0; i < now.size(); ++i) {
    Doubt& doubt = now[i];
    if (moving) doubt.looks = Looks::kUnclear;
    if (!moving && !fits) doubt.looks = Looks::kOtherwise;
    const auto before = std::ranges::find(doubts_, doubt.id, &Doubt::id);
    if (before != doubts_.end() && before->looks == doubt.looks) doubt.in_a_row = before->in_a_row + 1;
  }
  doubts_ = now;
  for (std::size_t i = 0; i < now.size(); ++i) {
    const auto& [id, looks, in_a_row] = now[i];
    if (looks == Looks::kUnclear) continue;
    const bool patient = context.now - doubtful[i].doubtful_since >= settings_.operation_patience;
    if (looks == Looks::kUndone && !patient) continue;
    if (in_a_row < 2) {
      context.commands.emplace_back(ReadAccount{});
      continue;
    }
    ++(looks == Looks::kDone     ? counters_.operations_proven
       : looks == Looks::kUndone ? counters_.operations_disproven
                                 : counters_.operations_given_up);
    executor.conclude(id,
                      looks == Looks::kDone     ? Event::Operation::kSucceeded
                      : looks == Looks::kUndone ? Event::Operation::kFailed
                                                : Event::Operation::kNobodyKnows,
                      context);
  }
}

void Reconciler::strike(InstrumentId subject, std::int64_t ours, std::int64_t venue, std::int64_t tolerance,
                        ExecutionContext& context) {
  const auto known = std::ranges::find(differences_, subject, &Difference::instrument);
  const std::int64_t delta = venue - ours;
  if (std::abs(delta) <= tolerance) {
    // It went away by itself: the picture was taken in the middle of something. A declared one stays for the person.
    if (known != differences_.end() && (!known->declared || known->accepted)) differences_.erase(known);
    return;
  }
  if (known == differences_.end()) {
    differences_.push_back(
        {.instrument = subject, .ours_micros = ours, .venue_micros = venue, .since = context.now, .strikes = 1});
    context.commands.emplace_back(ReadAccount{});
    return;
  }
  const bool same = known->micros() == delta;
  known->ours_micros = ours;
  known->venue_micros = venue;
  if (known->accepted) {
    adopt(*known, context);
    differences_.erase(known);
    return;
  }
  if (known->declared) return;
  known->strikes = same ? known->strikes + 1 : 1;
  if (known->strikes < 2) {
    context.commands.emplace_back(ReadAccount{});
    return;
  }
  if (!subject.valid() && delta > 0) {
    adopt(*known, context);
    differences_.erase(known);
  } else {
    declare(*known, context);
  }
}

void Reconciler::declare(Difference& difference, ExecutionContext& context) {
  difference.declared = true;
  ++counters_.declared;
  if (difference.instrument.valid()) {
    context.risk.halt_market(condition_of(difference.instrument));
    return;
  }
  const std::string note = "the venue holds " + format_decimal(difference.venue_micros, Usd::kDecimals) +
                           " USD, the ledger " + format_decimal(difference.ours_micros, Usd::kDecimals);
  context.risk.halts().raise(HaltReason::kReconciliation, note);
}

void Reconciler::adopt(const Difference& difference, ExecutionContext& context) {
  ++counters_.adopted;
  if (!difference.instrument.valid()) return context.ledger.transfer(Usd{difference.micros()});
  adopt_shares(difference.instrument, Shares{difference.micros()}, context);
}

void Reconciler::on_resume(ConditionId condition) noexcept {
  for (Difference& d : differences_) {
    const bool meant = !condition.valid() || (d.instrument.valid() && condition_of(d.instrument) == condition);
    if (d.declared && meant) d.accepted = true;
  }
}

// What open orders of other programs may still take: ours to respect, not to spend.
void Reconciler::reserve_foreign(ExecutionContext& context) {
  context.ledger.release_cash(foreign_cash_);
  for (const Line& line : foreign_shares_) context.ledger.release_shares(line.instrument, line.account.locked_shares);
  foreign_shares_.clear();
  foreign_cash_ = cash_.locked;
  context.ledger.reserve_cash(foreign_cash_);
  for (const Line& line : lines_) {
    if (line.account.locked_shares.micros <= 0) continue;
    foreign_shares_.push_back(line);
    context.ledger.reserve_shares(line.instrument, line.account.locked_shares);
  }
}

}  // namespace underround
