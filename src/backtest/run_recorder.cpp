#include "backtest/run_recorder.hpp"

#include <algorithm>

#include "book/ladder.hpp"

namespace underround::backtest {

RunRecorder::RunRecorder(Engine& engine, std::string name, const RunRecorderSettings& settings)
    : engine_(engine), settings_(settings) {
  log_.name = std::move(name);
  cash_ = engine.ledger().cash();
  log_.starting_cash = deposits_ = engine.ledger().flows().deposits;
  log_.goes_on = cash_ != deposits_ || engine.ledger().total_cost().micros != 0;
  worth_before_ = worth();
  for (const auto& strategy : engine.strategies()) log_.strategies.emplace_back(strategy->name());
  engine.set_on_plan_done(
      [](void* self, const Plan& plan, Usd result) { static_cast<RunRecorder*>(self)->on_plan(plan, result); }, this);
  engine.set_on_opportunity_closed(
      [](void* self, const Opportunity& o) {
        auto& recorder = *static_cast<RunRecorder*>(self);
        if (recorder.log_.opportunities.size() >= RunLog::kMostOpportunities) return;
        recorder.log_.opportunities.push_back(o);
        recorder.market(o.subject_is_event ? recorder.engine_.catalogue().event(EventId{o.subject}).conditions.front()
                                           : ConditionId{o.subject});
      },
      this);
}

Price RunRecorder::mid(InstrumentId instrument) const {
  const ConditionBook& book = engine_.books()[condition_of(instrument)];
  const L2Book& levels = book.book();
  if (book.state() != BookState::kLive || levels.empty(Side::kBuy) || levels.empty(Side::kSell)) return kNoPrice;
  const Price canonical{(levels.best_bid().pips + levels.best_ask().pips) / 2};
  return outcome_of(instrument) == 0 ? canonical : canonical.complement();
}

void RunRecorder::market(ConditionId condition) {
  if (listed_.size() <= condition.value) listed_.resize(std::size_t{condition.value} + 1, 0);
  if (listed_[condition.value] != 0) return;
  listed_[condition.value] = 1;
  const ConditionSpec& spec = engine_.catalogue()[condition].spec;
  const std::string& name = !spec.question.empty() ? spec.question : !spec.slug.empty() ? spec.slug : spec.condition_id;
  log_.markets.push_back({condition, name, spec.group.slug, engine_.catalogue()[condition].event, Event::kNoWinner});
}

// Everything that waits for a moment: points of the equity curve, fills to look at again.
void RunRecorder::look(Nanos now) {
  if (log_.from.ns == 0) {
    log_.from = now;
    next_point_ = now;
  }
  log_.to = std::max(log_.to, now);
  while (next_point_ <= now) {
    // The first whole frame from that moment on.
    point(next_point_);
    next_point_ += settings_.equity_every;
  }
  next_look_ = next_point_;
  for (std::size_t k = 0; k < later_.size(); ++k) {
    while (!later_[k].empty() && later_[k].front().at <= now) {
      FillRow& fill = log_.fills[later_[k].front().fill];
      fill.mid_after[k] = mid(log_.orders[fill.order].terms.instrument);
      later_[k].pop_front();
    }
    if (!later_[k].empty()) next_look_ = std::min(next_look_, later_[k].front().at);
  }
}

void RunRecorder::point(Nanos at) {
  const Valuation v = engine_.valuation();
  const Ledger& ledger = engine_.ledger();
  log_.equity.push_back({at, v.equity, v.cash, ledger.total_cost() + ledger.reserved_cash()});
  if (log_.equity.size() < settings_.most_equity_points) return;
  // Every second point stays, and from now on there are half as many.
  for (std::size_t i = 0; i * 2 < log_.equity.size(); ++i) log_.equity[i] = log_.equity[i * 2];
  log_.equity.resize((log_.equity.size() + 1) / 2);
  settings_.equity_every.ns *= 2;
  next_point_ = log_.equity.back().at;
}

RunRecorder::BySubject RunRecorder::worth() const {
  BySubject all;
  for (const Worth& w : worth_by_market(engine_.ledger(), engine_.catalogue(), engine_.books())) {
    all[{w.event.valid() ? w.event.value : w.condition.value, w.event.valid()}] = w.certain + w.marked;
  }
  return all;
}

// Whose money this event was.
void RunRecorder::account(const Event& e) {
  const Usd change = engine_.ledger().cash() - std::exchange(cash_, engine_.ledger().cash());
  switch (e.header.kind) {
    case EventKind::kFill:
      market_of_fill_.try_emplace(e.fill.fill_id, condition_of(e.instrument()).value);
      cash_of_[{condition_of(e.instrument()).value, false}] += change;
      return;
    case EventKind::kSettlement:
      if (const std::uint32_t* market = market_of_fill_.find(e.settlement.fill_id))
        cash_of_[{*market, false}] += change;
      return;
    case EventKind::kOperationDone:
      cash_of_[{e.header.subject, e.operation.kind == SetOperation::kConvert}] += change;
      return;
    case EventKind::kAccountBegin: worth_at_picture_ = worth(); return;
    case EventKind::kAccountEnd: {
      // Shares that came or went with a deposit are no profit of their market.
      if (engine_.ledger().flows().deposits == std::exchange(deposits_, engine_.ledger().flows().deposits)) return;
      for (const auto& [subject, value] : worth()) worth_before_[subject] += value;
      for (const auto& [subject, value] : worth_at_picture_) worth_before_[subject] -= value;
      return;
    }
    default: return;
  }
}

void RunRecorder::note(const Event& e, std::span<const Command> commands) {
  log_.to = std::max(log_.to, e.header.time);
  account(e);
  switch (e.header.kind) {
    case EventKind::kOrderAccepted:
    case EventKind::kOrderRejected:
    case EventKind::kOrderUnknown:
    case EventKind::kOrderDone:
      if (const std::uint32_t* row = orders_.find(e.order.id.value)) {
        OrderRow& order = log_.orders[*row];
        if (!is_terminal(order.status)) order.status = e.order.status;
        if (e.order.reason != RejectReason::kNone) order.reject = e.order.reason;
      }
      break;
    case EventKind::kFill: on_fill(e); break;
    case EventKind::kSettlement:
      if (const std::uint32_t* row = fills_.find(e.settlement.fill_id)) {
        log_.fills[*row].settlement = e.settlement.status;
      }
      break;
    default: break;
  }
  for (const Command& command : commands) {
    if (const auto* place = std::get_if<PlaceOrder>(&command)) on_order(*place);
  }
}

void RunRecorder::on_order(const PlaceOrder& command) {
  const ApprovedOrder& order = command.order;
  OrderRow row;
  row.id = order.id();
  row.plan = order.plan();
  row.strategy = order.strategy();
  row.terms = order.terms();
  row.decided_at = order.created_at();
  row.expected = kNoPrice;
  row.mid = mid(order.terms().instrument);
  const Order* const ours = engine_.executor().orders().find(row.id);
  row.immediate =
      row.terms.tif == TimeInForce::kFak || row.terms.tif == TimeInForce::kFok || (ours != nullptr && ours->immediate);
  if (const Plan* plan = engine_.executor().plan(order.plan())) {
    row.opportunity = plan->intent.opportunity;
    plans_.try_emplace(plan->id.value, OpenPlan{row.decided_at, Usd{}});
    // A repair is not decided on a price of its own: it takes what there is.
    if (plan->rounds == 0) {
      for (const IntentLeg& leg : plan->intent.legs()) {
        if (leg.instrument == row.terms.instrument && leg.side == row.terms.side) row.expected = leg.expected;
      }
    }
  }
  orders_.try_emplace(row.id.value, static_cast<std::uint32_t>(log_.orders.size()));
  log_.orders.push_back(row);
  shoot(log_.orders.size() - 1, false, row.decided_at);
  market(condition_of(row.terms.instrument));
}

void RunRecorder::shoot(std::size_t order, bool at_fill, Nanos at) {
  if (log_.shots.size() >= RunLog::kMostShots) return;
  const InstrumentId instrument = log_.orders[order].terms.instrument;
  const L2Book& book = engine_.books()[condition_of(instrument)].book();
  BookShot shot;
  shot.order = order;
  shot.at_fill = at_fill;
  shot.at = at;
  const auto copy = [](const Ladder& ladder, std::array<BookShot::Level, 5>& levels) {
    std::size_t n = 0;
    for (LadderCursor c(ladder); c.valid() && n < levels.size(); c.advance()) levels[n++] = {c.price(), c.size()};
  };
  copy(Ladder::to_sell(book, outcome_of(instrument)), shot.bids);
  copy(Ladder::to_buy(book, outcome_of(instrument)), shot.asks);
  log_.shots.push_back(shot);
}

void RunRecorder::on_fill(const Event& e) {
  const std::uint32_t* order = orders_.find(e.fill.order.value);
  if (order == nullptr || !fills_.try_emplace(e.fill.fill_id, static_cast<std::uint32_t>(log_.fills.size())).second)
    return;
  OrderRow& row = log_.orders[*order];
  if (row.filled.micros == 0) shoot(*order, true, e.header.time);
  row.filled += e.fill.size;
  FillRow fill;
  fill.fill_id = e.fill.fill_id;
  fill.order = *order;
  fill.at = e.header.time;
  fill.price = e.fill.price;
  fill.size = e.fill.size;
  fill.fee = e.fill.fee;
  fill.liquidity = e.fill.liquidity;
  fill.mid = mid(row.terms.instrument);
  log_.fills.push_back(fill);
  for (std::size_t k = 0; k < later_.size(); ++k) {
    later_[k].push_back({e.header.time + Nanos::from_seconds(kMarkoutSeconds[k]), log_.fills.size() - 1});
  }
  next_look_ = std::min(next_look_, later_[0].front().at);
  if (OpenPlan* open = plans_.find(row.plan.value)) {
    if (const Plan* plan = engine_.executor().plan(row.plan)) open->least = std::min(open->least, plan->cash_flow);
  }
}

// Sets that were merged, converted or are waiting for it are in the plan's own result.
Usd RunRecorder::left_by(const Plan& plan) const {
  const auto legs = plan.intent.legs();
  Shares sets;
  if (needs_even_legs(plan.intent.kind)) sets = std::max(Shares{}, least_held(plan) - plan.completed);
  Usd worth = notional(payoff_per_set(plan.intent), sets, Rounding::kDown);
  for (std::size_t i = 0; i < legs.size(); ++i) {
    const Shares rest = plan.legs[i].held - plan.completed - sets;
    if (rest.micros <= 0) continue;
    worth += notional(mark_price(legs[i].instrument, engine_.ledger(), engine_.books()), rest, Rounding::kDown);
  }
  return worth;
}

void RunRecorder::on_plan(const Plan& plan, Usd result) {
  PlanRow row;
  row.id = plan.id;
  row.strategy = plan.intent.strategy;
  row.kind = plan.intent.kind;
  row.subject_is_event = plan.intent.event.valid();
  row.subject =
      row.subject_is_event ? plan.intent.event.value : condition_of(plan.intent.legs().front().instrument).value;
  row.legs = plan.intent.leg_count;
  row.wanted = plan.intent.size;
  row.completed = plan.completed;
  row.expected_profit = plan.intent.expected_profit;
  row.left = left_by(plan);
  row.result = result + row.left;
  row.uneven = needs_even_legs(plan.intent.kind) && !is_even(plan);
  row.opened = plan.intent.decided_at;
  row.closed = engine_.now();
  row.repairs = plan.rounds;
  if (const OpenPlan* open = plans_.find(plan.id.value)) {
    row.capital = -std::min(open->least, plan.cash_flow);
    plans_.erase(plan.id.value);
  }
  row.capital = std::max(row.capital, Usd{});
  log_.plans.push_back(row);
}

void RunRecorder::money_of_markets() {
  BySubject change = worth();
  for (const auto& [subject, value] : worth_before_) change[subject] -= value;
  for (const auto& [subject, cash] : cash_of_) change.try_emplace(subject);
  log_.money_elsewhere = log_.final_equity - log_.flows.deposits;
  for (const auto& [subject, value] : change) {
    const auto [id, is_event] = subject;
    const auto cash = cash_of_.find(subject);
    const MarketMoney money{.subject = id,
                            .subject_is_event = is_event,
                            .cash = cash == cash_of_.end() ? Usd{} : cash->second,
                            .worth = value};
    market(is_event ? engine_.catalogue().event(EventId{id}).conditions.front() : ConditionId{id});
    log_.money_elsewhere -= money.cash + money.worth;
    log_.money.push_back(money);
  }
}

RunLog RunRecorder::finish() {
  log_.opportunity_totals = engine_.opportunities().totals();
  log_.funnel.intents = engine_.counters().intents;
  log_.funnel.refused_by_risk = engine_.counters().intents_refused;
  log_.funnel.plans = engine_.executor().counters().plans;
  log_.funnel.refusals = engine_.risk().refusals();
  const Halts& halts = engine_.risk().halts();
  if (halts.any()) log_.halt = std::string(to_string(halts.reason())) + ": " + halts.note();
  log_.flows = engine_.ledger().flows();
  const Valuation end = engine_.valuation();
  log_.final_equity = end.equity;
  log_.unpriced = end.unpriced;
  money_of_markets();
  for (MarketRow& row : log_.markets) row.winning_outcome = engine_.catalogue()[row.id].winning_outcome;
  log_.events = engine_.counters().events;
  log_.state_hash = engine_.state_hash();
  engine_.set_on_plan_done(nullptr, nullptr);
  engine_.set_on_opportunity_closed(nullptr, nullptr);
  return std::move(log_);
}

}  // namespace underround::backtest
