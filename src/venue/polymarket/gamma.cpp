#include "venue/polymarket/gamma.hpp"

#include <algorithm>
#include <cctype>

#include "base/decimal.hpp"
#include "market/iso_time.hpp"
#include "venue/polymarket/clob_json.hpp"

namespace underround::polymarket {
namespace {

using clob_json::decimal;
using clob_json::flag;
using clob_json::text;
using clob_json::dom::element;

bool has(element object, const char* key) noexcept {
  element value;
  return object[key].get(value) == simdjson::SUCCESS && !value.is_null();
}
bool has_array(element object, const char* key) noexcept {
  element value;
  return object[key].get(value) == simdjson::SUCCESS && value.is_array();
}

// Ids come as strings or numbers.
std::string id_text(element object, const char* key) {
  if (const std::string_view written = text(object, key); !written.empty()) return std::string(written);
  std::int64_t number = 0;
  return object[key].get_int64().get(number) == simdjson::SUCCESS ? std::to_string(number) : std::string();
}

Nanos time_of(element object, const char* key) { return parse_iso_time(text(object, key)).value_or(Nanos{}); }

Usd usd_of(element object, const char* key, const char* other_key) {
  auto micros = decimal(object, key, Usd::kDecimals);
  if (!micros) micros = decimal(object, other_key, Usd::kDecimals);
  return Usd{micros.value_or(0)};
}

// A list of texts, either a real array or a JSON array inside a string (protocol page 14).
std::vector<std::string> list_of(element object, const char* key) {
  std::vector<std::string> items;
  const auto collect = [&items](element item) {
    std::string_view written;
    if (item.get_string().get(written) == simdjson::SUCCESS) items.emplace_back(written);
  };
  if (has_array(object, key)) {
    clob_json::for_each(object, key, collect);
  } else if (const std::string_view inner = text(object, key); !inner.empty()) {
    clob_json::Parser parser;
    if (const auto list = parser.parse(inner)) clob_json::for_each(*list, collect);
  }
  return items;
}

bool is_token(std::string_view token) noexcept {
  return !token.empty() && token.size() <= 78 &&
         std::ranges::all_of(token, [](char c) { return c >= '0' && c <= '9'; });
}

// "crypto prices" -> "crypto-prices"
std::string tag_name(std::string_view written) {
  std::string name(written);
  for (char& c : name) c = c == ' ' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

void add_tags(element object, std::vector<std::string>& tags) {
  clob_json::for_each(object, "tags", [&tags](element tag) {
    std::string_view written;
    if (tag.get_string().get(written) != simdjson::SUCCESS) {
      written = text(tag, "slug");
      if (written.empty()) written = text(tag, "label");
    }
    std::string name = tag_name(written);
    if (!name.empty() && std::ranges::find(tags, name) == tags.end()) tags.push_back(std::move(name));
  });
}

// rate, exponent and whether only takers pay. Anything odd is an unknown fee, which does not trade.
FeeSchedule schedule(element object, const char* rate_key, const char* exponent_key, const char* taker_only_key) {
  const auto rate_ppm = decimal(object, rate_key, 6);
  const auto exponent = decimal(object, exponent_key, 0);
  if (!rate_ppm || *rate_ppm > 1'000'000 || !exponent || *exponent < 1 || *exponent > 4) return {};
  if (has(object, taker_only_key) && !flag(object, taker_only_key)) return {};
  return FeeSchedule::taker(static_cast<std::int32_t>(*rate_ppm), static_cast<std::int32_t>(*exponent));
}

FeeSchedule gamma_fees(element market) {
  bool enabled = false;
  if (market["feesEnabled"].get_bool().get(enabled) != simdjson::SUCCESS) return {};
  if (!enabled) return FeeSchedule::free();
  element fees;
  if (market["feeSchedule"].get(fees) != simdjson::SUCCESS || !fees.is_object()) return {};
  return schedule(fees, "rate", "exponent", "takerOnly");
}

Tick tick_of(element object, const char* key) {
  const auto pips = decimal(object, key, Price::kDecimals);
  const Tick tick{static_cast<std::int32_t>(std::min<std::int64_t>(pips.value_or(0), Price::kPipsPerUsd))};
  return tick.known() ? tick : Tick{};
}

MarketVersion version_of(std::string_view written, bool present, const GammaOptions& options) {
  if (written == "v1") return MarketVersion::kV1;
  if (written == "v2") return MarketVersion::kV2;
  return !present && options.assume_v1_when_absent ? MarketVersion::kV1 : MarketVersion::kUnknown;
}

MarketPhase phase_of(element market, bool accepting) {
  if (text(market, "umaResolutionStatus") == "resolved" || text(market, "resolutionStatus") == "resolved") {
    return MarketPhase::kResolved;
  }
  if (flag(market, "closed") || flag(market, "archived")) return MarketPhase::kClosed;
  if (!flag(market, "active")) return MarketPhase::kPending;
  return accepting ? MarketPhase::kOpen : MarketPhase::kPaused;
}

ConditionSpec::Group group_of(element event) {
  ConditionSpec::Group group;
  group.id = id_text(event, "id");
  group.slug = text(event, "slug");
  group.title = text(event, "title");
  group.series_slug = text(event, "seriesSlug");
  if (group.series_slug.empty()) {
    clob_json::for_each(event, "series", [&group](element series) {
      if (group.series_slug.empty()) group.series_slug = text(series, "slug");
    });
  }
  group.neg_risk_market_id = text(event, "negRiskMarketID");
  group.neg_risk = flag(event, "negRisk") || flag(event, "enableNegRisk");
  group.augmented = flag(event, "negRiskAugmented");
  if (has_array(event, "markets")) {
    clob_json::for_each(event, "markets", [&group](element) { ++group.declared_conditions; });
  }
  return group;
}

// Fills ids, tokens and outcomes. Returns what is wrong, or "".
std::string read_identity(element market, const GammaOptions& options, ConditionSpec& spec) {
  spec.condition_id = normal_condition_id(text(market, "conditionId"));
  if (spec.condition_id.empty()) return "conditionId is missing or not 31 or 32 bytes of hex";
  spec.version = version_of(text(market, "version"), has(market, "version"), options);
  // By version, never by "field present": v1 markets already carry positionIds without a book (page 1).
  const char* const key = spec.version == MarketVersion::kV2 ? "positionIds" : "clobTokenIds";
  const std::vector<std::string> tokens = list_of(market, key);
  if (tokens.size() != 2) return std::string(key) + " does not name two tokens";
  if (!is_token(tokens[0]) || !is_token(tokens[1])) return std::string(key) + " holds something that is not a uint256";
  if (tokens[0] == tokens[1]) return std::string(key) + " names one token twice";
  const std::vector<std::string> outcomes = list_of(market, "outcomes");
  if (outcomes.size() != 2) return "outcomes does not name two outcomes";
  for (std::size_t i = 0; i < 2; ++i) {
    spec.tokens[i] = tokens[i];
    spec.outcomes[i] = outcomes[i];
  }
  return {};
}

void read_texts(element market, ConditionSpec& spec) {
  spec.question = text(market, "question");
  spec.slug = text(market, "slug");
  spec.group_title = text(market, "groupItemTitle");
  spec.question_id = text(market, "questionID");
  spec.sports_market_type = text(market, "sportsMarketType");
  spec.resolution_source = text(market, "resolutionSource");
  add_tags(market, spec.tags);
}

void read_terms(element market, ConditionSpec& spec) {
  spec.tick = tick_of(market, "orderPriceMinTickSize");
  if (const auto size = decimal(market, "orderMinSize", Shares::kDecimals)) spec.min_order_size = Shares{*size};
  spec.fees = gamma_fees(market);
  spec.neg_risk = flag(market, "negRisk");
  spec.neg_risk_other = flag(market, "negRiskOther");
  // A closed market can still say acceptingOrders (page 7).
  spec.accepting_orders = flag(market, "acceptingOrders") && flag(market, "enableOrderBook") && !flag(market, "closed");
  spec.phase = phase_of(market, spec.accepting_orders);
  spec.seconds_delay =
      static_cast<std::int32_t>(std::min<std::int64_t>(decimal(market, "secondsDelay", 0).value_or(0), 3600));
  spec.clear_book_on_start = flag(market, "clearBookOnStart");
  spec.start_at = time_of(market, has(market, "eventStartTime") ? "eventStartTime" : "startDate");
  spec.end_at = time_of(market, "endDate");
  spec.game_start_at = time_of(market, "gameStartTime");
  spec.volume_24h = usd_of(market, "volume24hr", "volume24hrClob");
  spec.liquidity = usd_of(market, "liquidityNum", "liquidity");
}

// Prices say who won; a market that pays both outcomes a part has no winner.
std::optional<std::uint8_t> winner_of(element market) {
  const std::vector<std::string> prices = list_of(market, "outcomePrices");
  if (prices.size() != 2) return std::nullopt;
  const auto first = parse_decimal(prices[0], Price::kDecimals), second = parse_decimal(prices[1], Price::kDecimals);
  if (first == Price::kPipsPerUsd && second == 0) return std::uint8_t{0};
  if (first == 0 && second == Price::kPipsPerUsd) return std::uint8_t{1};
  return std::nullopt;
}

class PageReader {
 public:
  PageReader(const GammaOptions& options, GammaPage& page) : options_(options), page_(page) {}

  bool read(element root) {
    if (root.is_array()) return list(root);
    if (!root.is_object()) return false;
    // A market nests its events and an event its markets; only what has neither's name is an envelope.
    if (has(root, "conditionId") || has(root, "clobTokenIds")) return market(root, nullptr), true;
    if (has_array(root, "markets") && (has(root, "slug") || has(root, "ticker"))) return event(root), true;
    for (const char* key : {"markets", "events", "data"}) {
      if (!has_array(root, key)) continue;
      page_.next_cursor = text(root, "next_cursor");
      if (page_.next_cursor == "LTE=") page_.next_cursor.clear();  // the CLOB's way to say "the end"
      element items;
      return root[key].get(items) == simdjson::SUCCESS && list(items);
    }
    return false;
  }

 private:
  bool list(element items) {
    clob_json::for_each(items, [this](element item) {
      if (has_array(item, "markets")) {
        event(item);
      } else {
        market(item, nullptr);
      }
    });
    return true;
  }
  void event(element item) {
    clob_json::for_each(item, "markets", [this, item](element m) { market(m, &item); });
  }
  void market(element item, const element* parent) {
    const std::size_t index = index_++;
    ConditionSpec spec;
    std::string reason = item.is_object() ? read_identity(item, options_, spec) : "not an object";
    if (!reason.empty()) {
      page_.refused.push_back({index, name_of(item), std::move(reason)});
      return;
    }
    read_texts(item, spec);
    read_terms(item, spec);
    element own_event;
    if (parent != nullptr) {
      join(*parent, item, spec);
    } else if (has_array(item, "events") && item["events"].at(0).get(own_event) == simdjson::SUCCESS) {
      join(own_event, item, spec);
    }
    if (spec.phase == MarketPhase::kResolved) {
      if (const auto winner = winner_of(item)) page_.resolutions.push_back({spec.condition_id, *winner});
    }
    page_.markets.push_back(std::move(spec));
  }
  static void join(element event, element market, ConditionSpec& spec) {
    spec.group = group_of(event);
    spec.group.neg_risk = spec.group.neg_risk || spec.neg_risk;
    if (spec.group.neg_risk_market_id.empty()) spec.group.neg_risk_market_id = text(market, "negRiskMarketID");
    add_tags(event, spec.tags);
  }
  static std::string name_of(element item) {
    if (!item.is_object()) return {};
    for (const char* key : {"slug", "conditionId", "id"}) {
      if (std::string name = id_text(item, key); !name.empty()) return name;
    }
    return {};
  }

  const GammaOptions& options_;
  GammaPage& page_;
  std::size_t index_ = 0;
};

}  // namespace

std::string normal_condition_id(std::string_view id) {
  if (!id.starts_with("0x") || (id.size() != 64 && id.size() != 66)) return {};
  std::string normal(id);
  for (char& c : normal) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (normal.find_first_not_of("0123456789abcdef", 2) != std::string::npos) return {};
  normal.resize(66, '0');
  return normal;
}

Result<GammaPage> decode_gamma(std::string_view json, const GammaOptions& options) {
  clob_json::Parser parser;
  const auto root = json.empty() ? std::nullopt : parser.parse(json);
  if (!root) return fail(ErrorCode::kInvalidInput, "Gamma answer is not JSON");
  GammaPage page;
  if (!PageReader(options, page).read(*root)) {
    return fail(ErrorCode::kInvalidInput, "Gamma answer holds neither markets nor events");
  }
  return page;
}

Result<ClobMarket> decode_clob_market(std::string_view json) {
  clob_json::Parser parser;
  const auto root = json.empty() ? std::nullopt : parser.parse(json);
  if (!root || !root->is_object()) return fail(ErrorCode::kInvalidInput, "clob market is not a JSON object");
  ClobMarket market;
  market.condition_id = normal_condition_id(text(*root, "c"));
  if (market.condition_id.empty()) return fail(ErrorCode::kInvalidInput, "clob market: `c` is not a condition id");
  std::size_t tokens = 0;
  clob_json::for_each(*root, "t", [&](element token) {
    if (tokens < 2) {
      market.tokens[tokens] = text(token, "t");
      market.outcomes[tokens] = text(token, "o");
    }
    ++tokens;
  });
  // Empty for minutes after the listing (page 7): the caller retries.
  if (tokens != 2 || !is_token(market.tokens[0]) || !is_token(market.tokens[1])) {
    return fail(ErrorCode::kInvalidInput, "clob market " + market.condition_id + ": `t` does not name two tokens");
  }
  market.tick = tick_of(*root, "mts");
  market.min_order_size = Shares{decimal(*root, "mos", Shares::kDecimals).value_or(Shares::whole(5).micros)};
  element fees;
  if (!has(*root, "fd")) {
    market.fees = FeeSchedule::free();
  } else if ((*root)["fd"].get(fees) == simdjson::SUCCESS && fees.is_object()) {
    market.fees = schedule(fees, "r", "e", "to");
  }
  market.version_present = has(*root, "v");
  market.version = version_of(text(*root, "v"), true, {});
  market.neg_risk = flag(*root, "nr");
  market.accepting_orders = flag(*root, "ao");
  market.taker_delay = flag(*root, "itode");
  market.clear_book_on_start = flag(*root, "cbos");
  market.seconds_delay = static_cast<std::int32_t>(std::min<std::int64_t>(decimal(*root, "sd", 0).value_or(0), 3600));
  market.game_start_at = time_of(*root, "gst");
  return market;
}

Result<void> merge_clob_market(const ClobMarket& clob, ConditionSpec& spec, const GammaOptions& options) {
  const auto contradiction = [&spec](const char* what) {
    return fail(ErrorCode::kInvalidInput, "condition " + spec.condition_id + ": CLOB and Gamma disagree on " + what);
  };
  if (clob.condition_id != spec.condition_id) return contradiction("the condition id");
  if (clob.tokens != spec.tokens) return contradiction("the tokens");
  if (clob.neg_risk != spec.neg_risk) return contradiction("neg-risk");
  spec.tick = clob.tick;
  spec.min_order_size = clob.min_order_size;
  spec.fees = clob.fees;
  if (clob.version_present) {
    spec.version = clob.version;
  } else if (spec.version == MarketVersion::kUnknown && options.assume_v1_when_absent) {
    spec.version = MarketVersion::kV1;
  }
  spec.accepting_orders = clob.accepting_orders && spec.phase != MarketPhase::kClosed;
  spec.taker_delay = clob.taker_delay;
  spec.clear_book_on_start = clob.clear_book_on_start;
  spec.seconds_delay = clob.seconds_delay;
  if (clob.game_start_at != Nanos{}) spec.game_start_at = clob.game_start_at;
  return {};
}

}  // namespace underround::polymarket
