#include "simulator/server/market_wire.hpp"

#include "simulator/server/json_writer.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {
namespace {

constexpr int kLegacyBaseFeeBps = 1000;  // protocol page 11: a V1 cap, not the fee

bool charges(const ConditionSpec& spec) noexcept { return spec.fees.known() && spec.fees.rate_ppm() > 0; }

void append_tokens(JsonWriter& w, const Venue& venue, const Market& market) {
  w.key("tokens").array();
  for (unsigned i = 0; i < 2; ++i) {
    w.object()
        .field("token_id", market.spec.tokens[i])
        .field("outcome", market.spec.outcomes[i])
        .key("price")
        .raw(outcome_price_text(venue, market, i))
        .boolean("winner", market.winner == i)
        .end_object();
  }
  w.end_array();
}

void append_state(JsonWriter& w, const Market& market) {
  w.boolean("active", true)
      .boolean("closed", is_closed(market))
      .boolean("archived", false)
      .boolean("accepting_orders", market.spec.accepting_orders);
}

}  // namespace

bool is_closed(const Market& market) noexcept { return market.spec.phase >= MarketPhase::kClosed; }

std::string outcome_price_text(const Venue& venue, const Market& market, unsigned outcome) {
  if (market.winner != 0xff) return market.winner == outcome ? "1" : "0";
  if (is_closed(market)) return "0.5";
  const int bid = venue.best_bid(market.id, outcome).pips, ask = venue.best_ask(market.id, outcome).pips;
  return format_decimal((bid + ask) * 5, Price::kDecimals + 1);
}

void append_clob_market(std::string& out, const Market& market) {
  const ConditionSpec& spec = market.spec;
  JsonWriter w(out);
  w.object().field("c", spec.condition_id).key("t").array();
  for (unsigned i = 0; i < 2; ++i) w.object().field("t", spec.tokens[i]).field("o", spec.outcomes[i]).end_object();
  w.end_array()
      .number("mts", spec.tick.pips, Price::kDecimals)
      .number("mos", spec.min_order_size.micros, Shares::kDecimals);
  if (spec.neg_risk) w.boolean("nr", true);
  if (charges(spec)) {
    w.key("fd").object().number("r", spec.fees.rate_ppm(), 6).integer("e", spec.fees.exponent()).boolean("to", true);
    w.end_object();
  }
  w.integer("mbf", kLegacyBaseFeeBps).integer("tbf", kLegacyBaseFeeBps).null("r").boolean("ao", spec.accepting_orders);
  w.field("aot", iso_time(market.created_at));
  if (spec.seconds_delay > 0) w.integer("sd", spec.seconds_delay);
  if (spec.game_start_at.ns != 0) w.field("gst", iso_time(spec.game_start_at));
  if (spec.clear_book_on_start) w.boolean("cbos", true);
  if (spec.taker_delay) w.boolean("itode", true);
  w.field("v", spec.version == MarketVersion::kV2 ? "v2" : "v1").end_object();
}

void append_classic_market(std::string& out, const Venue& venue, const Market& market) {
  const ConditionSpec& spec = market.spec;
  JsonWriter w(out);
  w.object().boolean("enable_order_book", !is_closed(market));
  append_state(w, market);
  w.field("accepting_order_timestamp", iso_time(market.created_at))
      .number("minimum_order_size", spec.min_order_size.micros, Shares::kDecimals)
      .number("minimum_tick_size", spec.tick.pips, Price::kDecimals)
      .field("condition_id", spec.condition_id)
      .field("question_id", spec.question_id)
      .field("question", spec.question)
      .field("description", spec.question)
      .field("market_slug", spec.slug);
  spec.end_at.ns != 0 ? w.field("end_date_iso", iso_time(spec.end_at)) : w.null("end_date_iso");
  spec.game_start_at.ns != 0 ? w.field("game_start_time", iso_time(spec.game_start_at)) : w.null("game_start_time");
  w.integer("seconds_delay", spec.seconds_delay)
      .field("fpmm", "")
      .integer("maker_base_fee", charges(spec) ? kLegacyBaseFeeBps : 0)
      .integer("taker_base_fee", charges(spec) ? kLegacyBaseFeeBps : 0)
      .boolean("notifications_enabled", true)
      .boolean("neg_risk", spec.neg_risk)
      .field("neg_risk_market_id", spec.neg_risk ? spec.group.neg_risk_market_id : std::string{})
      .field("neg_risk_request_id", spec.neg_risk ? spec.question_id : std::string{})
      .field("icon", "")
      .field("image", "")
      .key("rewards")
      .object()
      .null("rates")
      .integer("min_size", 0)
      .integer("max_spread", 0)
      .end_object()
      .boolean("is_50_50_outcome", false);
  append_tokens(w, venue, market);
  w.key("tags").array();
  for (const std::string& tag : spec.tags) w.string(tag);
  w.end_array().end_object();
}

void append_simplified_market(std::string& out, const Venue& venue, const Market& market) {
  JsonWriter w(out);
  w.object().field("condition_id", market.spec.condition_id);
  w.key("rewards").object().null("rates").integer("min_size", 0).integer("max_spread", 0).end_object();
  append_tokens(w, venue, market);
  append_state(w, market);
  w.end_object();
}

}  // namespace underround::simulator
