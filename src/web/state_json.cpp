#include "web/state_json.hpp"

#include <algorithm>
#include <string_view>

#include "base/json_writer.hpp"

namespace underround::web {
namespace {

// Prices are -1 (kNoPrice) when not known.
void price_field(JsonWriter& json, std::string_view name, Price price) {
  json.key(name);
  if (price == kNoPrice) {
    json.null();
  } else {
    json.value(price.pips);
  }
}

void id_field(JsonWriter& json, std::string_view name, std::uint64_t id) {
  json.field(name, fmt::format_int(id).str());
}

void row(JsonWriter& json, const LatencyView& l) {
  json.field("name", l.name.view());
  json.field("samples", l.samples);
  json.field("p50_ns", l.p50_ns);
  json.field("p90_ns", l.p90_ns);
  json.field("p99_ns", l.p99_ns);
  json.field("p999_ns", l.p999_ns);
  json.field("max_ns", l.max_ns);
}

void row(JsonWriter& json, const PositionView& p) {
  json.field("label", p.label.view());
  json.field("outcome", p.outcome.view());
  json.field("settled_micros", p.settled.micros);
  json.field("pending_micros", p.pending.micros);
  price_field(json, "average_pips", p.average);
  price_field(json, "mark_pips", p.mark);
  json.field("pnl_usd_micros", p.pnl.micros);
}

void row(JsonWriter& json, const OrderView& o) {
  id_field(json, "id", o.id.value);
  json.field("label", o.label.view());
  json.field("outcome", o.outcome.view());
  json.field("strategy", o.strategy.view());
  json.field("side", to_string(o.side));
  json.field("tif", to_string(o.tif));
  json.field("status", to_string(o.status));
  price_field(json, "limit_pips", o.limit);
  json.field("size_micros", o.size.micros);
  json.field("filled_micros", o.filled.micros);
  json.field("age_ms", o.age.millis());
}

void row(JsonWriter& json, const OpportunityView& o) {
  id_field(json, "id", o.id);
  json.field("strategy", o.strategy.view());
  json.field("label", o.label.view());
  json.field("edge_pips", o.edge_pips);
  json.field("size_micros", o.size.micros);
  json.field("seen_at_ms", o.seen_at.millis());
  json.field("duration_us", o.duration.ns / 1000);
  json.field("open", o.open);
  json.field("taken", o.taken);
  json.field("fate", o.fate.view());
}

void levels(JsonWriter& json, std::string_view name, std::span<const BookLevelView> side) {
  json.key(name);
  json.begin_array();
  for (const BookLevelView& level : side) {
    json.begin_array();
    json.value(level.price.pips);
    json.value(level.size.micros);
    json.end_array();
  }
  json.end_array();
}

void row(JsonWriter& json, const BookView& b) {
  json.field("label", b.label.view());
  json.field("outcome", b.outcome.view());
  levels(json, "bids", std::span(b.bids).first(std::min<std::size_t>(b.bid_levels, BookView::kDepth)));
  levels(json, "asks", std::span(b.asks).first(std::min<std::size_t>(b.ask_levels, BookView::kDepth)));
  json.field("consistent", b.consistent);
  json.field("age_ms", b.age.millis());
}

void row(JsonWriter& json, const FeedView& f) {
  json.field("name", f.name.view());
  json.field("up", f.up);
  json.field("stale", f.stale);
  json.key("data_age_ms");
  if (f.data_age_ns < 0) {
    json.null();
  } else {
    json.value(Nanos{f.data_age_ns}.millis());
  }
  json.field("frames", f.frames);
  json.field("reconnects", f.reconnects);
}

void row(JsonWriter& json, const HaltView& h) {
  json.field("active", h.active);
  json.field("reason", h.reason.view());
  json.field("note", h.note.view());
  json.field("since_ms", h.since.millis());
}

std::string_view level_name(AlertLevel level) noexcept {
  switch (level) {
    case AlertLevel::kInfo: return "info";
    case AlertLevel::kWarning: return "warning";
    case AlertLevel::kError: return "error";
  }
  return "error";
}

void row(JsonWriter& json, const AlertView& a) {
  json.field("time_ms", a.time.millis());
  json.field("level", level_name(a.level));
  json.field("text", a.text.view());
}

void row(JsonWriter& json, const StrategyView& s) {
  json.field("name", s.name.view());
  json.field("enabled", s.enabled);
  json.field("seen", s.seen);
  json.field("taken", s.taken);
  json.field("pnl_usd_micros", s.pnl.micros);
}

template <class T, std::size_t N>
void rows(JsonWriter& json, std::string_view name, const ViewList<T, N>& list) {
  json.key(name);
  json.begin_object();
  json.field("total", list.total);
  json.key("rows");
  json.begin_array();
  for (const T& item : list) {
    json.begin_object();
    row(json, item);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

void totals(JsonWriter& json, const TotalsView& t) {
  json.key("totals");
  json.begin_object();
  json.field("markets", t.markets);
  json.field("messages", t.messages);
  json.field("opportunities_seen", t.opportunities_seen);
  json.field("opportunities_taken", t.opportunities_taken);
  json.field("phantoms_refused", t.phantoms_refused);
  json.field("orders", t.orders);
  json.field("fills", t.fills);
  json.field("invariant_violations", t.invariant_violations);
  json.field("pnl_usd_micros", t.pnl.micros);
  json.field("fees_usd_micros", t.fees.micros);
  json.field("cash_usd_micros", t.cash.micros);
  json.field("equity_usd_micros", t.equity.micros);
  json.field("pending_exposure_usd_micros", t.pending_exposure.micros);
  json.field("settled_exposure_usd_micros", t.settled_exposure.micros);
  json.end_object();
}

}  // namespace

const char* to_string(EngineCondition condition) noexcept {
  switch (condition) {
    case EngineCondition::kStarting: return "starting";
    case EngineCondition::kRunning: return "running";
    case EngineCondition::kSilent: return "silent";
  }
  return "?";
}

void append_state(fmt::memory_buffer& out, const EngineView* view, EngineCondition condition, Nanos view_age) {
  JsonWriter json(out);
  json.begin_object();
  json.field("type", "state");
  json.field("engine", to_string(view == nullptr ? EngineCondition::kStarting : condition));
  if (view != nullptr) {
    json.field("view_age_ms", view_age.millis());
    json.field("time_ms", view->time.millis());
    json.field("uptime_ms", view->uptime.millis());
    json.field("mode", underround::to_string(view->mode));
    totals(json, view->totals);
    rows(json, "latencies", view->latencies);
    rows(json, "positions", view->positions);
    rows(json, "orders", view->orders);
    rows(json, "opportunities", view->opportunities);
    rows(json, "books", view->books);
    rows(json, "feeds", view->feeds);
    rows(json, "halts", view->halts);
    rows(json, "alerts", view->alerts);
    rows(json, "strategies", view->strategies);
  }
  json.end_object();
}

void append_history(fmt::memory_buffer& out, std::span<const EquityHistory::Point> points) {
  JsonWriter json(out);
  json.begin_object();
  json.field("type", "history");
  json.key("points");
  json.begin_array();
  for (const EquityHistory::Point& point : points) {
    json.begin_array();
    json.value(point.time.millis());
    json.value(point.equity.micros);
    json.value(point.pnl.micros);
    json.end_array();
  }
  json.end_array();
  json.end_object();
}

}  // namespace underround::web
