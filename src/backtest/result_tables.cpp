#include "backtest/result_tables.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>

#include "backtest/fill_value.hpp"

namespace underround::backtest {
namespace {

constexpr std::int64_t kHourNs = 3'600 * Nanos::kPerSecond;
constexpr std::int64_t kMostHours = 100'000;  // eleven years; a clock that jumped is not a table

void add_order(TableRow& row, const RunLog& log, const RunIndex& index, std::size_t order) {
  ++row.orders;
  for (const std::size_t f : index.fills_of(order)) {
    const FillRow& fill = log.fills[f];
    if (!stands(fill)) continue;
    const FillValue value = fill_value(log.orders[order], fill);
    ++row.fills;
    row.volume += value_of(log.orders[order], fill);
    row.fees += fill.fee;
    row.spread += value.spread.value_or(Usd{});
    row.slippage += value.slippage.value_or(Usd{});
    row.drift += value.drift.back().value_or(Usd{});
  }
}

void add_plan(TableRow& row, const PlanRow& plan) {
  ++row.plans;
  row.wins += plan.result.micros > 0 ? 1 : 0;
  row.result += plan.result;
  row.expected += plan.expected_profit;
}

}  // namespace

std::vector<TableRow> market_table(const RunLog& log, const RunIndex& index) {
  std::map<Subject, TableRow> rows;
  for (const Opportunity& o : log.opportunities) {
    if (o.fate != Fate::kPhantom) ++rows[{o.subject, o.subject_is_event}].opportunities;
  }
  for (const PlanRow& plan : log.plans) add_plan(rows[{plan.subject, plan.subject_is_event}], plan);
  for (std::size_t i = 0; i < log.orders.size(); ++i) {
    add_order(rows[index.subject_of(log.orders[i])], log, index, i);
  }
  // Money of markets whose event was traded as a whole is the event's: shares pay together, whoever bought them.
  std::set<Subject> whole, moved;
  for (const PlanRow& plan : log.plans) {
    if (plan.subject_is_event) whole.insert({plan.subject, true});
  }
  for (const MarketMoney& money : log.money) {
    if (money.subject_is_event) whole.insert({money.subject, true});
  }
  for (const MarketMoney& money : log.money) {
    Subject subject{money.subject, money.subject_is_event};
    const auto event = subject.is_event ? std::nullopt : index.event_of(ConditionId{money.subject});
    if (event && whole.contains(*event)) {
      moved.insert(subject);
      subject = *event;
    }
    TableRow& row = rows[subject];
    row.pnl = row.pnl.value_or(Usd{}) + money.cash + money.worth;
  }
  std::vector<TableRow> table;
  if (log.money_elsewhere.micros != 0) {
    table.emplace_back().name = "before the run, or made elsewhere";
    table.back().pnl = log.money_elsewhere;
  }
  for (auto& [subject, row] : rows) {
    if (!row.pnl && !moved.contains(subject)) row.pnl = Usd{};
    row.name = index.subject_name(subject);
    row.group = index.subject_group(subject);
    row.is_event = subject.is_event;
    table.push_back(std::move(row));
  }
  std::ranges::sort(table, std::greater{}, [](const TableRow& r) {
    return std::tuple{std::abs(r.pnl.value_or(r.result).micros), r.volume.micros, std::string_view(r.name)};
  });
  return table;
}

std::vector<TableRow> strategy_table(const RunLog& log, const RunIndex& index) {
  std::map<std::uint8_t, TableRow> rows;
  for (std::size_t i = 0; i < log.strategies.size(); ++i) rows[static_cast<std::uint8_t>(i)];
  for (const Opportunity& o : log.opportunities) {
    if (o.fate != Fate::kPhantom) ++rows[o.strategy.value].opportunities;
  }
  for (const PlanRow& plan : log.plans) add_plan(rows[plan.strategy.value], plan);
  for (std::size_t i = 0; i < log.orders.size(); ++i) add_order(rows[log.orders[i].strategy.value], log, index, i);
  std::vector<TableRow> table;
  for (auto& [id, row] : rows) {
    row.name = index.strategy_name(StrategyId{id});
    table.push_back(std::move(row));
  }
  return table;
}

std::vector<HourRow> hour_table(const RunLog& log, Usd pnl) {
  const std::int64_t first = log.from.ns / kHourNs, last = log.to.ns / kHourNs;
  if (log.to < log.from || last - first >= kMostHours) return {};
  std::vector<HourRow> rows(static_cast<std::size_t>(last - first + 1));
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].from = Nanos{(first + static_cast<std::int64_t>(i)) * kHourNs};
  const auto at = [&](Nanos time) -> HourRow& {
    return rows[static_cast<std::size_t>(std::clamp(time.ns / kHourNs, first, last) - first)];
  };
  for (const Opportunity& o : log.opportunities) at(o.first_seen).opportunities += o.fate != Fate::kPhantom ? 1 : 0;
  for (const OrderRow& order : log.orders) ++at(order.decided_at).orders;
  for (const FillRow& fill : log.fills) {
    if (!stands(fill)) continue;
    HourRow& row = at(fill.at);
    ++row.fills;
    row.volume += value_of(log.orders[fill.order], fill);
    row.fees += fill.fee;
  }
  for (const PlanRow& plan : log.plans) {
    HourRow& row = at(plan.closed);
    ++row.plans;
    row.result += plan.result;
  }
  Usd before = log.starting_cash, sum;
  std::size_t point = 0;
  for (HourRow& row : rows) {
    Usd end = before;
    while (point < log.equity.size() && log.equity[point].at.ns < row.from.ns + kHourNs)
      end = log.equity[point++].equity;
    row.pnl = end - before;
    before = end;
    sum += row.pnl;
  }
  rows.back().pnl += pnl - sum;
  return rows;
}

}  // namespace underround::backtest
