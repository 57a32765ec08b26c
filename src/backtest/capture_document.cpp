#include "backtest/capture_document.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/decimal.hpp"
#include "market/iso_time.hpp"
#include "venue/polymarket/gamma.hpp"
#include "venue/polymarket/market_codec.hpp"

namespace underround::backtest {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

// Recordings are not traded, so the optimistic reading of a missing version is harmless here.
constexpr polymarket::GammaOptions kGamma{.assume_v1_when_absent = true};

bool has(object o, std::string_view key) noexcept { return o.at_key(key).error() == simdjson::SUCCESS; }

std::string_view text_of(object o, std::string_view key) noexcept {
  std::string_view value;
  return o.at_key(key).get_string().get(value) == simdjson::SUCCESS ? value : std::string_view{};
}

// A whole number, written as one or as a string; 0 when absent.
std::int64_t number_of(object o, std::string_view key) noexcept {
  std::int64_t value = 0;
  if (o.at_key(key).get_int64().get(value) == simdjson::SUCCESS) return value;
  const std::string_view text = text_of(o, key);
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// A JSON number or numeric string scaled to an integer.
std::optional<std::int64_t> decimal_of(object o, std::string_view key, int decimals) {
  double number = 0;
  char digits[64];
  std::string_view text = text_of(o, key);
  if (o.at_key(key).get_double().get(number) == simdjson::SUCCESS) {
    const auto end = std::to_chars(digits, digits + sizeof digits, number, std::chars_format::fixed);
    if (end.ec == std::errc{}) text = {digits, static_cast<std::size_t>(end.ptr - digits)};
  }
  const auto parsed = parse_decimal_truncating(text, decimals);
  return parsed ? std::optional(*parsed) : std::nullopt;
}

// Python's repr of a dict of plain values, as JSON: quotes turned, True, False and None renamed.
std::string json_from_python(std::string_view repr) {
  std::string json;
  json.reserve(repr.size() + 16);
  char quote = 0;
  for (std::size_t i = 0; i < repr.size(); ++i) {
    const char c = repr[i];
    if (quote != 0) {
      if (c == '\\' && i + 1 < repr.size()) {
        const char escaped = repr[++i];
        if (escaped != '\'') json += '\\';
        json += escaped;
      } else if (c == quote) {
        json += '"';
        quote = 0;
      } else {
        if (c == '"') json += '\\';
        json += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      json += '"';
    } else if (const std::string_view rest = repr.substr(i); rest.starts_with("True")) {
      json += "true";
      i += 3;
    } else if (rest.starts_with("False")) {
      json += "false";
      i += 4;
    } else if (rest.starts_with("None")) {
      json += "null";
      i += 3;
    } else {
      json += c;
    }
  }
  return json;
}

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

bool is_notice(std::string_view text) noexcept { return text == "PONG" || text == "PING"; }

// The way the venue opens its frames: no need to look inside before the codec does.
bool opens_like_frame(std::string_view text) noexcept {
  if (text.starts_with('[')) text.remove_prefix(1);
  return text.starts_with("{\"market\":\"0x") || text.starts_with("{\"event_type\":\"") ||
         text.starts_with("{\"asset_id\":\"");
}

// "1h_btc_1765450800" -> "BTCUSDT"; "" when the name does not say.
std::string underlying_of(std::string_view key) {
  for (const auto& [part, symbol] : {std::pair<std::string_view, const char*>{"btc", "BTCUSDT"},
                                     {"eth", "ETHUSDT"},
                                     {"sol", "SOLUSDT"},
                                     {"xrp", "XRPUSDT"}}) {
    if (key.find(part) != std::string_view::npos) return symbol;
  }
  return {};
}

// "1723161256189000000 {...}": receive time and frame.
std::optional<RecordedFrame> timed_frame(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end - text.data() < 10 || end == text.data() + text.size()) return std::nullopt;
  if (*end != ' ' && *end != '\t' && *end != ',') return std::nullopt;
  const std::string_view frame = trimmed(text.substr(static_cast<std::size_t>(end + 1 - text.data())));
  if (!frame.starts_with('{') && !frame.starts_with('[') && !is_notice(frame)) return std::nullopt;
  return RecordedFrame{std::string(frame), epoch_time(value), {}, {}};
}

// {market_id, slug, condition_id, outcomes:[{token_id, outcome}], tick_size, fee_parameters, ...}: a recorder's own
// list.
std::optional<ConditionSpec> recorder_market(object o) {
  array outcomes;
  if (o.at_key("outcomes").get_array().get(outcomes) != simdjson::SUCCESS || outcomes.size() != 2) return std::nullopt;
  ConditionSpec spec;
  for (std::size_t i = 0; i < 2; ++i) {
    object outcome;
    if (outcomes.at(i).get_object().get(outcome) != simdjson::SUCCESS) return std::nullopt;
    spec.tokens[i] = text_of(outcome, "token_id");
    spec.outcomes[i] = text_of(outcome, "outcome");
  }
  spec.condition_id = polymarket::normal_condition_id(text_of(o, "condition_id"));
  if (spec.condition_id.empty() || spec.tokens[0].empty() || spec.tokens[1].empty()) return std::nullopt;
  spec.slug = text_of(o, "slug");
  spec.question = text_of(o, "title");
  spec.resolution_source = text_of(o, "resolution_source");
  spec.version = MarketVersion::kV1;
  spec.tick = Tick{static_cast<std::int32_t>(decimal_of(o, "tick_size", Price::kDecimals).value_or(0))};
  if (const auto size = decimal_of(o, "min_order_size", Shares::kDecimals)) spec.min_order_size = Shares{*size};
  spec.start_at = epoch_time(number_of(o, "start_ts"));
  spec.end_at = epoch_time(number_of(o, "end_ts"));
  spec.accepting_orders = text_of(o, "lifecycle_state") == "active";
  spec.phase = spec.accepting_orders ? MarketPhase::kOpen : MarketPhase::kClosed;
  object fees, config;
  bool enabled = false;
  if (o.at_key("fee_parameters").get_object().get(fees) != simdjson::SUCCESS ||
      fees.at_key("fees_enabled").get_bool().get(enabled) != simdjson::SUCCESS) {
    return spec;
  }
  if (!enabled) {
    spec.fees = FeeSchedule::free();
  } else if (fees.at_key("raw_fee_config").get_object().get(config) == simdjson::SUCCESS) {
    const auto rate = decimal_of(config, "rate", 6);
    const std::int64_t exponent = number_of(config, "exponent");
    if (rate && *rate >= 0 && *rate <= 1'000'000 && exponent >= 1 && exponent <= 4) {
      spec.fees = FeeSchedule::taker(static_cast<std::int32_t>(*rate), static_cast<std::int32_t>(exponent));
    }
  }
  return spec;
}

class Classifier {
 public:
  Classifier(std::string_view whole, std::string_view stem, std::vector<RecordedFrame>& frames,
             std::vector<ConditionSpec>& markets)
      : whole_(whole), stem_(stem), frames_(frames), markets_(markets) {}

  DocumentKind read(element root) {
    object o;
    array a;
    if (root.get_object().get(o) == simdjson::SUCCESS) return read_object(o);
    if (root.get_array().get(a) == simdjson::SUCCESS) return read_array(a);
    return DocumentKind::kBad;
  }

 private:
  DocumentKind read_object(object o) {
    element inner;
    object nested;
    array list;
    if (has(o, "source") && o.at_key("payload").is_string()) {
      const Nanos received = epoch_time(number_of(o, has(o, "recv_mono_ns") ? "recv_mono_ns" : "recv_wall_ts"));
      const std::string_view source = text_of(o, "source");
      return frame(text_of(o, "payload"), received, source.ends_with("clob") ? "" : source);
    }
    if (has(o, "receivedAtMs") && o.at_key("data").get(inner) == simdjson::SUCCESS) {
      const Nanos received = epoch_time(number_of(o, "receivedAtMs"));
      const std::string_view source = text_of(o, "source");
      const std::string_view feed = source.empty() || source == "clob" ? "" : source;
      if (inner.is_string()) return frame(inner.get_string().value_unsafe(), received, feed);
      return frame(simdjson::minify(inner), received, feed);
    }
    if (o.at_key("books").get_array().get(list) == simdjson::SUCCESS) {
      return frame(simdjson::minify(list), parse_iso_time(text_of(o, "collector_ts")).value_or(Nanos{}), "");
    }
    if (o.at_key("book").get_object().get(nested) == simdjson::SUCCESS) return noted_book(o, nested);
    if (!has(o, "event_type") && read_markets(o)) return DocumentKind::kMarkets;
    return frame(whole_, Nanos{}, "");
  }

  // A test fixture: {book, complement_asset_id, tick_size}.
  DocumentKind noted_book(object o, object book) {
    ConditionSpec spec;
    spec.condition_id = text_of(book, "market");
    spec.tokens = {std::string(text_of(book, "asset_id")), std::string(text_of(o, "complement_asset_id"))};
    if (!spec.condition_id.empty() && !spec.tokens[0].empty() && !spec.tokens[1].empty()) markets_.push_back(spec);
    return frame(simdjson::minify(book), Nanos{}, "");
  }

  bool read_markets(object o) {
    if (const auto spec = recorder_market(o)) {
      markets_.push_back(*spec);
      return true;
    }
    object raw;
    const bool wrapped = o.at_key("raw").get_object().get(raw) == simdjson::SUCCESS && has(raw, "conditionId");
    const bool gamma = has(o, "clobTokenIds") || o.at_key("markets").is_array() || o.at_key("events").is_array();
    return (wrapped && read_gamma(simdjson::minify(raw))) || (gamma && read_gamma(whole_));
  }

  bool read_gamma(std::string_view json) {
    auto page = polymarket::decode_gamma(json, kGamma);
    if (!page || (page->markets.empty() && page->refused.empty())) return false;
    std::ranges::move(page->markets, std::back_inserter(markets_));
    return true;
  }

  DocumentKind read_array(array list) {
    object first;
    if (list.size() == 0 || list.at(0).get_object().get(first) != simdjson::SUCCESS) return frame(whole_, Nanos{}, "");
    if (has(first, "local_timestamp") && !has(first, "asset_id")) return collected(list);
    if ((has(first, "clobTokenIds") || has(first, "markets")) && read_gamma(whole_)) return DocumentKind::kMarkets;
    return frame(whole_, Nanos{}, "");
  }

  // Rows of one token without ids: books {bids, asks, timestamp, local_timestamp} or trades {price, size, side, ...}.
  // The price of the underlying beside a row (asset_price) becomes a frame of a feed of its own, before the row.
  DocumentKind collected(array rows) {
    const NamedToken token = named_token(stem_);
    const std::string symbol = underlying_of(token.key);
    markets_.push_back(token.spec());
    for (const element row : rows) {
      object o;
      if (row.get_object().get(o) != simdjson::SUCCESS) return DocumentKind::kBad;
      const Nanos local = epoch_time(number_of(o, "local_timestamp"));
      if (const auto price = decimal_of(o, "asset_price", 8); price && *price > 0 && !symbol.empty()) {
        frames_.push_back({symbol + " " + format_decimal(*price, 8), local, "asset_price", {}});
      }
      std::string text = "{\"event_type\":";
      element bids, asks;
      if (o.at_key("bids").get(bids) == simdjson::SUCCESS && o.at_key("asks").get(asks) == simdjson::SUCCESS) {
        text += "\"book\",\"bids\":" + std::string(simdjson::minify(bids)) +
                ",\"asks\":" + std::string(simdjson::minify(asks));
      } else {
        text += "\"last_trade_price\"";
        for (const char* key : {"price", "size", "side"}) {
          text += ",\"" + std::string(key) + "\":\"" + std::string(text_of(o, key)) + "\"";
        }
      }
      text += ",\"market\":\"" + token.market() + "\",\"asset_id\":\"" + token.token(token.outcome) +
              "\",\"timestamp\":\"" + std::to_string(number_of(o, "timestamp")) + "\"}";
      frames_.push_back({std::move(text), local, {}, {}});
    }
    return DocumentKind::kFrames;
  }

  DocumentKind frame(std::string_view text, Nanos received, std::string_view feed) {
    if (received == Nanos{}) received = frame_time(text);
    frames_.push_back({std::string(text), received, std::string(feed), {}});
    return DocumentKind::kFrames;
  }

  std::string_view whole_;
  std::string_view stem_;
  std::vector<RecordedFrame>& frames_;
  std::vector<ConditionSpec>& markets_;
};

}  // namespace

Nanos epoch_time(std::int64_t value) noexcept {
  if (value <= 0) return Nanos{};
  if (value < 100'000'000'000) return Nanos::from_seconds(std::min<std::int64_t>(value, 9'000'000'000));
  if (value < 9'000'000'000'000) return Nanos::from_millis(value);
  if (value < 9'000'000'000'000'000) return Nanos{value * 1'000};
  return Nanos{value};
}

Nanos frame_time(std::string_view frame) noexcept {
  constexpr std::string_view kKey = "\"timestamp\":";
  const std::size_t at = frame.rfind(kKey);
  if (at == std::string_view::npos) return Nanos{};
  std::string_view rest = frame.substr(at + kKey.size());
  while (rest.starts_with(' ') || rest.starts_with('"')) rest.remove_prefix(1);
  std::int64_t value = 0;
  std::from_chars(rest.data(), rest.data() + rest.size(), value);
  return epoch_time(value);
}

ConditionSpec NamedToken::spec() const {
  ConditionSpec spec;
  spec.condition_id = market();
  spec.tokens = {token(0), token(1)};
  spec.outcomes = {"Up", "Down"};
  spec.slug = key;
  spec.phase = MarketPhase::kOpen;
  return spec;
}

NamedToken named_token(std::string_view stem) {
  NamedToken named{std::string(stem), 0};
  for (const auto& [ending, outcome] :
       {std::pair<std::string_view, unsigned>{"down", 1}, {"up", 0}, {"no", 1}, {"yes", 0}}) {
    if (!named.key.ends_with(ending)) continue;
    named.key.resize(named.key.size() - ending.size());
    named.outcome = outcome;
    break;
  }
  for (const std::string_view what : {"orderbooks_", "books_", "trades_"}) {
    if (const std::size_t at = named.key.find(what); at != std::string::npos) named.key.erase(at, what.size());
  }
  return named;
}

struct DocumentReader::Parser {
  simdjson::dom::parser json;
  std::string copy;  // keeps what the parser reads, padded

  std::optional<element> parse(std::string_view text) {
    copy.assign(text);
    copy.append(simdjson::SIMDJSON_PADDING, '\0');
    element root;
    if (json.parse(copy.data(), text.size(), false).get(root) != simdjson::SUCCESS) return std::nullopt;
    return root;
  }
};

DocumentReader::DocumentReader() : parser_(std::make_unique<Parser>()) {}
DocumentReader::~DocumentReader() = default;

bool DocumentReader::complete(std::string_view document) {
  return parser_->parse(document).has_value() || parser_->parse(json_from_python(document)).has_value();
}

DocumentKind DocumentReader::read(std::string_view document, std::string_view stem, std::vector<RecordedFrame>& frames,
                                  std::vector<ConditionSpec>& markets, std::string& reason) {
  const std::string_view text = trimmed(document);
  if (text.empty()) return DocumentKind::kEmpty;
  if (is_notice(text)) {
    frames.push_back({std::string(text), Nanos{}, {}, {}});
    return DocumentKind::kFrames;
  }
  if (opens_like_frame(text)) {
    std::string copy;
    copy.reserve(text.size() + polymarket::kFramePadding);  // which the reader adds
    copy = text;
    frames.push_back({std::move(copy), frame_time(text), {}, {}});
    return DocumentKind::kFrames;
  }
  if (auto frame = timed_frame(text)) {
    frames.push_back(std::move(*frame));
    return DocumentKind::kFrames;
  }
  if (!text.starts_with('{') && !text.starts_with('[')) {
    reason = text.starts_with('<') ? "HTML instead of JSON" : "not JSON";
    return DocumentKind::kNote;
  }
  if (const auto root = parser_->parse(text)) return Classifier(text, stem, frames, markets).read(*root);
  const std::string json = json_from_python(text);
  if (const auto root = parser_->parse(json)) return Classifier(json, stem, frames, markets).read(*root);
  reason = "JSON is malformed or cut off";
  return DocumentKind::kBad;
}

}  // namespace underround::backtest
