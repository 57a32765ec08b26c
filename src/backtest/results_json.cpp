#include "backtest/results_json.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "backtest/run_index.hpp"

namespace underround::backtest {
namespace {

void money(JsonWriter& json, std::string_view name, Usd usd) { json.field(name, usd.micros); }
void money(JsonWriter& json, std::string_view name, const std::optional<Usd>& usd) {
  json.field(name, usd ? std::optional(usd->micros) : std::nullopt);
}
void money(JsonWriter& json, std::string_view name, const std::optional<UsdInterval>& interval) {
  json.key(name);
  if (!interval) return json.null();
  json.begin_array();
  json.value(interval->low.micros);
  json.value(interval->high.micros);
  json.end_array();
}
void price(JsonWriter& json, std::string_view name, Price p) {
  json.field(name, p == kNoPrice ? std::nullopt : std::optional(p.pips));
}
void time(JsonWriter& json, std::string_view name, const std::optional<Nanos>& at) {
  json.field(name, at ? std::optional(at->ns) : std::nullopt);
}
void id(JsonWriter& json, std::string_view name, std::uint64_t value) { json.field(name, fmt::to_string(value)); }

void ratio(JsonWriter& json, std::string_view name, std::string_view interval_name, const std::optional<Ratio>& r) {
  json.field(name, r ? std::optional(r->value) : std::nullopt);
  json.key(interval_name);
  if (!r || !r->interval) return json.null();
  json.begin_array();
  json.value(r->interval->low);
  json.value(r->interval->high);
  json.end_array();
}

template <class Rows, class Write>
void list(JsonWriter& json, std::string_view name, const Rows& rows, const Write& write) {
  json.key(name);
  json.begin_array();
  for (const auto& row : rows) write(row);
  json.end_array();
}

void counts(JsonWriter& json, std::string_view name, const std::vector<Count>& rows) {
  list(json, name, rows, [&](const Count& c) {
    json.begin_object();
    json.field("name", c.name);
    json.field("count", c.count);
    json.end_object();
  });
}

void write_markouts(JsonWriter& json, const Results& r) {
  list(json, "markouts", r.markouts, [&](const Markout& m) {
    json.begin_object();
    json.field("seconds", m.seconds);
    json.field("fills", m.fills);
    json.field("shares_micros", m.shares.micros);
    money(json, "drift_usd_micros", m.drift);
    json.field("pips_per_share", m.pips_per_share);
    json.end_object();
  });
}

void write_liquidity(JsonWriter& json, std::string_view name, const LiquidityFigures& f) {
  json.key(name);
  json.begin_object();
  json.field("fills", f.fills);
  json.field("shares_micros", f.shares.micros);
  money(json, "volume_usd_micros", f.volume);
  money(json, "fees_usd_micros", f.fees);
  money(json, "spread_usd_micros", f.spread);
  money(json, "slippage_usd_micros", f.slippage);
  money(json, "drift_usd_micros", f.drift);
  json.end_object();
}

void write_trades(JsonWriter& json, const Results& r) {
  const TradeFigures& t = r.trades;
  json.key("trades");
  json.begin_object();
  json.field("plans", t.plans);
  json.field("traded", t.traded);
  json.field("wins", t.wins);
  json.field("losses", t.losses);
  json.field("flat", t.flat);
  money(json, "average_win_usd_micros", t.average_win);
  money(json, "average_loss_usd_micros", t.average_loss);
  money(json, "best_usd_micros", t.best);
  money(json, "worst_usd_micros", t.worst);
  money(json, "result_usd_micros", t.result);
  money(json, "left_usd_micros", t.left);
  money(json, "expected_usd_micros", t.expected);
  json.end_object();
  json.key("legs");
  json.begin_object();
  json.field("plans", r.legs.plans);
  money(json, "result_usd_micros", r.legs.result);
  money(json, "expected_usd_micros", r.legs.expected);
  json.end_object();
  json.key("settlement");
  json.begin_object();
  json.field("fills_reversed", r.settlement.fills_reversed);
  money(json, "volume_reversed_usd_micros", r.settlement.volume_reversed);
  json.field("plans", r.settlement.plans);
  money(json, "result_usd_micros", r.settlement.result);
  json.end_object();
}

void write_returns(JsonWriter& json, const ReturnFigures& f) {
  json.key("returns");
  json.begin_object();
  json.field("period_ns", f.period.ns);
  json.field("periods", f.periods);
  ratio(json, "sharpe_year", "sharpe_year_interval", f.sharpe_year);
  ratio(json, "sortino_year", "sortino_year_interval", f.sortino_year);
  json.field("skewness", f.skewness);
  json.field("kurtosis", f.kurtosis);
  json.field("best_of_trials_by_luck", f.best_of_trials_by_luck);
  time(json, "track_record_needed_ns", f.track_record_needed);
  json.field("block_length", f.block_length);
  json.end_object();
}

void write_drawdown(JsonWriter& json, const std::optional<DrawdownFigures>& d) {
  json.key("drawdown");
  if (!d) return json.null();
  json.begin_object();
  money(json, "depth_usd_micros", d->depth);
  json.field("share_of_peak", d->share_of_peak);
  time(json, "peak_at_ns", d->peak_at);
  time(json, "trough_at_ns", d->trough_at);
  time(json, "recovered_at_ns", d->recovered_at);
  json.end_object();
}

void write_capital(JsonWriter& json, const CapitalFigures& c) {
  json.key("capital");
  json.begin_object();
  json.field("usd_hours", c.usd_hours);
  money(json, "mean_bound_usd_micros", c.mean_bound);
  money(json, "peak_bound_usd_micros", c.peak_bound);
  json.field("turnover_of_start", c.turnover_of_start);
  json.end_object();
}

void write_orders(JsonWriter& json, const OrderFigures& o) {
  json.key("orders");
  json.begin_object();
  json.field("named", o.named);
  json.field("sent", o.sent);
  json.key("ends");
  json.begin_object();
  for (std::size_t i = 0; i < o.ends.size(); ++i) json.field(to_string(static_cast<OrderEnd>(i)), o.ends[i]);
  json.end_object();
  counts(json, "rejections", o.rejections);
  json.field("immediate", o.immediate);
  json.field("immediate_missed", o.immediate_missed);
  json.field("resting", o.resting);
  json.field("resting_cancelled", o.resting_cancelled);
  json.field("filled_fully", o.filled_fully);
  json.field("missed", o.missed);
  json.field("shares_filled", o.shares_filled);
  json.end_object();
}

void write_funnel(JsonWriter& json, const Funnel& f) {
  json.key("funnel");
  json.begin_object();
  list(json, "stages", f.stages, [&](const FunnelStage& stage) {
    json.begin_object();
    json.field("name", stage.name);
    json.field("count", stage.count);
    money(json, "profit_usd_micros", stage.profit);
    counts(json, "lost", stage.lost);
    json.end_object();
  });
  json.field("phantoms", f.phantoms);
  json.field("intents", f.intents);
  json.field("refused_by_risk", f.refused_by_risk);
  json.field("plans", f.plans);
  counts(json, "refusals", f.refusals);
  json.end_object();
}

void write_table(JsonWriter& json, std::string_view name, const std::vector<TableRow>& rows) {
  list(json, name, rows, [&](const TableRow& row) {
    json.begin_object();
    json.field("name", row.name);
    json.field("group", row.group);
    json.field("is_event", row.is_event);
    json.field("opportunities", row.opportunities);
    json.field("plans", row.plans);
    json.field("wins", row.wins);
    json.field("orders", row.orders);
    json.field("fills", row.fills);
    money(json, "volume_usd_micros", row.volume);
    money(json, "fees_usd_micros", row.fees);
    money(json, "spread_usd_micros", row.spread);
    money(json, "slippage_usd_micros", row.slippage);
    money(json, "drift_usd_micros", row.drift);
    money(json, "result_usd_micros", row.result);
    money(json, "expected_usd_micros", row.expected);
    money(json, "pnl_usd_micros", row.pnl);
    json.end_object();
  });
}

void write_hours(JsonWriter& json, const std::vector<HourRow>& rows) {
  list(json, "hours", rows, [&](const HourRow& row) {
    json.begin_object();
    time(json, "from_ns", row.from);
    json.field("opportunities", row.opportunities);
    json.field("plans", row.plans);
    json.field("orders", row.orders);
    json.field("fills", row.fills);
    money(json, "volume_usd_micros", row.volume);
    money(json, "fees_usd_micros", row.fees);
    money(json, "result_usd_micros", row.result);
    money(json, "pnl_usd_micros", row.pnl);
    json.end_object();
  });
}

void write_curve(JsonWriter& json, const std::vector<EquityPoint>& points) {
  list(json, "curve", points, [&](const EquityPoint& p) {
    json.begin_array();
    json.value(p.at.ns);
    for (const Usd usd : {p.equity, p.cash, p.bound}) json.value(usd.micros);
    json.end_array();
  });
}

void write_fill(JsonWriter& json, const FillRow& fill) {
  json.begin_object();
  id(json, "id", fill.fill_id);
  time(json, "at_ns", fill.at);
  price(json, "price_pips", fill.price);
  json.field("size_micros", fill.size.micros);
  money(json, "fee_usd_micros", fill.fee);
  json.field("liquidity", fill.liquidity == Liquidity::kMaker ? "maker" : "taker");
  price(json, "mid_pips", fill.mid);
  json.key("mid_after_pips");
  json.begin_array();
  for (const Price after : fill.mid_after) json.value(after == kNoPrice ? std::nullopt : std::optional(after.pips));
  json.end_array();
  json.field("settlement", to_string(fill.settlement));
  json.end_object();
}

void write_book(JsonWriter& json, const BookPicture& book) {
  const auto side = [&](std::string_view name, const std::vector<BookPicture::Level>& levels) {
    list(json, name, levels, [&](const BookPicture::Level& level) {
      json.begin_array();
      json.value(level.price.pips);
      json.value(level.size.micros);
      json.end_array();
    });
  };
  json.begin_object();
  json.field("moment", book.moment);
  time(json, "at_ns", book.at);
  side("bids", book.bids);
  side("asks", book.asks);
  json.end_object();
}

void write_order(JsonWriter& json, const SampleOrder& sample) {
  const OrderRow& order = sample.order;
  json.begin_object();
  id(json, "id", order.id.value);
  json.field("market", sample.market);
  json.field("outcome", outcome_of(order.terms.instrument));
  json.field("side", to_string(order.terms.side));
  json.field("tif", to_string(order.terms.tif));
  json.field("post_only", order.terms.post_only);
  time(json, "decided_at_ns", order.decided_at);
  price(json, "limit_pips", order.terms.limit);
  price(json, "expected_pips", order.expected);
  price(json, "mid_pips", order.mid);
  json.field("size_micros", order.terms.size.micros);
  json.field("filled_micros", order.filled.micros);
  json.field("end", was_sent(order) ? to_string(end_of(order)) : "never sent");
  json.field("reject", to_string(order.reject));
  list(json, "fills", sample.fills, [&](const FillRow& fill) { write_fill(json, fill); });
  list(json, "book", sample.books, [&](const BookPicture& book) { write_book(json, book); });
  json.end_object();
}

void write_samples(JsonWriter& json, const std::vector<SampleTrade>& samples) {
  list(json, "samples", samples, [&](const SampleTrade& trade) {
    const PlanRow& plan = trade.plan;
    json.begin_object();
    json.field("why", trade.why);
    id(json, "plan", plan.id.value);
    json.field("kind", to_string(plan.kind));
    json.field("strategy", trade.strategy);
    json.field("market", trade.market);
    time(json, "opened_ns", plan.opened);
    time(json, "closed_ns", plan.closed);
    json.field("legs", plan.legs);
    json.field("wanted_micros", plan.wanted.micros);
    json.field("completed_micros", plan.completed.micros);
    money(json, "expected_usd_micros", plan.expected_profit);
    money(json, "result_usd_micros", plan.result);
    money(json, "capital_usd_micros", plan.capital);
    json.field("repairs", plan.repairs);
    json.field("settlement_failed", std::ranges::any_of(trade.orders, [](const SampleOrder& order) {
                 return !std::ranges::all_of(order.fills, stands);
               }));
    list(json, "orders", trade.orders, [&](const SampleOrder& order) { write_order(json, order); });
    json.end_object();
  });
}

}  // namespace

void write_headline(JsonWriter& json, const Results& r) {
  json.begin_object();
  json.field("name", r.name);
  json.field("verdict", to_string(r.verdict.kind));
  json.field("verdict_text", r.verdict.text);
  time(json, "from_ns", r.from);
  time(json, "to_ns", r.to);
  money(json, "starting_cash_usd_micros", r.starting_cash);
  money(json, "net_deposits_usd_micros", r.net_deposits);
  money(json, "final_equity_usd_micros", r.final_equity);
  money(json, "unpriced_usd_micros", r.unpriced);
  money(json, "pnl_usd_micros", r.pnl);
  money(json, "pnl_interval_usd_micros", r.pnl_interval);
  json.field("confidence", r.confidence);
  json.field("bets", r.trades.bets);
  json.field("fills", r.maker.fills + r.taker.fills);
  json.field("opportunities", r.funnel.stages.empty() ? 0 : r.funnel.stages.front().count);
  json.field("win_rate", r.trades.win_rate);
  json.field("profit_factor", r.trades.profit_factor);
  money(json, "expectancy_usd_micros", r.trades.expectancy);
  money(json, "expectancy_interval_usd_micros", r.trades.expectancy_interval);
  ratio(json, "sharpe", "sharpe_interval", r.returns.sharpe);
  ratio(json, "sortino", "sortino_interval", r.returns.sortino);
  json.field("probability_above_zero", r.returns.probability_above_zero);
  json.field("probability_after_luck", r.returns.probability_after_luck);
  money(json, "max_drawdown_usd_micros", r.drawdown ? std::optional(r.drawdown->depth) : std::nullopt);
  money(json, "turnover_usd_micros", r.capital.turnover);
  json.field("return_per_usd_hour", r.capital.return_per_usd_hour);
  json.field("filled_any", r.orders.filled_any);
  json.field("events", r.events);
  json.field("state_hash", fmt::format("{:016x}", r.state_hash));
  json.end_object();
}

void write_parts(JsonWriter& json, const PnlParts& p) {
  json.begin_object();
  money(json, "spread_usd_micros", p.spread);
  money(json, "slippage_usd_micros", p.slippage);
  money(json, "travel_usd_micros", p.travel);
  money(json, "drift_usd_micros", p.drift);
  money(json, "fees_usd_micros", p.fees);
  money(json, "gas_usd_micros", p.gas);
  money(json, "rest_usd_micros", p.rest);
  json.end_object();
}

void write_results(JsonWriter& json, const Results& r) {
  json.begin_object();
  json.key("headline");
  write_headline(json, r);
  list(json, "thin", r.thin, [&](const std::string& note) { json.value(note); });
  json.key("parts");
  write_parts(json, r.parts);
  write_markouts(json, r);
  write_liquidity(json, "maker", r.maker);
  write_liquidity(json, "taker", r.taker);
  write_trades(json, r);
  write_returns(json, r.returns);
  write_drawdown(json, r.drawdown);
  write_capital(json, r.capital);
  write_orders(json, r.orders);
  write_funnel(json, r.funnel);
  write_table(json, "markets", r.markets);
  write_table(json, "strategies", r.strategies);
  write_hours(json, r.hours);
  write_curve(json, r.curve);
  write_samples(json, r.samples);
  json.end_object();
}

std::string results_json(const Results& results) {
  fmt::memory_buffer out;
  JsonWriter json(out);
  write_results(json, results);
  return fmt::to_string(out);
}

}  // namespace underround::backtest
