// Made-up runs, for tests and for looking at a page: RunLogs whose figures are known because they were put there.
//   RunBuilder run(Usd::whole(1000));   run.market("Rain?");   run.trade({.market = 0, .result = Usd::whole(2)});
//   RunLog log = run.finish();
// Kept true to the engine: the ledger's flows are the sum of the fills, equity moves when a plan ends.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "backtest/run_index.hpp"
#include "backtest/run_log.hpp"
#include "base/random.hpp"

namespace underround::backtest {

class RunBuilder {
 public:
  explicit RunBuilder(Usd cash, Nanos from = Nanos::from_seconds(1'767'225'600), Nanos step = Nanos::from_seconds(60))
      : step_(step) {
    log_.name = "made up";
    log_.from = log_.to = now_ = from;
    log_.starting_cash = log_.flows.deposits = log_.final_equity = cash;
    log_.strategies = {"sum_to_100", "multi_outcome"};
    log_.equity.push_back({from, cash, cash, Usd{}});
  }

  // Markets are numbered in order; market i is condition i.
  RunBuilder& market(std::string name, std::string group = "") {
    const ConditionId id{static_cast<std::uint32_t>(log_.markets.size())};
    log_.markets.push_back({id, std::move(name), std::move(group), EventId{}, 0});
    return *this;
  }

  struct Trade {
    std::uint32_t market = 0;
    unsigned outcome = 0;
    Side side = Side::kBuy;
    TimeInForce tif = TimeInForce::kFak;
    Shares size = Shares::whole(100), filled = Shares::whole(100);
    std::int32_t mid = 5000, expected = 5100, price = 5100;  // pips; -1 unknown
    std::int32_t mid_at_fill = 5000, mid_1s = 5000, mid_10s = 5000, mid_60s = 5000;
    Usd fee{}, result{}, left{}, expected_profit{};
    Liquidity liquidity = Liquidity::kTaker;
    SettlementStatus settlement = SettlementStatus::kConfirmed;
    OrderStatus status = OrderStatus::kFilled;
    RejectReason reject = RejectReason::kNone;
    std::uint32_t repairs = 0;
    bool uneven = false;
    std::uint8_t strategy = 0;
    Fate fate = Fate::kTaken;
    Usd bound = Usd::whole(51);
    bool plan_ends = true;  // before the run does
  };

  // One opportunity and, when it was taken, its plan with one order; equity follows the result after `step`.
  RunBuilder& trade(const Trade& t) {
    const std::uint64_t opportunity = see(t);
    if (t.fate != Fate::kTaken) return pass(Usd{}, Usd{});
    const PlanId plan{++last_plan_};
    OrderTerms terms;
    terms.instrument = instrument_of(ConditionId{t.market}, t.outcome);
    terms.side = t.side;
    terms.tif = t.tif;
    terms.size = t.size;
    terms.limit = Price{t.expected < 0 ? t.price : t.expected};
    log_.orders.push_back({OrderId{plan.value}, plan, StrategyId{t.strategy}, opportunity, terms, now_,
                           Price{t.expected}, Price{t.mid}, t.status, t.reject, t.filled,
                           t.tif == TimeInForce::kFak || t.tif == TimeInForce::kFok});
    if (t.filled.micros > 0) fill(t);
    if (t.plan_ends) {
      log_.plans.push_back({plan, StrategyId{t.strategy}, IntentKind::kDirectional, t.market, false, 1, t.size,
                            t.filled, t.expected_profit, t.result, t.left, t.bound, now_, now_ + step_, t.repairs,
                            t.uneven});
    }
    ++log_.funnel.intents;
    ++log_.funnel.plans;
    money(t.market).cash += t.result;
    return pass(t.result, t.bound);
  }

  // `step` goes by; equity changes by `change`.
  RunBuilder& pass(Usd change, Usd bound) {
    now_ += step_;
    log_.to = now_;
    log_.final_equity += change;
    log_.equity.push_back({now_, log_.final_equity, log_.final_equity - held_, bound});
    return *this;
  }

  RunBuilder& refuse(RiskRefusal reason, std::uint64_t times = 1) {
    log_.funnel.intents += times;
    log_.funnel.refused_by_risk += times;
    log_.funnel.refusals[static_cast<std::size_t>(reason)] += times;
    return *this;
  }

  [[nodiscard]] RunLog& log() { return log_; }
  [[nodiscard]] RunLog finish() {
    log_.events = log_.opportunities.size() * 1'000;
    return log_;
  }

 private:
  MarketMoney& money(std::uint32_t market) {
    const auto found = std::ranges::find(log_.money, market, &MarketMoney::subject);
    if (found != log_.money.end()) return *found;
    return log_.money.emplace_back(MarketMoney{.subject = market, .cash = {}, .worth = {}});
  }
  std::uint64_t see(const Trade& t) {
    Opportunity o;
    o.id = log_.opportunities.size() + 1;
    o.strategy = StrategyId{t.strategy};
    o.subject = t.market;
    o.open = false;
    o.fate = t.fate;
    o.size = t.size;
    o.profit = t.expected_profit;
    o.first_seen = now_;
    o.last_seen = now_ + step_;
    log_.opportunities.push_back(o);
    OpportunityLog::Totals& totals = log_.opportunity_totals;
    ++(t.fate == Fate::kPhantom ? totals.phantoms : totals.seen);
    totals.taken += t.fate == Fate::kTaken ? 1 : 0;
    ++totals.by_fate[static_cast<std::size_t>(t.fate)];
    return o.id;
  }

  void fill(const Trade& t) {
    FillRow row;
    row.fill_id = log_.fills.size() + 1;
    row.order = log_.orders.size() - 1;
    row.at = now_ + Nanos::from_millis(25);
    row.price = Price{t.price};
    row.size = t.filled;
    row.fee = t.fee;
    row.liquidity = t.liquidity;
    row.mid = Price{t.mid_at_fill};
    row.mid_after = {Price{t.mid_1s}, Price{t.mid_10s}, Price{t.mid_60s}};
    row.settlement = t.settlement;
    log_.fills.push_back(row);
    if (!stands(row)) return;
    log_.flows.fees += t.fee;
    (t.side == Side::kBuy ? log_.flows.bought : log_.flows.sold) += value_of(log_.orders.back(), row);
  }

  RunLog log_;
  Nanos now_, step_;
  Usd held_;
  std::uint64_t last_plan_ = 0;
};

// A run with everything in it: several markets, wins and losses, misses, rejects, a failed settlement, leg losses.
// `edge`: mean result of a bet, in USD; the spread of results is about 3 USD.
inline RunLog synthetic_run(std::string name, std::size_t bets, double edge, std::uint64_t seed = 1) {
  Random random(seed);
  RunBuilder run(Usd::whole(1'000), Nanos::from_seconds(1'767'225'600), Nanos::from_seconds(900));
  constexpr std::uint32_t kMarkets = 12;
  for (std::uint32_t i = 0; i < kMarkets; ++i) {
    run.market(fmt::format("Will Northport win game {}?", i + 1), i < 4 ? "northport-season" : "");
  }
  constexpr Fate kFates[] = {Fate::kTooSmall, Fate::kTooSmall, Fate::kTooSmall, Fate::kStale,
                             Fate::kCooldown, Fate::kRisk,     Fate::kPhantom,  Fate::kUnknownFee};
  for (std::size_t i = 0; i < bets; ++i) {
    for (std::uint64_t k = random.below(4); k > 0; --k) {
      run.trade({.market = static_cast<std::uint32_t>(random.below(kMarkets)),
                 .expected_profit = Usd{random.between(1'000, 900'000)},
                 .fate = kFates[random.below(std::size(kFates))]});
    }
    RunBuilder::Trade t;
    t.market = static_cast<std::uint32_t>(random.below(kMarkets));
    t.outcome = static_cast<unsigned>(random.below(2));
    t.strategy = static_cast<std::uint8_t>(random.below(2));
    t.side = random.chance(0.8) ? Side::kBuy : Side::kSell;
    t.mid = static_cast<std::int32_t>(random.between(1'500, 8'500));
    const std::int32_t toward = t.side == Side::kBuy ? 1 : -1;
    t.expected = t.mid + toward * static_cast<std::int32_t>(random.between(20, 150));
    t.price = t.expected + toward * static_cast<std::int32_t>(random.between(0, 2) * 50);
    t.mid_at_fill = t.mid + static_cast<std::int32_t>(random.between(-30, 30));
    t.mid_1s = t.mid_at_fill - toward * static_cast<std::int32_t>(random.between(-10, 20));
    t.mid_10s = t.mid_1s - toward * static_cast<std::int32_t>(random.between(-20, 30));
    t.mid_60s = random.chance(0.05) ? -1 : t.mid_10s - toward * static_cast<std::int32_t>(random.between(-60, 80));
    t.size = t.filled = Shares::whole(random.between(10, 120));
    t.fee = Usd{random.between(0, 200'000)};
    t.expected_profit = Usd{random.between(50'000, 2'000'000)};
    t.liquidity = random.chance(0.25) ? Liquidity::kMaker : Liquidity::kTaker;
    t.bound = Usd::whole(random.between(20, 200));
    const double fate = random.uniform();
    if (fate < 0.10) {  // missed
      t.filled = Shares{};
      t.status = OrderStatus::kRejected;
      t.reject = RejectReason::kFakNoMatch;
      t.fee = Usd{};
    } else if (fate < 0.13) {
      t.filled = Shares{};
      t.status = OrderStatus::kRejected;
      t.reject = random.chance(0.5) ? RejectReason::kBalance : RejectReason::kTick;
      t.fee = Usd{};
    } else {
      if (fate < 0.25) t.filled = Shares::whole(5), t.status = OrderStatus::kCancelled, t.repairs = 1;
      if (fate > 0.98) t.settlement = SettlementStatus::kFailed;
      t.result = Usd{std::llround((edge + 3 * random.normal() - (t.repairs > 0 ? 1 : 0)) * 1e6)};
    }
    run.trade(t);
  }
  run.refuse(RiskRefusal::kPosition, 31).refuse(RiskRefusal::kBookStale, 12).refuse(RiskRefusal::kCollar, 4);
  run.log().name = std::move(name);
  run.log().flows.gas = Usd{120'000};
  return run.finish();
}

}  // namespace underround::backtest
