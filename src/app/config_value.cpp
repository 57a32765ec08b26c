#include "app/config_value.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <type_traits>

#include "app/json_text.hpp"
#include "base/check.hpp"
#include "base/decimal.hpp"
#include "crypto/address.hpp"

namespace underround::config {
namespace {

using Kind = Raw::Kind;

bool contains(const auto& range, std::string_view text) { return std::ranges::find(range, text) != range.end(); }

std::string_view kind_name(const Raw& raw) {
  switch (raw.kind) {
    case Kind::kText: return "text";
    case Kind::kString: return "a string";
    case Kind::kInteger: return "an integer";
    case Kind::kFloat: return "a number with a fraction";
    case Kind::kBool: return "a boolean";
    case Kind::kList: return "a list";
    case Kind::kOther: return raw.text;
  }
  return "?";
}

// "write for example risk.max_order_usd = 100": the default always is a right answer.
std::string example_of(const Key& key, Kind found) {
  if (found == Kind::kText) return fmt::format("write for example {}={}", variable_of(key.path), key.initial);
  const Config defaults;
  return fmt::format("write for example {} = {}", key.path, to_literal(key, defaults));
}

Complaint wrong_type(const Key& key, const Raw& raw, std::string_view expected) {
  const std::string found = raw.kind == Kind::kText ? fmt::format("'{}'", raw.text) : std::string(kind_name(raw));
  return {fmt::format("expected {}, found {}", expected, found), example_of(key, raw.kind)};
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::string with_unit(std::string_view value, const Key& key) {
  return key.unit.empty() ? std::string(value) : fmt::format("{} {}", value, key.unit);
}

// `scaled` is value * 10^decimals, as are the limits once parsed.
std::optional<Complaint> outside_limits(const Key& key, std::int64_t scaled, int decimals) {
  const auto limit = [&](std::string_view text) { return parse_decimal(text, decimals).value(); };
  if (!key.min.empty() && scaled < limit(key.min)) {
    return Complaint{fmt::format("{} is too small", with_unit(format_decimal(scaled, decimals), key)),
                     fmt::format("the least allowed is {}", with_unit(key.min, key))};
  }
  if (!key.max.empty() && scaled > limit(key.max)) {
    return Complaint{fmt::format("{} is too large", with_unit(format_decimal(scaled, decimals), key)),
                     fmt::format("the most allowed is {}", with_unit(key.max, key))};
  }
  return std::nullopt;
}

bool has_scheme(std::string_view url, std::string_view scheme) {
  return url.starts_with(scheme) && url.size() > scheme.size() && url.find(' ') == std::string_view::npos;
}

bool is_address(std::string_view text) {
  const std::string address(text);
  in6_addr binary{};
  return text == "localhost" || ::inet_pton(AF_INET, address.c_str(), &binary) == 1 ||
         ::inet_pton(AF_INET6, address.c_str(), &binary) == 1;
}

// "btc-5m": an asset and one of the two window lengths the venue lists.
bool is_series(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos || dash == 0) return false;
  const std::string_view asset = text.substr(0, dash), window = text.substr(dash + 1);
  return (window == "5m" || window == "15m") &&
         std::ranges::all_of(asset, [](unsigned char c) { return std::islower(c) != 0 || std::isdigit(c) != 0; });
}

bool is_symbol(std::string_view text) {
  return text.size() >= 5 && text.size() <= 20 &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isupper(c) != 0 || std::isdigit(c) != 0; });
}

std::optional<Complaint> wrong_shape(const Key& key, std::string_view text, Kind found) {
  const auto refuse = [&](std::string_view what) {
    return Complaint{fmt::format("'{}' is {}", text, what), example_of(key, found)};
  };
  switch (key.shape) {
    case Shape::kAny: break;
    case Shape::kHttpUrl:
      if (!has_scheme(text, "https://") && !has_scheme(text, "http://"))
        return refuse("not an http:// or https:// URL");
      break;
    case Shape::kSocketUrl:
      if (!has_scheme(text, "wss://") && !has_scheme(text, "ws://")) return refuse("not a ws:// or wss:// URL");
      break;
    case Shape::kAddress:
      if (!is_address(text)) return refuse("not an IP address");
      break;
    case Shape::kSeries:
      if (!is_series(text)) return refuse("not an up/down series (asset, dash, 5m or 15m)");
      break;
    case Shape::kWallet:
      if (!text.empty() && !crypto::parse_address(text)) {
        return refuse("not a wallet address (0x and 40 hex digits; a mixed-case one must have the right checksum)");
      }
      break;
    case Shape::kSymbol:
      if (!is_symbol(text)) return refuse("not a symbol (upper-case letters and digits)");
      break;
  }
  return std::nullopt;
}

std::optional<Complaint> not_a_choice(const Key& key, std::string_view text) {
  if (key.choices == nullptr || contains(key.choices(), text)) return std::nullopt;
  const std::string_view close = nearest(text, key.choices());
  return Complaint{fmt::format("'{}' is not known", text),
                   close.empty() ? fmt::format("choose from: {}", fmt::join(key.choices(), ", "))
                                 : fmt::format("did you mean '{}'?", close)};
}

std::optional<Complaint> check_text(const Key& key, std::string_view text, Kind found) {
  if (auto complaint = not_a_choice(key, text)) return complaint;
  return wrong_shape(key, text, found);
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::vector<Raw> split_list(std::string_view text) {
  std::vector<Raw> items;
  while (!trim(text).empty()) {
    const std::size_t comma = text.find(',');
    items.push_back({.kind = Kind::kString, .text = std::string(trim(text.substr(0, comma)))});
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return items;
}

// One overload per field type: reads `raw` into `out`, or complains.

std::optional<Complaint> read(const Key& key, const Raw& raw, bool& out) {
  const bool yes = raw.text == "true", no = raw.text == "false";
  if ((raw.kind != Kind::kBool && raw.kind != Kind::kText) || (!yes && !no))
    return wrong_type(key, raw, "true or false");
  out = yes;
  return std::nullopt;
}

std::optional<Complaint> read(const Key& key, const Raw& raw, std::int64_t& out) {
  const auto value = parse_integer(raw.text);
  if ((raw.kind != Kind::kInteger && raw.kind != Kind::kText) || !value) return wrong_type(key, raw, "an integer");
  if (auto complaint = outside_limits(key, *value, 0)) return complaint;
  out = *value;
  return std::nullopt;
}

std::optional<Complaint> read(const Key& key, const Raw& raw, std::string& out) {
  if (raw.kind != Kind::kString && raw.kind != Kind::kText) return wrong_type(key, raw, "a string in quotes");
  if (auto complaint = check_text(key, raw.text, raw.kind)) return complaint;
  out = raw.text;
  return std::nullopt;
}

std::optional<Complaint> read(const Key& key, const Raw& raw, std::vector<std::string>& out) {
  if (raw.kind != Kind::kList && raw.kind != Kind::kText) return wrong_type(key, raw, "a list of strings");
  std::vector<std::string> values;
  for (const Raw& item : raw.kind == Kind::kText ? split_list(raw.text) : raw.items) {
    if (item.kind != Kind::kString) {
      return Complaint{fmt::format("expected a list of strings, found {} in it", kind_name(item)),
                       example_of(key, raw.kind)};
    }
    if (item.text.empty()) return Complaint{"an empty text in the list", "take it out"};
    if (auto complaint = check_text(key, item.text, raw.kind)) return complaint;
    if (contains(values, item.text)) {
      return Complaint{fmt::format("'{}' is there twice", item.text), "take one out"};
    }
    values.push_back(item.text);
  }
  out = std::move(values);
  return std::nullopt;
}

// Money: a TOML number or a quoted decimal, never through a double.
std::optional<Complaint> read_decimal(const Key& key, const Raw& raw, int decimals, std::int64_t& out) {
  if (raw.kind == Kind::kBool || raw.kind == Kind::kList || raw.kind == Kind::kOther) {
    return wrong_type(key, raw, fmt::format("a number of {}", key.unit));
  }
  const auto scaled = parse_decimal(raw.text, decimals);
  if (!scaled) {
    const std::string what = scaled.error() == DecimalError::kTooFine
                                 ? fmt::format("'{}' has more than {} decimals", raw.text, decimals)
                                 : fmt::format("'{}' is not a plain decimal number of {}", raw.text, key.unit);
    return Complaint{what, example_of(key, raw.kind)};
  }
  if (auto complaint = outside_limits(key, *scaled, decimals)) return complaint;
  out = *scaled;
  return std::nullopt;
}

std::optional<Complaint> read(const Key& key, const Raw& raw, Usd& out) {
  return read_decimal(key, raw, Usd::kDecimals, out.micros);
}

std::optional<Complaint> read(const Key& key, const Raw& raw, Price& out) {
  std::int64_t pips = out.pips;
  auto complaint = read_decimal(key, raw, Price::kDecimals, pips);
  out.pips = static_cast<std::int32_t>(pips);  // every price key has a max
  return complaint;
}

std::int64_t nanos_per(std::string_view unit) {
  UR_CHECK(unit == "ms" || unit == "s");
  return unit == "ms" ? Nanos::kPerMilli : Nanos::kPerSecond;
}

std::optional<Complaint> read(const Key& key, const Raw& raw, Nanos& out) {
  std::int64_t count = 0;
  if (auto complaint = read(key, raw, count)) return complaint;
  out = Nanos{count * nanos_per(key.unit)};  // every duration key has a max
  return std::nullopt;
}

std::optional<Complaint> read(const Key& key, const Raw& raw, VenueKind& out) {
  std::string name;
  if (auto complaint = read(key, raw, name)) return complaint;
  out = name == "polymarket" ? VenueKind::kPolymarket : VenueKind::kEmbedded;
  return std::nullopt;
}

// And back.

enum class Format : std::uint8_t { kToml, kJson };

// A JSON string is a valid TOML basic string: the escapes used are the same.
std::string quoted(std::string_view text) { return json_string(text); }
std::string money(const std::string& text, Format format) { return format == Format::kJson ? quoted(text) : text; }

std::string write(const Key&, bool value, Format) { return value ? "true" : "false"; }
std::string write(const Key&, std::int64_t value, Format) { return fmt::format("{}", value); }
std::string write(const Key&, const std::string& value, Format) { return quoted(value); }
std::string write(const Key&, const std::vector<std::string>& values, Format format) {
  std::vector<std::string> items;
  items.reserve(values.size());
  for (const std::string& value : values) items.push_back(quoted(value));
  return fmt::format("[{}]", fmt::join(items, format == Format::kJson ? "," : ", "));
}
std::string write(const Key&, Usd value, Format format) {
  return money(format_decimal(value.micros, Usd::kDecimals), format);
}
std::string write(const Key&, Price value, Format format) {
  return money(format_decimal(value.pips, Price::kDecimals), format);
}
std::string write(const Key& key, Nanos value, Format) { return fmt::format("{}", value.ns / nanos_per(key.unit)); }
std::string write(const Key&, VenueKind value, Format) {
  return value == VenueKind::kPolymarket ? "\"polymarket\"" : "\"embedded\"";
}

std::string write_field(const Key& key, const Config& config, Format format) {
  // The accessors serve reading and writing; this one reads.
  return std::visit([&](auto field) { return write(key, field(const_cast<Config&>(config)), format); }, key.field);
}

}  // namespace

std::optional<Complaint> assign(const Key& key, const Raw& raw, Config& config) {
  return std::visit([&](auto field) { return read(key, raw, field(config)); }, key.field);
}

std::string to_literal(const Key& key, const Config& config) { return write_field(key, config, Format::kToml); }
std::string to_json_value(const Key& key, const Config& config) { return write_field(key, config, Format::kJson); }

bool is_loopback(std::string_view address) {
  return address == "localhost" || address == "::1" || address.starts_with("127.");
}

}  // namespace underround::config
