#include "engine/engine.hpp"

#include <algorithm>
#include <string_view>

#include "base/check.hpp"
#include "base/stable_hash.hpp"

namespace underround {
namespace {
constexpr Nanos kMarkInterval = Nanos::from_millis(1000);
}

Engine::Engine(Catalogue& catalogue, const EngineSettings& settings, std::vector<std::unique_ptr<Strategy>> strategies)
    : catalogue_(catalogue),
      settings_(settings),
      ledger_(settings.starting_cash),
      risk_(settings.risk),
      executor_(settings.execution),
      reconciler_(settings.reconciliation),
      strategies_(std::move(strategies)),
      results_(strategies_.size()) {
  intents_.reserve(64);
  touched_.reserve(256);
  executor_.set_on_plan_done(&Engine::plan_done, this);
  for (std::uint32_t i = 0; i < catalogue_.size(); ++i) on_condition_added(ConditionId{i});
}

void Engine::step(const Event& e, CommandBuffer& commands) {
  ++counters_.events;
  // Time never runs backwards inside the engine, whatever the clocks outside do.
  now_ = std::max(now_, e.header.time);
  switch (e.header.kind) {
    case EventKind::kSnapshotBegin:
    case EventKind::kSnapshotLevel:
    case EventKind::kSnapshotEnd:
    case EventKind::kLevel:
    case EventKind::kTopOfBook:
    case EventKind::kTickChange:
    case EventKind::kGap: return on_market_data(e);
    case EventKind::kFrameEnd: return on_frame_end(commands);
    case EventKind::kMarketStatus: return on_market_status(e, commands);
    case EventKind::kConditionAdded: return on_condition_added(e.condition());
    case EventKind::kReferenceQuote: {
      const auto context = strategy_context();
      const SymbolId symbol{static_cast<std::uint16_t>(e.header.subject)};
      for (auto& strategy : strategies_) strategy->on_reference(context, symbol, e.quote, intents_);
      return submit_intents(commands);
    }
    case EventKind::kOrderAccepted:
    case EventKind::kOrderRejected:
    case EventKind::kOrderUnknown:
    case EventKind::kOrderDone:
    case EventKind::kCancelRejected:
    case EventKind::kFill:
    case EventKind::kSettlement:
    case EventKind::kOperationDone:
    case EventKind::kOperationTerms: return on_account(e, commands);
    case EventKind::kAccountBegin:
    case EventKind::kAccountCash:
    case EventKind::kAccountPosition:
    case EventKind::kAccountEnd: return on_account_picture(e, commands);
    case EventKind::kUserStream: return risk_.user_stream(e.feed.up != 0, now_);
    case EventKind::kTimer: return on_timer(commands);
    case EventKind::kKill:
    case EventKind::kResume: return on_halt(e, commands);
    case EventKind::kNone:
    case EventKind::kTrade:
    case EventKind::kReferenceTrade:
    case EventKind::kScore:
    case EventKind::kFeed: return;
  }
}

void Engine::touch(ConditionId condition) {
  if (is_touched_[condition.value] != 0) return;
  is_touched_[condition.value] = 1;
  touched_.push_back(condition);
}

void Engine::on_market_data(const Event& e) {
  const ConditionId condition = e.header.kind == EventKind::kGap ? e.condition() : condition_of(e.instrument());
  if (!books_.contains(condition)) return;
  if (!books_[condition].apply(e)) return;
  switch (e.header.kind) {
    case EventKind::kSnapshotLevel: return;  // the end of the snapshot touches it
    case EventKind::kTickChange:
      if (e.book_head.tick.known()) catalogue_.set_tick(condition, e.book_head.tick);
      break;
    case EventKind::kGap: ++counters_.gaps; break;
    default: break;
  }
  touch(condition);
}

void Engine::on_frame_end(CommandBuffer& commands) {
  ++counters_.frames;
  const auto context = strategy_context();
  for (const ConditionId condition : touched_) {
    is_touched_[condition.value] = 0;
    ConditionBook& book = books_[condition];
    if (book.state() == BookState::kBroken) {
      // The venue's own best prices disagree with ours after a whole batch: ours is wrong. Start again.
      book.end_epoch();
      ++counters_.resyncs;
      commands.emplace_back(Resync{condition});
    }
    for (auto& strategy : strategies_) strategy->on_book(context, condition, intents_);
  }
  touched_.clear();
  if (!intents_.empty()) submit_intents(commands);
}

void Engine::submit_intents(CommandBuffer& commands) {
  if (intents_.empty()) return;
  auto context = execution_context(commands);
  for (const Intent& intent : intents_) {
    ++counters_.intents;
    if (!settings_.trade) continue;
    const auto started = executor_.start(intent, context);
    if (started) {
      opportunities_.mark(intent.opportunity, Fate::kTaken);
    } else {
      ++counters_.intents_refused;
      opportunities_.mark(intent.opportunity, started.error() == RiskRefusal::kCash ? Fate::kNoCash : Fate::kRisk);
    }
  }
  intents_.clear();
}

void Engine::on_condition_added(ConditionId condition) {
  UR_CHECK(condition.value < catalogue_.size());
  const auto known = static_cast<std::uint32_t>(books_.size());
  for (std::uint32_t i = std::min(known, condition.value); i <= condition.value; ++i) {
    books_.add(ConditionId{i}, catalogue_[ConditionId{i}].spec.tick);
  }
  is_touched_.resize(books_.size(), 0);
  touched_.reserve(books_.size());
  ledger_.reserve(books_.size() * 2);
  const auto context = strategy_context();
  for (auto& strategy : strategies_) strategy->on_condition_added(context, condition);
}

void Engine::on_market_status(const Event& e, CommandBuffer& commands) {
  if (e.condition().value >= catalogue_.size()) return;
  catalogue_.set_phase(e.condition(), e.market.phase, e.market.winning_outcome);
  const auto context = strategy_context();
  for (auto& strategy : strategies_) strategy->on_condition_added(context, e.condition());
  if (e.market.phase != MarketPhase::kResolved && e.market.phase != MarketPhase::kRedeemable) return;
  const bool held = !ledger_.position(instrument_of(e.condition(), 0)).flat() ||
                    !ledger_.position(instrument_of(e.condition(), 1)).flat();
  if (!held) return;
  if (!awaits_redemption(e.condition())) resolved_.push_back(e.condition());
  auto execution = execution_context(commands);
  executor_.on_resolved(e.condition(), execution);
  check_invariants(commands);
}

void Engine::on_timer(CommandBuffer& commands) {
  auto execution = execution_context(commands);
  executor_.on_timer(execution);
  const auto context = strategy_context();
  for (auto& strategy : strategies_) strategy->on_timer(context, intents_);
  submit_intents(commands);
  if (now_ - marked_at_ < kMarkInterval) return;
  marked_at_ = now_;
  const bool halted = risk_.halts().any();
  risk_.mark(valuation().pnl, now_);
  if (!halted && risk_.halts().any()) executor_.cancel_all(execution);
  // Redemptions that had to wait for settlement, a free slot or the end of a halt.
  std::erase_if(resolved_, [&](ConditionId condition) {
    return ledger_.position(instrument_of(condition, 0)).flat() && ledger_.position(instrument_of(condition, 1)).flat();
  });
  for (const ConditionId condition : resolved_) executor_.on_resolved(condition, execution);
}

void Engine::on_account(const Event& e, CommandBuffer& commands) {
  auto context = execution_context(commands);
  executor_.on_event(e, context);
  check_invariants(commands);
}

void Engine::on_account_picture(const Event& e, CommandBuffer& commands) {
  auto context = execution_context(commands);
  const std::size_t halted_markets = risk_.halted_markets().size();
  const bool halted = risk_.halts().any();
  reconciler_.on_event(e, executor_, context);
  for (std::size_t i = halted_markets; i < risk_.halted_markets().size(); ++i) {
    executor_.cancel_market(risk_.halted_markets()[i], context);
  }
  if (!halted && risk_.halts().any()) executor_.cancel_all(context);
  if (e.header.kind == EventKind::kAccountEnd) check_invariants(commands);
}

void Engine::check_invariants(CommandBuffer& commands) {
  if (ledger_.check()) return;
  ++counters_.invariant_violations;
  if (risk_.halts().raise(HaltReason::kInvariant, "ledger identity broken: see the journal")) {
    auto context = execution_context(commands);
    executor_.cancel_all(context);
  }
}

void Engine::on_halt(const Event& e, CommandBuffer& commands) {
  const std::string_view note(e.halt.note);
  const ConditionId market = e.condition();  // invalid = everything
  if (e.header.kind == EventKind::kResume) {
    reconciler_.on_resume(market);
    if (market.valid()) return risk_.lift_market(market);
    risk_.lift_markets();
    return risk_.halts().lift();
  }
  if (market.valid()) {
    risk_.halt_market(market);
    auto context = execution_context(commands);
    return executor_.cancel_market(market, context);
  }
  risk_.halts().raise(static_cast<HaltReason>(e.halt.reason), note);
  auto context = execution_context(commands);
  executor_.cancel_all(context);
}

void Engine::plan_done(void* self, const Plan& plan, Usd result) {
  auto& engine = *static_cast<Engine*>(self);
  if (engine.on_plan_done_ != nullptr) engine.on_plan_done_(engine.on_plan_done_context_, plan, result);
  const std::size_t index = plan.intent.strategy.value;
  if (index >= engine.results_.size()) return;
  StrategyResult& total = engine.results_[index];
  ++total.plans;
  if (plan.completed.micros > 0) ++total.completed;
  total.result += result;
  engine.strategies_[index]->on_plan_done(engine.strategy_context(), plan.intent, plan.completed, result);
}

std::uint64_t Engine::state_hash() const noexcept {
  StableHasher h;
  h.add(counters_.events);
  h.add_signed(now_.ns);
  h.add(catalogue_.content_hash());
  h.add(ledger_.state_hash());
  h.add(executor_.state_hash());
  h.add(static_cast<std::uint64_t>(risk_.halts().reason()));
  h.add(opportunities_.totals().seen);
  h.add(opportunities_.totals().phantoms);
  for (std::uint32_t i = 0; i < books_.size(); ++i) {
    const ConditionBook& book = books_[ConditionId{i}];
    h.add(book.epoch());
    h.add(static_cast<std::uint64_t>(book.state()));
    h.add_signed(book.book().best_bid().pips);
    h.add_signed(book.book().best_ask().pips);
    h.add(book.counters().levels);
  }
  for (const auto& strategy : strategies_) h.add(strategy->state_hash());
  return h.value();
}

}  // namespace underround
