// Set operations: asked for by plans, by resolutions and by what plans left behind; what they cost, and what came of
// them.
#include <algorithm>

#include "base/check.hpp"
#include "execution/executor.hpp"

namespace underround {
namespace {

constexpr Nanos kRetryAfter = Nanos::from_seconds(600), kRetryAtMost = Nanos::from_seconds(86'400);

// Conditions of the event whose NO is given up, and those whose YES is received.
struct Converted {
  std::vector<ConditionId> given, received;
};
Converted split_by_mask(const PendingOperation& operation, const Catalogue& catalogue) {
  Converted out;
  const auto& conditions = catalogue.event(operation.event).conditions;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    (((operation.outcome_mask >> i) & 1U) != 0 ? out.given : out.received).push_back(conditions[i]);
  }
  return out;
}

}  // namespace

OperationChanges changes_of(const PendingOperation& operation, const Catalogue& catalogue) {
  const Shares amount = operation.amount;
  const Usd dollars{amount.micros};
  const auto both = [&](Shares change) {
    return std::vector<OperationChanges::Change>{{instrument_of(operation.condition, 0), change},
                                                 {instrument_of(operation.condition, 1), change}};
  };
  switch (operation.kind) {
    case SetOperation::kSplit: return {both(amount), Usd{} - dollars};
    case SetOperation::kMerge: return {both(Shares{} - amount), dollars};
    case SetOperation::kRedeem: {
      const std::uint8_t winner = catalogue[operation.condition].winning_outcome;
      if (winner == Event::kNoWinner) return {};
      return {{{instrument_of(operation.condition, winner), Shares{} - amount}}, dollars};
    }
    case SetOperation::kConvert: {
      OperationChanges out;
      const auto [given, received] = split_by_mask(operation, catalogue);
      for (const ConditionId c : given) out.shares.push_back({instrument_of(c, 1), Shares{} - amount});
      for (const ConditionId c : received) out.shares.push_back({instrument_of(c, 0), amount});
      out.cash = Usd{amount.micros * (static_cast<std::int64_t>(given.size()) - 1)};
      return out;
    }
  }
  return {};
}

void Executor::conclude(OperationId id, std::uint8_t outcome, ExecutionContext& context) {
  const auto slot =
      std::ranges::find_if(operations_, [&](const auto& o) { return o.used && o.doubtful && o.id == id; });
  if (slot == operations_.end()) return;
  if (outcome == Event::Operation::kNobodyKnows) {
    slot->used = false;
    return reserve_for_operation(*slot, false, context);
  }
  Event e = Event::make(EventKind::kOperationDone, context.now);
  e.operation = {.id = id, .amount = slot->amount, .gas = {}, .kind = slot->kind, .succeeded = outcome};
  on_operation(e, context);
}

bool Executor::run(Plan& plan, SetOperation kind, ConditionId condition, Shares amount, ExecutionContext& context) {
  if (context.risk.halts().any()) return false;
  if (kind == SetOperation::kSplit && terms_.left == 0) return false;
  if (kind == SetOperation::kSplit &&
      Usd{amount.micros} + settings_.gas_per_operation > context.ledger.available_cash()) {
    return false;
  }
  PendingOperation operation{.kind = kind, .plan = plan.id, .condition = condition, .amount = amount};
  if (kind == SetOperation::kConvert) {
    operation.event = plan.intent.event;
    const auto& conditions = context.catalogue.event(plan.intent.event).conditions;
    for (std::size_t i = 0; i < conditions.size(); ++i) {
      for (const IntentLeg& leg : plan.intent.legs()) {
        if (condition_of(leg.instrument) == conditions[i]) operation.outcome_mask |= 1ULL << i;
      }
    }
  }
  const auto id = ask(operation, context);
  if (id) plan.operation = *id;
  return id.has_value();
}

// The one way an operation begins: a slot, a name, its reservation, the command. Nothing when every slot is taken.
std::optional<OperationId> Executor::ask(PendingOperation operation, ExecutionContext& context) {
  const auto slot = std::ranges::find(operations_, false, &PendingOperation::used);
  if (slot == operations_.end()) return std::nullopt;
  operation.id = OperationId{++operation_sequence_};
  operation.used = true;
  *slot = operation;
  reserve_for_operation(operation, true, context);
  RunOperation command;
  command.id = operation.id;
  command.kind = operation.kind;
  command.condition = operation.condition;
  command.event = operation.event;
  command.outcome_mask = operation.outcome_mask;
  command.amount = operation.amount;
  ++counters_.operations;
  context.commands.emplace_back(command);
  return operation.id;
}

void Executor::reserve_for_operation(const PendingOperation& operation, bool reserve, ExecutionContext& context) {
  const auto shares = [&](InstrumentId instrument) {
    if (reserve) {
      context.ledger.reserve_shares(instrument, operation.amount);
    } else {
      context.ledger.release_shares(instrument, operation.amount);
    }
  };
  switch (operation.kind) {
    case SetOperation::kSplit: {
      const Usd cash = Usd{operation.amount.micros} + settings_.gas_per_operation;
      reserve ? context.ledger.reserve_cash(cash) : context.ledger.release_cash(cash);
      return;
    }
    case SetOperation::kMerge:
      shares(instrument_of(operation.condition, 0));
      shares(instrument_of(operation.condition, 1));
      return;
    case SetOperation::kConvert:
      for (const ConditionId condition : split_by_mask(operation, context.catalogue).given) {
        shares(instrument_of(condition, 1));
      }
      return;
    case SetOperation::kRedeem: return;
  }
}

void Executor::on_operation(const Event& e, ExecutionContext& context) {
  const auto slot = std::find_if(operations_.begin(), operations_.end(),
                                 [&](const auto& o) { return o.used && o.id == e.operation.id; });
  if (slot == operations_.end()) return;
  if (e.operation.succeeded == Event::Operation::kNobodyKnows) return doubt(*slot, context);
  const PendingOperation operation = *slot;
  slot->used = false;
  reserve_for_operation(operation, false, context);
  const bool succeeded = e.operation.succeeded == Event::Operation::kSucceeded;
  Plan* const plan = find_plan(operation.plan);
  if (succeeded) {
    apply_operation(operation, e.operation.gas, context);
    std::erase_if(put_off_, [&](const PutOff& p) { return p.condition == operation.condition; });
  } else {
    ++counters_.operations_failed;
    if (operation.kind != SetOperation::kConvert) put_off(operation.condition, context.now);
    if (operation.kind == SetOperation::kMerge) {
      leave_waiting(operation.condition, operation.amount);
      // The pairs are there and are a dollar each, so the plan has done its work.
      if (plan != nullptr) plan->cash_flow += Usd{operation.amount.micros}, plan->completed = operation.amount;
    }
    // A failed split leaves nothing; a failed convert leaves complete sets, which pay at resolution anyway.
    if (plan != nullptr) finish(*plan, context);
    return;
  }
  if (plan == nullptr) return;
  const Usd amount{operation.amount.micros};
  plan->cash_flow -= e.operation.gas;
  switch (operation.kind) {
    case SetOperation::kSplit: {
      plan->cash_flow -= amount;
      enter(*plan, PlanState::kLegs, context.now);
      for (std::uint32_t i = 0; i < plan->intent.leg_count; ++i) {
        plan->legs[i].held += operation.amount;
      }
      for (std::uint32_t i = 0; i < plan->intent.leg_count; ++i) {
        const IntentLeg& leg = plan->intent.legs()[i];
        (void)place(*plan, static_cast<std::uint8_t>(i), leg.side, leg.limit, operation.amount, context);
      }
      advance(*plan, context);
      return;
    }
    case SetOperation::kMerge: plan->cash_flow += amount; break;
    case SetOperation::kConvert:
      plan->cash_flow += Usd{amount.micros * static_cast<std::int64_t>(plan->intent.leg_count - 1)};
      break;
    case SetOperation::kRedeem: return;
  }
  plan->completed = operation.amount;
  finish(*plan, context);
}

// Nothing is booked and what was promised stays promised until the account's pictures tell. The plan does not wait.
void Executor::doubt(PendingOperation& operation, ExecutionContext& context) {
  if (!operation.doubtful) operation.doubtful_since = context.now;
  operation.doubtful = true;
  if (operation.kind != SetOperation::kConvert) put_off(operation.condition, context.now);
  context.commands.emplace_back(ReadAccount{});
  if (Plan* const plan = find_plan(operation.plan)) finish(*plan, context);
}

void Executor::apply_operation(const PendingOperation& operation, Usd gas, ExecutionContext& context) {
  switch (operation.kind) {
    case SetOperation::kSplit: context.ledger.split(operation.condition, operation.amount, gas); return;
    case SetOperation::kMerge: context.ledger.merge(operation.condition, operation.amount, gas); return;
    case SetOperation::kConvert: {
      const auto [given, received] = split_by_mask(operation, context.catalogue);
      context.ledger.convert(given, received, operation.amount, gas);
      return;
    }
    case SetOperation::kRedeem: {
      const bool first_won = context.catalogue[operation.condition].winning_outcome == 0;
      context.ledger.redeem(operation.condition, first_won ? kOneUsd : Price{0}, gas);
      return;
    }
  }
}

void Executor::on_resolved(ConditionId condition, ExecutionContext& context) {
  const std::uint8_t winner = context.catalogue[condition].winning_outcome;
  if (winner == Event::kNoWinner) return;
  std::erase_if(waiting_, [&](const WaitingSets& w) { return w.condition == condition; });  // redeemed with the rest
  const Position& won = context.ledger.position(instrument_of(condition, winner));
  const Position& lost = context.ledger.position(instrument_of(condition, winner ^ 1U));
  if (won.settled.micros <= 0 && lost.settled.micros > 0) {
    // Nothing to collect: no transaction is worth its gas.
    context.ledger.redeem(condition, winner == 0 ? kOneUsd : Price{0}, Usd{});
    return;
  }
  if (won.settled.micros <= 0 || context.risk.halts().any() || !settings_.auto_redeem) return;
  if (!worth_redeeming(Usd{won.settled.micros}) || put_off_until_later(condition, context.now)) return;
  const bool running = std::any_of(operations_.begin(), operations_.end(), [&](const auto& o) {
    return o.used && o.condition == condition && o.kind == SetOperation::kRedeem;
  });
  if (!running) (void)ask({.kind = SetOperation::kRedeem, .condition = condition, .amount = won.settled}, context);
}

// --- what is worth an operation

bool Executor::scarce() const noexcept { return terms_.left >= 0 && std::int64_t{terms_.left} * 10 < terms_.daily; }

bool Executor::worth_merging(Shares sets) const noexcept {
  if (!settings_.auto_merge || terms_.left == 0 || sets.micros <= 0) return false;
  const std::int64_t least = settings_.min_merge.micros * (scarce() ? 10 : 1);
  return sets.micros >= least && sets.micros >= settings_.merge_cost_multiple * terms_.cost.micros;
}

// Paid once and not worth less tomorrow, so only the cost counts, and a quota that merges may need more.
bool Executor::worth_redeeming(Usd payout) const noexcept {
  return payout > terms_.cost && terms_.left != 0 && (!scarce() || payout.micros >= 10 * settings_.min_merge.micros);
}

// Conversions do not wait: what they are worth now they are worth later only by chance.
bool Executor::worth_converting(Shares sets) const noexcept {
  return settings_.auto_merge && terms_.left != 0 && sets.micros > 0 && sets >= settings_.min_merge;
}

void Executor::put_off(ConditionId condition, Nanos now) {
  const auto known = std::ranges::find(put_off_, condition, &PutOff::condition);
  if (known != put_off_.end()) {
    known->wait = std::min(kRetryAtMost, known->wait + known->wait);
    known->not_before = now + known->wait;
  } else {
    put_off_.push_back({condition, now + kRetryAfter, kRetryAfter});
  }
}

bool Executor::put_off_until_later(ConditionId condition, Nanos now) const noexcept {
  const auto known = std::ranges::find(put_off_, condition, &PutOff::condition);
  return known != put_off_.end() && now < known->not_before;
}

void Executor::leave_waiting(ConditionId condition, Shares sets) {
  if (sets.micros <= 0) return;
  const auto known = std::ranges::find(waiting_, condition, &WaitingSets::condition);
  if (known != waiting_.end()) {
    known->sets += sets;
  } else if (waiting_.size() < kMaxPlans) {
    waiting_.push_back({condition, sets});
  }
}

// Pairs that plans have left behind, once there are enough of them, or gas has become cheap enough. Never more than
// there are, for a person may have sold some; what an order has promised away for the moment waits on.
void Executor::merge_waiting(ExecutionContext& context) {
  if (waiting_.empty() || context.risk.halts().any()) return;
  for (WaitingSets& w : waiting_) {
    if (!worth_merging(w.sets) || put_off_until_later(w.condition, context.now)) continue;
    const Position& first = context.ledger.position(instrument_of(w.condition, 0));
    const Position& second = context.ledger.position(instrument_of(w.condition, 1));
    w.sets = std::min({w.sets, first.net(), second.net()}).floor_to_lot();
    const Shares sets = std::min({w.sets, first.free(), second.free()}).floor_to_lot();
    if (!worth_merging(sets)) continue;
    if (ask({.kind = SetOperation::kMerge, .condition = w.condition, .amount = sets}, context)) w.sets -= sets;
  }
  std::erase_if(waiting_, [](const WaitingSets& w) { return w.sets.micros <= 0; });
}

}  // namespace underround
