#include "app/event_columns.hpp"

#include <fmt/format.h>

#include <array>
#include <cstring>

#include "core/event_fields.hpp"
#include "risk/halts.hpp"

namespace underround {
namespace {

using Value = std::optional<std::int64_t>;
using Kind = EventKind;

template <class... Kinds>
bool any_of(const Event& e, Kinds... kinds) noexcept {
  return ((e.header.kind == kinds) || ...);
}

bool has_head(const Event& e) noexcept {
  return any_of(e, Kind::kSnapshotBegin, Kind::kSnapshotEnd, Kind::kTickChange);
}
bool has_price(const Event& e) noexcept { return any_of(e, Kind::kSnapshotLevel, Kind::kLevel, Kind::kTrade); }
bool has_best(const Event& e) noexcept { return any_of(e, Kind::kLevel, Kind::kTopOfBook); }
bool has_instrument(const Event& e) noexcept { return subject_of(e.header.kind) == Subject::kInstrument; }
bool has_condition(const Event& e) noexcept {
  return subject_of(e.header.kind) == Subject::kCondition ||
         (e.header.kind == Kind::kOperationDone && e.operation.kind != SetOperation::kConvert);
}
bool has_quote(const Event& e) noexcept { return any_of(e, Kind::kReferenceQuote, Kind::kReferenceTrade); }
bool has_order(const Event& e) noexcept {
  return e.header.kind >= Kind::kOrderAccepted && e.header.kind <= Kind::kCancelRejected;
}
bool is_fill(const Event& e) noexcept { return e.header.kind == Kind::kFill; }
bool is_market(const Event& e) noexcept { return e.header.kind == Kind::kMarketStatus; }
bool is_score(const Event& e) noexcept { return e.header.kind == Kind::kScore; }
bool is_operation(const Event& e) noexcept { return e.header.kind == Kind::kOperationDone; }
bool is_terms(const Event& e) noexcept { return e.header.kind == Kind::kOperationTerms; }
bool is_cash(const Event& e) noexcept { return e.header.kind == Kind::kAccountCash; }
bool is_position(const Event& e) noexcept { return e.header.kind == Kind::kAccountPosition; }
bool is_halt(const Event& e) noexcept { return any_of(e, Kind::kKill, Kind::kResume); }

Value when(bool has, std::int64_t value) noexcept { return has ? Value(value) : Value(); }
Value price(bool has, Price p) noexcept { return when(has && p != kNoPrice, p.pips); }

Value venue_time(const Event& e) noexcept {
  const Nanos time = is_market(e) ? e.market.venue_time : venue_time_of(e);
  return when(time.ns != 0, time.ns);
}

template <class Enum>
const char* label(std::uint8_t code) {
  return to_string(static_cast<Enum>(code));
}
const char* phase_label(std::uint8_t code) {
  static constexpr std::array kNames{"pending", "open", "paused", "closed", "resolved", "redeemable"};
  return code < kNames.size() ? kNames[code] : "?";
}
const char* liquidity_label(std::uint8_t code) { return code == 0 ? "taker" : "maker"; }

// The names end where to_string() knows no more.
std::uint8_t count(const char* (*of)(std::uint8_t)) {
  std::uint8_t n = 0;
  while (n < 254 && std::strcmp(of(n), "?") != 0) ++n;
  return n;
}

Column integer(std::string_view name) { return {.name = name}; }
Column id(std::string_view name) { return {.name = name, .type = ColumnType::kId}; }
Column pips(std::string_view name, std::string_view readable) {
  return {.name = name, .readable = readable, .digits = Price::kDecimals};
}
Column micros(std::string_view name, std::string_view readable) {
  return {.name = name, .readable = readable, .digits = Shares::kDecimals};
}
Column e8(std::string_view name, std::string_view readable) {
  return {.name = name, .readable = readable, .digits = 8};
}
Column code(std::string_view name, const char* (*of)(std::uint8_t), std::uint8_t labels) {
  return {.name = name, .type = ColumnType::kCode, .label = of, .labels = labels};
}
Column code(std::string_view name, const char* (*of)(std::uint8_t)) { return code(name, of, count(of)); }

std::vector<EventColumn> make_columns() {
  using E = const Event&;
  return {
      {code("kind", label<EventKind>), [](E e) -> Value { return static_cast<std::int64_t>(e.header.kind); }},
      {integer("time_ns"), [](E e) -> Value { return e.header.time.ns; }},
      {code("venue", label<VenueId>, 4),
       [](E e) { return when(e.header.venue != VenueId::kNone, static_cast<std::int64_t>(e.header.venue)); }},
      {integer("connection"), [](E e) { return when(e.header.connection != 0, e.header.connection); }},
      {integer("condition"),
       [](E e) -> Value {
         const auto c = condition_of(e);
         return c ? Value(c->value) : Value();
       }},
      {integer("outcome"), [](E e) { return when(has_instrument(e), outcome_of(e.instrument())); }},
      {integer("subject"),
       [](E e) {
         return when(!has_instrument(e) && !has_condition(e) && e.header.subject != Event::kNoSubject,
                     e.header.subject);
       }},
      {integer("venue_time_ns"), venue_time},
      {code("side", label<Side>, 2),
       [](E e) -> Value {
         if (is_fill(e)) return static_cast<std::int64_t>(e.fill.side);
         return when(has_price(e), static_cast<std::int64_t>(e.level.side));
       }},
      {pips("price_pips", "price"),
       [](E e) { return is_fill(e) ? price(true, e.fill.price) : price(has_price(e), e.level.price); }},
      {micros("size_micros", "size"),
       [](E e) -> Value {
         if (is_fill(e)) return e.fill.size.micros;
         if (is_position(e)) return e.account.shares.micros;
         if (is_operation(e)) return e.operation.amount.micros;
         return when(has_price(e), e.level.size.micros);
       }},
      {pips("best_bid_pips", "best_bid"), [](E e) { return price(has_best(e), e.level.best_bid); }},
      {pips("best_ask_pips", "best_ask"), [](E e) { return price(has_best(e), e.level.best_ask); }},
      {pips("tick_pips", "tick"),
       [](E e) { return when(has_head(e) && e.book_head.tick.pips != 0, e.book_head.tick.pips); }},
      {integer("levels"), [](E e) { return when(has_head(e), e.book_head.levels); }},
      {e8("bid_e8", "bid"), [](E e) { return when(has_quote(e), e.quote.bid_e8); }},
      {e8("ask_e8", "ask"), [](E e) { return when(has_quote(e), e.quote.ask_e8); }},
      {e8("bid_size_e8", "bid_size"), [](E e) { return when(has_quote(e), e.quote.bid_size_e8); }},
      {e8("ask_size_e8", "ask_size"), [](E e) { return when(has_quote(e), e.quote.ask_size_e8); }},
      {id("order_id"),
       [](E e) -> Value {
         if (is_fill(e)) return static_cast<std::int64_t>(e.fill.order.value);
         return when(has_order(e), static_cast<std::int64_t>(e.order.id.value));
       }},
      {code("status", label<OrderStatus>),
       [](E e) { return when(has_order(e), static_cast<std::int64_t>(e.order.status)); }},
      {code("reason", label<RejectReason>),
       [](E e) {
         return when(has_order(e) && e.order.reason != RejectReason::kNone, static_cast<std::int64_t>(e.order.reason));
       }},
      {micros("matched_micros", "matched"),
       [](E e) { return when(has_order(e) && e.order.matched.micros >= 0, e.order.matched.micros); }},
      {id("fill_id"),
       [](E e) -> Value {
         if (is_fill(e)) return static_cast<std::int64_t>(e.fill.fill_id);
         return when(e.header.kind == Kind::kSettlement, static_cast<std::int64_t>(e.settlement.fill_id));
       }},
      {code("liquidity", liquidity_label, 2),
       [](E e) { return when(is_fill(e), static_cast<std::int64_t>(e.fill.liquidity)); }},
      {code("settlement", label<SettlementStatus>),
       [](E e) -> Value {
         if (is_fill(e)) return static_cast<std::int64_t>(e.fill.settlement);
         return when(e.header.kind == Kind::kSettlement, static_cast<std::int64_t>(e.settlement.status));
       }},
      {micros("fee_usd_micros", "fee_usd"), [](E e) { return when(is_fill(e), e.fill.fee.micros); }},
      {id("operation_id"), [](E e) { return when(is_operation(e), static_cast<std::int64_t>(e.operation.id.value)); }},
      {code("operation", label<SetOperation>),
       [](E e) { return when(is_operation(e), static_cast<std::int64_t>(e.operation.kind)); }},
      {integer("succeeded"), [](E e) { return when(is_operation(e), e.operation.succeeded); }},
      {micros("gas_usd_micros", "gas_usd"),
       [](E e) -> Value {
         if (is_terms(e)) return e.terms.cost.micros;
         return when(is_operation(e), e.operation.gas.micros);
       }},
      {integer("operations_left"), [](E e) { return when(is_terms(e), e.terms.left); }},
      {integer("operations_daily"), [](E e) { return when(is_terms(e), e.terms.daily); }},
      {code("phase", phase_label), [](E e) { return when(is_market(e), static_cast<std::int64_t>(e.market.phase)); }},
      {integer("winning_outcome"),
       [](E e) {
         return when(is_market(e) && e.market.winning_outcome != Event::kNoWinner, e.market.winning_outcome);
       }},
      {integer("home"), [](E e) { return when(is_score(e), e.score.home); }},
      {integer("away"), [](E e) { return when(is_score(e), e.score.away); }},
      {integer("elapsed_s"), [](E e) { return when(is_score(e), e.score.elapsed_s); }},
      {integer("period"), [](E e) { return when(is_score(e), e.score.period); }},
      {integer("ended"), [](E e) { return when(is_score(e), e.score.ended); }},
      {micros("cash_usd_micros", "cash_usd"), [](E e) { return when(is_cash(e), e.account.cash.micros); }},
      {micros("locked_usd_micros", "locked_usd"), [](E e) { return when(is_cash(e), e.account.locked.micros); }},
      {micros("locked_size_micros", "locked_size"),
       [](E e) { return when(is_position(e), e.account.locked_shares.micros); }},
      {pips("average_pips", "average"), [](E e) { return price(is_position(e), e.account.average); }},
      {integer("complete"), [](E e) { return when(e.header.kind == Kind::kAccountEnd, e.account.complete); }},
      {integer("up"), [](E e) { return when(any_of(e, Kind::kFeed, Kind::kUserStream), e.feed.up); }},
      {code("halt_reason", label<HaltReason>), [](E e) { return when(is_halt(e), e.halt.reason); }},
  };
}

}  // namespace

std::span<const EventColumn> event_columns() {
  static const std::vector<EventColumn> kColumns = make_columns();
  return kColumns;
}

std::optional<ConditionId> condition_of(const Event& e) noexcept {
  if (e.header.subject == Event::kNoSubject) return std::nullopt;
  if (has_instrument(e)) return condition_of(e.instrument());
  return has_condition(e) ? std::optional(e.condition()) : std::nullopt;
}

std::string note_of(const Event& e) {
  if (!is_halt(e)) return {};
  return {e.halt.note, ::strnlen(e.halt.note, sizeof e.halt.note)};
}

std::string describe_event(const Event& e) {
  std::string words = to_string(e.header.kind);
  for (const EventColumn& c : event_columns().subspan(1)) {
    const auto value = c.get(e);
    if (!value) continue;
    const Column& column = c.column;
    if (column.type == ColumnType::kCode) {
      words += fmt::format(" {}={}", column.name, column.label(static_cast<std::uint8_t>(*value)));
    } else if (column.type == ColumnType::kId) {
      words += fmt::format(" {}={}", column.name, static_cast<std::uint64_t>(*value));
    } else if (!column.readable.empty()) {
      words += fmt::format(" {}={}", column.readable, fixed_decimal(*value, column.digits));
    } else {
      words += fmt::format(" {}={}", column.name, *value);
    }
  }
  const std::string note = note_of(e);
  return note.empty() ? words : words + " " + note;
}

}  // namespace underround
