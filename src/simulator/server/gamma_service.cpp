#include "simulator/server/gamma_service.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/decimal.hpp"
#include "crypto/encoding.hpp"
#include "simulator/server/json_writer.hpp"
#include "simulator/server/market_wire.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {
namespace {

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return !text.empty() && error == std::errc{} && end == text.data() + text.size() ? std::optional(value)
                                                                                   : std::nullopt;
}

// Absent filters let everything through.
bool one_of(const std::vector<std::string_view>& wanted, std::string_view value) {
  return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
}

bool within(const Query& query, std::string_view stem, Nanos value) {
  const auto bound = [&](const char* suffix) { return parse_time_filter(query.get(std::string(stem) + suffix)); };
  if (const auto least = bound("_min"); least && value < *least) return false;
  if (const auto most = bound("_max"); most && value > *most) return false;
  return true;
}

bool within(const Query& query, std::string_view stem, Usd value) {
  const auto bound = [&](const char* suffix) {
    return parse_decimal_truncating(query.get(std::string(stem) + suffix), Usd::kDecimals);
  };
  if (const auto least = bound("_min"); least && value.micros < *least) return false;
  if (const auto most = bound("_max"); most && value.micros > *most) return false;
  return true;
}

bool agrees(const Query& query, std::string_view name, bool value) {
  const std::string_view asked = query.get(name);
  return asked.empty() || (asked == "true") == value;
}

std::string condition_key(std::string_view text) {
  std::string key = lower(text);
  if (key.size() == 64 && key.starts_with("0x")) key += "00";  // bytes31 of v2
  return key;
}

std::string cursor_of(std::int64_t key, std::uint64_t id) {
  const std::string text = std::to_string(key) + ":" + std::to_string(id);
  return crypto::base64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

std::optional<std::pair<std::int64_t, std::uint64_t>> parse_cursor(std::string_view cursor) {
  const auto bytes = crypto::decode_base64(cursor);
  if (!bytes) return std::nullopt;
  const std::string text(bytes->begin(), bytes->end());
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return std::nullopt;
  std::int64_t key = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + colon, key);
  const auto id = number(std::string_view(text).substr(colon + 1));
  if (error != std::errc{} || end != text.data() + colon || !id) return std::nullopt;
  return std::pair(key, *id);
}

std::size_t limit_of(const Query& query) {
  return std::clamp<std::size_t>(query.size("limit", GammaService::kDefaultLimit), 1, GammaService::kMaxLimit);
}

}  // namespace

GammaService::GammaService(Venue& venue) : venue_(venue), wire_(venue, tags_) {
  for (std::size_t i = 0; i < venue.market_count(); ++i) learn(venue.market(MarketId{static_cast<std::uint32_t>(i)}));
  venue_.add_listener(*this);
}

GammaService::~GammaService() { venue_.remove_listener(*this); }

void GammaService::on_market_created(const Market& market, Nanos) { learn(market); }

void GammaService::learn(const Market& market) {
  for (const std::string& tag : market.spec.tags) (void)tags_.id_of(tag);
  std::uint32_t event = static_cast<std::uint32_t>(events_.size());
  if (!market.group.valid()) {
    events_.push_back({market.gamma_id, {}, market.id});
  } else {
    if (event_of_group_.size() <= market.group.value) event_of_group_.resize(market.group.value + 1, ~0U);
    std::uint32_t& known = event_of_group_[market.group.value];
    if (known == ~0U) {
      known = event;
      events_.push_back({venue_.group(market.group).gamma_id, market.group, {}});
    }
    event = known;
  }
  if (event_of_market_.size() <= market.id.value) event_of_market_.resize(market.id.value + 1, ~0U);
  event_of_market_[market.id.value] = event;
}

bool GammaService::tagged(const ConditionSpec& spec, const Query& query) const {
  const auto has = [&](std::string_view slug) { return std::ranges::find(spec.tags, slug) != spec.tags.end(); };
  std::vector<std::string_view> asked = query.list("tag_slug");
  if (asked.empty()) asked = query.list("tag");
  for (const std::string_view id : query.list("tag_id")) {
    const std::string_view slug = tags_.slug_of(number(id).value_or(0));
    asked.push_back(slug.empty() ? std::string_view("?") : slug);
  }
  if (asked.empty()) return true;
  return query.get("tag_match") == "all" ? std::ranges::all_of(asked, has) : std::ranges::any_of(asked, has);
}

bool GammaService::wanted(const Market& market, const Query& query) const {
  const ConditionSpec& spec = market.spec;
  if (!agrees(query, "closed", is_closed(market)) || !agrees(query, "active", true)) return false;
  if (!agrees(query, "archived", false) || !tagged(spec, query)) return false;
  if (!one_of(query.list("slug"), spec.slug)) return false;
  const auto ids = query.has("ids") ? query.list("ids") : query.list("id");
  if (!one_of(ids, std::to_string(market.gamma_id))) return false;
  if (const auto conditions = query.list("condition_ids"); !conditions.empty()) {
    if (std::ranges::none_of(conditions, [&](auto c) { return condition_key(c) == spec.condition_id; })) return false;
  }
  for (const std::string_view name : {"clob_token_ids", "position_ids"}) {
    const auto tokens = query.list(name);
    if (!tokens.empty() && !one_of(tokens, spec.tokens[0]) && !one_of(tokens, spec.tokens[1])) return false;
  }
  if (!one_of(query.list("question_ids"), spec.question_id)) return false;
  if (!one_of(query.list("sports_market_types"), spec.sports_market_type)) return false;
  return within(query, "end_date", spec.end_at) && within(query, "start_date", market.created_at) &&
         within(query, "volume_num", wire_.volume_24h(market)) && within(query, "liquidity_num", spec.liquidity);
}

bool GammaService::wanted(const EventRef& event, const Query& query) const {
  const auto ids = wire_.markets_of(event);
  const bool closed = std::ranges::all_of(ids, [&](MarketId id) { return is_closed(venue_.market(id)); });
  const Market& first = venue_.market(ids.front());
  if (!agrees(query, "closed", closed) || !agrees(query, "active", true) || !agrees(query, "archived", false))
    return false;
  if (!tagged(first.spec, query) || !one_of(query.list("slug"), wire_.event_slug(event))) return false;
  if (!one_of(query.list("series_slug"), first.spec.group.series_slug)) return false;
  const auto asked = query.has("ids") ? query.list("ids") : query.list("id");
  if (!one_of(asked, std::to_string(event.gamma_id))) return false;
  Usd volume{}, liquidity{};
  for (const MarketId id : ids) {
    volume += wire_.volume_24h(venue_.market(id));
    liquidity += venue_.market(id).spec.liquidity;
  }
  return within(query, "end_date", first.spec.end_at) && within(query, "start_date", first.created_at) &&
         within(query, "volume", volume) && within(query, "liquidity", liquidity);
}

GammaService::Rows GammaService::market_rows(const Query& query) const {
  const std::string_view order = query.get("order");
  Rows rows;
  for (std::uint32_t i = 0; i < venue_.market_count(); ++i) {
    const Market& market = venue_.market(MarketId{i});
    if (!wanted(market, query)) continue;
    std::int64_t key = 0;
    if (order.starts_with("volume")) key = wire_.volume_24h(market).micros;
    if (order.starts_with("liquidity")) key = market.spec.liquidity.micros;
    if (order == "endDate") key = market.spec.end_at.ns;
    if (order == "startDate" || order == "createdAt") key = market.created_at.ns;
    rows.push_back({key, market.gamma_id, i});
  }
  return rows;
}

GammaService::Rows GammaService::event_rows(const Query& query) const {
  const std::string_view order = query.get("order");
  Rows rows;
  for (std::uint32_t i = 0; i < events_.size(); ++i) {
    if (!wanted(events_[i], query)) continue;
    std::int64_t key = 0;
    for (const MarketId id : wire_.markets_of(events_[i])) {
      const Market& market = venue_.market(id);
      if (order.starts_with("volume")) key += wire_.volume_24h(market).micros;
      if (order.starts_with("liquidity")) key += market.spec.liquidity.micros;
      if (order == "endDate") key = std::max(key, market.spec.end_at.ns);
      if (order == "startDate" || order == "createdAt") key = std::max(key, market.created_at.ns);
    }
    rows.push_back({key, events_[i].gamma_id, i});
  }
  return rows;
}

void GammaService::append_rows(std::string& out, const Rows& rows, std::size_t from, std::size_t count,
                               const Query& query, bool events) const {
  out += '[';
  for (std::size_t i = from; i < rows.size() && i < from + count; ++i) {
    if (i > from) out += ',';
    if (events) {
      wire_.append_event(out, events_[rows[i].index], true);
    } else {
      wire_.append_market(out, venue_.market(MarketId{rows[i].index}), events_[event_of_market_[rows[i].index]],
                          query.get("include_tag") == "true");
    }
  }
  out += ']';
}

namespace {

// Without `order`: by id upwards. With one: downwards unless `ascending=true`.
bool ascending(const Query& query) {
  return query.has("order") ? query.get("ascending") == "true" : query.get("ascending") != "false";
}

template <class Rows>
void sort_rows(Rows& rows, bool up) {
  std::ranges::sort(rows, [up](const auto& a, const auto& b) {
    const auto left = std::pair(a.key, a.id), right = std::pair(b.key, b.id);
    return up ? left < right : left > right;
  });
}

}  // namespace

Reply GammaService::list(const Query& query, bool events) const {
  Rows rows = events ? event_rows(query) : market_rows(query);
  sort_rows(rows, ascending(query));
  Reply reply;
  append_rows(reply.body, rows, query.size("offset", 0), limit_of(query), query, events);
  return reply;
}

Reply GammaService::keyset(const Query& query, bool events) const {
  if (query.has("offset")) return error_reply(422, "offset is not supported with keyset pagination");
  Rows rows = events ? event_rows(query) : market_rows(query);
  const bool up = ascending(query);
  if (query.has("after_cursor")) {
    const auto after = parse_cursor(query.get("after_cursor"));
    if (!after) return error_reply(422, "invalid after_cursor");
    std::erase_if(rows, [&](const Row& row) {
      const auto place = std::pair(row.key, row.id);
      return up ? place <= *after : place >= *after;
    });
  }
  sort_rows(rows, up);
  const std::size_t limit = limit_of(query);
  Reply reply;
  reply.body = events ? "{\"events\":" : "{\"markets\":";
  append_rows(reply.body, rows, 0, limit, query, events);
  if (rows.size() > limit) {
    reply.body += ",\"next_cursor\":\"" + cursor_of(rows[limit - 1].key, rows[limit - 1].id) + "\"";
  }
  reply.body += '}';
  return reply;
}

Reply GammaService::one(bool events, std::optional<std::uint32_t> index) const {
  Reply reply;
  if (!index) {
    reply.status = 404;
    reply.body = R"({"type":"not found error","error":"id not found"})";
  } else if (events) {
    wire_.append_event(reply.body, events_[*index], true);
  } else {
    wire_.append_market(reply.body, venue_.market(MarketId{*index}), events_[event_of_market_[*index]], true);
  }
  return reply;
}

// Ids grow with the index in both tables' order of creation, except that an event's comes with its first market.
std::optional<std::uint32_t> GammaService::by_id(bool events, std::string_view text) const {
  const auto id = number(text);
  if (!id) return std::nullopt;
  const std::size_t count = events ? events_.size() : venue_.market_count();
  for (std::uint32_t i = 0; i < count; ++i) {
    if ((events ? events_[i].gamma_id : venue_.market(MarketId{i}).gamma_id) == *id) return i;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> GammaService::by_slug(bool events, std::string_view slug) const {
  const auto market = venue_.find_slug(slug);
  if (!events) return market ? std::optional(market->value) : std::nullopt;
  if (const auto group = venue_.find_group(slug); group && group->value < event_of_group_.size()) {
    const std::uint32_t event = event_of_group_[group->value];
    return event == ~0U ? std::nullopt : std::optional(event);
  }
  if (!market || venue_.market(*market).group.valid()) return std::nullopt;
  return event_of_market_[market->value];
}

void GammaService::add_routes(Router& router) {
  for (const bool events : {false, true}) {
    const std::string base = events ? "/events" : "/markets";
    router.add("GET", base, [this, events](const Call& call) { return list(call.query, events); });
    router.add("GET", base + "/keyset", [this, events](const Call& call) { return keyset(call.query, events); });
    router.add("GET", base + "/slug/{}",
               [this, events](const Call& call) { return one(events, by_slug(events, call.parts[0])); });
    router.add("GET", base + "/{}",
               [this, events](const Call& call) { return one(events, by_id(events, call.parts[0])); });
  }
  router.add("GET", "/tags", [this](const Call& call) {
    const std::size_t from = call.query.size("offset", 0), count = limit_of(call.query);
    Reply reply;
    reply.body = "[";
    for (std::size_t i = from; i < tags_.slugs().size() && i < from + count; ++i) {
      if (i > from) reply.body += ',';
      wire_.append_tag(reply.body, tags_.slugs()[i]);
    }
    reply.body += ']';
    return reply;
  });
}

}  // namespace underround::simulator
