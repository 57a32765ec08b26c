// Reading CLOB answers: decimals that are strings or numbers, members that are absent, null or "" (protocol page 4).
// Private to the codecs of this room: it drags in simdjson. simdjson.h is included by .cpp files only, through here.
#pragma once

#include <simdjson.h>

#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "base/decimal.hpp"

namespace underround::polymarket::clob_json {

namespace dom = simdjson::dom;

// Parses text that has no padding of its own. One per codec; the document is valid until the next parse().
// Allocates only when a document is larger than every earlier one.
class Parser {
 public:
  // Nothing when `text` is not JSON (or is nested too deeply).
  [[nodiscard]] std::optional<dom::element> parse(std::string_view text) {
    if (buffer_.size() < text.size() + simdjson::SIMDJSON_PADDING) {
      buffer_.resize((text.size() + simdjson::SIMDJSON_PADDING) * 2);
    }
    std::memcpy(buffer_.data(), text.data(), text.size());
    std::memset(buffer_.data() + text.size(), 0, simdjson::SIMDJSON_PADDING);
    dom::element root;
    if (parser_.parse(buffer_.data(), text.size(), false).get(root) != simdjson::SUCCESS) return std::nullopt;
    return root;
  }

 private:
  dom::parser parser_;
  std::vector<char> buffer_;
};

// "" when absent, null or not a string.
[[nodiscard]] inline std::string_view text(dom::element object, const char* key) noexcept {
  std::string_view value;
  return object[key].get_string().get(value) == simdjson::SUCCESS ? value : std::string_view{};
}

[[nodiscard]] inline bool flag(dom::element object, const char* key) noexcept {
  bool value = false;
  return object[key].get_bool().get(value) == simdjson::SUCCESS && value;
}

// Scaled by 10^decimals; finer digits are cut. Nothing when absent, "", malformed or negative.
[[nodiscard]] inline std::optional<std::int64_t> decimal(dom::element object, const char* key, int decimals) noexcept {
  dom::element value;
  if (object[key].get(value) != simdjson::SUCCESS) return std::nullopt;
  char digits[400];
  std::string_view written;
  double number = 0;
  std::int64_t integer = 0;
  if (value.is_string()) {
    written = value.get_string().value_unsafe();
  } else if (value.get_int64().get(integer) == simdjson::SUCCESS) {
    written = {digits, static_cast<std::size_t>(std::to_chars(digits, digits + sizeof digits, integer).ptr - digits)};
  } else if (value.get_double().get(number) == simdjson::SUCCESS) {
    // The shortest text that reads back as this double: the decimal digits the venue wrote, up to 15 of them.
    const auto end = std::to_chars(digits, digits + sizeof digits, number, std::chars_format::fixed);
    if (end.ec != std::errc{}) return std::nullopt;
    written = {digits, static_cast<std::size_t>(end.ptr - digits)};
  } else {
    return std::nullopt;
  }
  const auto parsed = parse_decimal_truncating(written, decimals);
  if (!parsed || *parsed < 0) return std::nullopt;
  return *parsed;
}

// Calls f(element) for every member of an array; nothing when it is not one.
template <class F>
void for_each(dom::element array, F&& f) {
  dom::array members;
  if (array.get_array().get(members) != simdjson::SUCCESS) return;
  for (const dom::element member : members) f(member);
}
template <class F>
void for_each(dom::element object, const char* key, F&& f) {
  dom::element member;
  if (object[key].get(member) == simdjson::SUCCESS) for_each(member, f);
}

}  // namespace underround::polymarket::clob_json
