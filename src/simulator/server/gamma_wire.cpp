#include "simulator/server/gamma_wire.hpp"

#include <algorithm>
#include <optional>

#include "simulator/server/json_writer.hpp"
#include "simulator/server/market_wire.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {
namespace {

// "[\"Yes\", \"No\"]" as the text inside the string.
std::string text_list(std::string_view first, std::string_view second) {
  std::string out;
  JsonWriter(out, ", ").array().string(first).string(second).end_array();
  return out;
}

bool has_tag(const ConditionSpec& spec, std::string_view tag) {
  return std::ranges::find(spec.tags, tag) != spec.tags.end();
}

std::string_view fee_type(const ConditionSpec& spec) {
  if (has_tag(spec, "crypto")) return "crypto_fees";
  return spec.sports_market_type.empty() ? "general_fees" : "sports_fees_v2";
}

// Rebate share of the fee, percent (protocol page 11).
int rebate_percent(const ConditionSpec& spec) {
  if (has_tag(spec, "crypto")) return 20;
  return spec.sports_market_type.empty() ? 25 : 15;
}

// Gamma shows v2 conditions as bytes31 (protocol page 4).
std::string condition_text(const ConditionSpec& spec) {
  return spec.version == MarketVersion::kV2 && spec.condition_id.size() == 66 ? spec.condition_id.substr(0, 64)
                                                                              : spec.condition_id;
}

void append_crypto_config(JsonWriter& w, const Market& market) {
  const std::string& slug = market.spec.slug;
  const std::size_t marker = slug.find("-updown-");
  if (marker == std::string::npos) return;
  const std::string duration = slug.substr(marker + 8, slug.find('-', marker + 8) - marker - 8);
  w.key("cryptoMarketConfig")
      .object()
      .field("id", slug.substr(0, marker) + "-" + duration)
      .field("asset", slug.substr(0, marker))
      .field("duration", duration)
      .boolean("twapEnabled", false)
      .null("twapLookbackSeconds")
      .end_object();
}

std::string title_case(std::string_view slug) {
  std::string out(slug);
  bool first = true;
  for (char& c : out) {
    if (c == '-') c = ' ';
    if (first && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    first = c == ' ';
  }
  return out;
}

}  // namespace

std::uint64_t TagTable::id_of(std::string_view slug) {
  const auto it = std::ranges::find(slugs_, slug);
  if (it != slugs_.end()) return kFirst + static_cast<std::uint64_t>(it - slugs_.begin());
  slugs_.emplace_back(slug);
  return kFirst + slugs_.size() - 1;
}

std::string_view TagTable::slug_of(std::uint64_t id) const noexcept {
  return id >= kFirst && id - kFirst < slugs_.size() ? std::string_view(slugs_[id - kFirst]) : std::string_view{};
}

Usd GammaWire::volume_24h(const Market& market) const { return market.spec.volume_24h + market.volume; }

std::span<const MarketId> GammaWire::markets_of(const EventRef& event) const {
  if (event.group.valid()) return venue_.group(event.group).markets;
  return {&event.market, 1};
}

std::string GammaWire::event_slug(const EventRef& event) const {
  return event.group.valid() ? venue_.group(event.group).spec.slug : venue_.market(event.market).spec.slug;
}

void GammaWire::append_tag(std::string& out, std::string_view slug) const {
  JsonWriter(out)
      .object()
      .field("id", std::to_string(tags_.id_of(slug)))
      .field("label", title_case(slug))
      .field("slug", slug)
      .end_object();
}

void GammaWire::append_trading(JsonWriter& w, const Market& market) const {
  const ConditionSpec& spec = market.spec;
  w.boolean("enableOrderBook", true)
      .number("orderPriceMinTickSize", spec.tick.pips, Price::kDecimals)
      .number("orderMinSize", spec.min_order_size.micros, Shares::kDecimals)
      .boolean("acceptingOrders", spec.accepting_orders)
      .field("acceptingOrdersTimestamp", iso_time(market.created_at))
      .boolean("negRisk", spec.neg_risk)
      .boolean("negRiskOther", spec.neg_risk_other);
  if (spec.neg_risk) w.field("negRiskMarketID", spec.group.neg_risk_market_id);
  w.field("negRiskRequestID", spec.neg_risk ? spec.question_id : std::string{});
  const bool fees = spec.fees.known() && spec.fees.rate_ppm() > 0;
  w.integer("makerBaseFee", 1000).integer("takerBaseFee", 1000).boolean("feesEnabled", fees);
  if (fees) {
    w.field("feeType", fee_type(spec)).key("feeSchedule").object();
    w.integer("exponent", spec.fees.exponent())
        .number("rate", spec.fees.rate_ppm(), 6)
        .boolean("takerOnly", true)
        .number("rebateRate", rebate_percent(spec), 2)
        .end_object();
  } else {
    w.null("feeType");
  }
  w.integer("rewardsMinSize", 0).integer("rewardsMaxSpread", 0).boolean("rfqEnabled", false);
}

void GammaWire::append_prices(JsonWriter& w, const Market& market) const {
  const Price bid = venue_.best_bid(market.id), ask = venue_.best_ask(market.id);
  const Usd volume = volume_24h(market);
  w.field("outcomePrices", text_list(outcome_price_text(venue_, market, 0), outcome_price_text(venue_, market, 1)))
      .decimal("volume", volume.micros, Usd::kDecimals)
      .number("volumeNum", volume.micros, Usd::kDecimals)
      .number("volume24hr", volume.micros, Usd::kDecimals)
      .decimal("liquidity", market.spec.liquidity.micros, Usd::kDecimals)
      .number("liquidityNum", market.spec.liquidity.micros, Usd::kDecimals)
      .number("bestBid", bid.pips, Price::kDecimals)
      .number("bestAsk", ask.pips, Price::kDecimals)
      .number("spread", (ask - bid).pips, Price::kDecimals)
      .number("lastTradePrice", market.last_trade_price.pips, Price::kDecimals);
}

void GammaWire::append_market_body(JsonWriter& w, const Market& market) const {
  const ConditionSpec& spec = market.spec;
  const bool v2 = spec.version == MarketVersion::kV2;
  w.field("id", std::to_string(market.gamma_id))
      .field("version", v2 ? "v2" : "v1")
      .field("question", spec.question)
      .field("conditionId", condition_text(spec))
      .field("slug", spec.slug)
      .field("resolutionSource", spec.resolution_source)
      .field("startDate", iso_time(market.created_at))
      .field("createdAt", iso_time(market.created_at));
  if (spec.end_at.ns != 0) w.field("endDate", iso_time(spec.end_at)).field("endDateIso", iso_date(spec.end_at));
  const Nanos event_start = spec.game_start_at.ns != 0 ? spec.game_start_at : spec.start_at;
  if (event_start.ns != 0) w.field("eventStartTime", iso_time(event_start));
  if (spec.game_start_at.ns != 0) w.field("gameStartTime", game_time_text(spec.game_start_at));
  w.field("description", spec.question).field("outcomes", text_list(spec.outcomes[0], spec.outcomes[1]));
  if (v2) {
    w.null("clobTokenIds").key("positionIds").array().string(spec.tokens[0]).string(spec.tokens[1]).end_array();
  } else {
    w.field("clobTokenIds", text_list(spec.tokens[0], spec.tokens[1]));
  }
  append_prices(w, market);
  w.boolean("active", true).boolean("closed", is_closed(market)).boolean("archived", false).boolean("restricted", true);
  w.field("questionID", spec.question_id)
      .field("groupItemTitle", spec.group_title)
      .field("groupItemThreshold", std::to_string(market.group_index));
  append_trading(w, market);
  w.integer("secondsDelay", spec.seconds_delay).boolean("clearBookOnStart", spec.clear_book_on_start);
  if (!spec.sports_market_type.empty()) {
    w.field("sportsMarketType", spec.sports_market_type)
        .integer("gameId", static_cast<std::int64_t>(market.group.valid() ? venue_.group(market.group).gamma_id
                                                                          : market.gamma_id));
  }
  append_crypto_config(w, market);
  w.field("umaResolutionStatuses", "[]").boolean("automaticallyResolved", market.winner != 0xff);
  if (v2) {
    w.field("resolutionStatus", market.winner != 0xff ? "resolved" : "active");
  } else if (market.winner != 0xff) {
    w.field("umaResolutionStatus", spec.phase == MarketPhase::kRedeemable ? "resolved" : "proposed");
  }
}

void GammaWire::append_score(JsonWriter& w, const Group& group) const {
  if (!group.is_match) return;
  const ScoreUpdate& score = group.score;
  w.boolean("live", score.period > 0 && !score.ended)
      .boolean("ended", score.ended)
      .field("score", std::to_string(score.home) + "-" + std::to_string(score.away))
      .field("period", std::to_string(score.period))
      .field("elapsed", std::to_string(score.elapsed_s / 60))
      .integer("gameId", static_cast<std::int64_t>(group.gamma_id));
}

void GammaWire::append_event_body(JsonWriter& w, const EventRef& event) const {
  const std::span<const MarketId> ids = markets_of(event);
  const Market& first = venue_.market(ids.front());
  const ConditionSpec::Group& spec = first.spec.group;
  const bool grouped = event.group.valid();
  Usd volume{}, liquidity{};
  bool closed = true;
  for (const MarketId id : ids) {
    volume += volume_24h(venue_.market(id));
    liquidity += venue_.market(id).spec.liquidity;
    closed = closed && is_closed(venue_.market(id));
  }
  const std::string slug = event_slug(event), title = grouped ? spec.title : first.spec.question;
  w.field("id", std::to_string(event.gamma_id))
      .field("version", first.spec.version == MarketVersion::kV2 ? "v2" : "v1")
      .field("ticker", slug)
      .field("slug", slug)
      .field("title", title)
      .field("description", title)
      .field("startDate", iso_time(first.created_at))
      .field("creationDate", iso_time(first.created_at));
  if (first.spec.end_at.ns != 0) w.field("endDate", iso_time(first.spec.end_at));
  const Nanos start = first.spec.game_start_at.ns != 0 ? first.spec.game_start_at : first.spec.start_at;
  if (start.ns != 0) w.field("startTime", iso_time(start)).field("eventDate", iso_date(start));
  w.boolean("active", true).boolean("closed", closed).boolean("archived", false).boolean("restricted", true);
  w.number("liquidity", liquidity.micros, Usd::kDecimals)
      .number("volume", volume.micros, Usd::kDecimals)
      .number("volume24hr", volume.micros, Usd::kDecimals)
      .boolean("enableOrderBook", true)
      .boolean("negRisk", grouped && spec.neg_risk)
      .boolean("enableNegRisk", grouped && spec.neg_risk)
      .boolean("negRiskAugmented", grouped && spec.augmented);
  if (grouped && spec.neg_risk) w.field("negRiskMarketID", spec.neg_risk_market_id);
  if (grouped && !spec.series_slug.empty()) {
    w.field("seriesSlug", spec.series_slug).key("series").array().object();
    w.field("ticker", spec.series_slug).field("slug", spec.series_slug).field("title", title_case(spec.series_slug));
    w.end_object().end_array();
  }
  if (grouped) append_score(w, venue_.group(event.group));
}

void GammaWire::append_market(std::string& out, const Market& market, const EventRef& event, bool with_tags) const {
  JsonWriter w(out);
  w.object();
  append_market_body(w, market);
  if (with_tags) {
    std::string list;
    for (const std::string& tag : market.spec.tags) {
      if (!list.empty()) list += ',';
      append_tag(list, tag);
    }
    w.key("tags").raw("[" + list + "]");
  }
  w.key("events").array().object();
  append_event_body(w, event);
  w.end_object().end_array().end_object();
}

void GammaWire::append_event(std::string& out, const EventRef& event, bool with_markets) const {
  JsonWriter w(out);
  w.object();
  append_event_body(w, event);
  const std::span<const MarketId> ids = markets_of(event);
  std::string list;
  for (const std::string& tag : venue_.market(ids.front()).spec.tags) {
    if (!list.empty()) list += ',';
    append_tag(list, tag);
  }
  w.key("tags").raw("[" + list + "]");
  if (with_markets) {
    w.key("markets").array();
    for (const MarketId id : ids) {
      w.object();
      append_market_body(w, venue_.market(id));
      w.end_object();
    }
    w.end_array();
  }
  w.end_object();
}

}  // namespace underround::simulator
